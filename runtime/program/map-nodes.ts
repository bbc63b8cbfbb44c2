// Rewriting the expressions of a program's operations, wherever the table says that they have some.

import type { ExprNode } from '../../functions/expr/node.ts'
import { type FieldForm, holdsNodes } from './operation.ts'
import { operationOf } from './operations.ts'
import type { NamedNode, ProgramOp } from './program.ts'

type Rewrite = <Node extends ExprNode>(node: Node) => Node
type Holder = ExprNode | NamedNode

/**
 * Applies a rewrite to every expression of an operation; the rewrite keeps the kind of the nodes it is given.
 *
 * @returns The same operation when no expression changed.
 */
export function mapNodes(op: ProgramOp, map: Rewrite): ProgramOp {
  const values = op as unknown as Readonly<Record<string, Holder | readonly Holder[]>>
  const changed: Record<string, Holder | readonly Holder[]> = {}
  for (const [name, form] of Object.entries<FieldForm>(operationOf(op).fields)) {
    const value = values[name]
    if (value === undefined || !holdsNodes(form)) continue
    const mapped = Array.isArray(value) ? mapList(value, map) : mapHeld(value as Holder, map)
    if (mapped !== value) changed[name] = mapped
  }
  return Object.keys(changed).length === 0 ? op : { ...op, ...changed }
}

function mapList(holders: readonly Holder[], map: Rewrite): readonly Holder[] {
  const mapped = holders.map((holder) => mapHeld(holder, map))
  return mapped.some((holder, i) => holder !== holders[i]) ? mapped : holders
}

function mapHeld(holder: Holder, map: Rewrite): Holder {
  if (!('node' in holder)) return map(holder)
  const node = map(holder.node)
  return node === holder.node ? holder : { name: holder.name, node }
}
