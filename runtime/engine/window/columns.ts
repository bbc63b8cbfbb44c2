// count, sum, avg, min and max of numbers over frames, from whole columns: values in the order of the positions, results
// written to their rows. Gives what the accumulators in functions/aggregate give; whatever has no such form is left to
// aggregate.ts.

import type { Bound } from '../../../functions/bind/bound.ts'
import type { BoundWindow } from '../../../functions/bind/window.ts'
import { bigintArray, type PlainColumn } from '../../../functions/column/column.ts'
import { finishBuffer } from '../../../functions/column/output-buffer.ts'
import { type DataType, float64, isBigInt } from '../../../functions/types/type.ts'
import { leadingNumbers } from '../sort/leading-numbers.ts'
import { growingExtremes, slidingExtremes } from './extremes.ts'
import type { Frames } from './frame.ts'
import { isFixed } from './gather.ts'
import { gatheredColumn } from './gather-values.ts'
import type { WindowOrder } from './order.ts'
import { growingSums, prefixCounts, prefixSums, slidingSums, wholeSums } from './sums.ts'

/** What all of them need to know. */
interface Inputs {
  readonly order: WindowOrder
  readonly frames: () => Frames
  /** 1 at positions that count; undefined when all do. */
  readonly seen: Uint8Array | undefined
  readonly bounds: BoundWindow['frame']
  readonly type: DataType
}

/** The results of all rows; undefined when the aggregate has to be computed by its accumulators. */
export function runColumns(
  { computation, args, filter, frame, returns }: BoundWindow,
  order: WindowOrder,
  frames: () => Frames,
  columnOf: (bound: Bound) => PlainColumn,
): PlainColumn | undefined {
  if (computation.kind !== 'aggregate' || computation.builtIn === undefined) return undefined
  const { builtIn } = computation
  const columns = args.map(columnOf)
  const seen = () => seenPositions(columns, filter && columnOf(filter), order)
  const inputs = () => ({ order, frames, seen: seen(), bounds: frame, type: returns.type })
  if (builtIn === 'count') return countColumn(inputs())
  const [column] = columns
  if (column === undefined || !isFixed(column)) return undefined
  if (builtIn === 'min' || builtIn === 'max') return extremes(column, builtIn, inputs())
  if (builtIn === 'sum' && isBigInt(returns.type)) return integerSums(column, inputs())
  if (builtIn === 'sum' || builtIn === 'avg') return doubleSums(column, builtIn === 'avg', inputs())
  return undefined
}

/** 1 where no argument is null and the filter is true; undefined when that is everywhere. */
function seenPositions(
  columns: readonly PlainColumn[],
  filter: PlainColumn | undefined,
  order: WindowOrder,
): Uint8Array | undefined {
  const masks = columns.flatMap(({ valid }) => valid ?? [])
  if (filter?.valid !== undefined) masks.push(filter.valid)
  if (filter?.storage === 'mask') masks.push(filter.values)
  const [first, ...others] = masks.map((mask) => order.mask(mask))
  if (first === undefined || others.length === 0) return first
  const seen = first.slice()
  for (const mask of others)
    for (let position = 0; position < seen.length; position++)
      seen[position] = (seen[position] ?? 0) & (mask[position] ?? 0)
  return seen
}

function extremes(
  column: PlainColumn,
  which: 'min' | 'max',
  { order, frames, seen, bounds }: Inputs,
): PlainColumn | undefined {
  // Rows with a null are not seen: no infinity need stand for them.
  const values = { ...order.column(column), valid: undefined }
  const { numbers, exact } = leadingNumbers(values, { descending: which === 'max', nullsFirst: false })
  if (!exact) return undefined
  const find = bounds.start.kind === 'unbounded' ? growingExtremes : slidingExtremes
  return gatheredColumn(column, find(numbers, seen, frames(), order.partitions), order)
}

function doubleSums(
  column: PlainColumn,
  isMean: boolean,
  { order, frames, seen, bounds, type }: Inputs,
): PlainColumn | undefined {
  const values = asDoubles(order.column(column))
  if (values === undefined || type.kind !== 'float64') return undefined
  const { length } = order
  const sums = { values, seen, results: new Float64Array(length), valid: new Uint8Array(length).fill(1), isMean }
  const grows = bounds.start.kind === 'unbounded'
  if (grows && bounds.end.kind === 'unbounded') wholeSums(sums, order)
  else if (grows) growingSums(sums, frames(), order)
  else slidingSums(sums, frames(), order)
  return finishBuffer({ v: sums.results, m: sums.valid }, float64, length)
}

function countColumn({ order, frames, seen, type }: Inputs): PlainColumn {
  const { rows, length } = order
  const { starts, ends } = frames()
  const values = bigintArray(type, length)
  // Counts of rows fit into the low word.
  const words = new Int32Array(values.buffer)
  if (seen === undefined) {
    for (let position = 0; position < length; position++)
      words[2 * (rows[position] ?? 0)] = (ends[position] ?? 0) - (starts[position] ?? 0)
  } else {
    const counts = prefixCounts(seen)
    for (let position = 0; position < length; position++)
      words[2 * (rows[position] ?? 0)] = (counts[ends[position] ?? 0] ?? 0) - (counts[starts[position] ?? 0] ?? 0)
  }
  return { storage: 'bigint', type, length, valid: undefined, values }
}

/** Sums that wrap at 64 bits: differences of sums from the first position on, whatever the frames. */
function integerSums(column: PlainColumn, { order, frames, seen, type }: Inputs): PlainColumn | undefined {
  const sums = prefixSums(order.column(column), seen)
  if (sums === undefined) return undefined
  const { rows, length } = order
  const { starts, ends } = frames()
  const values = bigintArray(type, length)
  const words = new Int32Array(values.buffer)
  const m = new Uint8Array(length)
  const counts = seen === undefined ? undefined : prefixCounts(seen)
  const { low, high } = sums
  for (let position = 0; position < length; position++) {
    const row = rows[position] ?? 0
    const from = starts[position] ?? 0
    const to = ends[position] ?? 0
    const difference = (low[to] ?? 0) - (low[from] ?? 0)
    words[2 * row] = difference
    words[2 * row + 1] = (high[to] ?? 0) - (high[from] ?? 0) - (difference < 0 ? 1 : 0)
    const count = counts === undefined ? to - from : (counts[to] ?? 0) - (counts[from] ?? 0)
    m[row] = count > 0 ? 1 : 0
    if (count === 0) words[2 * row] = words[2 * row + 1] = 0
  }
  return finishBuffer({ v: values, m }, type, length)
}

/** The values as doubles, as `Number` makes them. */
function asDoubles(column: PlainColumn): Float64Array | undefined {
  if (column.storage === 'number') {
    return column.values instanceof Float64Array ? column.values : Float64Array.from(column.values)
  }
  if (column.storage !== 'bigint') return undefined
  return leadingNumbers({ ...column, valid: undefined }, { descending: false, nullsFirst: false }).numbers
}
