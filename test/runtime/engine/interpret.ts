// The plain interpreter: one bound expression, one row at a time, obviously right. It is the reference that compiled loops
// are compared with; nothing else runs it. Never made fast.

import type { Bound } from '../../../functions/bind/bound.ts'
import { type Batch, valueAt } from '../../../functions/column/column.ts'
import type { Value } from '../../../functions/types/value.ts'
import { rowFailure } from '../../../functions/udf/failure.ts'

/** The value of an expression in one row of a batch; null for null. */
export function interpret(bound: Bound, batch: Batch, row: number): Value {
  const evaluate = (part: Bound): Value => interpret(part, batch, row)
  switch (bound.kind) {
    case 'input': {
      const column = batch.columns[bound.index]
      return column === undefined ? null : valueAt(column, row)
    }
    case 'constant':
      return bound.value
    case 'isNull':
      return (evaluate(bound.input) === null) !== bound.negated
    case 'and':
    case 'or': {
      const decisive = bound.kind === 'or'
      const left = evaluate(bound.left)
      if (left === decisive) return decisive
      const right = evaluate(bound.right)
      if (right === decisive) return decisive
      return left === null || right === null ? null : !decisive
    }
    case 'case': {
      const taken = bound.conditions.findIndex((condition) => evaluate(condition) === true)
      return evaluate(bound.results[taken] ?? bound.otherwise)
    }
    case 'coalesce':
      for (const arg of bound.args) {
        const value = evaluate(arg)
        if (value !== null) return value
      }
      return null
    case 'call': {
      const args = bound.args.map(evaluate)
      if (bound.nulls === 'propagate' && args.includes(null)) return null
      try {
        return bound.kernel().row(...(args as never[]))
      } catch (error) {
        if (bound.udf === undefined) throw error
        throw rowFailure(bound.udf, error, row)
      }
    }
  }
}
