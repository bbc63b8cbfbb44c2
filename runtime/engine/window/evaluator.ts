// Users' window functions over ordered rows: each window partition is handed over by itself, its values in order.

import type { Bound } from '../../../functions/bind/bound.ts'
import type { BoundWindow } from '../../../functions/bind/window.ts'
import type { PlainColumn } from '../../../functions/column/column.ts'
import type { RowRange } from '../../../functions/contract/udf.ts'
import type { Value } from '../../../functions/types/value.ts'
import type { EvaluatePartition } from '../../../functions/udf/evaluate-window.ts'
import { valueReader } from '../value-reader.ts'
import type { Frames } from './frame.ts'
import type { WindowOrder } from './order.ts'
import { ResultColumn } from './result.ts'

/** @param frames - The frames of all rows; found when a function asks for one. */
export function runEvaluator(
  { args, returns }: BoundWindow,
  evaluate: EvaluatePartition,
  order: WindowOrder,
  frames: () => Frames,
  columnOf: (bound: Bound) => PlainColumn,
): PlainColumn {
  const { rows, partitions } = order
  const readers = args.map((arg) => partitionReader(order.column(columnOf(arg))))
  const result = new ResultColumn(returns.type, rows.length, true)
  for (let p = 0; p + 1 < partitions.length; p++) {
    const start = partitions[p] ?? 0
    const end = partitions[p + 1] ?? 0
    const values = evaluate({
      rows: end - start,
      rowOfInput: (row) => rows[start + row] ?? 0,
      values: readers.map((read) => read(start, end)),
      frames: () => {
        const { starts, ends } = frames()
        return (row) => [(starts[start + row] ?? 0) - start, (ends[start + row] ?? 0) - start]
      },
      ranks: () => ranksIn(order, start, end),
    })
    result.setAll(rows, start, values)
  }
  return result.finish()
}

/** Gives the values at positions `start` to `end`. */
function partitionReader(ordered: PlainColumn): (start: number, end: number) => readonly Value[] {
  if (ordered.storage === 'number' && ordered.valid === undefined) {
    const { values } = ordered
    return (start, end) => {
      const own = new Array<Value>(end - start)
      for (let position = start; position < end; position++) own[position - start] = values[position] ?? 0
      return own
    }
  }
  const read = valueReader(ordered)
  return (start, end) => Array.from({ length: end - start }, (_, i) => read(start + i))
}

function ranksIn({ peers: { of, starts } }: WindowOrder, start: number, end: number): readonly RowRange[] {
  const first = of[start] ?? 0
  const last = of[end - 1] ?? 0
  return Array.from(
    { length: last - first + 1 },
    (_, i): RowRange => [(starts[first + i] ?? 0) - start, (starts[first + i + 1] ?? 0) - start],
  )
}
