// Walks over expression trees, all driven by the table in children.ts.

import { childrenOf, mapChildren } from './children.ts'
import type { ExprNode } from './node.ts'

/** Visits a node and everything below it, parents first. `visit` returning false skips the node's children. */
export function walk(node: ExprNode, visit: (node: ExprNode) => boolean | undefined): void {
  const pending = [node]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (visit(next) === false) continue
    pending.push(...[...childrenOf(next)].reverse())
  }
}

/** Rewrites bottom-up: children first, then the node that holds them. */
export function rewrite(node: ExprNode, replace: (node: ExprNode) => ExprNode): ExprNode {
  return replace(mapChildren(node, (child) => rewrite(child, replace)))
}

/** The names of all columns an expression reads, in order of first appearance. */
export function columnsOf(nodes: Iterable<ExprNode>): ReadonlySet<string> {
  const names = new Set<string>()
  for (const node of nodes) {
    walk(node, (inner) => {
      if (inner.kind === 'column') names.add(inner.name)
      return true
    })
  }
  return names
}

/** Whether an aggregate stands anywhere in an expression (an aggregate used as a window does not count). */
export function hasAggregate(node: ExprNode): boolean {
  let found = false
  walk(node, (inner) => {
    found ||= inner.kind === 'aggregate'
    return !found
  })
  return found
}

/** Whether a window function stands anywhere in an expression. */
export function hasWindow(node: ExprNode): boolean {
  let found = false
  walk(node, (inner) => {
    found ||= inner.kind === 'window'
    return !found
  })
  return found
}

/** What an alias names. */
export const withoutAlias = (node: ExprNode): ExprNode => (node.kind === 'alias' ? withoutAlias(node.input) : node)
