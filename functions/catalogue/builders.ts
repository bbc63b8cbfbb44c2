// The `functions` namespace: every built-in as a builder of expressions, under its camelCase name. Made from the
// catalogue; their names and parameters are known to the type checker from builder-names.ts, which `npm run generate` writes.

import { type Expr, make, type Operand, toNode } from '../expr/expr.ts'
import type { ExprNode } from '../expr/node.ts'
import type { Builders } from './builder-names.ts'
import { aggregateFunctions, catalogue, scalarFunctions, windowFunctions } from './catalogue.ts'

/**
 * Builds a call of a built-in from expressions and constants. How many it takes, and of which types, is decided when the
 * call meets a schema.
 *
 * @see docs/reference/functions.md
 */
export type FunctionBuilder = (...args: readonly Operand[]) => Expr

/** A built-in's name as that of its builder. */
export const camelCase = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

const scalarBuilder =
  (name: string): FunctionBuilder =>
  (...args) =>
    make({ kind: 'call', name, args: Object.freeze(args.map(toNode)) })

const aggregateBuilder =
  (name: string): FunctionBuilder =>
  (...args) =>
    make({ kind: 'aggregate', fn: name, args: aggregateArgs(name, args), distinct: false, orderBy: Object.freeze([]) })

/** Over all rows until `.over()` says which. */
const windowBuilder =
  (name: string): FunctionBuilder =>
  (...args) =>
    make({
      kind: 'window',
      fn: name,
      args: Object.freeze(args.map(toNode)),
      distinct: false,
      partitionBy: Object.freeze([]),
      orderBy: Object.freeze([]),
    })

/** `count()` counts rows. */
function aggregateArgs(name: string, args: readonly Operand[]): readonly ExprNode[] {
  const wildcard: ExprNode = Object.freeze({ kind: 'wildcard' })
  return Object.freeze(name === 'count' && args.length === 0 ? [wildcard] : args.map(toNode))
}

/** A builder that is seen by its name. */
const named = (name: string, builder: FunctionBuilder): readonly [string, FunctionBuilder] => [
  name,
  Object.defineProperty(builder, 'name', { value: name }),
]

function buildersOf(
  entries: readonly { readonly name: string; readonly aliases?: readonly string[] }[],
  builder: (name: string) => FunctionBuilder,
): readonly (readonly [string, FunctionBuilder])[] {
  return entries
    .filter(({ name }) => /^[a-z]\w*$/.test(name))
    .flatMap(({ name, aliases = [] }) => [name, ...aliases].map((alias) => named(camelCase(alias), builder(name))))
}

const builders = Object.fromEntries([
  ...buildersOf(scalarFunctions, scalarBuilder),
  ...buildersOf(aggregateFunctions, aggregateBuilder),
  // Aggregates that are window functions too become one by `.over()`.
  ...buildersOf(
    windowFunctions.filter(({ name }) => catalogue.aggregate(name) === undefined),
    windowBuilder,
  ),
])

/** The names of all builders, as the catalogue has them. */
export const builderNames: readonly string[] = Object.keys(builders)

/**
 * All built-in functions, by their names in camelCase: `upper`, `dateTrunc`, `sum`, `rowNumber`. Each builds an expression.
 *
 * Aggregates take `filter`, `distinct`, `orderBy` and `over`; window functions are over all rows until `over` says which.
 *
 * @example
 * import { col, functions as f, SessionContext } from 'volley'
 *
 * await using ctx = new SessionContext()
 * const frame = ctx.fromColumns({ name: ['ann', 'bob'], net: [1, 2] })
 * await frame.select(f.upper(col('name')).alias('name')).toRows() // => [{ name: 'ANN' }, { name: 'BOB' }]
 * await frame.aggregate([], [f.sum(col('net')).alias('total'), f.count().alias('n')]).toRows() // => [{ total: 3n, n: 2n }]
 *
 * @see docs/reference/functions.md; DataFusion's function reference
 */
export const functions = Object.freeze(builders) as unknown as Builders
