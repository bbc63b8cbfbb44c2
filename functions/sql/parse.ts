// The entry point of the SQL parser: a text becomes one expression, one key to group by or one sort key, or an error that says
// where it is wrong.

import type { ExprNode, SortNode } from '../expr/node.ts'
import { parseOperators } from './expression.ts'
import { acceptGroupingSets } from './group-key.ts'
import { acceptAlias } from './names.ts'
import type { SqlOptions } from './options.ts'
import { Parser } from './parser.ts'
import { parseOrdering } from './sort-key.ts'

/**
 * Parses an SQL expression, with an alias or without: `upper(name) as n`.
 *
 * @returns Frozen nodes. Operators bind as in DataFusion; names are resolved as far as `options` knows them.
 * @throws {PlanError} `syntax_error`, `unknown_function`, `unknown_column`, `ambiguous_column`, `unknown_type` or
 * `not_implemented`; the details hold `position`, `line` and `column`.
 */
export function parseExpr(text: string, options: SqlOptions = {}): ExprNode {
  return parseToEnd(new Parser(text, 'expression', options, parseOperators))
}

/**
 * Parses a key to group by: an expression as `parseExpr` does, or `rollup(a, b)`, `cube(a, b)`, `grouping sets ((a, b), ())`.
 *
 * @throws {PlanError} As `parseExpr` does.
 */
export function parseGroupKey(text: string, options: SqlOptions = {}): ExprNode {
  const parser = new Parser(text, 'key', options, parseOperators)
  const sets = acceptGroupingSets(parser)
  if (sets === undefined) return parseToEnd(parser)
  parser.expectEnd()
  parser.checkHeight(sets)
  return sets
}

function parseToEnd(parser: Parser): ExprNode {
  const input = parser.expr()
  const name = acceptAlias(parser)
  parser.expectEnd('an operator')
  const node = name === undefined ? input : parser.node({ kind: 'alias', input, name })
  parser.checkHeight(node)
  return node
}

/**
 * Parses a sort key: `total desc nulls last`. Ascending with nulls last unless said otherwise; descending with nulls first.
 *
 * @throws {PlanError} As `parseExpr` does.
 */
export function parseSortKey(text: string, options: SqlOptions = {}): SortNode {
  const parser = new Parser(text, 'sort key', options, parseOperators)
  const node = parseOrdering(parser)
  parser.expectEnd('ASC, DESC, NULLS FIRST, NULLS LAST')
  parser.checkHeight(node)
  return node
}
