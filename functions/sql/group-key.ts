// The keys of GROUP BY: expressions, and ROLLUP, CUBE and GROUPING SETS over them. These words mean something only at the
// beginning of a key; everywhere else they are names.

import { setNode } from '../expr/grouping-sets.ts'
import type { ExprNode } from '../expr/node.ts'
import type { Reader } from './reader.ts'

/** Reads ROLLUP (…), CUBE (…) or GROUPING SETS (…) when one of them comes next. */
export function acceptGroupingSets(reader: Reader): ExprNode | undefined {
  if (reader.atWord('GROUPING') && reader.atWord('SETS', 1) && reader.atOperator('(', 2)) {
    reader.next()
    return readItems(reader, 'sets', () => acceptGroupingSets(reader) ?? acceptSet(reader) ?? reader.expr())
  }
  const form = reader.atWord('ROLLUP') ? 'rollup' : reader.atWord('CUBE') ? 'cube' : undefined
  if (form === undefined || !reader.atOperator('(', 1)) return undefined
  return readItems(reader, form, () => acceptSet(reader) ?? reader.expr())
}

function readItems(reader: Reader, form: 'rollup' | 'cube' | 'sets', readItem: () => ExprNode): ExprNode {
  reader.next()
  const opening = reader.next()
  const items = reader.nested(() => reader.list(readItem))
  reader.expectClosing(')', opening)
  return reader.node({ kind: 'groupingSets', form, items })
}

/** Reads `(a, b)` or `()`: keys together, where nothing is computed with what stands in the parentheses. */
export function acceptSet(reader: Reader): ExprNode | undefined {
  if (!reader.atOperator('(') || !isWhole(reader)) return undefined
  const opening = reader.next()
  const keys = reader.atOperator(')') ? [] : reader.list(() => reader.expr())
  reader.expectClosing(')', opening)
  return setNode(keys)
}

/** Whether an item ends with the parenthesis that closes the one that comes next. */
function isWhole(reader: Reader): boolean {
  const start = reader.index
  let depth = 0
  do {
    const { kind, text } = reader.next()
    if (kind === 'end') break
    if (kind === 'operator') depth += text === '(' ? 1 : text === ')' ? -1 : 0
  } while (depth > 0)
  const whole = reader.atOperator(',') || reader.atOperator(')')
  reader.rewind(start)
  return whole
}
