// Defining table functions: what users call `udtf()` and hold. Checks everything that can be checked before rows come.

import type { ArrowSchemaLike } from '../arrow/like.ts'
import type { TableUdf, Volatility } from '../contract/udf.ts'
import { invalidArgument } from '../options.ts'
import type { Anything, Int64As } from '../types/js-values.ts'
import { asSchema, asType, type TypeInput } from '../types/parse-type.ts'
import { field, type Schema, struct } from '../types/type.ts'
import { describeUdf } from './callable.ts'
import { checkDefinition, type UdfKind } from './check-definition.ts'
import type { CallArguments, TableFunctionOf } from './function-types.ts'
import { oneOf } from './scalar.ts'

/** What `udtf()` can be told about a table function. */
export interface UdtfOptions<As extends Int64As = Int64As> {
  /**
   * How the function is called in SQL text, messages and registries.
   *
   * @defaultValue the function's own name
   */
  readonly name?: string
  /**
   * What the function gets for 64-bit integers; numbers beyond 2^53 are then an `overflow` error.
   *
   * @defaultValue `'bigint'`
   */
  readonly int64As?: As
  /**
   * The free names of the function, given explicitly instead of read from its closure when it is shipped.
   *
   * @defaultValue read from its closure
   */
  readonly captures?: Readonly<Record<string, unknown>>
}

/**
 * A table function: `ctx.tableFunction` calls it.
 *
 * @see DataFusion `TableFunction`
 */
export interface TableUDF<Args = Anything> {
  /** Its name in SQL text, messages and registries. */
  readonly name: string
  /** The function as plain data, except for its body. */
  readonly definition: TableUdf
  /** What it is called with; never there, for the type checker alone. */
  readonly args?: Args
}

/**
 * Makes a table function: a function of constants that gives rows.
 *
 * It runs in a worker, once for each job that reads it, in one task; the steps of the job follow in the same one until rows have to
 * meet. It gives rows as objects, or tables or record batches of Arrow, in an array, a generator or an async
 * generator, or a promise of these. Rows are taken from generators as they are needed: one may be endless, if the job
 * has a limit.
 *
 * @param fn - The function. It gets a value, or null, per input.
 * @param inputs - The types of its arguments, or their names; narrower numbers are widened to them.
 * @param schema - The columns of its rows: fields, or an Arrow schema. What a row lacks is null.
 * @param options - Its name, how it takes 64-bit integers.
 * @throws {PlanError} `invalid_argument` when what is given is not of that shape. When the job runs, `udf_failed` is what
 * the function threw, and `udf_wrong_result` what does not fit the schema.
 * @example
 * import { field, int32, SessionContext, udtf } from 'volley'
 *
 * const countdown = udtf(
 *   function* (from) {
 *     for (let n = from ?? 0; n > 0; n--) yield { n }
 *   },
 *   [int32],
 *   [field('n', int32)],
 *   { name: 'countdown' },
 * )
 * await using ctx = new SessionContext()
 * await ctx.tableFunction(countdown, 3).toRows() // => [{ n: 3 }, { n: 2 }, { n: 1 }]
 *
 * @see DataFusion `TableFunctionImpl`; datafusion-python `udtf`; docs/guide/user-defined-functions.md
 */
export function udtf<const Types extends readonly TypeInput[], As extends Int64As = 'bigint'>(
  fn: TableFunctionOf<Types, As>,
  inputs: Types,
  schema: Schema | ArrowSchemaLike,
  options: UdtfOptions<As> = {},
): TableUDF<CallArguments<Types>> {
  const name = checkDefinition(kind, { fn, inputs, returns: schema, options })
  const columns = asSchema(schema)
  if (columns.length === 0) throw invalidArgument(`Cannot make UDTF "${name}": its rows must have a column`)
  const doubled = columns.find((column, i) => columns.findIndex((other) => other.name === column.name) < i)
  if (doubled !== undefined) {
    throw invalidArgument(`Cannot make UDTF "${name}": it has two columns named "${doubled.name}"`)
  }
  return tableCallable(
    Object.freeze<TableUdf>({
      family: 'table',
      name,
      inputs: Object.freeze(inputs.map(asType)),
      returns: field('rows', struct(columns), false),
      volatility: 'volatile' satisfies Volatility,
      int64As: oneOf(name, 'int64As', options.int64As ?? 'bigint', ['bigint', 'number']),
      native: false,
      body: { kind: 'live', fn, ...(options.captures === undefined ? {} : { captures: options.captures }) },
    }),
  )
}

const kind: UdfKind = {
  name: 'UDTF',
  takes: 'a function',
  usage: "udtf(fn, [int64], [field('n', int64)], { name: 'fn' })",
  options: { name: true, int64As: true, captures: true },
}

/** What users hold of a table function. */
export function tableCallable(definition: TableUdf): TableUDF {
  const held = { name: definition.name, definition }
  Object.defineProperty(held, Symbol.for('nodejs.util.inspect.custom'), { value: () => describeUdf(definition) })
  return Object.freeze(held)
}
