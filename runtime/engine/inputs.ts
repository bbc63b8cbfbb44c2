// Columns as generated loops read them: the typed arrays of a batch by the names that loops have for them, and texts
// decoded once per batch. The text of loops is not made here.

import { isUtf8 } from 'node:buffer'
import type { Column, PlainColumn } from '../../functions/column/column.ts'
import { decimalAt, isAscii, valueAt } from '../../functions/column/column.ts'
import { takeValues } from '../../functions/column/take-values.ts'
import type { Value } from '../../functions/types/value.ts'
import type { InputLayout } from './emit/input.ts'

/** What the names `v`, `o`, `c`, `m`, `h` and `l` of one input stand for; see `inputNames`. */
export interface PreparedInput {
  readonly layout: InputLayout
  /** Values: a typed array, the decoded text of all rows, or an array of values (of the dictionary, if it is one). */
  readonly v: unknown
  /** Where each row's text starts, in UTF-16 units; one more than there are rows. */
  readonly o?: Int32Array
  /** Codes into the dictionary. */
  readonly c?: Int32Array
  /** Validity, a byte per row. */
  readonly m: Uint8Array | undefined
  /** The values of a 64-bit column as signed and unsigned halves, low half first. */
  readonly h?: Int32Array
  readonly l?: Uint32Array
}

/** Prepares a column for a loop; decoding happens here, once per batch. */
export function prepareInput(column: Column): PreparedInput {
  const m = column.valid
  const nulls = m !== undefined
  switch (column.storage) {
    case 'null':
      return { layout: { storage: 'null', nulls: true }, v: undefined, m }
    case 'number':
      return { layout: { storage: 'number', nulls }, v: column.values, m }
    case 'mask':
      return { layout: { storage: 'mask', nulls }, v: column.values, m }
    case 'bigint': {
      const { buffer, byteOffset, length } = column.values
      const h = new Int32Array(buffer, byteOffset, length * 2)
      const l = new Uint32Array(buffer, byteOffset, length * 2)
      return { layout: { storage: 'bigint', nulls }, v: column.values, h, l, m }
    }
    case 'bytes': {
      if (column.type.kind !== 'utf8') return { layout: { storage: 'value', nulls }, v: allValues(column), m }
      const { text, starts } = decodeText(column.values, column.offsets, column.length)
      return { layout: { storage: 'text', nulls }, v: text, o: starts, m }
    }
    case 'dictionary':
      return prepareDictionary(column.dictionary, column.codes, column.valid)
    default:
      return { layout: { storage: 'value', nulls }, v: allValues(column), m }
  }
}

/** The values of dictionaries already decoded: one dictionary serves many batches. */
const decodedDictionaries = new WeakMap<PlainColumn, readonly Value[]>()

function prepareDictionary(dictionary: PlainColumn, codes: Int32Array, valid: Uint8Array | undefined): PreparedInput {
  const m = dictionary.valid === undefined ? valid : nullsOfDictionary(dictionary.valid, codes, valid)
  const nulls = m !== undefined
  if (dictionary.storage === 'mask')
    return { layout: { storage: 'dictionaryMask', nulls }, v: dictionary.values, c: codes, m }
  if (dictionary.storage === 'number')
    return { layout: { storage: 'dictionary', nulls }, v: dictionary.values, c: codes, m }
  let values = decodedDictionaries.get(dictionary)
  if (values === undefined) {
    values = allValues(dictionary)
    decodedDictionaries.set(dictionary, values)
  }
  return { layout: { storage: 'dictionary', nulls }, v: values, c: codes, m }
}

/** A null entry of the dictionary makes the rows that point to it null. */
function nullsOfDictionary(entries: Uint8Array, codes: Int32Array, valid: Uint8Array | undefined): Uint8Array {
  const m = takeValues(entries, codes, codes.length)
  if (valid !== undefined) for (let row = 0; row < m.length; row++) m[row] = (m[row] ?? 0) & (valid[row] ?? 0)
  return m
}

function allValues(column: PlainColumn): readonly Value[] {
  if (column.storage === 'object') return column.values
  if (column.storage === 'decimal') return Array.from({ length: column.length }, (_, i) => decimalAt(column.values, i))
  return Array.from({ length: column.length }, (_, i) => valueAt(column, i))
}

/**
 * Decodes all rows with one call. Each row is then a substring, which costs a fraction of a decode of its own.
 *
 * @returns The text, and for each row (and the end) where it starts, in UTF-16 units.
 */
export function decodeText(
  bytes: Uint8Array,
  offsets: Int32Array,
  length: number,
): { text: string; starts: Int32Array } {
  const start = offsets[0] ?? 0
  const end = offsets[length] ?? 0
  const used = bytes.subarray(start, end)
  const buffer = Buffer.from(used.buffer, used.byteOffset, used.byteLength)
  if (isAscii(used)) {
    return { text: buffer.toString('latin1'), starts: start === 0 ? offsets : offsets.map((offset) => offset - start) }
  }
  if (!isUtf8(used)) return decodeEach(bytes, offsets, length)
  const starts = new Int32Array(length + 1)
  let units = 0
  let row = 0
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0
    const isContinuation = (byte & 0xc0) === 0x80
    // Together the bytes are UTF-8, but a row begins inside of a character.
    if (isContinuation && offsets[row] === at) return decodeEach(bytes, offsets, length)
    while (row <= length && offsets[row] === at) starts[row++] = units
    // A character starts at each byte that is not a continuation; those of four bytes take two units.
    if (!isContinuation) units += byte >= 0xf0 ? 2 : 1
  }
  while (row <= length) starts[row++] = units
  return { text: buffer.toString('utf8'), starts }
}

/** Bytes that are not valid UTF-8: each row is decoded by itself, with replacement characters. */
function decodeEach(bytes: Uint8Array, offsets: Int32Array, length: number): { text: string; starts: Int32Array } {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const rows = Array.from({ length }, (_, i) => decoder.decode(bytes.subarray(offsets[i], offsets[i + 1])))
  const starts = new Int32Array(length + 1)
  rows.forEach((row, i) => {
    starts[i + 1] = (starts[i] ?? 0) + row.length
  })
  return { text: rows.join(''), starts }
}
