// The functions with regular expressions. Constant patterns are compiled once, varying ones per distinct text.

import { type Argument, type ScalarFunction, type ScalarKernel, scalarFunction } from '../contract/scalar.ts'
import { count, exactly, type Signature, text } from '../contract/signature.ts'
import { DataError, PlanError } from '../errors.ts'
import { bool, int64, list, utf8 } from '../types/type.ts'
import { replacementText, sqlRegExp } from './regex-syntax.ts'
import { charactersBefore, checkTextLength, lengthOf, unitOf } from './text.ts'

/** Compiles a pattern with flags, remembering the last one. */
function compiler(name: string, always: string, allowed: string): (pattern: string, flags: string) => RegExp {
  let lastPattern: string | undefined
  let lastFlags: string | undefined
  let last = /(?:)/
  return (pattern, flags) => {
    if (pattern === lastPattern && flags === lastFlags) return last
    for (const flag of flags) {
      if (!allowed.includes(flag))
        throw new DataError(
          'invalid_value',
          `Function "${name}" takes the flags ${allowed}, got ${JSON.stringify(flag)}`,
        )
    }
    last = sqlRegExp(pattern, flags + always)
    lastPattern = pattern
    lastFlags = flags
    return last
  }
}

/** Checks constant patterns and flags when the expression is planned. */
function checkConstants(
  args: readonly Argument[],
  pattern: number,
  flags: number,
  compile: (p: string, f: string) => RegExp,
): void {
  const [p, f] = [args[pattern]?.literal, args[flags]?.literal]
  if (typeof p !== 'string' || (args[flags] !== undefined && typeof f !== 'string')) return
  try {
    compile(p, typeof f === 'string' ? f : '')
  } catch (error) {
    throw new PlanError('invalid_argument', (error as Error).message, { cause: error })
  }
}

interface RegexEntry {
  readonly name: string
  readonly usage: string
  readonly summary: string
  readonly examples: ScalarFunction['examples']
  readonly signature: Signature
  readonly returns: ScalarFunction['returns']
  /** Flags that are always set, and those that may be given. */
  readonly flags: readonly [always: string, allowed: string]
  /** Which argument holds the flags. */
  readonly flagsAt: number
  /** It takes positions, which may be out of range. */
  readonly counts?: boolean
  readonly nulls?: 'call'
  readonly givesNull?: NonNullable<ScalarFunction['givesNull']>
  readonly kernel: (compile: (pattern: string, flags: string) => RegExp) => ScalarKernel['row']
}

const regexFunction = ({ flags, flagsAt, counts = false, kernel, ...entry }: RegexEntry): ScalarFunction =>
  scalarFunction({
    family: 'regex',
    ...entry,
    returns: (args) => {
      checkConstants(args, 1, flagsAt, compiler(entry.name, flags[0], flags[1]))
      return typeof entry.returns === 'function' ? entry.returns(args) : entry.returns
    },
    kernel: (args) => {
      // A constant pattern was compiled when the call was planned: it cannot fail any more.
      const total =
        typeof args[1]?.literal === 'string' && (args[flagsAt] === undefined || args[flagsAt].literal !== undefined)
      return { row: kernel(compiler(entry.name, flags[0], flags[1])), total: total && !counts }
    },
  })

/** All matches, as Rust finds them: an empty one right behind another does not count. */
function* matchesOf(value: string, expression: RegExp): Generator<RegExpExecArray> {
  expression.lastIndex = 0
  let end = -1
  for (let match = expression.exec(value); match !== null; match = expression.exec(value)) {
    const isEmpty = match[0] === ''
    if (isEmpty) expression.lastIndex = unitAfter(value, match.index)
    if (isEmpty && match.index === end) continue
    end = match.index + match[0].length
    yield match
  }
}

