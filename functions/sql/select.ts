// SELECT over one table, or over none, as plain data: its clauses as expressions, output names in GROUP BY, HAVING and
// ORDER BY already replaced by what they stand for. Turning it into the steps of a job is not done here.

import type { ExprNode, SortNode } from '../expr/node.ts'
import { columnsOf, hasAggregate, withoutAlias } from '../expr/walk.ts'
import { parseOperators } from './expression.ts'
import { acceptGroupingSets } from './group-key.ts'
import type { Token } from './lexer.ts'
import { acceptAlias, parseName } from './names.ts'
import type { SqlOptions } from './options.ts'
import { Parser } from './parser.ts'
import { parseOrdering } from './sort-key.ts'
import { parseWindow } from './window.ts'

/** A query, in the order in which its clauses take effect. */
export interface SelectStatement {
  /** The table's name, or the path that was written as a string; without FROM there is one row and no column. */
  readonly from?: string
  /** What the table function that FROM names is called with; absent, it names a table. */
  readonly args?: readonly ExprNode[]
  readonly where?: ExprNode
  readonly groupBy: readonly ExprNode[]
  readonly having?: ExprNode
  /** The output names that GROUP BY and HAVING were taken to mean. They mean columns of these names if there are any. */
  readonly outputNames: readonly string[]
  /** A `wildcard` node stands for all columns. */
  readonly items: readonly ExprNode[]
  readonly distinct: boolean
  /** Keys over the source's columns and the items' expressions, never over output names. */
  readonly orderBy: readonly SortNode[]
  readonly limit?: number
  readonly offset?: number
}

/**
 * Parses `SELECT … FROM one_table …`, `SELECT … FROM table_function(…) …`, or `SELECT …` alone.
 *
 * @throws {PlanError} As `parseExpr` does; `not_implemented` for joins, subqueries and set operations.
 */
export function parseSelect(text: string, options: SqlOptions = {}): SelectStatement {
  const parser = new Parser(text, 'query', options, parseOperators)
  if (parser.atWord('WITH')) throw parser.notImplemented('WITH is not supported, a query reads one table')
  parser.expectWords('SELECT')
  const source = parseAhead(parser)
  const distinct = parseDistinct(parser)
  const itemsStart = parser.index
  const items = parser.list(() => parseItem(parser))
  if (source === undefined) refuseTableItems(parser, items, itemsStart)
  else if (parser.index !== source.itemsEnd) throw parser.expected('"," or FROM', [',', 'FROM'])
  else parser.rewind(source.end)
  const where = parser.acceptWords('WHERE') ? parser.expr() : undefined
  const names = outputNames(items)
  const beside = namesBesideColumns(parser, names, where === undefined ? items : [...items, where])
  parser.aliases = new Map([...beside].filter(([, node]) => !hasAggregate(node)))
  const groupBy = parseGroupBy(parser, items)
  const keys = new Set(groupBy.map((key) => (key.kind === 'column' ? key.name.toLowerCase() : '')))
  parser.aliases = new Map([...beside].filter(([name]) => parser.aliasesUsed.has(name) || !keys.has(name)))
  const having = parser.acceptWords('HAVING') ? parser.expr() : undefined
  const used = [...parser.aliasesUsed]
  skipWindows(parser)
  parser.aliases = names
  const orderBy = parser.acceptWords('ORDER', 'BY') ? parser.list(() => parseOrderKey(parser, items)) : []
  const { limit, offset } = parseLimits(parser)
  parser.acceptOperator(';')
  refuseTheRest(parser)
  for (const node of [...items, ...groupBy, ...orderBy, ...(where ? [where] : []), ...(having ? [having] : [])])
    parser.checkHeight(node)
  return Object.freeze({
    ...(source === undefined ? {} : { from: source.from }),
    ...(source?.args === undefined ? {} : { args: source.args }),
    ...(where === undefined ? {} : { where }),
    groupBy: Object.freeze(groupBy),
    outputNames: Object.freeze(used),
    ...(having === undefined ? {} : { having }),
    items,
    distinct,
    orderBy: Object.freeze(orderBy),
    ...(limit === undefined ? {} : { limit }),
    ...(offset === undefined ? {} : { offset }),
  })
}

