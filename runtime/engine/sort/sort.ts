// Sorting: all rows are gathered, their order is found as positions, rows are taken in it. Stable; nulls first or last
// as each key says.

import type { Bound } from '../../../functions/bind/bound.ts'
import { type Batch, type PlainColumn, valueAt } from '../../../functions/column/column.ts'
import { concatBatches } from '../../../functions/column/concat.ts'
import { counting, resolveDictionary, takeRows } from '../../../functions/column/take.ts'
import { compareNumbers, compareValues } from '../../../functions/scalar/order.ts'
import type { DataType } from '../../../functions/types/type.ts'
import { PreparedBatch } from '../prepared-batch.ts'
import { Projection } from '../projection.ts'
import {
  columnOfNumbers,
  type Direction,
  type LeadingNumbers,
  leadingNumbers,
  leadingNumbersOf,
} from './leading-numbers.ts'
import { mergeRuns } from './merge-runs.ts'
import { NumberSorter } from './order-numbers.ts'
import { type RowKey, RowSorter } from './order-rows.ts'

export interface SortKey extends Direction {
  readonly expression: Bound
}

/** The rows of all batches in order; only the first `limit` when given. */
export function sortBatches(
  batches: readonly Batch[],
  types: readonly DataType[],
  keys: readonly SortKey[],
  limit?: number,
): Batch {
  const sorted = sortedByItself(batches, types, keys, limit)
  if (sorted !== undefined) return { length: sorted.length, columns: [sorted] }
  const all = concatBatches(batches, types)
  const projection = new Projection(keys.map((key) => key.expression))
  const keyColumns = projection.run(PreparedBatch.of(all), undefined).columns.map(resolveDictionary)
  const columns = all.columns.map(resolveDictionary)
  const wanted = Math.min(limit ?? all.length, all.length)
  const [key] = keys
  const { rows, numbers } = ordered(keyColumns, keys, all.length, wanted)
  return {
    length: wanted,
    columns: columns.map((column) =>
      column === keyColumns[0] && numbers !== undefined && key !== undefined
        ? columnOfNumbers(column, numbers, key)
        : takeRows(column, rows, wanted),
    ),
  }
}

/** The first values of an only column in its own order; undefined where numbers do not hold the values. */
function sortedByItself(
  batches: readonly Batch[],
  types: readonly DataType[],
  keys: readonly SortKey[],
  limit: number | undefined,
): PlainColumn | undefined {
  const [key] = keys
  if (types.length !== 1 || keys.length !== 1 || key?.expression.kind !== 'input') return undefined
  const parts = batches.flatMap(({ columns }) => columns).filter((part) => part.storage !== 'dictionary')
  // Of a part that has nulls, so that the result has them.
  const model = parts.find(({ valid }) => valid !== undefined) ?? parts[0]
  const areNumbers = parts.every(({ storage }) => storage === 'number' || storage === 'mask')
  if (model === undefined || !areNumbers || parts.length < batches.length) return undefined
  const { numbers, faithful } = leadingNumbersOf(parts, key)
  if (!faithful) return undefined
  const wanted = Math.min(limit ?? numbers.length, numbers.length)
  new NumberSorter().sort(numbers, undefined, 0, numbers.length, wanted)
  return columnOfNumbers(model, wanted === numbers.length ? numbers : numbers.slice(0, wanted), key)
}

/** Positions of rows in order, and the first key's numbers in the same order where they hold its values. */
function ordered(
  columns: readonly PlainColumn[],
  keys: readonly SortKey[],
  length: number,
  wanted: number,
): { readonly rows: Int32Array; readonly numbers: Float64Array | undefined } {
  const rows = counting(length)
  const rowKeys = rowKeysOf(columns, keys)
  const [first] = rowKeys
  if (first === undefined) return { rows: rows.subarray(0, wanted), numbers: undefined }
  const { numbers, exact, faithful, borrowed } = first.leading()
  const own = { rows, numbers: rowKeys.length === 1 && !borrowed ? numbers : numbers.slice() }
  // Numbers alone are distributed faster than runs of them are merged.
  const merged = exact && rowKeys.length === 1 ? undefined : mergeRuns(rowKeys, own, wanted)
  if (merged === undefined) new RowSorter(rowKeys).sort(own.rows, own.numbers, 0, length, wanted)
  const sorted = merged ?? own
  const holdsValues = faithful && rowKeys.length === 1
  return { rows: sorted.rows.slice(0, wanted), numbers: holdsValues ? sorted.numbers.slice(0, wanted) : undefined }
}

/** Sort keys over their columns. */
export function rowKeysOf(columns: readonly PlainColumn[], directions: readonly Direction[]): readonly RowKey[] {
  return columns.map((column, k): RowKey => {
    const direction = directions[k] ?? { descending: false, nullsFirst: false }
    let leading: LeadingNumbers | undefined
    return {
      leading: () => {
        leading ??= leadingNumbers(column, direction)
        return leading
      },
      compare: keyOrder(column, direction.descending, direction.nullsFirst),
    }
  })
}

/** Compares two rows by one key; equal rows and two nulls give 0. */
export function keyOrder(
  column: PlainColumn,
  descending: boolean,
  nullsFirst: boolean,
): (a: number, b: number) => number {
  // Nulls inside of values stand where null values do.
  const ascending = valueOrder(column, nullsFirst === descending)
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

function valueOrder(column: PlainColumn, nullsGreatest: boolean): (a: number, b: number) => number {
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
        return x === null || y === null ? 0 : compareValues(x, y, nullsGreatest)
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
