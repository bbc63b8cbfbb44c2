// The one table of the slots in which nodes hold other nodes. Every walk, rewrite, codec and check goes through it; a slot
// that it does not list does not compile.

import type { ExprNode, NodeKind, SortNode } from './node.ts'

/** What a slot holds: a node, a node or nothing, a list of nodes, or a list of sort keys. */
export type Arity = 'one' | 'optional' | 'list' | 'sortKeys'

type ArityOf<Slot> = Slot extends readonly SortNode[]
  ? 'sortKeys'
  : Slot extends readonly ExprNode[]
    ? 'list'
    : undefined extends Slot
      ? 'optional'
      : 'one'

/** The slots of a node type that hold nodes, found by their types. */
type SlotsOf<Node> = {
  readonly [Name in keyof Node as NonNullable<Node[Name]> extends ExprNode | readonly ExprNode[]
    ? Name
    : never]-?: ArityOf<Node[Name]>
}

/** In evaluation order. */
const table: { readonly [Kind in NodeKind]: SlotsOf<Extract<ExprNode, { kind: Kind }>> } = {
  column: {},
  literal: {},
  wildcard: {},
  binary: { left: 'one', right: 'one' },
  unary: { input: 'one' },
  is: { input: 'one' },
  in: { input: 'one', list: 'list' },
  between: { input: 'one', low: 'one', high: 'one' },
  like: { input: 'one', pattern: 'one' },
  case: { operand: 'optional', whens: 'list', thens: 'list', otherwise: 'optional' },
  cast: { input: 'one' },
  alias: { input: 'one' },
  call: { args: 'list' },
  udf: { args: 'list' },
  aggregate: { args: 'list', filter: 'optional', orderBy: 'sortKeys' },
  window: { args: 'list', filter: 'optional', partitionBy: 'list', orderBy: 'sortKeys' },
  sort: { input: 'one' },
  groupingSets: { items: 'list' },
}

/** The child slots of each kind by name, in evaluation order. */
export const childSlots = Object.fromEntries(
  Object.entries(table).map(([kind, slots]) => [kind, new Map(Object.entries(slots))]),
) as unknown as Readonly<Record<NodeKind, ReadonlyMap<string, Arity>>>

type SlotValue = ExprNode | readonly ExprNode[] | undefined

const slotValue = (node: ExprNode, slot: string): SlotValue =>
  (node as unknown as Readonly<Record<string, SlotValue>>)[slot]

/** The direct children of a node, in evaluation order. */
export function childrenOf(node: ExprNode): readonly ExprNode[] {
  const children: ExprNode[] = []
  for (const slot of childSlots[node.kind].keys()) {
    const value = slotValue(node, slot)
    if (value === undefined) continue
    if ('kind' in value) children.push(value)
    else for (const child of value) children.push(child)
  }
  return children
}

/**
 * Replaces each direct child by what `replace` returns.
 *
 * @returns The same node when no child changed, else a frozen copy.
 */
export function mapChildren(node: ExprNode, replace: (child: ExprNode) => ExprNode): ExprNode {
  const changed: Record<string, SlotValue> = {}
  for (const slot of childSlots[node.kind].keys()) {
    const value = slotValue(node, slot)
    if (value === undefined) continue
    const mapped = 'kind' in value ? replace(value) : mapList(value, replace)
    if (mapped !== value) changed[slot] = mapped
  }
  return Object.keys(changed).length === 0 ? node : (Object.freeze({ ...node, ...changed }) as ExprNode)
}

function mapList(nodes: readonly ExprNode[], replace: (child: ExprNode) => ExprNode): readonly ExprNode[] {
  const mapped = nodes.map(replace)
  return mapped.some((node, i) => node !== nodes[i]) ? Object.freeze(mapped) : nodes
}
