// Sorting: all rows are gathered, their order is found as positions, rows are taken in it. Stable; nulls first or last
// as each key says.

import type { Bound } from '../../functions/bind/bound.ts'
import { type Batch, type PlainColumn, valueAt } from '../../functions/column/column.ts'
import { concatBatches } from '../../functions/column/concat.ts'
import { counting, resolveDictionary, takeRows } from '../../functions/column/take.ts'
import { compareNumbers, compareValues } from '../../functions/scalar/order.ts'
import type { DataType } from '../../functions/types/type.ts'
import { orderRows } from './order-rows.ts'
import { PreparedBatch } from './prepared-batch.ts'
import { Projection } from './projection.ts'

export interface SortKey {
  readonly expression: Bound
  readonly descending: boolean
  readonly nullsFirst: boolean
}

/** The rows of all batches in order; only the first `limit` when given. */
export function sortBatches(
  batches: readonly Batch[],
  types: readonly DataType[],
  keys: readonly SortKey[],
  limit?: number,
): Batch {
  const all = concatBatches(batches, types)
  const projection = new Projection(keys.map((key) => key.expression))
  const columns = projection.run(PreparedBatch.of(all), undefined).columns.map(resolveDictionary)
  const positions = sortedPositions(columns, keys, all.length, limit ?? all.length)
  return {
    length: positions.length,
    columns: all.columns.map((column) => takeRows(resolveDictionary(column), positions, positions.length)),
  }
}

/** Positions of the first `limit` rows in the order of the keys. */
export function sortedPositions(
  columns: readonly PlainColumn[],
  keys: readonly SortKey[],
  length: number,
  limit: number,
): Int32Array {
  const rows = counting(length)
  const [column] = columns
  const [key] = keys
  if (column === undefined || key === undefined) return rows.subarray(0, limit)
  const { nulls, others } = partNulls(column, rows)
  const orders = columns.map((own, k) => keyOrder(own, keys[k]?.descending === true, keys[k]?.nullsFirst === true))
  const compareFrom = (first: number) => (a: number, b: number) => {
    for (let k = first; k < orders.length; k++) {
      const result = orders[k]?.(a, b) ?? 0
      if (result !== 0) return result
    }
    return 0
  }
  const { leading, decides } = leadingNumbers(column, length, key.descending)
  const ordered = orderRows(
    others,
    { leading, decides: decides && keys.length === 1, compare: compareFrom(decides ? 1 : 0) },
    limit,
  )
  if (nulls.length === 0) return ordered
  const equal = { leading: new Float64Array(length), decides: keys.length === 1, compare: compareFrom(1) }
  const orderedNulls = orderRows(nulls, equal, limit)
  const joined = new Int32Array(Math.min(limit, length))
  const [first, second] = key.nullsFirst ? [orderedNulls, ordered] : [ordered, orderedNulls]
  joined.set(first)
  joined.set(second.subarray(0, joined.length - first.length), first.length)
  return joined
}

function partNulls(column: PlainColumn, rows: Int32Array): { readonly nulls: Int32Array; readonly others: Int32Array } {
  const { valid } = column
  if (valid === undefined) return { nulls: new Int32Array(0), others: rows }
  return { nulls: rows.filter((row) => valid[row] === 0), others: rows.filter((row) => valid[row] === 1) }
}

/** The first key's values as numbers that order rows, exactly (`decides`) or as far as a double can tell. */
function leadingNumbers(
  column: PlainColumn,
  length: number,
  descending: boolean,
): { readonly leading: Float64Array; readonly decides: boolean } {
  const leading = new Float64Array(length)
  const sign = descending ? -1 : 1
  switch (column.storage) {
    case 'mask':
    case 'number': {
      const { values } = column
      let seen = false
      for (let i = 0; i < length; i++) {
        const value = values[i] ?? 0
        // NaN comes after infinity: as infinity it is only told apart by comparing.
        seen ||= Number.isNaN(value) || value === Infinity
        leading[i] = sign * (Number.isNaN(value) ? Infinity : value)
      }
      return { leading, decides: !seen }
    }
    case 'bigint': {
      const { buffer, byteOffset } = column.values
      const high =
        column.type.kind === 'uint64' ? new Uint32Array(buffer, byteOffset) : new Int32Array(buffer, byteOffset)
      const low = new Uint32Array(buffer, byteOffset)
      let exact = true
      for (let i = 0; i < length; i++) {
        const value = (high[2 * i + 1] ?? 0) * 4294967296 + (low[2 * i] ?? 0)
        exact &&= value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER
        leading[i] = sign * value
      }
      return { leading, decides: exact }
    }
    case 'bytes': {
      const { values, offsets } = column
      for (let i = 0; i < length; i++) leading[i] = sign * bytesPrefix(values, offsets[i] ?? 0, offsets[i + 1] ?? 0)
      return { leading, decides: false }
    }
    default:
      return { leading, decides: false }
  }
}

/** The first six bytes as a number; shorter texts are filled with zeros. */
function bytesPrefix(bytes: Uint8Array, start: number, end: number): number {
  let prefix = 0
  for (let i = 0; i < 6; i++) prefix = prefix * 256 + (start + i < end ? (bytes[start + i] ?? 0) : 0)
  return prefix
}

/** Compares two rows by one key; equal rows and two nulls give 0. */
export function keyOrder(
  column: PlainColumn,
  descending: boolean,
  nullsFirst: boolean,
): (a: number, b: number) => number {
  const ascending = valueOrder(column)
  const order = descending ? (a: number, b: number) => ascending(b, a) : ascending
  const { valid } = column
  if (valid === undefined) return order
  const nullRank = nullsFirst ? -1 : 1
  return (a, b) => {
    const [x, y] = [valid[a], valid[b]]
    if (x === 1 && y === 1) return order(a, b)
    return x === y ? 0 : x === 1 ? -nullRank : nullRank
  }
}

function valueOrder(column: PlainColumn): (a: number, b: number) => number {
  switch (column.storage) {
    case 'number':
    case 'mask': {
      const { values } = column
      return (a, b) => compareNumbers(values[a] ?? 0, values[b] ?? 0)
    }
    case 'bigint': {
      const { values } = column
      return (a, b) => {
        const [x, y] = [values[a] ?? 0n, values[b] ?? 0n]
        return x < y ? -1 : x > y ? 1 : 0
      }
    }
    case 'bytes': {
      const { values, offsets } = column
      return (a, b) => compareRuns(values, offsets, a, b)
    }
    default:
      return (a, b) => {
        const [x, y] = [valueAt(column, a), valueAt(column, b)]
        return x === null || y === null ? 0 : compareValues(x, y)
      }
  }
}

/** Compares two rows of bytes without making views of them. */
function compareRuns(bytes: Uint8Array, offsets: Int32Array, a: number, b: number): number {
  let i = offsets[a] ?? 0
  let j = offsets[b] ?? 0
  const aEnd = offsets[a + 1] ?? 0
  const bEnd = offsets[b + 1] ?? 0
  while (i < aEnd && j < bEnd) {
    const difference = (bytes[i++] ?? 0) - (bytes[j++] ?? 0)
    if (difference !== 0) return difference
  }
  return aEnd - i - (bEnd - j)
}
