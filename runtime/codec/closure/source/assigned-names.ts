// Which names the code of a file may assign after their declaration has run: a closure over the others always sees the
// same values. By name, not by scope: that errs on the side of change.

import type { AnyNode, Program } from './parse.ts'

/** The names that may be assigned, or `all` where that cannot be told. */
export type AssignedNames = ReadonlySet<string> | 'all'

/**
 * Looks through a file.
 *
 * Code that is not strict can assign variables that nobody sees being assigned: through `arguments`, through a function in
 * a block, through `eval`.
 */
export function findAssignedNames(program: Program, isStrict: boolean): AssignedNames {
  if (!isStrict) return 'all'
  const names = new Set<string>()
  const pending: unknown[] = [program]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (typeof node !== 'object' || node === null) continue
    if (Array.isArray(node)) {
      pending.push(...node)
      continue
    }
    if (!('type' in node)) continue
    const typed = node as AnyNode
    if (typed.type === 'CallExpression' && typed.callee.type === 'Identifier' && typed.callee.name === 'eval') {
      return 'all'
    }
    for (const target of targetsOf(typed)) collectNames(target, names)
    pending.push(...Object.values(node))
  }
  return names
}

/** What a node assigns. A `var` is undefined before its declaration has run, and can be read then. */
function targetsOf(node: AnyNode): readonly AnyNode[] {
  switch (node.type) {
    case 'AssignmentExpression':
      return [node.left]
    case 'UpdateExpression':
      return [node.argument]
    case 'ForInStatement':
    case 'ForOfStatement':
      return node.left.type === 'VariableDeclaration' ? [] : [node.left]
    case 'VariableDeclaration':
      return node.kind === 'var' ? node.declarations.map(({ id }) => id) : []
    default:
      return []
  }
}

function collectNames(pattern: AnyNode | null, names: Set<string>): void {
  switch (pattern?.type) {
    case 'Identifier':
      names.add(pattern.name)
      break
    case 'ParenthesizedExpression':
      collectNames(pattern.expression, names)
      break
    case 'ArrayPattern':
      for (const element of pattern.elements) collectNames(element, names)
      break
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        collectNames(property.type === 'Property' ? property.value : property.argument, names)
      }
      break
    case 'AssignmentPattern':
      collectNames(pattern.left, names)
      break
    case 'RestElement':
      collectNames(pattern.argument, names)
      break
  }
}
