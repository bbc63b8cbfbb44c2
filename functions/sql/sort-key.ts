// `x DESC NULLS LAST`, wherever an order is asked for.

import type { SortNode } from '../expr/node.ts'
import type { Parser } from './parser.ts'

/** Parses a sort key: ascending with nulls last unless said otherwise, descending with nulls first. */
export function parseOrdering(parser: Parser): SortNode {
  const input = parser.expr()
  const descending = parser.acceptWords('DESC')
  if (!descending) parser.acceptWords('ASC')
  let nullsFirst = descending
  if (parser.acceptWords('NULLS')) {
    nullsFirst = parser.acceptWords('FIRST')
    if (!nullsFirst && !parser.acceptWords('LAST')) throw parser.expected('FIRST or LAST', ['FIRST', 'LAST'])
  }
  return parser.node({ kind: 'sort', input, descending, nullsFirst })
}
