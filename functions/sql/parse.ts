// The door of the SQL reader: a text becomes one expression, one key to group by or one sort key, or an error that says
// where it is wrong.

import type { ExprNode, SortNode } from '../expr/node.ts'
import { readExpr } from './expression.ts'
import { acceptGroupingSets } from './group-key.ts'
import { acceptAlias } from './names.ts'
import type { SqlOptions } from './options.ts'
import { Reader } from './reader.ts'
import { readSortKey } from './sort-key.ts'

/**
 * Reads an SQL expression, with an alias or without: `upper(name) as n`.
 *
 * @returns Frozen nodes. Operators bind as in DataFusion; names are resolved as far as `options` knows them.
 * @throws {PlanError} `syntax_error`, `unknown_function`, `unknown_column`, `ambiguous_column`, `unknown_type` or
 * `not_implemented`; the details hold `position`, `line` and `column`.
 */
export function parseExpr(text: string, options: SqlOptions = {}): ExprNode {
  return readToEnd(new Reader(text, 'expression', options, readExpr))
}

/**
 * Reads a key to group by: an expression as `parseExpr` does, or `rollup(a, b)`, `cube(a, b)`, `grouping sets ((a, b), ())`.
 *
 * @throws {PlanError} As `parseExpr` does.
 */
export function parseGroupKey(text: string, options: SqlOptions = {}): ExprNode {
  const reader = new Reader(text, 'key', options, readExpr)
  const sets = acceptGroupingSets(reader)
  if (sets === undefined) return readToEnd(reader)
  reader.expectEnd()
  reader.checkHeight(sets)
  return sets
}

function readToEnd(reader: Reader): ExprNode {
  const input = reader.expr()
  const name = acceptAlias(reader)
  reader.expectEnd('an operator')
  const node = name === undefined ? input : reader.node({ kind: 'alias', input, name })
  reader.checkHeight(node)
  return node
}

/**
 * Reads a sort key: `total desc nulls last`. Ascending with nulls last unless said otherwise; descending with nulls first.
 *
 * @throws {PlanError} As `parseExpr` does.
 */
export function parseSortKey(text: string, options: SqlOptions = {}): SortNode {
  const reader = new Reader(text, 'sort key', options, readExpr)
  const node = readSortKey(reader)
  reader.expectEnd('ASC, DESC, NULLS FIRST, NULLS LAST')
  reader.checkHeight(node)
  return node
}
