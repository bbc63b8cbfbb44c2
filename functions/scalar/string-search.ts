// Finding and replacing in strings without patterns.

import { type ScalarFunction, type ScalarKernel, scalarFunction } from '../contract/scalar.ts'
import { exactly, text } from '../contract/signature.ts'
import { containsColumn, endsWithColumn, startsWithColumn } from '../kernels/match.ts'
import { bool, int32, utf8 } from '../types/type.ts'
import { charactersBefore, hasPairs, joinTexts } from './text.ts'

/** Edit distance in characters: insertions, deletions and replacements. */
function levenshtein(a: string, b: string): number {
  const [x, y] = hasPairs(a) || hasPairs(b) ? [[...a], [...b]] : [a, b]
  let last = Array.from({ length: y.length + 1 }, (_, j) => j)
  for (let i = 1; i <= x.length; i++) {
    const row = [i]
    for (let j = 1; j <= y.length; j++) {
      row.push(
        Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (x[i - 1] === y[j - 1] ? 0 : 1)),
      )
    }
    last = row
  }
  return last[y.length] ?? 0
}

function replaceAll(value: string, part: string, replacement: string): string {
  if (part === '') return value
  // Most results are short whatever there is to replace; those that may not be are measured first.
  const mayGrow = replacement.length > part.length && (value.length / part.length) * replacement.length > 2 ** 20
  if (mayGrow) return joinTexts(value.split(part), replacement)
  return replacement.includes('$') ? value.split(part).join(replacement) : value.replaceAll(part, replacement)
}

/** Each character of `from` becomes the one at its place in `to`, or goes when there is none. */
function translator(from: string, to: string): (value: string) => string {
  const targets = [...to]
  const table = new Map<string, string>()
  for (const [i, character] of [...from].entries()) {
    if (!table.has(character)) table.set(character, targets[i] ?? '')
  }
  return (value) => {
    let translated = ''
    for (const character of value) translated += table.get(character) ?? character
    return translated
  }
}

const test = (
  name: string,
  summary: string,
  example: readonly [string, string],
  row: (value: string, part: string) => boolean,
  columns: NonNullable<ScalarKernel['columns']>,
): ScalarFunction =>
  scalarFunction({
    name,
    family: 'string',
    usage: `${name}(text, part)`,
    summary,
    examples: [example],
    signature: exactly([text, text]),
    returns: bool,
    kernel: { total: true, row, columns },
  })

export const stringSearchFunctions = [
  scalarFunction({
    name: 'strpos',
    aliases: ['instr', 'position'],
    family: 'string',
    usage: 'strpos(text, part)',
    summary: 'The position (from 1) of one text in another; 0 when it is not in it',
    examples: [["strpos('hello', 'l')", '3']],
    signature: exactly([text, text]),
    returns: int32,
    kernel: {
      total: true,
      row: (value: string, part: string) => {
        const unit = value.indexOf(part)
        return unit <= 0 ? unit + 1 : charactersBefore(value, unit) + 1
      },
    },
  }),
  test(
    'starts_with',
    'Whether a text starts with another',
    ["starts_with('hello', 'he')", 'true'],
    (value, part) => value.startsWith(part),
    startsWithColumn,
  ),
  test(
    'ends_with',
    'Whether a text ends with another',
    ["ends_with('hello', 'lo')", 'true'],
    (value, part) => value.endsWith(part),
    endsWithColumn,
  ),
  test(
    'contains',
    'Whether a text contains another',
    ["contains('hello', 'll')", 'true'],
    (value, part) => value.includes(part),
    containsColumn,
  ),
  scalarFunction({
    name: 'replace',
    family: 'string',
    usage: 'replace(text, part, replacement)',
    summary: 'The text with every occurrence of a part replaced; an empty part is never found',
    examples: [["replace('banana', 'an', 'o')", "'booa'"]],
    signature: exactly([text, text, text]),
    returns: utf8,
    kernel: { row: replaceAll },
  }),
  scalarFunction({
    name: 'translate',
    family: 'string',
    usage: 'translate(text, from, to)',
    summary:
      'The text with each character of `from` replaced by the corresponding one of `to`, or dropped when there is none',
    examples: [["translate('hello', 'el', 'ip')", "'hippo'"]],
    signature: exactly([text, text, text]),
    returns: utf8,
    kernel: (args) => {
      const [from, to] = [args[1]?.literal, args[2]?.literal]
      return typeof from === 'string' && typeof to === 'string'
        ? { total: true, row: translator(from, to) }
        : { total: true, row: (value: string, from: string, to: string) => translator(from, to)(value) }
    },
  }),
  scalarFunction({
    name: 'find_in_set',
    family: 'string',
    usage: 'find_in_set(text, list)',
    summary: 'The position (from 1) of a text in a comma-separated list; 0 when it is not in it',
    examples: [["find_in_set('b', 'a,b,c')", '2']],
    signature: exactly([text, text]),
    returns: int32,
    kernel: {
      total: true,
      row: (value: string, list: string) => list.split(',').indexOf(value) + 1,
    },
  }),
  scalarFunction({
    name: 'levenshtein',
    family: 'string',
    usage: 'levenshtein(a, b)',
    summary: 'The number of single-character insertions, deletions and replacements that turn one text into the other',
    examples: [["levenshtein('kitten', 'sitting')", '3']],
    signature: exactly([text, text]),
    returns: int32,
    kernel: { total: true, row: levenshtein },
  }),
]