/** Without a table, items are followed by another clause or the end, and there is nothing for `*` and names of columns. */
function refuseTableItems(parser: Parser, items: readonly ExprNode[], start: number): void {
  const { kind, keyword } = parser.peek()
  const atClause =
    kind === 'end' ||
    parser.atOperator(';') ||
    /^(?:WHERE|GROUP|HAVING|WINDOW|ORDER|LIMIT|OFFSET|UNION|EXCEPT|INTERSECT|QUALIFY|FETCH)$/.test(keyword)
  if (!atClause) throw parser.expected('"," or FROM and a table', [',', 'FROM'])
  if (items.some((item) => item.kind === 'wildcard')) {
    parser.rewind(start)
    throw parser.fail('* stands for the columns of a table, say FROM which one')
  }
}

/** The table of a query and the token indexes of its FROM and of what follows it. */
interface TableAhead extends NamedTable {
  readonly itemsEnd: number
  readonly end: number
}

interface NamedTable {
  readonly from: string
  readonly args?: readonly ExprNode[]
}

/** FROM and WINDOW say what names in the items mean, so they are read first. */
function parseAhead(parser: Parser): TableAhead | undefined {
  const start = parser.index
  const source = skipTo(parser, 'FROM') ? parseFrom(parser) : undefined
  if (source === undefined) {
    parser.options = { ...parser.options, columns: [] }
    parser.rewind(start)
  }
  if (skipTo(parser, 'WINDOW')) {
    parser.next()
    parser.list(() => {
      const token = parseName(parser, "a window's name")
      const name = token.value.toLowerCase()
      if (parser.windows.has(name)) throw parser.fail(`the window "${token.value}" is defined twice`, token.start)
      parser.expectWords('AS')
      parser.windows.set(name, parseWindow(parser))
    })
  }
  parser.rewind(start)
  return source
}

function parseFrom(parser: Parser): TableAhead {
  const itemsEnd = parser.index
  parser.next()
  const table = parseTable(parser)
  return { ...table, itemsEnd, end: parser.index }
}

/** Moves to the next `keyword` outside brackets; the FROM of IS DISTINCT FROM is not meant. */
function skipTo(parser: Parser, keyword: string): boolean {
  let depth = 0
  for (; parser.peek().kind !== 'end'; parser.next()) {
    const { kind, text } = parser.peek()
    if (kind === 'operator') depth += '([{'.includes(text) ? 1 : ')]}'.includes(text) ? -1 : 0
    const isTest = parser.previous()?.keyword === 'DISTINCT' && /^(?:IS|NOT)$/.test(parser.peek(-2).keyword)
    if (depth === 0 && parser.atWord(keyword) && !isTest) return true
  }
  return false
}

function parseTable(parser: Parser): NamedTable {
  if (parser.atOperator('(')) throw parser.notImplemented('queries inside FROM are not supported, name a table')
  const isPath = parser.peek().kind === 'string'
  const parts: Token[] = [isPath ? parser.next() : parseName(parser, 'a table')]
  while (!isPath && parser.acceptOperator('.')) parts.push(parseName(parser, 'a table'))
  const args = !isPath && parser.atOperator('(') ? parseTableArguments(parser) : undefined
  const alias = acceptAlias(parser)
  const last = parts[parts.length - 1]?.value ?? ''
  parser.tables = [alias ?? last]
  const join = parser.peek()
  if (join.text === ',' || /^(?:JOIN|INNER|LEFT|RIGHT|FULL|CROSS|NATURAL)$/.test(join.keyword))
    throw parser.notImplemented('joins are not supported, a query reads one table')
  const from = parts.map((part) => part.value).join('.')
  return args === undefined ? { from } : { from, args }
}

/** Arguments are constants: there are no columns yet. */
function parseTableArguments(parser: Parser): readonly ExprNode[] {
  const { options } = parser
  parser.options = { ...options, columns: [] }
  const opening = parser.next()
  const args = parser.atOperator(')') ? [] : parser.list(() => parser.expr())
  parser.expectClosing(')', opening)
  parser.options = options
  return Object.freeze(args)
}

function parseDistinct(parser: Parser): boolean {
  const distinct = parser.acceptWords('DISTINCT')
  if (!distinct) parser.acceptWords('ALL')
  if (distinct && parser.atWord('ON')) throw parser.notImplemented('DISTINCT ON is not supported')
  return distinct
}

