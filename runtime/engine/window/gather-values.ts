// Window functions that take a value from another row: the gather indices first, their values then as a whole
// column. Where nulls are ignored, rows are counted among those with a value.

import type { PlainColumn } from '../../../functions/column/column.ts'
import { concatColumns } from '../../../functions/column/concat.ts'
import { takeRows } from '../../../functions/column/take.ts'
import type { WindowKernel } from '../../../functions/contract/window.ts'
import type { Frames } from './frame.ts'
import { isFixed, spread } from './gather.ts'
import type { WindowOrder } from './order.ts'

export interface GatherInputs {
  readonly values: PlainColumn
  /** What rows get that gather none; null without it. */
  readonly otherwise: PlainColumn | undefined
  readonly ignoreNulls: boolean
  /** The frames of all rows; asked for when the kernel looks at them. */
  readonly frames: () => Frames
}

/** The gathered values of all rows. */
export function runGatherKernel(
  kernel: WindowKernel & { readonly kind: 'distance' | 'nth' },
  order: WindowOrder,
  { values, otherwise, ignoreNulls, frames }: GatherInputs,
): PlainColumn {
  const mask = ignoreNulls ? order.column(values).valid : undefined
  const counted = mask === undefined ? undefined : countValues(mask)
  const indices =
    kernel.kind === 'distance'
      ? valueAtDistance(kernel.distance, order, counted)
      : nthValue(kernel.n, frames(), order.rows.length, counted)
  return gatheredColumn(values, indices, order, otherwise)
}

/** The values at gather indices, by row; -1 gathers none. */
export function gatheredColumn(
  values: PlainColumn,
  indices: Int32Array,
  order: WindowOrder,
  otherwise?: PlainColumn,
): PlainColumn {
  const { rows } = order
  if (isFixed(values)) {
    const ordered = order.column(values)
    if (isFixed(ordered)) return spread(ordered, { indices, rows, otherwise })
  }
  const { length } = rows
  const positions = new Int32Array(length)
  const valid = new Uint8Array(length)
  for (let position = 0; position < length; position++) {
    const row = rows[position] ?? 0
    const at = indices[position] ?? -1
    // Behind the values stand the defaults, row by row.
    positions[row] = at >= 0 ? (rows[at] ?? 0) : otherwise === undefined ? 0 : length + row
    valid[row] = at >= 0 || otherwise !== undefined ? 1 : 0
  }
  const source = otherwise === undefined ? values : concatColumns([values, otherwise], values.type, 2 * length)
  return takeRows(source, positions, length, valid)
}

/** The positions that have a value, and how many of them stand before each position. */
interface Counted {
  readonly found: Int32Array
  readonly before: Int32Array
}

function countValues(mask: Uint8Array): Counted {
  const found = new Int32Array(mask.length)
  const before = new Int32Array(mask.length + 1)
  let count = 0
  for (let position = 0; position < mask.length; position++) {
    before[position] = count
    found[count] = position
    count += mask[position] ?? 0
  }
  before[mask.length] = count
  return { found: found.subarray(0, count), before }
}

function valueAtDistance(
  distance: number,
  { rows, partitions }: WindowOrder,
  counted: Counted | undefined,
): Int32Array {
  const indices = new Int32Array(rows.length)
  for (let p = 0; p + 1 < partitions.length; p++) {
    const start = partitions[p] ?? 0
    const end = partitions[p + 1] ?? 0
    if (counted === undefined || distance === 0) {
      for (let position = start; position < end; position++) {
        const at = position + distance
        indices[position] = at >= start && at < end ? at : -1
      }
      continue
    }
    const { found, before } = counted
    for (let position = start; position < end; position++) {
      const index = distance > 0 ? (before[position + 1] ?? 0) + distance - 1 : (before[position] ?? 0) + distance
      const at = index < 0 ? -1 : (found[index] ?? -1)
      indices[position] = at >= start && at < end ? at : -1
    }
  }
  return indices
}

function nthValue(n: number, { starts, ends }: Frames, length: number, counted: Counted | undefined): Int32Array {
  const indices = new Int32Array(length)
  if (counted === undefined) {
    for (let position = 0; position < length; position++) {
      const start = starts[position] ?? 0
      const end = ends[position] ?? 0
      const at = n > 0 ? start + n - 1 : end + n
      indices[position] = at >= start && at < end ? at : -1
    }
    return indices
  }
  const { found, before } = counted
  for (let position = 0; position < length; position++) {
    const start = starts[position] ?? 0
    const end = ends[position] ?? 0
    const index = n > 0 ? (before[start] ?? 0) + n - 1 : (before[end] ?? 0) + n
    const at = index < 0 ? -1 : (found[index] ?? -1)
    indices[position] = at >= start && at < end ? at : -1
  }
  return indices
}
