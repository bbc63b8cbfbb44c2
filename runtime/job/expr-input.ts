// What the methods of a DataFrame take for an expression: an Expr or SQL text. Anything else is somebody's idea of
// another library: the error says what came, and how it is written here.

import { functions } from '../../functions/catalogue/builders.ts'
import { describeValue } from '../../functions/describe-value.ts'
import type { PlanError } from '../../functions/errors.ts'
import { isExpr, toSortNode } from '../../functions/expr/expr.ts'
import type { ExprNode, SortNode } from '../../functions/expr/node.ts'
import { invalidArgument } from '../../functions/options.ts'
import type { SqlOptions } from '../../functions/sql/options.ts'
import { parseExpr, parseGroupKey, parseSortKey } from '../../functions/sql/parse.ts'

/** Where an expression is asked for: the method, and for messages how that is written. */
export interface ExprPlace {
  readonly method: string
  /** What it takes, with an example. */
  readonly takes: string
  /** What to write in place of a function of rows. */
  readonly insteadOfFunction?: string
}

const insteadOfRows =
  "a function of values becomes an expression with udf(): const rich = udf((x) => x > 9, [float64], bool, { name: 'rich' }), then rich(col('a'))"

export const places = {
  select: { method: 'select', takes: "expressions, such as col('a').alias('b'), or SQL texts, such as 'a as b'" },
  filter: {
    method: 'filter',
    takes: "a condition, such as col('a').gt(1), or SQL text, such as 'a > 1'",
  },
  withColumn: { method: 'withColumn', takes: "an expression, such as col('a').mul(2), or SQL text, such as 'a * 2'" },
  groupBy: { method: 'aggregate', takes: "keys, such as col('a'), or SQL texts, such as 'a'" },
  aggregates: {
    method: 'aggregate',
    takes: "aggregates, such as f.sum(col('a')).alias('total'), or SQL texts, such as 'sum(a) as total'",
  },
  sort: {
    method: 'sort',
    takes: "keys, such as col('a').desc(), or SQL texts, such as 'a desc'",
    insteadOfFunction: 'rows are not compared by a function; name what they are ordered by',
  },
} as const satisfies Record<string, ExprPlace>

/** @throws {PlanError} `invalid_argument` for what is neither; `syntax_error`, `unknown_function`, … for SQL text. */
export function exprNode(input: unknown, place: ExprPlace, sql: SqlOptions): ExprNode {
  if (isExpr(input)) return input.node
  if (typeof input === 'string') return parseExpr(input, sql)
  throw wrongInput(input, place)
}

/** @throws {PlanError} As `exprNode` does. */
export function groupKeyNode(input: unknown, sql: SqlOptions): ExprNode {
  return typeof input === 'string' ? parseGroupKey(input, sql) : exprNode(input, places.groupBy, sql)
}

/** @throws {PlanError} As `exprNode` does. */
export function sortNode(input: unknown, sql: SqlOptions): SortNode {
  if (isExpr(input)) return toSortNode(input)
  if (typeof input === 'string') return parseSortKey(input, sql)
  throw wrongInput(input, places.sort)
}

/** @throws {PlanError} `invalid_argument` for what is no array. */
export function inputsOf(inputs: unknown, place: ExprPlace): readonly unknown[] {
  if (Array.isArray(inputs)) return inputs
  const message = `Cannot call ${place.method}() with ${describeValue(inputs)}: it takes two arrays, the keys and the aggregates, as in aggregate(['region'], ['sum(net) as total'])`
  throw invalidArgument(message)
}

/** @throws {PlanError} `invalid_argument` for what cannot be the name of a column. */
export function nameOf(name: unknown, method: string): string {
  if (typeof name === 'string') return name
  const hint = Array.isArray(name)
    ? `give each name as an argument of its own, ${method}(...names)`
    : isExpr(name)
      ? 'a name is a string, not an expression'
      : 'a name is a string'
  throw invalidArgument(`Cannot take ${describeValue(name)} as the name of a column in ${method}(): ${hint}`)
}

function wrongInput(input: unknown, place: ExprPlace): PlanError {
  const { method, takes } = place
  return invalidArgument(
    `Cannot call ${method}() with ${describeValue(input)}: it takes ${takes}${hintFor(input, place)}`,
  )
}

function hintFor(input: unknown, { method, insteadOfFunction = insteadOfRows }: ExprPlace): string {
  if (Array.isArray(input)) {
    return method === 'aggregate' ? '' : `; give each as an argument of its own, ${method}(...list)`
  }
  if (typeof input === 'function') {
    const isOfColumns = 'definition' in input || Object.values<unknown>({ ...functions }).includes(input)
    return isOfColumns ? `; call it with its arguments, as in ${input.name}(col('a'))` : `; ${insteadOfFunction}`
  }
  if (typeof input === 'boolean' && method === 'filter') {
    return "; JavaScript compares at once and gives a boolean: in place of a > 1 write col('a').gt(1), in place of && write .and()"
  }
  if (method === 'filter' || method === 'sort' || input === undefined) return ''
  return input === null || typeof input !== 'object' || input instanceof Date
    ? '; lit() makes an expression of a constant'
    : ''
}
