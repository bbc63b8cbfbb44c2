// Window functions that take a value from another row: the places that are picked first, their values then as a whole
// column. Where nulls are ignored, rows are counted among those with a value.

import type { PlainColumn } from '../../../functions/column/column.ts'
import { concatColumns } from '../../../functions/column/concat.ts'
import { takeRows } from '../../../functions/column/take.ts'
import type { WindowKernel } from '../../../functions/contract/window.ts'
import type { Frames } from './frame.ts'
import { isFixed, spread } from './gather.ts'
import type { WindowOrder } from './order.ts'

export interface PickInputs {
  readonly values: PlainColumn
  /** What rows get that pick none; null without it. */
  readonly otherwise: PlainColumn | undefined
  readonly ignoreNulls: boolean
  /** The frames of all rows; asked for when the kernel looks at them. */
  readonly frames: () => Frames
}

/** The picked values of all rows. */
export function runPickKernel(
  kernel: WindowKernel & { readonly kind: 'distance' | 'nth' },
  order: WindowOrder,
  { values, otherwise, ignoreNulls, frames }: PickInputs,
): PlainColumn {
  const mask = ignoreNulls ? order.column(values).valid : undefined
  const counted = mask === undefined ? undefined : countValues(mask)
  const picked =
    kernel.kind === 'distance'
      ? pickAtDistance(kernel.distance, order, counted)
      : pickNth(kernel.n, frames(), order.rows.length, counted)
  return pickedColumn(values, picked, order, otherwise)
}

/** The values at picked places, by row; -1 picks none. */
export function pickedColumn(
  values: PlainColumn,
  picked: Int32Array,
  order: WindowOrder,
  otherwise?: PlainColumn,
): PlainColumn {
  const { rows } = order
  if (isFixed(values)) {
    const ordered = order.column(values)
    if (isFixed(ordered)) return spread(ordered, { picked, rows, otherwise })
  }
  const { length } = rows
  const positions = new Int32Array(length)
  const valid = new Uint8Array(length)
  for (let place = 0; place < length; place++) {
    const row = rows[place] ?? 0
    const at = picked[place] ?? -1
    // Behind the values stand the defaults, row by row.
    positions[row] = at >= 0 ? (rows[at] ?? 0) : otherwise === undefined ? 0 : length + row
    valid[row] = at >= 0 || otherwise !== undefined ? 1 : 0
  }
  const source = otherwise === undefined ? values : concatColumns([values, otherwise], values.type, 2 * length)
  return takeRows(source, positions, length, valid)
}

/** The places that have a value, and how many of them stand before each place. */
interface Counted {
  readonly found: Int32Array
  readonly before: Int32Array
}

function countValues(mask: Uint8Array): Counted {
  const found = new Int32Array(mask.length)
  const before = new Int32Array(mask.length + 1)
  let count = 0
  for (let place = 0; place < mask.length; place++) {
    before[place] = count
    found[count] = place
    count += mask[place] ?? 0
  }
  before[mask.length] = count
  return { found: found.subarray(0, count), before }
}

function pickAtDistance(distance: number, { rows, partitions }: WindowOrder, counted: Counted | undefined): Int32Array {
  const picked = new Int32Array(rows.length)
  for (let p = 0; p + 1 < partitions.length; p++) {
    const start = partitions[p] ?? 0
    const end = partitions[p + 1] ?? 0
    if (counted === undefined || distance === 0) {
      for (let place = start; place < end; place++) {
        const at = place + distance
        picked[place] = at >= start && at < end ? at : -1
      }
      continue
    }
    const { found, before } = counted
    for (let place = start; place < end; place++) {
      const index = distance > 0 ? (before[place + 1] ?? 0) + distance - 1 : (before[place] ?? 0) + distance
      const at = index < 0 ? -1 : (found[index] ?? -1)
      picked[place] = at >= start && at < end ? at : -1
    }
  }
  return picked
}

function pickNth(n: number, { starts, ends }: Frames, length: number, counted: Counted | undefined): Int32Array {
  const picked = new Int32Array(length)
  if (counted === undefined) {
    for (let place = 0; place < length; place++) {
      const start = starts[place] ?? 0
      const end = ends[place] ?? 0
      const at = n > 0 ? start + n - 1 : end + n
      picked[place] = at >= start && at < end ? at : -1
    }
    return picked
  }
  const { found, before } = counted
  for (let place = 0; place < length; place++) {
    const start = starts[place] ?? 0
    const end = ends[place] ?? 0
    const index = n > 0 ? (before[start] ?? 0) + n - 1 : (before[end] ?? 0) + n
    const at = index < 0 ? -1 : (found[index] ?? -1)
    picked[place] = at >= start && at < end ? at : -1
  }
  return picked
}
