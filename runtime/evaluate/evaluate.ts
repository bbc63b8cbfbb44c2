// `expr.evaluate(data)`: an expression over data that this process holds, without workers. The engine is loaded when it
// is first needed, and user functions run in this process.

import type { Vector } from 'apache-arrow'
import type { ArrowBatchLike, ArrowTableLike } from '../../functions/arrow/like.ts'
import type { CodecContext } from '../../functions/contract/codec-context.ts'
import type { Expr } from '../../functions/expr/expr.ts'

/**
 * The value of an expression for each row of a table or batch, computed in this process; `expr.evaluate(data)` is the same.
 *
 * Functions that were shipped here are revived in this process: see docs/security.md.
 *
 * @param expr - An expression over the columns of `data`.
 * @param data - A table or batch of any copy of Arrow JavaScript.
 * @param context - Whether shipped functions may run, and what names stand for. Default: the worker context, else the
 * global one.
 * @returns One entry per row; for an expression with an aggregate in it, one for all rows.
 * @throws {PlanError} `unknown_column`, `type_mismatch` when the expression does not fit the data's columns.
 * @example
 * import { tableFromArrays } from 'apache-arrow'
 * import { col, evaluateExpr, functions as f } from 'volley'
 *
 * const table = tableFromArrays({ a: Float64Array.of(1, 2, 3) })
 * const roots = await evaluateExpr(f.power(col('a'), 2), table)
 * roots.toArray() // => Float64Array.of(1, 4, 9)
 *
 * @see DataFusion `PhysicalExpr::evaluate`
 */
export async function evaluateExpr(
  expr: Expr,
  data: ArrowTableLike | ArrowBatchLike,
  context?: CodecContext,
): Promise<Vector> {
  const { runExpr } = await import('./run-expr.ts')
  return runExpr(expr, data, context)
}
