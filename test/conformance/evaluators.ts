// The evaluators that every case is run with. Add another one here and all conformance tests hold it to the same answers.

import type { Bound } from '../../functions/bind/bound.ts'
import { type Batch, valueAt } from '../../functions/column/column.ts'
import type { Value } from '../../functions/types/value.ts'
import { PreparedBatch } from '../../runtime/engine/prepared-batch.ts'
import { Projection } from '../../runtime/engine/projection.ts'
import { interpret } from '../runtime/engine/interpret.ts'

export interface Evaluator {
  readonly name: string
  /** The value of an expression in every row. */
  readonly evaluate: (bound: Bound, batch: Batch) => readonly Value[]
}

export const evaluators: readonly Evaluator[] = [
  {
    name: 'the interpreter',
    evaluate: (bound, batch) => Array.from({ length: batch.length }, (_, row) => interpret(bound, batch, row)),
  },
  {
    name: 'the compiled engine',
    evaluate: (bound, batch) => {
      const [column] = new Projection([bound]).run(PreparedBatch.of(batch), undefined).columns
      return Array.from({ length: batch.length }, (_, row) => (column === undefined ? null : valueAt(column, row)))
    },
  },
]
