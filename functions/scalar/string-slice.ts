// Parts of strings: by position, by delimiter. Positions count characters from 1.

import { scalarFunction } from '../contract/scalar.ts'
import { count, exactly, text } from '../contract/signature.ts'
import { DataError } from '../errors.ts'
import { leftColumn, rightColumn, substringColumn } from '../kernels/slice.ts'
import { utf8 } from '../types/type.ts'
import { lengthOf, sliceText, unitOf } from './text.ts'

function left(value: string, characters: number): string {
  if (characters >= 0) return characters >= value.length ? value : value.substring(0, unitOf(value, characters))
  const kept = lengthOf(value) + characters
  return kept <= 0 ? '' : value.substring(0, unitOf(value, kept))
}

function right(value: string, characters: number): string {
  if (characters < 0) return value.substring(unitOf(value, -characters))
  if (characters >= value.length) return value
  return value.substring(unitOf(value, lengthOf(value) - characters))
}

/** Characters before position 1 count against the length: `substr('abc', -1, 3)` is `a`. */
function substring(value: string, start: number, length: number): string {
  if (length < 0)
    throw new DataError('invalid_value', `Cannot take ${length} characters: substr takes a length that is not negative`)
  const from = Math.max(0, start - 1)
  const to = start - 1 + length
  return to <= from ? '' : sliceText(value, from, to)
}

function splitPart(value: string, delimiter: string, position: number): string {
  if (position === 0)
    throw new DataError('invalid_value', 'Cannot take part 0: split_part counts from 1, from the end when negative')
  if (delimiter === '') return position === 1 || position === -1 ? value : ''
  if (position < 0) {
    const parts = value.split(delimiter)
    return parts[parts.length + position] ?? ''
  }
  let start = 0
  for (let part = 1; part < position; part++) {
    const next = value.indexOf(delimiter, start)
    if (next === -1) return ''
    start = next + delimiter.length
  }
  const end = value.indexOf(delimiter, start)
  return end === -1 ? value.substring(start) : value.substring(start, end)
}

/** Everything before the `times`-th delimiter, counted from the end when negative. */
function substringIndex(value: string, delimiter: string, times: number): string {
  if (times === 0 || delimiter === '') return ''
  if (times > 0) {
    let at = -delimiter.length
    for (let i = 0; i < times; i++) {
      at = value.indexOf(delimiter, at + delimiter.length)
      if (at === -1) return value
    }
    return value.substring(0, at)
  }
  let at = value.length
  for (let i = 0; i < -times; i++) {
    at = at === 0 ? -1 : value.lastIndexOf(delimiter, at - 1)
    if (at === -1) return value
  }
  return value.substring(at + delimiter.length)
}

function overlay(value: string, replacement: string, start: number, length: number): string {
  if (start < 1) throw new DataError('invalid_value', `Cannot overlay from position ${start}: positions count from 1`)
  return left(value, start - 1) + replacement + value.substring(unitOf(value, Math.max(0, start - 1 + length)))
}

/** A length that `substr` never refuses. */
const isCount = (value: unknown): boolean => typeof value === 'number' && value >= 0

/** A position that `split_part` never refuses. */
const isPlace = (value: unknown): boolean => typeof value === 'number' && value !== 0

export const stringSliceFunctions = [
  scalarFunction({
    name: 'substr',
    aliases: ['substring'],
    family: 'string',
    usage: 'substr(text, start[, length])',
    summary:
      'At most `length` characters from a position (from 1) on; positions before the text count towards the length',
    examples: [
      ["substr('hello', 2, 3)", "'ell'"],
      ["substr('hello', -1, 3)", "'h'"],
    ],
    signature: exactly([text, count, count], 1),
    returns: utf8,
    kernel: (args) =>
      args.length === 2
        ? {
            total: true,
            row: (value: string, start: number) => value.substring(unitOf(value, start - 1)),
            columns: substringColumn,
          }
        : { row: substring, columns: substringColumn, total: isCount(args[2]?.literal) },
  }),
  scalarFunction({
    name: 'left',
    family: 'string',
    usage: 'left(text, n)',
    summary: 'The first n characters; when n is negative, all but the last -n',
    examples: [
      ["left('hello', 2)", "'he'"],
      ["left('hello', -2)", "'hel'"],
    ],
    signature: exactly([text, count]),
    returns: utf8,
    kernel: { total: true, row: left, columns: leftColumn },
  }),
  scalarFunction({
    name: 'right',
    family: 'string',
    usage: 'right(text, n)',
    summary: 'The last n characters; when n is negative, all but the first -n',
    examples: [
      ["right('hello', 2)", "'lo'"],
      ["right('hello', -2)", "'llo'"],
    ],
    signature: exactly([text, count]),
    returns: utf8,
    kernel: { total: true, row: right, columns: rightColumn },
  }),
  scalarFunction({
    name: 'split_part',
    family: 'string',
    usage: 'split_part(text, delimiter, position)',
    summary:
      'The part of a delimited text at a position (from 1; from the end when negative); empty when there is none',
    examples: [
      ["split_part('a.b.c', '.', 2)", "'b'"],
      ["split_part('a.b.c', '.', -1)", "'c'"],
    ],
    signature: exactly([text, text, count]),
    returns: utf8,
    kernel: (args) => ({ row: splitPart, total: isPlace(args[2]?.literal) }),
  }),
  scalarFunction({
    name: 'substr_index',
    aliases: ['substring_index'],
    family: 'string',
    usage: 'substr_index(text, delimiter, times)',
    summary: 'The text before the nth delimiter; when n is negative, after the nth from the end',
    examples: [
      ["substr_index('www.apache.org', '.', 2)", "'www.apache'"],
      ["substr_index('www.apache.org', '.', -1)", "'org'"],
    ],
    signature: exactly([text, text, count]),
    returns: utf8,
    kernel: { total: true, row: substringIndex },
  }),
  scalarFunction({
    name: 'overlay',
    family: 'string',
    usage: 'overlay(text, replacement, start[, length])',
    summary:
      'The text with characters replaced from a position on: as many as `length`, by default as many as the replacement has',
    examples: [["overlay('Txxxxas', 'hom', 2, 4)", "'Thomas'"]],
    signature: exactly([text, text, count, count], 1),
    returns: utf8,
    kernel: (args) => ({
      row:
        args.length === 4
          ? overlay
          : (value: string, replacement: string, start: number) =>
              overlay(value, replacement, start, lengthOf(replacement)),
    }),
  }),
]