function parseItem(parser: Parser): ExprNode {
  const isStar = parser.atOperator('*')
  const isTableStar = parser.atName() && parser.atOperator('.', 1) && parser.atOperator('*', 2)
  if (isStar || isTableStar) {
    const token = parser.next()
    if (isTableStar) {
      if (!parser.tables.some((name) => name.toLowerCase() === token.value.toLowerCase()))
        throw parser.fail(`no table is named "${token.value}" here`, token.start)
      parser.next()
      parser.next()
    }
    if (parser.atWord('EXCEPT') || parser.atWord('EXCLUDE') || parser.atWord('REPLACE'))
      throw parser.notImplemented(`* ${parser.peek().keyword} is not supported, name the columns`)
    return parser.node({ kind: 'wildcard' })
  }
  const input = parser.expr()
  const name = acceptAlias(parser)
  return name === undefined ? input : parser.node({ kind: 'alias', input, name })
}

/** What output names stand for, by name in lower case. */
function outputNames(items: readonly ExprNode[]): ReadonlyMap<string, ExprNode> {
  const names = new Map<string, ExprNode>()
  for (const item of items) {
    if (item.kind !== 'alias') continue
    const key = item.name.toLowerCase()
    if (!names.has(key)) names.set(key, item.input)
  }
  return names
}

/**
 * The names that GROUP BY and HAVING may mean, where a column goes before: none that is known, or that the query reads,
 * as in `upper(name) AS name`. Whether there are others shows when the job is planned.
 */
function namesBesideColumns(
  parser: Parser,
  names: ReadonlyMap<string, ExprNode>,
  clauses: readonly ExprNode[],
): ReadonlyMap<string, ExprNode> {
  const columns = new Set([...(parser.options.columns ?? []), ...columnsOf(clauses)].map((name) => name.toLowerCase()))
  return new Map([...names].filter(([name]) => !columns.has(name)))
}

function parseGroupBy(parser: Parser, items: readonly ExprNode[]): readonly ExprNode[] {
  if (!parser.acceptWords('GROUP', 'BY')) return []
  if (parser.acceptWords('ALL')) {
    return items.filter((item) => !hasAggregate(item)).map((item) => parser.reuse(withoutAlias(item)))
  }
  const keys = parser.list(() => {
    const token = parser.peek()
    return acceptGroupingSets(parser) ?? itemAt(parser, token, parser.expr(), items)
  })
  if (parser.atWord('WITH'))
    throw parser.notImplemented(
      `GROUP BY … WITH ${parser.peek(1).keyword} is not supported, write ROLLUP (…) or CUBE (…)`,
    )
  return keys
}

function parseOrderKey(parser: Parser, items: readonly ExprNode[]): SortNode {
  const token = parser.peek()
  const key = parseOrdering(parser)
  const input = itemAt(parser, token, key.input, items)
  return input === key.input ? key : parser.node({ ...key, input })
}

/** `2` as a whole key stands for the second item. */
function itemAt(parser: Parser, token: Token, key: ExprNode, items: readonly ExprNode[]): ExprNode {
  if (key.kind !== 'literal' || typeof key.value !== 'bigint' || token.kind !== 'number') return key
  const item = items[Number(key.value) - 1]
  if (item === undefined || item.kind === 'wildcard')
    throw parser.fail(`there is no item ${key.value} to take, the query has ${items.length}`, token.start)
  return parser.reuse(withoutAlias(item))
}

/** The definitions are read already. */
function skipWindows(parser: Parser): void {
  if (!parser.acceptWords('WINDOW')) return
  parser.list(() => {
    parseName(parser, "a window's name")
    parser.expectWords('AS')
    parseWindow(parser)
  })
}

function parseLimits(parser: Parser): { readonly limit?: number; readonly offset?: number } {
  const limits: { limit?: number; offset?: number } = {}
  for (;;) {
    if (limits.limit === undefined && parser.acceptWords('LIMIT')) {
      if (!parser.acceptWords('ALL')) limits.limit = parseCount(parser)
    } else if (limits.offset === undefined && parser.acceptWords('OFFSET')) {
      limits.offset = parseCount(parser)
      if (!parser.acceptWords('ROWS')) parser.acceptWords('ROW')
    } else return limits
  }
}

function parseCount(parser: Parser): number {
  const token = parser.peek()
  const count = Number(token.text)
  if (token.kind !== 'number' || !/^\d+$/.test(token.text) || !Number.isSafeInteger(count))
    throw parser.expected('a whole number')
  parser.next()
  return count
}

function refuseTheRest(parser: Parser): void {
  const { keyword } = parser.peek()
  if (/^(?:UNION|EXCEPT|INTERSECT|QUALIFY|FETCH)$/.test(keyword))
    throw parser.notImplemented(`${keyword} is not supported`)
  parser.expectEnd('the next clause')
}
