// The user-defined functions that a program calls.

import type { Udf } from '../../functions/contract/udf.ts'
import type { ExprNode } from '../../functions/expr/node.ts'
import { walk } from '../../functions/expr/walk.ts'
import { mapNodes } from './map-nodes.ts'
import type { Program } from './program.ts'

/** The user-defined functions in a program's expressions. */
export function udfsIn(program: Program): ReadonlySet<Udf> {
  const found = new Set<Udf>()
  const collect = <Node extends ExprNode>(node: Node): Node => {
    walk(node, (inner) => {
      const udf = udfOf(inner)
      if (udf !== undefined) found.add(udf)
      return true
    })
    return node
  }
  for (const op of program) mapNodes(op, collect)
  return found
}

/** The function that a node calls, if it is a user's. */
export function udfOf(node: ExprNode): Udf | undefined {
  if (node.kind === 'udf') return node.udf
  if ((node.kind === 'aggregate' || node.kind === 'window') && typeof node.fn !== 'string') return node.fn
  return undefined
}
