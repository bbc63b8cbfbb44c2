// Nodes as S-expressions, so that a test says in one line how a text was read, brackets and all.

import { displayNode } from '../../../functions/expr/display.ts'
import type { ExprNode } from '../../../functions/expr/node.ts'

/** `(+ 1 (* a b))` for `1 + a * b`. Literals without their types, everything but operators as it is displayed. */
export function shape(node: ExprNode): string {
  switch (node.kind) {
    case 'literal':
      return typeof node.value === 'string' ? `'${node.value}'` : String(node.value)
    case 'binary':
      return `(${node.op} ${shape(node.left)} ${shape(node.right)})`
    case 'unary':
      return `(${node.op} ${shape(node.input)})`
    case 'is':
      return `(is${node.negated ? ' not' : ''} ${node.test} ${shape(node.input)})`
    case 'in':
      return `(${node.negated ? 'not ' : ''}in ${[node.input, ...node.list].map(shape).join(' ')})`
    case 'between':
      return `(${node.negated ? 'not ' : ''}between ${[node.input, node.low, node.high].map(shape).join(' ')})`
    case 'like':
      return `(${node.negated ? 'not ' : ''}${node.caseInsensitive ? 'i' : ''}like ${shape(node.input)} ${shape(node.pattern)})`
    case 'cast':
      return `(${node.safe ? 'try_cast' : 'cast'} ${shape(node.input)} ${node.to.kind})`
    case 'call':
      return `(${[node.name, ...node.args.map(shape)].join(' ')})`
    default:
      return displayNode(node)
  }
}
