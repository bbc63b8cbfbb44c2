// The one place that knows where a program's steps hold expressions.

import type { ExprNode } from '../../functions/expr/node.ts'
import type { ProgramOp } from './program.ts'

/** Applies a rewrite to every expression of a step; the rewrite keeps the kind of the nodes it is given. */
export function mapNodes(op: ProgramOp, map: <Node extends ExprNode>(node: Node) => Node): ProgramOp {
  switch (op.op) {
    case 'filter':
      return { ...op, condition: map(op.condition) }
    case 'project':
      return { ...op, columns: op.columns.map(({ name, node }) => ({ name, node: map(node) })) }
    case 'aggregate':
      return {
        ...op,
        by: op.by.map(({ name, node }) => ({ name, node: map(node) })),
        aggregates: op.aggregates.map(map),
      }
    case 'window':
      return { ...op, windows: op.windows.map(({ name, node }) => ({ name, node: map(node) })) }
    case 'sort':
      return { ...op, keys: op.keys.map(map) }
    case 'exchange':
      return { ...op, keys: op.keys.map(map) }
    case 'limit':
    case 'rowIds':
    case 'reorder':
      return op
  }
}
