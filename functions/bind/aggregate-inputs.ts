// An aggregation whose rows are read several times: its keys and the arguments of its calls become columns that are
// computed once, before. A function that counts its calls, or gives another value each time, is called once per row.

import { mapChildren } from '../expr/children.ts'
import { displayNode } from '../expr/display.ts'
import type { AggregateNode, ExprNode } from '../expr/node.ts'
import { columnsOf, walk } from '../expr/walk.ts'
import type { FunctionSource } from './binder.ts'
import { nameBeside } from './column-names.ts'
import type { NamedExpr } from './grouping-sets.ts'
import type { NodeKeys } from './node-key.ts'

interface OverInputs {
  readonly inputs: readonly NamedExpr[]
  readonly by: readonly NamedExpr[]
  readonly aggregates: readonly AggregateNode[]
}

/** The same keys and calls over columns `inputs`; equal expressions are one column, constants stay where they are. */
export function overInputs(
  keys: readonly NamedExpr[],
  calls: readonly AggregateNode[],
  nodeKeys: NodeKeys,
  functions: FunctionSource,
): OverInputs {
  const columns = [...columnsOf([...keys.map(({ node }) => node), ...calls])].map((name) => ({ name }))
  const inputs = new Map<string, NamedExpr>()
  const input = (node: ExprNode): ExprNode => {
    const text = nodeKeys.keyOf(node)
    let found = inputs.get(text)
    if (found === undefined) {
      // Messages show calls over these columns as they were written.
      const name = node.kind === 'column' ? node.name : nameBeside(displayNode(node), [...columns, ...inputs.values()])
      found = { name, node }
      inputs.set(text, found)
    }
    return Object.freeze({ kind: 'column', name: found.name })
  }
  const argument = (node: ExprNode): ExprNode => {
    if (node.kind === 'sort') return mapChildren(node, argument)
    return node.kind === 'wildcard' || isConstant(node, functions) ? node : input(node)
  }
  const by = keys.map(({ name, node }) => ({ name, node: input(node) }))
  const aggregates = calls.map((call) => mapChildren(call, argument) as AggregateNode)
  return { inputs: [...inputs.values()], by, aggregates }
}

/** Whether a node has one value for all rows. Some arguments must stay constants, such as the percentile of percentile_cont. */
function isConstant(root: ExprNode, functions: FunctionSource): boolean {
  let constant = true
  walk(root, (node) => {
    const isFree = node.kind === 'call' && (functions.scalar(node.name)?.volatility ?? 'immutable') === 'volatile'
    constant &&= !isFree && node.kind !== 'column' && node.kind !== 'udf' && node.kind !== 'aggregate'
    return constant
  })
  return constant
}
