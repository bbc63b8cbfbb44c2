// count, sum, avg, min and max of numbers over frames, from whole columns: values in the order of the places, results
// written to their rows. Gives what the accumulators in functions/aggregate give; whatever has no such form is left to
// window-aggregate.ts.

import type { Bound } from '../../functions/bind/bound.ts'
import type { BoundWindow } from '../../functions/bind/window.ts'
import { bigintArray, type PlainColumn } from '../../functions/column/column.ts'
import { finishTarget } from '../../functions/column/target.ts'
import { type DataType, float64, isBigInt, isDecimal } from '../../functions/types/type.ts'
import { leadingNumbers } from './leading-numbers.ts'
import { growingExtremes, slidingExtremes } from './window-extremes.ts'
import type { Frames } from './window-frame.ts'
import type { WindowOrder } from './window-order.ts'
import { pickedColumn } from './window-picks.ts'
import { growingSums, prefixCounts, prefixSums, type Sums, slidingSums, wholeSums } from './window-sums.ts'

/** The results of all rows; undefined when the aggregate has to be computed by its accumulators. */
export function runColumns(
  { computation, args, filter, frame, returns }: BoundWindow,
  order: WindowOrder,
  frames: () => Frames,
  columnOf: (bound: Bound) => PlainColumn,
): PlainColumn | undefined {
  if (computation.kind !== 'aggregate') return undefined
  const { builtIn } = computation
  const columns = args.map((arg) => order.column(columnOf(arg)))
  const seen = seenRows(columns, filter === undefined ? undefined : order.column(columnOf(filter)))
  const [argument] = args
  const [ordered] = columns
  if (builtIn === 'count') return countColumn(order, frames(), seen, returns.type)
  if (argument === undefined || ordered === undefined) return undefined
  const grows = frame.start.kind === 'unbounded'
  if (builtIn === 'min' || builtIn === 'max') {
    const { storage } = ordered
    if (storage !== 'number' && storage !== 'bigint' && storage !== 'mask') return undefined
    // Rows with a null are not seen: no infinity need stand for them.
    const direction = { descending: builtIn === 'max', nullsFirst: false }
    const { numbers, exact } = leadingNumbers({ ...ordered, valid: undefined }, direction)
    if (!exact) return undefined
    const picked = (grows ? growingExtremes : slidingExtremes)(numbers, seen, frames(), order.partitions)
    return pickedColumn(columnOf(argument), picked, order)
  }
  if (builtIn !== 'sum' && builtIn !== 'avg') return undefined
  if (isDecimal(ordered.type)) return undefined
  if (isBigInt(returns.type)) return integerSums(ordered, order, frames(), seen, returns.type)
  const values = asDoubles(ordered)
  if (values === undefined || returns.type.kind !== 'float64') return undefined
  const { length } = order
  const sums: Sums = {
    values,
    seen,
    results: new Float64Array(length),
    valid: new Uint8Array(length).fill(1),
    isMean: builtIn === 'avg',
  }
  if (grows && frame.end.kind === 'unbounded') wholeSums(sums, order)
  else if (grows) growingSums(sums, frames(), order)
  else slidingSums(sums, frames(), order)
  return finishTarget({ v: sums.results, m: sums.valid }, float64, length)
}

/** 1 where no argument is null and the filter is true; undefined when that is everywhere. */
function seenRows(columns: readonly PlainColumn[], filter: PlainColumn | undefined): Uint8Array | undefined {
  const masks = columns.flatMap(({ valid }) => valid ?? [])
  if (filter?.valid !== undefined) masks.push(filter.valid)
  if (filter?.storage === 'mask') masks.push(filter.values)
  const [first, ...others] = masks
  if (first === undefined || others.length === 0) return first
  const seen = first.slice()
  for (const mask of others)
    for (let place = 0; place < seen.length; place++) seen[place] = (seen[place] ?? 0) & (mask[place] ?? 0)
  return seen
}

function countColumn(
  { rows }: WindowOrder,
  { starts, ends }: Frames,
  seen: Uint8Array | undefined,
  type: DataType,
): PlainColumn {
  const { length } = rows
  const values = bigintArray(type, length)
  // Counts of rows fit into the low word.
  const words = new Int32Array(values.buffer)
  if (seen === undefined) {
    for (let place = 0; place < length; place++)
      words[2 * (rows[place] ?? 0)] = (ends[place] ?? 0) - (starts[place] ?? 0)
  } else {
    const counts = prefixCounts(seen)
    for (let place = 0; place < length; place++)
      words[2 * (rows[place] ?? 0)] = (counts[ends[place] ?? 0] ?? 0) - (counts[starts[place] ?? 0] ?? 0)
  }
  return { storage: 'bigint', type, length, valid: undefined, values }
}

/** Sums that wrap at 64 bits: differences of sums from the first place on, whatever the frames. */
function integerSums(
  ordered: PlainColumn,
  { rows }: WindowOrder,
  { starts, ends }: Frames,
  seen: Uint8Array | undefined,
  type: DataType,
): PlainColumn | undefined {
  const sums = prefixSums(ordered, seen)
  if (sums === undefined) return undefined
  const { length } = rows
  const values = bigintArray(type, length)
  const words = new Int32Array(values.buffer)
  const m = new Uint8Array(length)
  const counts = seen === undefined ? undefined : prefixCounts(seen)
  const { low, high } = sums
  for (let place = 0; place < length; place++) {
    const row = rows[place] ?? 0
    const from = starts[place] ?? 0
    const to = ends[place] ?? 0
    const difference = (low[to] ?? 0) - (low[from] ?? 0)
    words[2 * row] = difference
    words[2 * row + 1] = (high[to] ?? 0) - (high[from] ?? 0) - (difference < 0 ? 1 : 0)
    const count = counts === undefined ? to - from : (counts[to] ?? 0) - (counts[from] ?? 0)
    m[row] = count > 0 ? 1 : 0
    if (count === 0) words[2 * row] = words[2 * row + 1] = 0
  }
  return finishTarget({ v: values, m }, type, length)
}

/** The values as doubles, as `Number` makes them. */
function asDoubles(column: PlainColumn): Float64Array | undefined {
  const { length } = column
  if (column.storage === 'number') {
    return column.values instanceof Float64Array ? column.values : Float64Array.from(column.values)
  }
  if (column.storage !== 'bigint') return undefined
  return leadingNumbers({ ...column, length, valid: undefined }, { descending: false, nullsFirst: false }).numbers
}
