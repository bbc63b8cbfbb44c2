// Rewriting the expressions of a program's operations, wherever the table says that they have some.

import type { ExprNode } from '../../functions/expr/node.ts'
import { type FieldForm, holdsNodes } from './operation.ts'
import { operationOf } from './operations.ts'
import type { NamedNode, ProgramOp } from './program.ts'

type Rewrite = <Node extends ExprNode>(node: Node) => Node
type Holder = ExprNode | NamedNode

/** Applies a rewrite to every expression of an operation; the rewrite keeps the kind of the nodes it is given. */
export function mapNodes(op: ProgramOp, map: Rewrite): ProgramOp {
  const values = op as unknown as Readonly<Record<string, Holder | readonly Holder[]>>
  const changed: Record<string, Holder | readonly Holder[]> = {}
  for (const [name, form] of Object.entries<FieldForm>(operationOf(op).fields)) {
    const value = values[name]
    if (value === undefined || !holdsNodes(form)) continue
    changed[name] = Array.isArray(value) ? value.map((item) => mapHeld(item, map)) : mapHeld(value as Holder, map)
  }
  return { ...op, ...changed }
}

const mapHeld = (holder: Holder, map: Rewrite): Holder =>
  'node' in holder ? { name: holder.name, node: map(holder.node) } : map(holder)
