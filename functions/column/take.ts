// Picking rows out of columns: gathers by position, dictionaries resolved.

import type { DataType } from '../types/type.ts'
import type { BytesColumn, Column, PlainColumn } from './column.ts'
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
  const bytes = new Uint8Array(end)
  for (let i = 0, to = 0; i < length; i++) {
    const size = (taken[i + 1] ?? 0) - to
    if (size === 0) continue
    const start = offsets[positions[i] ?? 0] ?? 0
    // Most strings are short: a loop beats the call that a bulk copy costs.
    if (size < 48) for (let b = 0; b < size; b++) bytes[to + b] = values[start + b] ?? 0
    else bytes.set(values.subarray(start, start + size), to)
    to += size
  }
  return { storage: 'bytes', type, length, valid, values: bytes, offsets: taken }
}

/** The positions 0, 1, 2 … up to `length`. */
export function counting(length: number): Int32Array {
  const positions = new Int32Array(length)
  for (let i = 0; i < length; i++) positions[i] = i
  return positions
}
