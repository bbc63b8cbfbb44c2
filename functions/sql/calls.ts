// Calls: scalar functions, aggregates with DISTINCT, ORDER BY, FILTER and WITHIN GROUP, and window functions with OVER.
// Which of them a name is, names.ts knows.

import type { AggregateUdf, WindowUdf } from '../contract/udf.ts'
import type { ExprNode, NullTreatment, SortNode } from '../expr/node.ts'
import type { Token } from './lexer.ts'
import { resolveFunction } from './names.ts'
import type { FunctionName } from './options.ts'
import type { Reader } from './reader.ts'
import { readSortKey } from './sort-key.ts'
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

/** Functions named without parentheses. */
const constants = new Set(['CURRENT_DATE', 'CURRENT_TIME', 'CURRENT_TIMESTAMP'])

/** Reads `CURRENT_DATE` and its kin when one comes next. */
export function acceptConstant(reader: Reader): ExprNode | undefined {
  const token = reader.peek()
  if (!constants.has(token.keyword) || reader.atOperator('(', 1)) return undefined
  if (reader.options.columns?.includes(token.value)) return undefined
  reader.next()
  return createCall(reader, token, resolveFunction(reader, token), { args: [], distinct: false, orderBy: [] })
}

/** Reads `name(…)` and the clauses after it. */
export function readCall(reader: Reader): ExprNode {
  const token = reader.next()
  return continueCall(reader, token, reader.next())
}

/** Reads the rest of a call: its name, the parenthesis and maybe the first argument are read. */
export function continueCall(reader: Reader, token: Token, opening: Token, firstArgument?: ExprNode): ExprNode {
  const fn = resolveFunction(reader, token)
  const inside = readParentheses(reader, fn, opening, firstArgument)
  const within = readWithinGroup(reader, fn, inside)
  const parts = readClauses(reader, within)
  const over = acceptOver(reader)
  if (over === undefined) return createCall(reader, token, fn, parts)
  const called = windowFunction(fn)
  if (called === undefined)
    throw reader.fail(`OVER follows an aggregate or window function, ${nameOf(fn)} is neither`, over.token.start)
  if (parts.orderBy.length > 0)
    throw reader.fail(`${nameOf(fn)} is ordered by its OVER clause, ORDER BY cannot stand inside it`, token.start)
  return reader.node({
    kind: 'window',
    fn: called,
    args: parts.args,
    distinct: parts.distinct,
    ...(parts.filter === undefined ? {} : { filter: parts.filter }),
    ...over.clauses,
    ...(parts.nullTreatment === undefined ? {} : { nullTreatment: parts.nullTreatment }),
  })
}

function createCall(reader: Reader, token: Token, fn: FunctionName, parts: CallParts): ExprNode {
  const { args, clause } = parts
  const called = aggregateFunction(fn)
  if (called !== undefined) {
    return reader.node({
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
    throw reader.fail(`${nameOf(fn)} is a window function, write OVER (…) after it`, token.start, {
      expected: ['OVER'],
    })
  if (clause !== undefined)
    throw reader.fail(`${clause.keyword} is for aggregate and window functions, ${nameOf(fn)} is neither`, clause.start)
  if (fn.kind === 'udf') {
    if (fn.udf.family !== 'scalar') throw reader.fail(`${nameOf(fn)} cannot be called here`, token.start)
    return reader.node({ kind: 'udf', udf: fn.udf, args })
  }
  return reader.node({ kind: 'call', name: fn.name, args })
}

function readParentheses(reader: Reader, fn: FunctionName, opening: Token, firstArgument?: ExprNode): CallParts {
  const first = reader.peek()
  const distinct = firstArgument === undefined && reader.acceptWords('DISTINCT')
  if (!distinct && firstArgument === undefined) reader.acceptWords('ALL')
  let clause = distinct ? first : undefined
  const args = readArguments(reader, fn, firstArgument)
  let orderBy: readonly SortNode[] = Object.freeze([])
  if (reader.atWord('ORDER')) {
    clause ??= reader.peek()
    reader.expectWords('ORDER', 'BY')
    orderBy = reader.list(() => readSortKey(reader))
  }
  if (atNullTreatment(reader)) clause ??= reader.peek()
  const nullTreatment = acceptNullTreatment(reader)
  reader.expectClosing(')', opening)
  return {
    args,
    distinct,
    orderBy,
    ...(nullTreatment === undefined ? {} : { nullTreatment }),
    ...(clause === undefined ? {} : { clause }),
  }
}

function readArguments(reader: Reader, fn: FunctionName, first: ExprNode | undefined): readonly ExprNode[] {
  if (first !== undefined) {
    const others = reader.acceptOperator(',') ? reader.list(() => reader.expr()) : []
    return Object.freeze([first, ...others])
  }
  if (reader.atOperator(')')) return Object.freeze([])
  const star = reader.peek()
  if (reader.acceptOperator('*')) {
    if (nameOf(fn) !== 'count') throw reader.fail(`only count takes *, ${nameOf(fn)} does not`, star.start)
    return Object.freeze([reader.node({ kind: 'wildcard' })])
  }
  return reader.list(() => reader.expr())
}

/** `percentile_cont(0.5) WITHIN GROUP (ORDER BY x)` is `percentile_cont(x, 0.5)` in that order. */
function readWithinGroup(reader: Reader, fn: FunctionName, inside: CallParts): CallParts {
  const token = reader.peek()
  if (!reader.acceptWords('WITHIN')) return inside
  reader.expectWords('GROUP')
  if (inside.orderBy.length > 0)
    throw reader.fail(`the order of ${nameOf(fn)} is given twice, inside it and by WITHIN GROUP`, token.start)
  const opening = reader.peek()
  reader.expectOperator('(')
  reader.expectWords('ORDER', 'BY')
  const orderBy = reader.list(() => readSortKey(reader))
  reader.expectClosing(')', opening)
  const isOrderedSet = /percentile|quantile|^mode$/.test(nameOf(fn))
  const ordered = isOrderedSet ? orderBy.map((key) => key.input) : []
  return { ...inside, args: Object.freeze([...ordered, ...inside.args]), orderBy, clause: inside.clause ?? token }
}

function readClauses(reader: Reader, inside: CallParts): CallParts {
  let parts = inside
  for (;;) {
    const token = reader.peek()
    if (parts.filter === undefined && reader.atWord('FILTER') && reader.atOperator('(', 1)) {
      reader.next()
      const opening = reader.next()
      reader.expectWords('WHERE')
      parts = { ...parts, filter: reader.expr(), clause: parts.clause ?? token }
      reader.expectClosing(')', opening)
    } else if (parts.nullTreatment === undefined && atNullTreatment(reader)) {
      parts = { ...parts, nullTreatment: acceptNullTreatment(reader) ?? 'respect', clause: parts.clause ?? token }
    } else return parts
  }
}

const atNullTreatment = (reader: Reader): boolean =>
  (reader.atWord('IGNORE') || reader.atWord('RESPECT')) && reader.atWord('NULLS', 1)

function acceptNullTreatment(reader: Reader): NullTreatment | undefined {
  if (reader.acceptWords('IGNORE', 'NULLS')) return 'ignore'
  return reader.acceptWords('RESPECT', 'NULLS') ? 'respect' : undefined
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
