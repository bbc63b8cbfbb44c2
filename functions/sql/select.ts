// SELECT over one table, as plain data: its clauses as expressions, output names in GROUP BY, HAVING and ORDER BY already
// replaced by what they stand for. Turning it into the steps of a job is not done here.

import { childrenOf } from '../expr/children.ts'
import type { ExprNode, SortNode } from '../expr/node.ts'
import { hasAggregate, withoutAlias } from '../expr/walk.ts'
import { readExpr } from './expression.ts'
import { acceptGroupingSets } from './group-key.ts'
import type { Token } from './lexer.ts'
import { acceptAlias, readName } from './names.ts'
import type { SqlOptions } from './options.ts'
import { Reader } from './reader.ts'
import { readSortKey } from './sort-key.ts'
import { readWindow } from './window.ts'

/** A query, in the order in which its clauses take effect. */
export interface SelectStatement {
  /** The table's name, or the path that was written as a string. */
  readonly from: string
  readonly where?: ExprNode
  readonly groupBy: readonly ExprNode[]
  readonly having?: ExprNode
  /** A `wildcard` node stands for all columns. */
  readonly items: readonly ExprNode[]
  readonly distinct: boolean
  /** Keys over the source's columns and the items' expressions, never over output names. */
  readonly orderBy: readonly SortNode[]
  readonly limit?: number
  readonly offset?: number
}

/**
 * Reads `SELECT … FROM one_table …`.
 *
 * @throws {PlanError} As `parseExpr` does; `not_implemented` for joins, subqueries and set operations.
 */
export function parseSelect(text: string, options: SqlOptions = {}): SelectStatement {
  const reader = new Reader(text, 'query', options, readExpr)
  if (reader.atWord('WITH')) throw reader.notImplemented('WITH is not supported, a query reads one table')
  reader.expectWords('SELECT')
  const source = readAhead(reader)
  const distinct = readDistinct(reader)
  const items = reader.list(() => readItem(reader))
  if (reader.index !== source.itemsEnd) throw reader.expected('"," or FROM', [',', 'FROM'])
  reader.rewind(source.end)
  const where = reader.acceptWords('WHERE') ? reader.expr() : undefined
  reader.aliases = outputNames(reader, items, true)
  const groupBy = readGroupBy(reader, items)
  const having = reader.acceptWords('HAVING') ? reader.expr() : undefined
  skipWindows(reader)
  reader.aliases = outputNames(reader, items, false)
  const orderBy = reader.acceptWords('ORDER', 'BY') ? reader.list(() => readOrderKey(reader, items)) : []
  const { limit, offset } = readLimits(reader)
  reader.acceptOperator(';')
  refuseTheRest(reader)
  for (const node of [...items, ...groupBy, ...orderBy, ...(where ? [where] : []), ...(having ? [having] : [])])
    reader.checkHeight(node)
  return Object.freeze({
    from: source.from,
    ...(where === undefined ? {} : { where }),
    groupBy: Object.freeze(groupBy),
    ...(having === undefined ? {} : { having }),
    items,
    distinct,
    orderBy: Object.freeze(orderBy),
    ...(limit === undefined ? {} : { limit }),
    ...(offset === undefined ? {} : { offset }),
  })
}

/** FROM and WINDOW say what names in the items mean, so they are read first. Gives the token indexes of FROM and of what follows its table. */
function readAhead(reader: Reader): { readonly from: string; readonly itemsEnd: number; readonly end: number } {
  const start = reader.index
  if (!skipTo(reader, 'FROM')) {
    reader.rewind(start)
    readDistinct(reader)
    reader.list(() => readItem(reader))
    throw reader.expected('"," or FROM and a table', [',', 'FROM'])
  }
  const itemsEnd = reader.index
  reader.next()
  const from = readTable(reader)
  const end = reader.index
  if (skipTo(reader, 'WINDOW')) {
    reader.next()
    reader.list(() => {
      const name = readName(reader, "a window's name").value.toLowerCase()
      reader.expectWords('AS')
      reader.windows.set(name, readWindow(reader))
    })
  }
  reader.rewind(start)
  return { from, itemsEnd, end }
}

/** Moves to the next `keyword` outside brackets; the FROM of IS DISTINCT FROM is not meant. */
function skipTo(reader: Reader, keyword: string): boolean {
  let depth = 0
  for (; reader.peek().kind !== 'end'; reader.next()) {
    const { kind, text } = reader.peek()
    if (kind === 'operator') depth += '([{'.includes(text) ? 1 : ')]}'.includes(text) ? -1 : 0
    const isTest = reader.previous()?.keyword === 'DISTINCT' && /^(?:IS|NOT)$/.test(reader.peek(-2).keyword)
    if (depth === 0 && reader.atWord(keyword) && !isTest) return true
  }
  return false
}

function readTable(reader: Reader): string {
  if (reader.atOperator('(')) throw reader.notImplemented('queries inside FROM are not supported, name a table')
  const isPath = reader.peek().kind === 'string'
  const parts: Token[] = [isPath ? reader.next() : readName(reader, 'a table')]
  while (!isPath && reader.acceptOperator('.')) parts.push(readName(reader, 'a table'))
  if (reader.atOperator('(')) throw reader.notImplemented('functions that give tables are not supported, name a table')
  const alias = acceptAlias(reader)
  const last = parts[parts.length - 1]?.value ?? ''
  reader.tables = [alias ?? last]
  const join = reader.peek()
  if (join.text === ',' || /^(?:JOIN|INNER|LEFT|RIGHT|FULL|CROSS|NATURAL)$/.test(join.keyword))
    throw reader.notImplemented('joins are not supported, a query reads one table')
  return parts.map((part) => part.value).join('.')
}

