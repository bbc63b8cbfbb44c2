// The one table of which slots of a node hold nodes. Every walk, rewrite and codec goes through it, so that a new node
// kind is complete once its row is here.

import type { ExprNode, NodeKind } from './node.ts'

/** Slots in evaluation order. A slot holds a node, an array of nodes, or nothing when it is optional. */
export const childSlots = {
  column: [],
  literal: [],
  wildcard: [],
  binary: ['left', 'right'],
  unary: ['input'],
  is: ['input'],
  in: ['input', 'list'],
  between: ['input', 'low', 'high'],
  like: ['input', 'pattern'],
  case: ['operand', 'whens', 'thens', 'otherwise'],
  cast: ['input'],
  alias: ['input'],
  call: ['args'],
  udf: ['args'],
  aggregate: ['args', 'filter', 'orderBy'],
  window: ['args', 'filter', 'partitionBy', 'orderBy'],
  sort: ['input'],
  groupingSets: ['items'],
} as const satisfies { readonly [Kind in NodeKind]: readonly (keyof Extract<ExprNode, { kind: Kind }>)[] }

type SlotValue = ExprNode | readonly ExprNode[] | undefined

function slotsOf(node: ExprNode): readonly (readonly [string, SlotValue])[] {
  const record = node as unknown as Readonly<Record<string, SlotValue>>
  return childSlots[node.kind].map((slot) => [slot, record[slot]] as const)
}

/** The direct children of a node, in evaluation order. */
export function childrenOf(node: ExprNode): readonly ExprNode[] {
  return slotsOf(node).flatMap(([, value]) => (value === undefined ? [] : 'kind' in value ? [value] : value))
}

/**
 * Replaces each direct child by what `replace` returns.
 *
 * @returns The same node when no child changed, else a frozen copy.
 */
export function mapChildren(node: ExprNode, replace: (child: ExprNode) => ExprNode): ExprNode {
  const changed: Record<string, SlotValue> = {}
  for (const [slot, value] of slotsOf(node)) {
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