/** Where the character after the one at `unit` starts. */
const unitAfter = (value: string, unit: number): number => unit + ((value.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1)

/** The text from a position on, which counts from 1; undefined when the text ends before it. */
function textFrom(value: string, start: number): string | undefined {
  if (start === 1) return value
  const from = unitOf(value, start - 1)
  return start - 1 > lengthOf(value) ? undefined : value.slice(from)
}

/** Whether an expression can match no characters at all: assertions may hold elsewhere than in the empty text. */
function matchesEmpty(expression: RegExp): boolean {
  expression.lastIndex = 0
  return expression.test('') || /\\b|\(\?<?[=!]/.test(expression.source)
}

function countMatches(value: string, expression: RegExp): number {
  if (!matchesEmpty(expression)) return value.match(expression)?.length ?? 0
  let count = 0
  for (const _ of matchesOf(value, expression)) count++
  return count
}

/** Null flags mean no flags. */
const textOrPatternNull = (args: readonly Argument[]): boolean => args.slice(0, 2).some(({ nullable }) => nullable)

/** Replaces the first match, or all that Rust finds. */
function replacer(expression: RegExp, replacement: string): (value: string) => string {
  const translated = replacementText(replacement, expression)
  const isGlobal = expression.global
  const plain = !isGlobal || !matchesEmpty(expression)
  return (value) => {
    // A replacement may hold a whole match several times.
    const mayGrow = isGlobal && (value.length + 1) * (translated.length + 1) > 2 ** 20
    if (plain && !mayGrow) {
      expression.lastIndex = 0
      return value.replace(expression, translated)
    }
    return replaceEach(value, expression, translated)
  }
}

function replaceEach(value: string, expression: RegExp, translated: string): string {
  const expand = expansion(translated)
  let result = ''
  let end = 0
  for (const match of matchesOf(value, expression)) {
    result += value.slice(end, match.index) + expand(match)
    checkTextLength(result.length)
    end = match.index + match[0].length
  }
  return result + value.slice(end)
}

/** What JavaScript's own `replace` puts in the place of a match, of the forms that `replacementText` gives. */
function expansion(translated: string): (match: RegExpExecArray) => string {
  // Every second piece is a reference.
  const pieces = translated.split(/\$(\$|&|\d\d|<\w+>)/)
  return (match) => {
    let text = pieces[0] ?? ''
    for (let i = 1; i < pieces.length; i += 2) text += referenced(match, pieces[i] ?? '') + pieces[i + 1]
    return text
  }
}

function referenced(match: RegExpExecArray, reference: string): string {
  if (reference === '$') return '$'
  if (reference === '&') return match[0]
  return (reference.startsWith('<') ? match.groups?.[reference.slice(1, -1)] : match[Number(reference)]) ?? ''
}

export const regexFunctions = [
  regexFunction({
    name: 'regexp_like',
    usage: 'regexp_like(text, pattern[, flags])',
    summary: 'Whether a regular expression matches anywhere in the text',
    examples: [
      ["regexp_like('hello', 'l+')", 'true'],
      ["regexp_like('hello', 'L+', 'i')", 'true'],
    ],
    signature: exactly([text, text, text], 1),
    returns: bool,
    flags: ['', 'imsxU'],
    flagsAt: 2,
    nulls: 'call',
    givesNull: textOrPatternNull,
    kernel:
      (compile) =>
      (value: string | null, pattern: string | null, flags: string | null = null) =>
        value === null || pattern === null ? null : compile(pattern, flags ?? '').test(value),
  }),
  regexFunction({
    name: 'regexp_match',
    usage: 'regexp_match(text, pattern[, flags])',
    summary:
      'The groups that took part in the first match, as a list; the whole match when there are no groups, null when there is no match',
    examples: [["regexp_match('a=1', '([a-z])=([0-9])')", "['a', '1']"]],
    signature: exactly([text, text, text], 1),
    returns: list(utf8),
    flags: ['', 'imsxU'],
    flagsAt: 2,
    nulls: 'call',
    givesNull: true,
    kernel:
      (compile) =>
      (value: string | null, pattern: string | null, flags: string | null = null) => {
        const match = value === null || pattern === null ? null : compile(pattern, flags ?? '').exec(value)
        if (match === null) return null
        return match.length === 1 ? [match[0]] : match.slice(1).filter((group) => group !== undefined)
      },
  }),
  regexFunction({
    name: 'regexp_replace',
    usage: 'regexp_replace(text, pattern, replacement[, flags])',
    summary: 'The text with the first match replaced, every match with the flag g; \\1 or $1 stands for a group',
    examples: [
      ["regexp_replace('banana', 'a', 'o')", "'bonana'"],
      ["regexp_replace('banana', '(a)n', '<\\1>', 'g')", "'b<a><a>a'"],
    ],
    signature: exactly([text, text, text, text], 1),
    returns: utf8,
    flags: ['', 'gimsxU'],
    flagsAt: 3,
    kernel: (compile) => {
      let lastExpression: RegExp | undefined
      let lastReplacement: string | undefined
      let replace = (value: string): string => value
      return (value: string, pattern: string, replacement: string, flags = '') => {
        const expression = compile(pattern, flags)
        if (expression !== lastExpression || replacement !== lastReplacement) {
          replace = replacer(expression, replacement)
          lastExpression = expression
          lastReplacement = replacement
        }
        return replace(value)
      }
    },
  }),
  regexFunction({
    name: 'regexp_count',
    usage: 'regexp_count(text, pattern[, start[, flags]])',
    summary: 'How many times a regular expression matches from a position (from 1) on; 0 for a null text',
    examples: [["regexp_count('banana', 'an')", '2']],
    signature: exactly([text, text, count, text], 2),
    returns: int64,
    flags: ['g', 'imsxU'],
    flagsAt: 3,
    counts: true,
    nulls: 'call',
    givesNull: false,
    kernel:
      (compile) =>
      (value: string | null, pattern: string | null, start: number | null = 1, flags = '') => {
        if (value === null || pattern === null || start === null) return 0n
        checkStart('regexp_count', start)
        const rest = textFrom(value, start)
        return rest === undefined ? 0n : BigInt(countMatches(rest, compile(pattern, flags ?? '')))
      },
  }),
  regexFunction({
    name: 'regexp_instr',
    usage: 'regexp_instr(text, pattern[, start[, nth[, flags[, group]]]])',
    summary: 'The position (from 1) of the nth match, or of a group in it; 0 when there is none',
    examples: [["regexp_instr('banana', 'an', 1, 2)", '4']],
    signature: exactly([text, text, count, count, text, count], 4),
    returns: int64,
    flags: ['gd', 'imsxU'],
    flagsAt: 4,
    counts: true,
    kernel:
      (compile) =>
      (value: string, pattern: string, start = 1, nth = 1, flags = '', group = 0) => {
        checkStart('regexp_instr', start)
        if (nth < 1) throw new DataError('invalid_value', `Function "regexp_instr" takes a match from 1, got ${nth}`)
        const rest = textFrom(value, start)
        if (rest === undefined) return 0n
        let left = nth
        for (const match of matchesOf(rest, compile(pattern, flags))) {
          if (--left > 0) continue
          const unit = match.indices?.[group]?.[0]
          return unit === undefined ? 0n : BigInt(charactersBefore(rest, unit) + start)
        }
        return 0n
      },
  }),
]

function checkStart(name: string, start: number): void {
  if (start < 1) throw new DataError('invalid_value', `Function "${name}" takes a start from 1, got ${start}`)
}
