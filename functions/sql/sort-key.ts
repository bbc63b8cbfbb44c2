// `x DESC NULLS LAST`, wherever an order is asked for.

import type { SortNode } from '../expr/node.ts'
import type { Reader } from './reader.ts'

/** Reads a sort key: ascending with nulls last unless said otherwise, descending with nulls first. */
export function readSortKey(reader: Reader): SortNode {
  const input = reader.expr()
  const descending = reader.acceptWords('DESC')
  if (!descending) reader.acceptWords('ASC')
  let nullsFirst = descending
  if (reader.acceptWords('NULLS')) {
    nullsFirst = reader.acceptWords('FIRST')
    if (!nullsFirst && !reader.acceptWords('LAST')) throw reader.expected('FIRST or LAST', ['FIRST', 'LAST'])
  }
  return reader.node({ kind: 'sort', input, descending, nullsFirst })
}