function readDistinct(reader: Reader): boolean {
  const distinct = reader.acceptWords('DISTINCT')
  if (!distinct) reader.acceptWords('ALL')
  if (distinct && reader.atWord('ON')) throw reader.notImplemented('DISTINCT ON is not supported')
  return distinct
}

function readItem(reader: Reader): ExprNode {
  const isStar = reader.atOperator('*')
  const isTableStar = reader.atName() && reader.atOperator('.', 1) && reader.atOperator('*', 2)
  if (isStar || isTableStar) {
    const token = reader.next()
    if (isTableStar) {
      if (!reader.tables.some((name) => name.toLowerCase() === token.value.toLowerCase()))
        throw reader.fail(`no table is named "${token.value}" here`, token.start)
      reader.next()
      reader.next()
    }
    if (reader.atWord('EXCEPT') || reader.atWord('EXCLUDE') || reader.atWord('REPLACE'))
      throw reader.notImplemented(`* ${reader.peek().keyword} is not supported, name the columns`)
    return reader.node({ kind: 'wildcard' })
  }
  const input = reader.expr()
  const name = acceptAlias(reader)
  return name === undefined ? input : reader.node({ kind: 'alias', input, name })
}

/**
 * What output names stand for. In GROUP BY and HAVING a column of the source goes before (`hideColumns`): one that is
 * known, or one that the item itself reads, as in `upper(name) AS name`.
 */
function outputNames(reader: Reader, items: readonly ExprNode[], hideColumns: boolean): ReadonlyMap<string, ExprNode> {
  const names = new Map<string, ExprNode>()
  for (const item of items) {
    if (item.kind !== 'alias') continue
    const key = item.name.toLowerCase()
    const isColumn =
      reader.options.columns?.some((column) => column.toLowerCase() === key) ?? readsColumn(item.input, key)
    if (!(hideColumns && isColumn) && !names.has(key)) names.set(key, item.input)
  }
  return names
}

function readsColumn(root: ExprNode, lowerName: string): boolean {
  const nodes: ExprNode[] = [root]
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    if (node.kind === 'column' && node.name.toLowerCase() === lowerName) return true
    nodes.push(...childrenOf(node))
  }
  return false
}

function readGroupBy(reader: Reader, items: readonly ExprNode[]): readonly ExprNode[] {
  if (!reader.acceptWords('GROUP', 'BY')) return []
  if (reader.acceptWords('ALL')) {
    return items.filter((item) => !hasAggregate(item)).map((item) => reader.reuse(withoutAlias(item)))
  }
  const keys = reader.list(() => {
    const token = reader.peek()
    return acceptGroupingSets(reader) ?? itemAt(reader, token, reader.expr(), items)
  })
  if (reader.atWord('WITH'))
    throw reader.notImplemented(
      `GROUP BY … WITH ${reader.peek(1).keyword} is not supported, write ROLLUP (…) or CUBE (…)`,
    )
  return keys
}

function readOrderKey(reader: Reader, items: readonly ExprNode[]): SortNode {
  const token = reader.peek()
  const key = readSortKey(reader)
  const input = itemAt(reader, token, key.input, items)
  return input === key.input ? key : reader.node({ ...key, input })
}

/** `2` as a whole key stands for the second item. */
function itemAt(reader: Reader, token: Token, key: ExprNode, items: readonly ExprNode[]): ExprNode {
  if (key.kind !== 'literal' || typeof key.value !== 'bigint' || token.kind !== 'number') return key
  const item = items[Number(key.value) - 1]
  if (item === undefined || item.kind === 'wildcard')
    throw reader.fail(`there is no item ${key.value} to take, the query has ${items.length}`, token.start)
  return reader.reuse(withoutAlias(item))
}

/** The definitions are read already. */
function skipWindows(reader: Reader): void {
  if (!reader.acceptWords('WINDOW')) return
  reader.list(() => {
    readName(reader, "a window's name")
    reader.expectWords('AS')
    readWindow(reader)
  })
}

function readLimits(reader: Reader): { readonly limit?: number; readonly offset?: number } {
  const limits: { limit?: number; offset?: number } = {}
  for (;;) {
    if (limits.limit === undefined && reader.acceptWords('LIMIT')) {
      if (!reader.acceptWords('ALL')) limits.limit = readCount(reader)
    } else if (limits.offset === undefined && reader.acceptWords('OFFSET')) {
      limits.offset = readCount(reader)
      if (!reader.acceptWords('ROWS')) reader.acceptWords('ROW')
    } else return limits
  }
}

function readCount(reader: Reader): number {
  const token = reader.peek()
  const count = Number(token.text)
  if (token.kind !== 'number' || !/^\d+$/.test(token.text) || !Number.isSafeInteger(count))
    throw reader.expected('a whole number')
  reader.next()
  return count
}

function refuseTheRest(reader: Reader): void {
  const { keyword } = reader.peek()
  if (/^(?:UNION|EXCEPT|INTERSECT|QUALIFY|FETCH)$/.test(keyword))
    throw reader.notImplemented(`${keyword} is not supported`)
  reader.expectEnd('the next clause')
}
