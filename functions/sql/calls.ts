// Calls: scalar functions, aggregates with DISTINCT, ORDER BY, FILTER and WITHIN GROUP, and window functions with OVER.
// Which of them a name is, names.ts knows.

import type { AggregateUdf, WindowUdf } from '../contract/udf.ts'
import { InternalError } from '../errors.ts'
import type { ExprNode, NullTreatment, SortNode } from '../expr/node.ts'
import type { Token } from './lexer.ts'
import { resolveFunctions } from './names.ts'
import type { FunctionName } from './options.ts'
import type { Parser } from './parser.ts'
import { parseOrdering } from './sort-key.ts'
import { acceptOver } from './window.ts'

/** Everything that may be said about a call besides its name. */
interface CallParts {
  readonly args: readonly ExprNode[]
  readonly distinct: boolean
  readonly orderBy: readonly SortNode[]
  readonly filter?: ExprNode
  readonly nullTreatment?: NullTreatment
  /** The first clause that only aggregates and window functions take. */
  readonly clause?: Token
}

/** Aggregates of a place in an order, which WITHIN GROUP gives. */
const orderedSetAggregates = new Set([
  'percentile_cont',
  'quantile_cont',
  'approx_percentile_cont',
  'approx_percentile_cont_with_weight',
])

/** Functions named without parentheses. */
const constants = new Set(['CURRENT_DATE', 'CURRENT_TIME', 'CURRENT_TIMESTAMP'])

/** Parses `CURRENT_DATE` and its kin when one comes next. */
export function acceptConstant(parser: Parser): ExprNode | undefined {
  const token = parser.peek()
  if (!constants.has(token.keyword) || parser.atOperator('(', 1)) return undefined
  if (parser.options.columns?.includes(token.value)) return undefined
  parser.next()
  const parts: CallParts = { args: [], distinct: false, orderBy: [] }
  return createCall(parser, token, calledAs(resolveFunctions(parser, token), 'alone'), parts)
}

/** Parses `name(…)` and the clauses after it. */
export function parseCall(parser: Parser): ExprNode {
  const token = parser.next()
  return continueCall(parser, token, parser.next())
}

/** Parses the rest of a call: its name, the parenthesis and maybe the first argument are read. */
export function continueCall(parser: Parser, token: Token, opening: Token, firstArgument?: ExprNode): ExprNode {
  const candidates = resolveFunctions(parser, token)
  const inside = parseParentheses(parser, calledAs(candidates, 'with clauses'), opening, firstArgument)
  const within = parseWithinGroup(parser, calledAs(candidates, 'with clauses'), inside)
  const parts = parseClauses(parser, within)
  const over = acceptOver(parser)
  if (over === undefined) {
    const fn = calledAs(candidates, parts.clause === undefined ? 'alone' : 'with clauses')
    return createCall(parser, token, fn, parts)
  }
  const fn = calledAs(candidates, 'with OVER')
  const called = windowFunction(fn)
  if (called === undefined)
    throw parser.fail(`OVER follows an aggregate or window function, ${nameOf(fn)} is neither`, over.token.start)
  if (parts.orderBy.length > 0)
    throw parser.fail(`${nameOf(fn)} is ordered by its OVER clause, ORDER BY cannot stand inside it`, token.start)
  return parser.node({
    kind: 'window',
    fn: called,
    args: parts.args,
    distinct: parts.distinct,
    ...(parts.filter === undefined ? {} : { filter: parts.filter }),
    ...over.clauses,
    ...(parts.nullTreatment === undefined ? {} : { nullTreatment: parts.nullTreatment }),
  })
}

function createCall(parser: Parser, token: Token, fn: FunctionName, parts: CallParts): ExprNode {
  const { args, clause } = parts
  const called = aggregateFunction(fn)
  if (called !== undefined) {
    return parser.node({
      kind: 'aggregate',
      fn: called,
      args,
      distinct: parts.distinct,
      ...(parts.filter === undefined ? {} : { filter: parts.filter }),
      orderBy: parts.orderBy,
      ...(parts.nullTreatment === undefined ? {} : { nullTreatment: parts.nullTreatment }),
    })
  }
  if (fn.kind === 'window' || (fn.kind === 'udf' && fn.udf.family === 'window'))
    throw parser.fail(`${nameOf(fn)} is a window function, write OVER (…) after it`, token.start, {
      expected: ['OVER'],
    })
  if (clause !== undefined)
    throw parser.fail(`${clause.keyword} is for aggregate and window functions, ${nameOf(fn)} is neither`, clause.start)
  if (fn.kind === 'udf') {
    if (fn.udf.family !== 'scalar') throw parser.fail(`${nameOf(fn)} cannot be called here`, token.start)
    return parser.node({ kind: 'udf', udf: fn.udf, args })
  }
  return parser.node({ kind: 'call', name: fn.name, args })
}

