// Picking rows out of columns: gathers by position, dictionaries resolved.

import type { DataType } from '../types/type.ts'
import { allocateBytes, type BytesColumn, type Column, type PlainColumn } from './column.ts'
import { type ListItems, listColumn, listItems } from './lists.ts'
import { takeValues } from './take-values.ts'

/** A dictionary column with each row's value in place. */
export function resolveDictionary(column: Column): PlainColumn {
  if (column.storage !== 'dictionary') return column
  return takeRows(column.dictionary, column.codes, column.length, column.valid)
}

/**
 * The rows at `positions`, in that order.
 *
 * @param valid - Validity of the result rows where it is known from outside (a dictionary's codes); rows that it marks
 * null are not read.
 */
export function takeRows(column: PlainColumn, positions: Int32Array, length: number, valid?: Uint8Array): PlainColumn {
  const { type } = column
  const own = takeValidity(column.valid, positions, length, valid)
  switch (column.storage) {
    case 'null':
      return { storage: 'null', type, length, valid: new Uint8Array(length) }
    case 'bytes':
      return takeBytes(column, positions, length, own)
    case 'decimal': {
      const values = new BigUint64Array(2 * length)
      for (let i = 0; i < length; i++) {
        const from = 2 * (positions[i] ?? 0)
        values[2 * i] = column.values[from] ?? 0n
        values[2 * i + 1] = column.values[from + 1] ?? 0n
      }
      return { storage: 'decimal', type, length, valid: own, values }
    }
    case 'object': {
      const lists = listItems(column)
      if (lists !== undefined) return takeLists(lists, type, positions, length, own)
      const values = Array.from({ length }, (_, i) => column.values[positions[i] ?? 0] ?? null)
      return { storage: 'object', type, length, valid: own, values }
    }
    default: {
      const values = takeValues(column.values, positions, length)
      return { storage: column.storage, type, length, valid: own, values } as unknown as PlainColumn
    }
  }
}

function takeLists(
  { offsets, items }: ListItems,
  type: DataType,
  positions: Int32Array,
  length: number,
  valid: Uint8Array | undefined,
): PlainColumn {
  const taken = new Int32Array(length + 1)
  const from: number[] = []
  for (let i = 0; i < length; i++) {
    const position = positions[i] ?? 0
    const end = valid === undefined || valid[i] === 1 ? (offsets[position + 1] ?? 0) : 0
    for (let item = offsets[position] ?? 0; item < end; item++) from.push(item)
    taken[i + 1] = from.length
  }
  const own = takeRows(resolveDictionary(items), Int32Array.from(from), from.length)
  return listColumn(type, length, valid, { offsets: taken, items: own })
}

function takeValidity(
  valid: Uint8Array | undefined,
  positions: Int32Array,
  length: number,
  outer: Uint8Array | undefined,
): Uint8Array | undefined {
  if (valid === undefined) return outer
  if (outer === undefined) return takeValues(valid, positions, length)
  const taken = new Uint8Array(length)
  for (let i = 0; i < length; i++) taken[i] = outer[i] === 0 ? 0 : (valid[positions[i] ?? 0] ?? 0)
  return taken
}

/** Texts of so many bytes are copied in bulk. */
const LONG = 256

function takeBytes(
  column: BytesColumn,
  positions: Int32Array,
  length: number,
  valid: Uint8Array | undefined,
): BytesColumn {
  const { values, offsets, type } = column
  const taken = new Int32Array(length + 1)
  let end = 0
  for (let i = 0; i < length; i++) {
    if (valid === undefined || valid[i] === 1) {
      const from = positions[i] ?? 0
      end += (offsets[from + 1] ?? 0) - (offsets[from] ?? 0)
    }
    taken[i + 1] = end
  }
  const bytes = allocateBytes(end)
  const source = new DataView(values.buffer, values.byteOffset, values.length)
  const buffer = new DataView(bytes.buffer)
  for (let i = 0; i < length; i++) {
    // Most strings are short: a loop beats the call that a bulk copy costs, and calls nothing itself.
    i = copyShort(i, { source, offsets, positions }, { buffer, taken })
    if (i === length) break
    const start = offsets[positions[i] ?? 0] ?? 0
    const to = taken[i] ?? 0
    bytes.set(values.subarray(start, start + (taken[i + 1] ?? 0) - to), to)
  }
  return { storage: 'bytes', type, length, valid, values: bytes, offsets: taken }
}

/** Rows of bytes, at positions. */
interface ByteRows {
  readonly source: DataView
  readonly offsets: Int32Array
  readonly positions: Int32Array
}

/**
 * Copies rows four bytes at a time, up to one that is long or stands where the fourth byte may be outside, and gives its
 * place. What is written beyond the end of a row is overwritten by the next.
 */
function copyShort(
  from: number,
  { source, offsets, positions }: ByteRows,
  { buffer, taken }: { readonly buffer: DataView; readonly taken: Int32Array },
): number {
  const length = taken.length - 1
  const readable = source.byteLength - 3
  const writable = buffer.byteLength - 3
  let i = from
  for (let to = taken[i] ?? 0; i < length; i++) {
    const end = taken[i + 1] ?? 0
    const size = end - to
    // A row without bytes may be null, and its position anything.
    if (size === 0) continue
    let at = offsets[positions[i] ?? 0] ?? 0
    if (size >= LONG || at + size > readable || end > writable) break
    for (; to < end; to += 4) {
      buffer.setInt32(to, source.getInt32(at, true), true)
      at += 4
    }
    to = end
  }
  return i
}

/** The positions 0, 1, 2 … up to `length`. */
export function counting(length: number): Int32Array {
  const positions = new Int32Array(length)
  for (let i = 0; i < length; i++) positions[i] = i
  return positions
}
