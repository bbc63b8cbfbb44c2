// The free functions that start an expression: col, lit, when, not.

import { describeValue } from '../describe-value.ts'
import { invalidArgument } from '../options.ts'
import type { LiteralOf } from '../types/js-values.ts'
import { asType, type TypeInput } from '../types/parse-type.ts'
import type { DataType } from '../types/type.ts'
import { Expr, make, type Operand, toNode } from './expr.ts'
import { literal } from './literal.ts'
import type { CaseNode, ExprNode } from './node.ts'

/**
 * The column called `name`.
 *
 * @param name - Exactly as the schema has it: upper and lower case differ, and dots are part of the name.
 * @throws {PlanError} `invalid_argument` for an empty name. Whether the column exists shows when the expression meets a
 * schema: `unknown_column`, with the nearest name.
 * @example
 * import { col } from 'volley'
 *
 * col('net').mul(1.19).alias('gross').toString() // => 'net * Float64(1.19) AS gross'
 *
 * @see DataFusion `col`
 */
export function col(name: string): Expr {
  if (typeof name !== 'string') {
    const hint = Array.isArray(name) ? 'name one column at a time' : 'a column is named by a string'
    throw invalidArgument(`Cannot make a column of ${describeValue(name)}: ${hint}`)
  }
  if (name === '') throw invalidArgument('Cannot make a column without a name')
  return make({ kind: 'column', name })
}

/**
 * A constant.
 *
 * Whole numbers are Int64, other numbers Float64 (so are -0 and whole numbers beyond 2^53), bigints Int64, strings
 * Utf8, Dates Timestamp(ms), Uint8Arrays Binary.
 *
 * @param value - See `LiteralValue`.
 * @param type - Another type for it, or its name. Whole numbers stand for decimals, and count the units of times.
 * Default: the type above.
 * @throws {PlanError} `invalid_argument` for a value that is not of the type or its range, an invalid Date;
 * `unknown_type` for a name that no type has.
 * @example
 * import { lit } from 'volley'
 *
 * lit(7).toString() // => 'Int64(7)'
 * lit(7, 'float64').toString() // => 'Float64(7.0)'
 *
 * @see DataFusion `lit`
 */
export function lit<const Type extends TypeInput = DataType>(value: LiteralOf<Type>, type?: Type): Expr {
  return new Expr(literal(value, type === undefined ? undefined : asType(type)))
}

/**
 * Logical negation: `NOT condition`. The negation of null is null.
 *
 * @param condition - A boolean expression.
 * @example
 * import { col, not } from 'volley'
 *
 * not(col('paid')).toString() // => 'NOT paid'
 *
 * @see DataFusion `not`
 */
export function not(condition: Expr): Expr {
  return condition.not()
}

/**
 * Converts to a type. A value that cannot be converted fails the job with `invalid_cast`, which names the value and the
 * row; `tryCast` gives null instead.
 *
 * @param value - An expression or a JavaScript value.
 * @param type - A type or its name.
 * @throws {PlanError} `unknown_type` for a name that no type has.
 * @example
 * import { cast, col } from 'volley'
 *
 * cast(col('text'), 'int64').toString() // => 'CAST(text AS Int64)'
 *
 * @see DataFusion `cast`
 */
export function cast(value: Operand, type: TypeInput): Expr {
  return new Expr(toNode(value)).cast(type)
}

/**
 * Converts to a type. A value that cannot be converted becomes null.
 *
 * @param value - An expression or a JavaScript value.
 * @param type - A type or its name.
 * @throws {PlanError} `unknown_type` for a name that no type has.
 * @example
 * import { col, SessionContext, tryCast } from 'volley'
 *
 * await using ctx = new SessionContext()
 * const frame = ctx.fromColumns({ text: ['12', 'twelve'] })
 * await frame.select(tryCast(col('text'), 'int64').alias('n')).toRows() // => [{ n: 12n }, { n: null }]
 *
 * @see DataFusion `try_cast`
 */
export function tryCast(value: Operand, type: TypeInput): Expr {
  return new Expr(toNode(value)).tryCast(type)
}

/**
 * A `CASE` being built, which `when()` begins. It is complete at every step: without `otherwise` the rows that no
 * branch takes are null.
 *
 * @example
 * import { CaseExpr, col, when } from 'volley'
 *
 * const size = when(col('n').gt(100), 'large').when(col('n').gt(10), 'medium')
 * size instanceof CaseExpr // => true
 * size.otherwise('small').toString()
 * // => 'CASE WHEN n > Int64(100) THEN Utf8("large") WHEN n > Int64(10) THEN Utf8("medium") ELSE Utf8("small") END'
 *
 * @see DataFusion `CaseBuilder`
 */
export class CaseExpr extends Expr {
  /** The expression as frozen plain data. */
  declare readonly node: CaseNode

  /**
   * Adds a branch. The first branch whose condition is true decides; later ones are not evaluated for that row.
   *
   * @param condition - A boolean; null counts as false.
   * @param then - The value; the types of all branches are brought to one.
   * @example
   * import { col, when } from 'volley'
   *
   * when(col('n').gt(10), 'large').when(col('n').gt(5), 'medium').toString()
   * // => 'CASE WHEN n > Int64(10) THEN Utf8("large") WHEN n > Int64(5) THEN Utf8("medium") END'
   *
   * @see DataFusion `CaseBuilder::when`
   */
  when(condition: Operand, then: Operand): CaseExpr {
    return new CaseExpr(
      Object.freeze({
        ...this.node,
        whens: Object.freeze([...this.node.whens, toNode(condition)]),
        thens: Object.freeze([...this.node.thens, toNode(then)]),
      }),
    )
  }

  /**
   * Adds the value for rows that no branch takes, and ends the `CASE`.
   *
   * @param value - Of the type that the branches have in common.
   * @example
   * import { col, when } from 'volley'
   *
   * when(col('n').gt(10), 'large').otherwise('small').toString()
   * // => 'CASE WHEN n > Int64(10) THEN Utf8("large") ELSE Utf8("small") END'
   *
   * @see DataFusion `CaseBuilder::otherwise`
   */
  otherwise(value: Operand): Expr {
    return make({ ...this.node, otherwise: toNode(value) })
  }
}

/**
 * Begins `CASE WHEN condition THEN then …`: add branches with `.when`, finish with `.otherwise`.
 *
 * @param condition - A boolean; null counts as false.
 * @param then - The value; the types of all branches are brought to one.
 * @example
 * import { col, SessionContext, when } from 'volley'
 *
 * await using ctx = new SessionContext()
 * const size = when(col('n').gt(10), 'large').otherwise('small')
 * await ctx.fromColumns({ n: [5, 50] }).select(size.alias('size')).toRows() // => [{ size: 'small' }, { size: 'large' }]
 *
 * @see DataFusion `when`; SQL's `CASE`
 */
export function when(condition: Operand, then: Operand): CaseExpr {
  return new CaseExpr(caseOf([toNode(condition)], [toNode(then)]))
}

function caseOf(whens: readonly ExprNode[], thens: readonly ExprNode[]): CaseNode {
  return Object.freeze({ kind: 'case', whens: Object.freeze(whens), thens: Object.freeze(thens) })
}
