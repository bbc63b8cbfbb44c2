// `expr.evaluate(data)`: an expression over data that this process holds, without workers. The engine is loaded when it
// is first needed, and user functions run in this process.

import type { RecordBatch, Table, Vector } from 'apache-arrow'
import type { CodecContext } from '../../functions/contract/codec-context.ts'
import type { Expr } from '../../functions/expr/expr.ts'

/**
 * The value of an expression for each row of a table or batch.
 *
 * Functions that were shipped here are revived in this process: see docs/security.md.
 *
 * @param context - Whether shipped functions may run, and what names stand for. Default: the worker context, else the
 * global one.
 * @returns One entry per row; for an expression with an aggregate in it one for all rows.
 * @throws {PlanError} When the expression does not fit the data's columns.
 */
export async function evaluateExpr(expr: Expr, data: Table | RecordBatch, context?: CodecContext): Promise<Vector> {
  const { runExpr } = await import('./run-expr.ts')
  return runExpr(expr, data, context)
}
