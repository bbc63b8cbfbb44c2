// The evaluators that every case is run with. Add another one here and all conformance tests hold it to the same answers.

import type { Bound } from '../../functions/bind/bound.ts'
import type { Batch } from '../../functions/column/column.ts'
import type { Value } from '../../functions/expr/node.ts'
import { interpret } from '../../runtime/engine/interpret.ts'

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
]
