// Functions that are constant within a job, such as now(): they get their value when the job is planned. Workers each
// have a clock of their own, and keep what they compiled for the next job.

import { catalogue } from '../../functions/catalogue/catalogue.ts'
import { resolveScalar } from '../../functions/contract/scalar.ts'
import type { ExprNode } from '../../functions/expr/node.ts'
import { rewrite } from '../../functions/expr/walk.ts'
import { mapNodes } from '../program/map-nodes.ts'
import type { Program } from '../program/program.ts'

/** The program with the calls of stable functions replaced by their values; the same call has one value. */
export function withStableValues(program: Program): Program {
  const values = new Map<string, ExprNode>()
  const settle = <Node extends ExprNode>(node: Node): Node =>
    rewrite(node, (inner) => stableValue(inner, values) ?? inner) as Node
  return program.map((op) => mapNodes(op, settle))
}

function stableValue(node: ExprNode, values: Map<string, ExprNode>): ExprNode | undefined {
  if (node.kind !== 'call' || node.args.length > 0) return undefined
  const fn = catalogue.scalar(node.name)
  if (fn?.volatility !== 'stable') return undefined
  let value = values.get(fn.name)
  if (value === undefined) {
    const { returns, kernel } = resolveScalar(fn, [])
    value = Object.freeze({ kind: 'literal', type: returns, value: kernel().row() })
    values.set(fn.name, value)
  }
  return value
}
