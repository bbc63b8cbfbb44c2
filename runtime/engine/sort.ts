// Sorting: all rows are gathered, an index is sorted by the keys, rows are taken in its order. Stable; nulls first or
// last as each key says.

import type { Bound } from '../../functions/bind/bound.ts'
import type { Batch, PlainColumn } from '../../functions/column/column.ts'
import { valueAt } from '../../functions/column/column.ts'
import { concatBatches } from '../../functions/column/concat.ts'
import { resolveDictionary, takeRows } from '../../functions/column/take.ts'
import { compareBytes, compareNumbers, compareValues } from '../../functions/scalar/order.ts'
import type { DataType } from '../../functions/types/type.ts'
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
  const compare = comparator(keys, columns)
  const positions = Int32Array.from({ length: all.length }, (_, i) => i).sort(compare)
  const count = Math.min(limit ?? all.length, all.length)
  return {
    length: count,
    columns: all.columns.map((column) => takeRows(resolveDictionary(column), positions, count)),
  }
}

/** Compares two rows by all keys, then by position, which keeps the sort stable. */
function comparator(keys: readonly SortKey[], columns: readonly PlainColumn[]): (a: number, b: number) => number {
  const orders = columns.map((column, k) =>
    keyOrder(column, keys[k]?.descending === true, keys[k]?.nullsFirst === true),
  )
  const [first, second] = orders
  if (first !== undefined && orders.length === 1) return (a, b) => first(a, b) || a - b
  if (first !== undefined && second !== undefined && orders.length === 2)
    return (a, b) => first(a, b) || second(a, b) || a - b
  return (a, b) => {
    for (const order of orders) {
      const result = order(a, b)
      if (result !== 0) return result
    }
    return a - b
  }
}

function keyOrder(column: PlainColumn, descending: boolean, nullsFirst: boolean): (a: number, b: number) => number {
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
    case 'number': {
      const { values } = column
      return (a, b) => compareNumbers(values[a] ?? 0, values[b] ?? 0)
    }
    case 'mask': {
      const { values } = column
      return (a, b) => (values[a] ?? 0) - (values[b] ?? 0)
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
      return (a, b) =>
        compareBytes(values.subarray(offsets[a], offsets[a + 1]), values.subarray(offsets[b], offsets[b + 1]))
    }
    default:
      return (a, b) => {
        const [x, y] = [valueAt(column, a), valueAt(column, b)]
        return x === null || y === null ? 0 : compareValues(x, y)
      }
  }
}
