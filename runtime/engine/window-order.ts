// The rows of a window in order: window partitions one after another, each sorted by the window's keys, and the runs of
// peers in them. Rows are sorted by the keys first and dealt into their partitions then, which keeps the order.

import type { PlainColumn } from '../../functions/column/column.ts'
import { Grouping } from './grouping.ts'
import { keyOrder, type SortKey, sortedPositions } from './sort.ts'

/** Places count from 0 over all partitions; `rows[place]` is the row that stands there. */
export interface WindowOrder {
  readonly rows: Int32Array
  /** Where each partition starts, and the end of the last one. */
  readonly partitions: Int32Array
  /** Where each run of peers starts, and the end of the last one; and the run that each place belongs to. */
  readonly peerStarts: Int32Array
  readonly peersOf: Int32Array
}

/**
 * @param partitionBy - The partition keys' columns; without any, all rows are one partition.
 * @param orderBy - The sort keys and their columns; without any, all rows of a partition are peers.
 */
export function windowOrder(
  partitionBy: readonly PlainColumn[],
  orderBy: readonly { readonly column: PlainColumn; readonly key: SortKey }[],
  length: number,
): WindowOrder {
  const columns = orderBy.map(({ column }) => column)
  const keys = orderBy.map(({ key }) => key)
  const ordered = sortedPositions(columns, keys, length, length)
  const { rows, partitions } =
    partitionBy.length === 0
      ? { rows: ordered, partitions: Int32Array.of(0, length) }
      : dealt(ordered, partitionBy, length)
  const orders = orderBy.map(({ column, key }) => keyOrder(column, key.descending, key.nullsFirst))
  return { rows, partitions, ...peersIn(rows, partitions, orders) }
}

function dealt(
  ordered: Int32Array,
  partitionBy: readonly PlainColumn[],
  length: number,
): { readonly rows: Int32Array; readonly partitions: Int32Array } {
  const grouping = new Grouping(partitionBy.map((column) => column.type))
  const groups = grouping.number(partitionBy, length)
  const partitions = new Int32Array(grouping.size + 1)
  for (let row = 0; row < length; row++) {
    const next = (groups[row] ?? 0) + 1
    partitions[next] = (partitions[next] ?? 0) + 1
  }
  for (let p = 1; p < partitions.length; p++) partitions[p] = (partitions[p] ?? 0) + (partitions[p - 1] ?? 0)
  const next = partitions.slice()
  const rows = new Int32Array(length)
  for (let i = 0; i < length; i++) {
    const row = ordered[i] ?? 0
    const group = groups[row] ?? 0
    const place = next[group] ?? 0
    rows[place] = row
    next[group] = place + 1
  }
  return { rows, partitions }
}

function peersIn(
  rows: Int32Array,
  partitions: Int32Array,
  orders: readonly ((a: number, b: number) => number)[],
): Pick<WindowOrder, 'peerStarts' | 'peersOf'> {
  const peersOf = new Int32Array(rows.length)
  const starts = new Int32Array(rows.length + 1)
  let runs = 0
  for (let p = 0; p + 1 < partitions.length; p++) {
    const start = partitions[p] ?? 0
    const end = partitions[p + 1] ?? 0
    for (let place = start; place < end; place++) {
      const [row, before] = [rows[place] ?? 0, rows[place - 1] ?? 0]
      if (place === start || orders.some((order) => order(before, row) !== 0)) starts[runs++] = place
      peersOf[place] = runs - 1
    }
  }
  starts[runs] = rows.length
  return { peersOf, peerStarts: starts.slice(0, runs + 1) }
}
