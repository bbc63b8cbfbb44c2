// Columns of text compared with one text, on bytes: equality, order, prefixes, suffixes, and LIKE patterns of literal
// pieces between `%`. UTF-8 keeps all of these the same on bytes as on characters.

import type { MaskColumn, PlainColumn } from '../column/column.ts'
import type { ColumnArgument } from '../contract/scalar.ts'
import { bool } from '../types/type.ts'
import { find, hasAt, rowsHolding } from './search.ts'

const encoder = new TextEncoder()

type ColumnsKernel = (args: readonly ColumnArgument[], length: number) => PlainColumn | undefined

/** Decides one row: the bytes from `start` to `end`. */
type RowTest = (bytes: Uint8Array, start: number, end: number) => boolean

/** A kernel over (column, constant) from a test that is made once for the constant. */
function matching(testFor: (constant: Uint8Array) => RowTest): ColumnsKernel {
  return ([text, constant], length) => {
    if (text?.column?.storage !== 'bytes' || typeof constant?.constant !== 'string') return undefined
    const { values, offsets } = text.column
    const test = testFor(encoder.encode(constant.constant))
    const matches = new Uint8Array(length)
    for (let i = 0; i < length; i++) matches[i] = test(values, offsets[i] ?? 0, offsets[i + 1] ?? 0) ? 1 : 0
    return mask(matches, length)
  }
}

const mask = (values: Uint8Array, length: number): MaskColumn => ({
  storage: 'mask',
  type: bool,
  length,
  valid: undefined,
  values,
})

const equals =
  (constant: Uint8Array): RowTest =>
  (bytes, start, end) =>
    end - start === constant.length && hasAt(bytes, start, constant)

function order(bytes: Uint8Array, start: number, end: number, constant: Uint8Array): number {
  const common = Math.min(end - start, constant.length)
  for (let i = 0; i < common; i++) {
    const difference = (bytes[start + i] ?? 0) - (constant[i] ?? 0)
    if (difference !== 0) return difference
  }
  return end - start - constant.length
}

/** The comparison operators of (column, constant). */
export const compareColumn: Readonly<Record<'=' | '<>' | '<' | '<=' | '>' | '>=', ColumnsKernel>> = {
  '=': matching(equals),
  '<>': matching((constant) => {
    const same = equals(constant)
    return (bytes, start, end) => !same(bytes, start, end)
  }),
  '<': matching((constant) => (bytes, start, end) => order(bytes, start, end, constant) < 0),
  '<=': matching((constant) => (bytes, start, end) => order(bytes, start, end, constant) <= 0),
  '>': matching((constant) => (bytes, start, end) => order(bytes, start, end, constant) > 0),
  '>=': matching((constant) => (bytes, start, end) => order(bytes, start, end, constant) >= 0),
}

export const startsWithColumn = matching(
  (prefix) => (bytes, start, end) => end - start >= prefix.length && hasAt(bytes, start, prefix),
)

export const endsWithColumn = matching(
  (suffix) => (bytes, start, end) => end - start >= suffix.length && hasAt(bytes, end - suffix.length, suffix),
)

export const containsColumn: ColumnsKernel = ([text, constant], length) =>
  text?.column?.storage === 'bytes' && typeof constant?.constant === 'string'
    ? mask(rowsHolding(text.column, encoder.encode(constant.constant), length), length)
    : undefined

/**
 * A LIKE pattern on bytes: literal pieces with `%` between them.
 *
 * @returns undefined for patterns with `_`, which counts characters.
 */
export function likeColumn(pattern: string): ColumnsKernel | undefined {
  const pieces = literalPieces(pattern)?.map((piece) => encoder.encode(piece))
  if (pieces === undefined) return undefined
  const [first = new Uint8Array(), ...rest] = pieces
  if (rest.length === 0) return withConstant(compareColumn['='], first)
  const last = rest.pop() ?? new Uint8Array()
  if (rest.length === 1 && first.length === 0 && last.length === 0)
    return withConstant(containsColumn, rest[0] ?? first)
  const test: RowTest = (bytes, start, end) => {
    const stop = end - last.length
    let at = start + first.length
    if (at > stop || !hasAt(bytes, start, first) || !hasAt(bytes, stop, last)) return false
    for (const piece of rest) {
      const found = piece.length === 0 ? at : find(bytes, at, stop, piece)
      if (found === -1) return false
      at = found + piece.length
    }
    return true
  }
  // What a text must begin or end with decides most rows by itself.
  const isOpen = first.length === 0 && last.length === 0
  const longest = rest.reduce((a, b) => (b.length > a.length ? b : a), new Uint8Array())
  const searched = isOpen ? longest : new Uint8Array()
  return ([text], length) => {
    if (text?.column?.storage !== 'bytes') return undefined
    const { values, offsets } = text.column
    const matches = rowsHolding(text.column, searched, length)
    for (let i = 0; i < length; i++)
      if (matches[i] === 1) matches[i] = test(values, offsets[i] ?? 0, offsets[i + 1] ?? 0) ? 1 : 0
    return mask(matches, length)
  }
}

const withConstant =
  (kernel: ColumnsKernel, constant: Uint8Array): ColumnsKernel =>
  ([text], length) =>
    kernel(
      [text ?? { constant: null }, { constant: new TextDecoder('utf-8', { ignoreBOM: true }).decode(constant) }],
      length,
    )

/** The texts between the `%` of a pattern, escapes undone; undefined when it has a `_`. */
function literalPieces(pattern: string): readonly string[] | undefined {
  const pieces = ['']
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] ?? ''
    if (c === '_') return undefined
    if (c === '%') pieces.push('')
    else pieces[pieces.length - 1] += c === '\\' && i + 1 < pattern.length ? (pattern[++i] ?? '') : c
  }
  return pieces
}
