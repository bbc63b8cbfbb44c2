// What names in SQL text stand for: columns in any case, fields of the one table, functions by the caller's lookup.

import { literal } from '../expr/literal.ts'
import type { ExprNode } from '../expr/node.ts'
import { callable, reservedWords } from '../expr/quote-name.ts'
import { nearest } from '../nearest.ts'
import type { Token } from './lexer.ts'
import type { FunctionName } from './options.ts'
import type { Parser } from './parser.ts'

/** Without a lookup, these names make aggregate and window nodes. */
const aggregates = new Set(
  `count sum avg mean min max median stddev stddev_samp stddev_pop var variance var_samp var_pop var_sample
  var_population covar covar_samp covar_pop corr regr_slope regr_intercept regr_count regr_r2 regr_avgx regr_avgy regr_sxx
  regr_syy regr_sxy bool_and bool_or every bit_and bit_or bit_xor array_agg string_agg any_value first_value last_value nth_value
  approx_distinct approx_median approx_percentile_cont approx_percentile_cont_with_weight percentile_cont quantile_cont
  grouping`.split(/\s+/),
)
const windows = new Set(['row_number', 'rank', 'dense_rank', 'percent_rank', 'cume_dist', 'ntile', 'lag', 'lead'])

export const isReserved = (token: Token): boolean => reservedWords.has(token.keyword)

/** Whether the next token can name a function: any name followed by a parenthesis. */
export function atFunctionName(parser: Parser): boolean {
  const token = parser.peek()
  if (!parser.atName() || !parser.atOperator('(', 1)) return false
  return !isReserved(token) || callable.has(token.keyword)
}

/** Parses `a`, `t.a`, `s.field`, `t.s.field`: a column, and the fields taken from it. */
export function parseColumn(parser: Parser): ExprNode {
  const parts = [parseName(parser, 'a column')]
  while (parser.atOperator('.') && parser.atName(1)) {
    parser.next()
    parts.push(parser.next())
  }
  const [first, second] = parts as [Token, Token?]
  const qualified = second !== undefined && isTable(parser, first) && !isColumn(parser, first)
  const [column, ...fields] = qualified ? parts.slice(1) : parts
  let node: ExprNode = resolveColumn(parser, column ?? first, qualified)
  for (const field of fields) node = getField(parser, node, field.value)
  return node
}

/** `node['field']`. */
export function getField(parser: Parser, node: ExprNode, field: string): ExprNode {
  return parser.node({ kind: 'call', name: 'get_field', args: Object.freeze([node, parser.node(literal(field))]) })
}

/** Parses a name, quoted or not, that is not a keyword. */
export function parseName(parser: Parser, what: string): Token {
  const token = parser.peek()
  if (!parser.atName()) throw parser.expected(what)
  if (isReserved(token))
    throw parser.fail(
      `${token.keyword} is a keyword and cannot be ${what} here, write "${token.text}" in double quotes`,
    )
  return parser.next()
}

/** The alias that comes next: any name after AS, or a bare name that is not a keyword. */
export function acceptAlias(parser: Parser): string | undefined {
  if (parser.acceptWords('AS')) {
    if (!parser.atName()) throw parser.expected('a name')
    return parser.next().value
  }
  return parser.atName() && !isReserved(parser.peek()) ? parser.next().value : undefined
}

/** Parses an expression, and the name behind it when AS says that there is one. */
export function aliased(parser: Parser): ExprNode {
  const input = parser.expr()
  const name = parser.atWord('AS') ? acceptAlias(parser) : undefined
  return name === undefined ? input : parser.node({ kind: 'alias', input, name })
}

function isTable(parser: Parser, token: Token): boolean {
  return parser.tables.some((name) => name.toLowerCase() === token.value.toLowerCase())
}

function isColumn(parser: Parser, token: Token): boolean {
  return parser.options.columns?.includes(token.value) ?? false
}

function resolveColumn(parser: Parser, token: Token, qualified: boolean): ExprNode {
  const alias = token.value.toLowerCase()
  const aliased = qualified ? undefined : parser.aliases.get(alias)
  if (aliased !== undefined) {
    parser.aliasesUsed.add(alias)
    return parser.reuse(aliased)
  }
  const { columns } = parser.options
  if (columns === undefined || columns.includes(token.value)) return parser.node({ kind: 'column', name: token.value })
  const wanted = token.value.toLowerCase()
  const matches = columns.filter((name) => name.toLowerCase() === wanted)
  const [match] = matches
  if (match !== undefined && matches.length === 1 && token.kind === 'word')
    return parser.node({ kind: 'column', name: match })
  throw unresolved(parser, token, matches, columns)
}

function unresolved(parser: Parser, token: Token, matches: readonly string[], columns: readonly string[]) {
  const column = shorten(token.value)
  if (token.kind === 'word' && matches.length > 1) {
    const choices = matches.map((name) => `"${name}"`).join(' or ')
    return parser.errorAt(token, `Cannot tell which field "${column}" is: write ${choices} in double quotes`, {
      code: 'ambiguous_column',
      details: { column, matches },
    })
  }
  const suggestion = nearestTo(column, columns)
  const hint =
    suggestion !== undefined
      ? ` Did you mean "${suggestion}"?`
      : token.kind === 'quoted'
        ? ` Double quotes name columns; a text is written '${column.replaceAll("'", "''")}'`
        : columns.length === 0
          ? ' There are no columns here: a query that reads some says FROM which table'
          : ` The fields are ${columns.slice(0, 10).join(', ')}${columns.length > 10 ? ', …' : ''}`
  return parser.errorAt(token, `No field named "${column}".${hint}`, {
    code: 'unknown_column',
    details: { column, ...(suggestion === undefined ? {} : { suggestion }) },
  })
}

const shorten = (name: string): string => (name.length > 200 ? `${name.slice(0, 200)}…` : name)

/** No slip of the pen is this long, and comparing takes time. */
const nearestTo = (name: string, candidates: Iterable<string>): string | undefined =>
  name.length > 100 ? undefined : nearest(name, candidates)

/** The functions a name stands for, at least one. @throws {PlanError} `unknown_function` with the nearest name. */
export function resolveFunctions(parser: Parser, token: Token, name = token.value): readonly FunctionName[] {
  const { functions } = parser.options
  const lower = name.toLowerCase()
  if (functions === undefined) {
    const kind = aggregates.has(lower) ? 'aggregate' : windows.has(lower) ? 'window' : 'scalar'
    return [{ kind, name: lower }]
  }
  const exact = functions.lookup(name)
  const found = exact.length > 0 || token.kind === 'quoted' ? exact : functions.lookup(lower)
  if (found.length > 0) return found
  const suggestion = nearestTo(name, functions.names())
  const shown = shorten(name)
  const advice = parser.options.functionAdvice
  const hint =
    suggestion === undefined ? (advice === undefined ? '' : `. ${advice}`) : `. Did you mean "${suggestion}"?`
  throw parser.errorAt(token, `Function "${shown}" is not known${hint}`, {
    code: 'unknown_function',
    details: { function: shown, ...(suggestion === undefined ? {} : { suggestion }) },
  })
}