function parseParentheses(parser: Parser, fn: FunctionName, opening: Token, firstArgument?: ExprNode): CallParts {
  const first = parser.peek()
  const distinct = firstArgument === undefined && parser.acceptWords('DISTINCT')
  if (!distinct && firstArgument === undefined) parser.acceptWords('ALL')
  let clause = distinct ? first : undefined
  if (distinct && parser.atOperator(')')) throw parser.expected('a value')
  const args = parseArguments(parser, fn, firstArgument)
  let orderBy: readonly SortNode[] = Object.freeze([])
  if (parser.atWord('ORDER')) {
    clause ??= parser.peek()
    parser.expectWords('ORDER', 'BY')
    orderBy = parser.list(() => parseOrdering(parser))
  }
  if (atNullTreatment(parser)) clause ??= parser.peek()
  const nullTreatment = acceptNullTreatment(parser)
  parser.expectClosing(')', opening)
  return {
    args,
    distinct,
    orderBy,
    ...(nullTreatment === undefined ? {} : { nullTreatment }),
    ...(clause === undefined ? {} : { clause }),
  }
}

function parseArguments(parser: Parser, fn: FunctionName, first: ExprNode | undefined): readonly ExprNode[] {
  if (first !== undefined) {
    const others = parser.acceptOperator(',') ? parser.list(() => parser.expr()) : []
    return Object.freeze([first, ...others])
  }
  if (parser.atOperator(')')) return Object.freeze([])
  const star = parser.peek()
  if (parser.acceptOperator('*')) {
    if (nameOf(fn) !== 'count') throw parser.fail(`only count takes *, ${nameOf(fn)} does not`, star.start)
    return Object.freeze([parser.node({ kind: 'wildcard' })])
  }
  return parser.list(() => parser.expr())
}

/** `percentile_cont(0.5) WITHIN GROUP (ORDER BY x)` is `percentile_cont(x, 0.5)` in that order. */
function parseWithinGroup(parser: Parser, fn: FunctionName, inside: CallParts): CallParts {
  const token = parser.peek()
  if (!parser.acceptWords('WITHIN')) return inside
  parser.expectWords('GROUP')
  if (!orderedSetAggregates.has(nameOf(fn)))
    throw parser.fail(`WITHIN GROUP is for percentiles, order ${nameOf(fn)} by ORDER BY inside it`, token.start)
  if (inside.orderBy.length > 0)
    throw parser.fail(`the order of ${nameOf(fn)} is given twice, inside it and by WITHIN GROUP`, token.start)
  const opening = parser.peek()
  parser.expectOperator('(')
  parser.expectWords('ORDER', 'BY')
  const orderBy = parser.list(() => parseOrdering(parser))
  parser.expectClosing(')', opening)
  const ordered = orderBy.map((key) => key.input)
  return { ...inside, args: Object.freeze([...ordered, ...inside.args]), orderBy, clause: inside.clause ?? token }
}

function parseClauses(parser: Parser, inside: CallParts): CallParts {
  let parts = inside
  for (;;) {
    const token = parser.peek()
    if (parts.filter === undefined && parser.atWord('FILTER') && parser.atOperator('(', 1)) {
      parser.next()
      const opening = parser.next()
      parser.expectWords('WHERE')
      parts = { ...parts, filter: parser.expr(), clause: parts.clause ?? token }
      parser.expectClosing(')', opening)
    } else if (parts.nullTreatment === undefined && atNullTreatment(parser)) {
      parts = { ...parts, nullTreatment: acceptNullTreatment(parser) ?? 'respect', clause: parts.clause ?? token }
    } else return parts
  }
}

const atNullTreatment = (parser: Parser): boolean =>
  (parser.atWord('IGNORE') || parser.atWord('RESPECT')) && parser.atWord('NULLS', 1)

function acceptNullTreatment(parser: Parser): NullTreatment | undefined {
  if (parser.acceptWords('IGNORE', 'NULLS')) return 'ignore'
  return parser.acceptWords('RESPECT', 'NULLS') ? 'respect' : undefined
}

/** Which families a call may mean, by what is written about it: the first one there is. */
const preferred = {
  alone: ['scalar', 'aggregate', 'window'],
  'with clauses': ['aggregate', 'scalar', 'window'],
  'with OVER': ['window', 'aggregate', 'scalar'],
} as const

const familyOf = (fn: FunctionName): 'scalar' | 'aggregate' | 'window' => (fn.kind === 'udf' ? fn.udf.family : fn.kind)

/**
 * The function that a call means among those of its name. Users' functions come before built-ins, but for one that cannot
 * be called like that.
 */
function calledAs(candidates: readonly FunctionName[], how: keyof typeof preferred): FunctionName {
  const unfit = how === 'with OVER' ? 'scalar' : 'window'
  const fitting = candidates.filter((fn) => familyOf(fn) !== unfit)
  const usable = fitting.length > 0 ? fitting : candidates
  const own = usable.filter((fn) => fn.kind === 'udf')
  const among = own.length > 0 ? own : usable
  const [first] = preferred[how].flatMap((family) => among.filter((fn) => familyOf(fn) === family))
  if (first === undefined) throw new InternalError('A name was resolved to no function')
  return first
}

const nameOf = (fn: FunctionName): string => (fn.kind === 'udf' ? fn.udf.name : fn.name)

function aggregateFunction(fn: FunctionName): string | AggregateUdf | undefined {
  if (fn.kind === 'aggregate') return fn.name
  return fn.kind === 'udf' && fn.udf.family === 'aggregate' ? fn.udf : undefined
}

function windowFunction(fn: FunctionName): string | AggregateUdf | WindowUdf | undefined {
  if (fn.kind === 'aggregate' || fn.kind === 'window') return fn.name
  return fn.kind === 'udf' && fn.udf.family !== 'scalar' ? fn.udf : undefined
}
