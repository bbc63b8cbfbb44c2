// Users' window functions over ordered rows: each window partition is handed over by itself, its values in order.

import type { Bound } from '../../functions/bind/bound.ts'
import type { BoundWindow } from '../../functions/bind/window.ts'
import type { PlainColumn } from '../../functions/column/column.ts'
import type { RowRange } from '../../functions/udf/definition.ts'
import type { EvaluatePartition } from '../../functions/udf/evaluate-window.ts'
import { valueReader } from './value-reader.ts'
import type { Frames } from './window-frame.ts'
import type { WindowOrder } from './window-order.ts'
import { ResultColumn } from './window-result.ts'

export function runEvaluator(
  { args, returns }: BoundWindow,
  evaluate: EvaluatePartition,
  order: WindowOrder,
  frames: Frames,
  columnOf: (bound: Bound) => PlainColumn,
): PlainColumn {
  const { rows, partitions } = order
  const readers = args.map((arg) => valueReader(columnOf(arg)))
  const result = new ResultColumn(returns.type, rows.length, true)
  for (let p = 0; p + 1 < partitions.length; p++) {
    const start = partitions[p] ?? 0
    const end = partitions[p + 1] ?? 0
    const own = rows.subarray(start, end)
    const values = evaluate({
      rows: end - start,
      values: readers.map((read) => Array.from(own, read)),
      frame: (row) => [(frames.starts[start + row] ?? 0) - start, (frames.ends[start + row] ?? 0) - start],
      ranks: () => ranksIn(order, start, end),
    })
    values.forEach((value, row) => {
      result.set(own[row] ?? 0, value)
    })
  }
  return result.finish()
}

function ranksIn({ peersOf, peerStarts }: WindowOrder, start: number, end: number): readonly RowRange[] {
  const first = peersOf[start] ?? 0
  const last = peersOf[end - 1] ?? 0
  return Array.from(
    { length: last - first + 1 },
    (_, i): RowRange => [(peerStarts[first + i] ?? 0) - start, (peerStarts[first + i + 1] ?? 0) - start],
  )
}
