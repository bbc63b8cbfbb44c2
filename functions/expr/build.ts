// The free functions that start an expression: col, lit, when, not.

import { PlanError } from '../errors.ts'
import { parseType } from '../types/parse-type.ts'
import type { DataType } from '../types/type.ts'
import { Expr, make, type Operand, toNode } from './expr.ts'
import { type LiteralValue, literal } from './literal.ts'
import type { CaseNode, ExprNode } from './node.ts'

/** The column called `name`. */
export function col(name: string): Expr {
  if (typeof name !== 'string' || name === '')
    throw new PlanError('invalid_argument', 'Cannot make a column without a name')
  return make({ kind: 'column', name })
}

/** A literal; its type is inferred unless given. See `LiteralValue` for what is accepted. */
export function lit(value: LiteralValue, type?: DataType | string): Expr {
  return new Expr(literal(value, typeof type === 'string' ? parseType(type) : type))
}

/** `NOT condition`. */
export function not(condition: Expr): Expr {
  return condition.not()
}

/** Converts to `type`; a value that cannot be converted is an `invalid_cast` error. */
export function cast(value: Operand, type: DataType | string): Expr {
  return new Expr(toNode(value)).cast(type)
}

/** Converts to `type`; a value that cannot be converted gives null. */
export function tryCast(value: Operand, type: DataType | string): Expr {
  return new Expr(toNode(value)).tryCast(type)
}

/** A `CASE` being built: `when(a, b).when(c, d).otherwise(e)`; complete at every step (the missing ELSE is null). */
export class CaseExpr extends Expr {
  declare readonly node: CaseNode

  /** Adds a branch; the first one whose condition is true decides. */
  when(condition: Operand, then: Operand): CaseExpr {
    return new CaseExpr(
      Object.freeze({
        ...this.node,
        whens: Object.freeze([...this.node.whens, toNode(condition)]),
        thens: Object.freeze([...this.node.thens, toNode(then)]),
      }),
    )
  }

  otherwise(value: Operand): Expr {
    return make({ ...this.node, otherwise: toNode(value) })
  }
}

/** `CASE WHEN condition THEN then …`: add branches with `.when`, finish with `.otherwise`. */
export function when(condition: Operand, then: Operand): CaseExpr {
  return new CaseExpr(caseOf([toNode(condition)], [toNode(then)]))
}

function caseOf(whens: readonly ExprNode[], thens: readonly ExprNode[]): CaseNode {
  return Object.freeze({ kind: 'case', whens: Object.freeze(whens), thens: Object.freeze(thens) })
}
