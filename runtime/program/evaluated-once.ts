// Which expressions are evaluated once and then referred to. Whoever evaluates one of them again gets another answer, or
// calls a user's function twice.

import { catalogue } from '../../functions/catalogue/catalogue.ts'
import type { ExprNode } from '../../functions/expr/node.ts'
import { walk } from '../../functions/expr/walk.ts'

/** Whether it matters how often an expression is evaluated: it is volatile or calls a user's function. */
export function isEvaluatedOnce(node: ExprNode): boolean {
  let found = false
  walk(node, (inner) => {
    found ||= inner.kind === 'udf' || (inner.kind === 'call' && catalogue.scalar(inner.name)?.volatility === 'volatile')
    return !found
  })
  return found
}
