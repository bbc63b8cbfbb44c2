// The keys of GROUP BY: expressions, and ROLLUP, CUBE and GROUPING SETS over them. These words mean something only at the
// beginning of a key; everywhere else they are names.

import { setNode } from '../expr/grouping-sets.ts'
import type { ExprNode } from '../expr/node.ts'
import { aliased } from './names.ts'
import type { Parser } from './parser.ts'

/** Parses ROLLUP (…), CUBE (…) or GROUPING SETS (…) when one of them comes next. */
export function acceptGroupingSets(parser: Parser): ExprNode | undefined {
  if (parser.atWord('GROUPING') && parser.atWord('SETS', 1) && parser.atOperator('(', 2)) {
    parser.next()
    return parseItems(parser, 'sets', () => acceptGroupingSets(parser) ?? acceptSet(parser) ?? aliased(parser))
  }
  const form = parser.atWord('ROLLUP') ? 'rollup' : parser.atWord('CUBE') ? 'cube' : undefined
  if (form === undefined || !parser.atOperator('(', 1)) return undefined
  return parseItems(parser, form, () => acceptSet(parser) ?? aliased(parser))
}

function parseItems(parser: Parser, form: 'rollup' | 'cube' | 'sets', parseItem: () => ExprNode): ExprNode {
  parser.next()
  const opening = parser.next()
  const items = parser.nested(() => parser.list(parseItem))
  parser.expectClosing(')', opening)
  return parser.node({ kind: 'groupingSets', form, items })
}

/** Parses `(a, b)` or `()`: keys together, where nothing is computed with what stands in the parentheses. */
export function acceptSet(parser: Parser): ExprNode | undefined {
  if (!parser.atOperator('(') || !isWhole(parser)) return undefined
  const opening = parser.next()
  const keys = parser.atOperator(')') ? [] : parser.list(() => aliased(parser))
  parser.expectClosing(')', opening)
  return setNode(keys)
}

/** Whether an item ends with the parenthesis that closes the one that comes next. */
function isWhole(parser: Parser): boolean {
  const start = parser.index
  let depth = 0
  do {
    const { kind, text } = parser.next()
    if (kind === 'end') break
    if (kind === 'operator') depth += text === '(' ? 1 : text === ')' ? -1 : 0
  } while (depth > 0)
  const whole = parser.atOperator(',') || parser.atOperator(')')
  parser.rewind(start)
  return whole
}
