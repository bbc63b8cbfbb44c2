// The built-in window functions over ordered rows: numbers that follow from a row's place, and values taken from other
// rows, which are gathered as whole columns.

import type { PlainColumn } from '../../functions/column/column.ts'
import { concatColumns } from '../../functions/column/concat.ts'
import { takeRows } from '../../functions/column/take.ts'
import { type DataType, isBigInt } from '../../functions/types/type.ts'
import type { Candidates, WindowKernel } from '../../functions/window/contract.ts'
import type { Frames } from './window-frame.ts'
import type { WindowOrder } from './window-order.ts'
import { ResultColumn } from './window-result.ts'

/** The numbers of all rows. */
export function runPlaceKernel(
  { number }: WindowKernel & { kind: 'place' },
  { rows, partitions, peersOf, peerStarts }: WindowOrder,
  type: DataType,
): PlainColumn {
  const result = new ResultColumn(type, rows.length, false)
  const big = isBigInt(type)
  for (let p = 0; p + 1 < partitions.length; p++) {
    const start = partitions[p] ?? 0
    const end = partitions[p + 1] ?? 0
    const firstRun = peersOf[start] ?? 0
    for (let place = start; place < end; place++) {
      const run = peersOf[place] ?? 0
      const value = number({
        rows: end - start,
        row: place - start,
        peersStart: (peerStarts[run] ?? 0) - start,
        peersEnd: (peerStarts[run + 1] ?? 0) - start,
        peerGroup: run - firstRun,
      })
      result.set(rows[place] ?? 0, big ? BigInt(value) : value)
    }
  }
  return result.finish()
}

export interface PickInputs {
  readonly values: PlainColumn
  /** What rows get that pick none; null without it. */
  readonly otherwise: PlainColumn | undefined
  readonly ignoreNulls: boolean
  readonly frames: Frames
}

/** The picked values of all rows. */
export function runPickKernel(
  { pick }: WindowKernel & { kind: 'pick' },
  { rows, partitions }: WindowOrder,
  { values, otherwise, ignoreNulls, frames }: PickInputs,
): PlainColumn {
  const { length } = rows
  const positions = new Int32Array(length)
  const valid = new Uint8Array(length)
  for (let p = 0; p + 1 < partitions.length; p++) {
    const start = partitions[p] ?? 0
    const end = partitions[p + 1] ?? 0
    const mask = ignoreNulls ? validity(values) : undefined
    const from = mask === undefined ? everyRow(end - start) : rowsWithValue(mask, rows, start, end)
    for (let place = start; place < end; place++) {
      const row = rows[place] ?? 0
      const frame = { start: (frames.starts[place] ?? 0) - start, end: (frames.ends[place] ?? 0) - start }
      const picked = pick(place - start, frame, from)
      const found = picked >= 0
      // Behind the values stand the defaults, row by row.
      positions[row] = found ? (rows[start + picked] ?? 0) : otherwise === undefined ? 0 : length + row
      valid[row] = found || otherwise !== undefined ? 1 : 0
    }
  }
  const source = otherwise === undefined ? values : concatColumns([values, otherwise], values.type, 2 * length)
  return takeRows(source, positions, length, valid)
}

function validity(column: PlainColumn): Uint8Array | undefined {
  return column.storage === 'null' ? new Uint8Array(column.length) : column.valid
}

function everyRow(count: number): Candidates {
  return {
    at: (index) => (index >= 0 && index < count ? index : -1),
    before: (row) => row,
  }
}

/** Candidates are found by counting: how many rows with a value stand before each row. */
function rowsWithValue(mask: Uint8Array, rows: Int32Array, start: number, end: number): Candidates {
  const found = new Int32Array(end - start)
  const before = new Int32Array(end - start + 1)
  let count = 0
  for (let place = start; place < end; place++) {
    before[place - start] = count
    if (mask[rows[place] ?? 0] === 1) found[count++] = place - start
  }
  before[end - start] = count
  return {
    at: (index) => (index >= 0 && index < count ? (found[index] ?? -1) : -1),
    before: (row) => before[row] ?? 0,
  }
}
