// Destructuring patterns: what they bind or assign to, and the expressions they contain.

import type { AnyNode } from './parse.ts'

export interface SplitPattern {
  /** Identifiers, and in assignments also member expressions. */
  readonly targets: readonly AnyNode[]
  /** Default values and computed keys. */
  readonly expressions: readonly AnyNode[]
}

/** The names that a pattern binds, and the expressions in it that are evaluated. */
export function splitPattern(pattern: AnyNode): SplitPattern {
  const targets: AnyNode[] = []
  const expressions: AnyNode[] = []
  collect(pattern, targets, expressions)
  return { targets, expressions }
}

function collect(pattern: AnyNode | null, targets: AnyNode[], expressions: AnyNode[]): void {
  switch (pattern?.type) {
    case undefined:
      return
    case 'ArrayPattern':
      for (const item of pattern.elements) collect(item, targets, expressions)
      return
    case 'RestElement':
      collect(pattern.argument, targets, expressions)
      return
    case 'AssignmentPattern':
      expressions.push(pattern.right)
      collect(pattern.left, targets, expressions)
      return
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        if (property.type === 'Property' && property.computed) expressions.push(property.key)
        collect(property.type === 'Property' ? property.value : property.argument, targets, expressions)
      }
      return
    default:
      if (pattern) targets.push(pattern)
  }
}
