// The files that a pattern names, as the shell reads patterns: `*`, `?`, `[a-z]`, `[!a]`, `**` for any directories, and
// `{a,b}` and `{1..9}` for alternatives. Patterns come from strangers: alternatives are bounded, and matching a name
// takes time in proportion to it whatever the pattern. It never leaves the directory it starts from by its own steps.

import type { Dirent } from 'node:fs'
import { opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expand } from 'brace-expansion'
import { createError } from '../../functions/errors.ts'

const MAX_LENGTH = 1024
const MAX_ALTERNATIVES = 256
const PREFETCHED_ENTRIES = 256

/** Whether a path may name more than itself. */
export const isPattern = (path: string): boolean => /[*?[{]/.test(path)

/**
 * Paths under `directory` that `pattern`, relative to it, names; in the order of the file system, each once.
 *
 * Steps that exist by their very name are taken as they are: a directory may be called `[old]`. Names that begin with a
 * dot are matched only by patterns that do.
 *
 * @throws {PlanError} `invalid_argument` for a pattern that is too long or has too many alternatives.
 */
export async function* glob(directory: string, pattern: string): AsyncGenerator<string> {
  if (pattern.length > MAX_LENGTH) throw tooMuch(pattern, `it has more than ${MAX_LENGTH} characters`)
  const { base, rest } = await literalBase(directory, pattern.split('/').filter(isStep))
  const alternatives = expand(rest.join('/'), { max: MAX_ALTERNATIVES + 1 })
  if (alternatives.length > MAX_ALTERNATIVES) {
    throw tooMuch(pattern, `its braces stand for more than ${MAX_ALTERNATIVES} patterns`)
  }
  const found = new Set<string>()
  for (const alternative of alternatives) {
    const steps = alternative.split('/').filter(isStep)
    for await (const path of walk(base, steps, 0, new Set())) {
      if (found.has(path)) continue
      found.add(path)
      yield path
    }
  }
}

const isStep = (name: string): boolean => name !== '' && name !== '.'

/** The steps that exist as they are written, and those that are left. */
async function literalBase(directory: string, steps: readonly string[]) {
  let base = directory
  for (const [i, step] of steps.entries()) {
    const next = join(base, step)
    if (!(await isDirectory(next)) || step === '..') return { base, rest: steps.slice(i) }
    base = next
  }
  return { base, rest: [] }
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

/** @param seen - Directories that were walked from a step already: `**` reaches some in more than one way. */
async function* walk(
  directory: string,
  steps: readonly string[],
  at: number,
  seen: Set<string>,
): AsyncGenerator<string> {
  const step = steps[at]
  if (step === undefined || seen.has(`${at}/${directory}`)) return
  seen.add(`${at}/${directory}`)
  const isLast = at === steps.length - 1
  if (step === '**') {
    if (!isLast) yield* walk(directory, steps, at + 1, seen)
    for await (const entry of entriesOf(directory)) {
      if (entry.name.startsWith('.')) continue
      const path = join(directory, entry.name)
      if (entry.isDirectory()) yield* walk(path, steps, at, seen)
      else if (isLast) yield path
    }
    return
  }
  const matches = matcherOf(step)
  for await (const entry of entriesOf(directory)) {
    if (!matches(entry.name)) continue
    const path = join(directory, entry.name)
    if (isLast) yield path
    else if (entry.isDirectory() || entry.isSymbolicLink()) yield* walk(path, steps, at + 1, seen)
  }
}

/** None for what is not a directory, or may not be read. */
async function* entriesOf(directory: string): AsyncGenerator<Dirent> {
  const opened = await opendir(directory, { bufferSize: PREFETCHED_ENTRIES }).catch(() => undefined)
  if (opened !== undefined) yield* opened
}

/**
 * A test for names. What follows a star is looked for from left to right and never again: for patterns of stars the
 * first place is as good as any, and looking again for others would take for ever.
 */
function matcherOf(step: string): (name: string) => boolean {
  const [first = '', ...others] = piecesOf(step)
  const last = others.pop()
  const between = others.map((piece, i) => `(?=(.*?${piece}))\\${i + 1}`).join('')
  const expression = new RegExp(`^${first}${between}${last === undefined ? '' : `.*${last}`}$`, 'su')
  return (name) => (!name.startsWith('.') || step.startsWith('.')) && expression.test(name)
}

/** What stands between the stars of a step, as regular expressions. */
function piecesOf(step: string): readonly string[] {
  const pieces = ['']
  for (const [token] of step.matchAll(/\*+|\[[!^]?\]?[^\]]*\]|\\.|./gsu)) {
    if (token.startsWith('*')) pieces.push('')
    else pieces[pieces.length - 1] += expressionOf(token)
  }
  return pieces
}

function expressionOf(token: string): string {
  if (token === '?') return '.'
  if (token.length === 1) return RegExp.escape(token)
  if (token.startsWith('\\')) return RegExp.escape(token.slice(1))
  const negated = /^\[[!^]/.test(token)
  const members = token.slice(negated ? 2 : 1, -1)
  const ranges = [...members.matchAll(/(.)-(.)|./gsu)].flatMap(([member, from, to]) => {
    if (from === undefined || to === undefined) return [RegExp.escape(member)]
    return from <= to ? [`${RegExp.escape(from)}-${RegExp.escape(to)}`] : []
  })
  return ranges.length === 0 && !negated ? '(?!)' : `[${negated ? '^' : ''}${ranges.join('')}]`
}

const tooMuch = (pattern: string, why: string) =>
  createError('invalid_argument', `Cannot look for files by "${pattern.slice(0, 80)}…": ${why}, name fewer at a time`)
