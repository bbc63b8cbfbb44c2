// Functions of the time of a job, such as now(): the parent gives them their value when the job is submitted, so that
// all of them, in all tasks and stages, mean the same instant. Each worker has a clock of its own.

import { catalogue } from '../../functions/catalogue/catalogue.ts'
import { resolveScalar } from '../../functions/contract/scalar.ts'
import type { ExprNode } from '../../functions/expr/node.ts'
import { rewrite, walk } from '../../functions/expr/walk.ts'
import { mapNodes } from '../program/map-nodes.ts'
import type { Program, ProgramOp } from '../program/program.ts'
import type { Pieces } from '../turns/turns.ts'

/**
 * The program with the calls of such functions replaced by their values.
 *
 * @param submittedAt - In milliseconds since 1970.
 */
export function* withStableValues(program: Program, submittedAt: number): Pieces<Program> {
  const settled = <Node extends ExprNode>(node: Node): Node =>
    rewrite(node, (inner) => stableValue(inner, submittedAt) ?? inner) as Node
  const ops: ProgramOp[] = []
  for (const op of program) {
    ops.push(mapNodes(op, settled))
    yield
  }
  return ops
}

function stableValue(node: ExprNode, submittedAt: number): ExprNode | undefined {
  if (node.kind !== 'call' || node.args.length > 0) return undefined
  const fn = catalogue.scalar(node.name)
  if (fn?.valueAt === undefined) return undefined
  const { returns } = resolveScalar(fn, [])
  return Object.freeze({ kind: 'literal', type: returns, value: fn.valueAt(submittedAt) })
}

/** Whether an expression calls such a function. */
export function dependsOnTime(node: ExprNode): boolean {
  let found = false
  walk(node, (inner) => {
    found ||= inner.kind === 'call' && catalogue.scalar(inner.name)?.valueAt !== undefined
    return !found
  })
  return found
}
