// Sums over frames that only move forward. Doubles are added plainly while frames grow, as groups have it; once values
// leave, their rounding errors are kept apart and what is not finite is counted (FloatSum in functions/aggregate).

import type { PlainColumn } from '../../../functions/column/column.ts'
import type { Frames } from './frame.ts'
import type { WindowOrder } from './order.ts'

export interface Sums {
  /** By position. */
  readonly values: Float64Array
  /** 1 at positions whose value counts; undefined when all do. */
  readonly seen: Uint8Array | undefined
  /** By row. */
  readonly results: Float64Array
  /** All 1 to begin with: rows of no values get 0. */
  readonly valid: Uint8Array
  /** The sum is divided by the number of its values. */
  readonly isMean: boolean
}

type Positions = Pick<WindowOrder, 'rows' | 'partitions'>

/** Frames that are their whole partition. */
export function wholeSums({ values, seen, results, valid, isMean }: Sums, order: WindowOrder): void {
  const { partitions } = order
  for (let p = 0; p + 1 < partitions.length; p++) {
    const start = partitions[p] ?? 0
    const end = partitions[p + 1] ?? 0
    let total = 0
    let count = 0
    for (let position = start; position < end; position++) {
      if (seen !== undefined && seen[position] === 0) continue
      total += values[position] ?? 0
      count++
    }
    const result = isMean ? total / count : total
    if (order.isAsIs) {
      if (count === 0) valid.fill(0)
      else results.fill(result)
      continue
    }
    const { rows } = order
    for (let position = start; position < end; position++) {
      const row = rows[position] ?? 0
      if (count === 0) valid[row] = 0
      else results[row] = result
    }
  }
}

/** Frames that start with their partition. */
export function growingSums(
  { values, seen, results, valid, isMean }: Sums,
  { ends }: Frames,
  { rows, partitions }: Positions,
): void {
  for (let p = 0; p + 1 < partitions.length; p++) {
    const end = partitions[p + 1] ?? 0
    let reached = partitions[p] ?? 0
    let total = 0
    let count = 0
    for (let position = partitions[p] ?? 0; position < end; position++) {
      const to = ends[position] ?? 0
      for (; reached < to; reached++) {
        if (seen !== undefined && seen[reached] === 0) continue
        total += values[reached] ?? 0
        count++
      }
      const row = rows[position] ?? 0
      if (count === 0) valid[row] = 0
      else results[row] = isMean ? total / count : total
    }
  }
}

/** Frames of any kind. */
export function slidingSums(sums: Sums, frames: Frames, { rows, partitions }: Positions): void {
  for (let p = 0; p + 1 < partitions.length; p++)
    slideOver(sums, frames, rows, partitions[p] ?? 0, partitions[p + 1] ?? 0)
}

/** The sums over the frames of one partition. */
function slideOver(sums: Sums, { starts, ends }: Frames, rows: Int32Array, start: number, end: number): void {
  const { values, seen, results, valid, isMean } = sums
  let left = start
  let reached = left
  let total = 0
  let error = 0
  let count = 0
  let nans = 0
  let infinities = 0
  let negativeInfinities = 0
  let slides = false
  for (let position = left; position < end; position++) {
    const from = starts[position] ?? 0
    const to = ends[position] ?? 0
    if (from >= reached) {
      // Nothing stays: a fresh start also drops what rounding has left behind.
      total = error = count = nans = infinities = negativeInfinities = 0
      slides = false
      left = reached = from
    }
    // Twice the same additions: one loop for both directions would wait for its branches.
    for (; left < from; left++) {
      if (seen !== undefined && seen[left] === 0) continue
      const value = values[left] ?? 0
      slides = true
      if (--count === 0) total = error = nans = infinities = negativeInfinities = 0
      else if (value - value === 0) {
        // The rounding error of an addition is itself a double.
        const sum = total - value
        const part = sum - total
        error += total - (sum - part) - (value + part)
        total = sum
      } else if (Number.isNaN(value)) nans--
      else if (value > 0) infinities--
      else negativeInfinities--
    }
    for (; reached < to; reached++) {
      if (seen !== undefined && seen[reached] === 0) continue
      const value = values[reached] ?? 0
      count++
      if (value - value === 0) {
        const sum = total + value
        const part = sum - total
        error += total - (sum - part) + (value - part)
        total = sum
      } else if (Number.isNaN(value)) nans++
      else if (value > 0) infinities++
      else negativeInfinities++
    }
    const row = rows[position] ?? 0
    if (count === 0) {
      valid[row] = 0
      continue
    }
    const finite = slides && total - total === 0 ? total + error : total
    const result = specialSum(nans, infinities, negativeInfinities) ?? finite
    results[row] = isMean ? result / count : result
  }
}

/** The sum of what is not finite, if there is anything. */
function specialSum(nans: number, infinities: number, negativeInfinities: number): number | undefined {
  if (nans > 0 || (infinities > 0 && negativeInfinities > 0)) return Number.NaN
  if (infinities > 0) return Infinity
  return negativeInfinities > 0 ? -Infinity : undefined
}

/** How many of the positions before each one are seen. */
export function prefixCounts(seen: Uint8Array): Int32Array {
  const counts = new Int32Array(seen.length + 1)
  let count = 0
  for (let position = 0; position < seen.length; position++) {
    count += seen[position] ?? 0
    counts[position + 1] = count
  }
  return counts
}

/** Sums of 64 bits in two words. */
export interface WordSums {
  readonly low: Uint32Array
  readonly high: Int32Array
}

/** The sums of the integers before each position, wrapping at 64 bits; undefined for columns of anything else. */
export function prefixSums(column: PlainColumn, seen: Uint8Array | undefined): WordSums | undefined {
  const words = wordsOf(column)
  if (words === undefined) return undefined
  const { length } = column
  const low = new Uint32Array(length + 1)
  const high = new Int32Array(length + 1)
  let lowSum = 0
  let highSum = 0
  for (let position = 0; position < length; position++) {
    if (seen === undefined || seen[position] === 1) {
      const sum = lowSum + ((words[2 * position] ?? 0) >>> 0)
      lowSum = sum >>> 0
      highSum = (highSum + (words[2 * position + 1] ?? 0) + (sum > lowSum ? 1 : 0)) | 0
    }
    low[position + 1] = lowSum
    high[position + 1] = highSum
  }
  return { low, high }
}

/** Integers in two words each, the low one first. */
function wordsOf(column: PlainColumn): Int32Array | undefined {
  const { length } = column
  if (column.storage === 'bigint') return new Int32Array(column.values.buffer, column.values.byteOffset, 2 * length)
  if (column.storage !== 'number') return undefined
  const words = new Int32Array(2 * length)
  const { values } = column
  for (let position = 0; position < length; position++) {
    const value = values[position] ?? 0
    words[2 * position] = value
    words[2 * position + 1] = value < 0 ? -1 : 0
  }
  return words
}
