// Defining scalar UDFs: what users call `udf()` and hold. Checks everything that can be checked before rows come.

import type { ScalarUdf, UserFunction, Volatility } from '../contract/udf.ts'
import { PlanError } from '../errors.ts'
import { type Expr, make, type Operand, toNode } from '../expr/expr.ts'
import type { Anything, Int64As } from '../types/js-values.ts'
import { asField, asType, type FieldInput, type TypeInput } from '../types/parse-type.ts'
import { asCallable } from './callable.ts'
import { checkDefinition, checkRowFunction, type UdfKind } from './check-definition.ts'
import type { CallArguments, ScalarFunctionOf } from './function-types.ts'

/** What `udf()` can be told about a function. */
export interface UdfOptions<
  Nulls extends ScalarUdf['nulls'] = ScalarUdf['nulls'],
  As extends Int64As = Int64As,
  Mode extends ScalarUdf['mode'] = ScalarUdf['mode'],
> {
  /**
   * How the function is called in expressions, messages and registries.
   *
   * @defaultValue the function's own name
   */
  readonly name?: string
  /**
   * How far results may be reused. `volatile`: nothing is known, so calls are never folded or shared.
   *
   * @defaultValue `'volatile'`
   */
  readonly volatility?: Volatility
  /**
   * `propagate`: a null argument gives null without a call; `call`: the function gets null.
   *
   * @defaultValue `'propagate'`
   */
  readonly nulls?: Nulls
  /**
   * `row`: called per row with JavaScript values; `vector`: called per batch with Arrow vectors.
   *
   * @defaultValue `'row'`
   */
  readonly mode?: Mode
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
 * A scalar user-defined function: call it with expressions or constants to get an expression.
 *
 * @see DataFusion `ScalarUDF`
 */
export interface ScalarUDF<Args extends readonly unknown[] = Anything> {
  (...args: Args): Expr
  /** Its name in expressions, messages and registries. */
  readonly name: string
  /** The function as plain data, except for its body. */
  readonly definition: ScalarUdf
}

/**
 * Makes a scalar function of columns from a JavaScript function of values.
 *
 * The function gets one value per input: numbers for numbers up to 32 bits and floats, bigints for 64-bit integers,
 * strings, booleans, Dates for dates and timestamps, strings for decimals, Uint8Arrays, arrays and plain objects. It
 * returns a value of `returns`, or null; undefined counts as null, but a function that has no `return` at all is refused.
 * TypeScript checks its parameters and its result against `inputs` and `returns`. When an expression with it runs in
 * another process, the function travels by value, with what its closure captured: it is code there, see docs/security.md.
 *
 * @param fn - Called once per row, or once per batch with `mode: 'vector'`; not async. Its parameters need no types.
 * @param inputs - The types of its arguments, or their names; narrower numbers are widened to them.
 * @param returns - The type of its result; a field also says whether it can be null.
 * @param options - Its name, volatility, how it takes nulls and 64-bit integers.
 * @returns A function that builds expressions.
 * @throws {PlanError} `invalid_argument` when what is given is not of that shape, or async. When the job runs,
 * `udf_failed` is what the function threw, with its file and line and the row, and `udf_wrong_result` what does not fit
 * `returns`.
 * @example
 * import { col, float64, SessionContext, udf } from 'volley'
 *
 * const rate = 1.19
 * const gross = udf((net: number) => net * rate, [float64], float64, { name: 'gross' })
 * await using ctx = new SessionContext()
 * await ctx.fromColumns({ net: [100, null] }).select(gross(col('net')).alias('gross')).collectColumns()
 * // => { gross: [119, null] }
 *
 * @see DataFusion `ScalarUDF`; datafusion-python `udf`; docs/guide/user-defined-functions.md
 */
export function udf<
  const Types extends readonly TypeInput[],
  const Returns extends FieldInput,
  Nulls extends ScalarUdf['nulls'] = 'propagate',
  As extends Int64As = 'bigint',
  Mode extends ScalarUdf['mode'] = 'row',
>(
  fn: ScalarFunctionOf<Types, Returns, Nulls, As, Mode>,
  inputs: Types,
  returns: Returns,
  options: UdfOptions<Nulls, As, Mode> = {},
): ScalarUDF<CallArguments<Types>> {
  return callable(
    defineScalar(fn, inputs, returns, options, {
      kind: 'live',
      fn,
      ...(options.captures === undefined ? {} : { captures: options.captures }),
    }),
  )
}

/**
 * Declares a scalar function that cannot travel: a native add-on's, a WebAssembly export, a bound function. It always
 * goes by name; the worker's context must have a function registered under it.
 *
 * @param name - The name on both sides.
 * @param fn - The function, for jobs that run in this process.
 * @param inputs - The types of its arguments, or their names; narrower numbers are widened to them.
 * @param returns - The type of its result; a field also says whether it can be null.
 * @param options - As for `udf()`.
 * @returns A function that builds expressions.
 * @throws {PlanError} `invalid_argument` when what is given is not of that shape.
 * @example
 * import { col, float64, inspectUdf, nativeUdf } from 'volley'
 *
 * const root = nativeUdf('root', Math.sqrt.bind(Math), [float64], float64)
 * inspectUdf(root).kind // => 'by-name'
 * root(col('area')).toString() // => 'root(area)'
 *
 * @see docs/guide/distributing-work.md
 */
export function nativeUdf<
  const Types extends readonly TypeInput[],
  const Returns extends FieldInput,
  Nulls extends ScalarUdf['nulls'] = 'propagate',
  As extends Int64As = 'bigint',
  Mode extends ScalarUdf['mode'] = 'row',
>(
  name: string,
  fn: ScalarFunctionOf<Types, Returns, Nulls, As, Mode>,
  inputs: Types,
  returns: Returns,
  options: Omit<UdfOptions<Nulls, As, Mode>, 'name' | 'captures'> = {},
): ScalarUDF<CallArguments<Types>> {
  const definition = defineScalar(fn, inputs, returns, { ...options, name }, { kind: 'live', fn })
  return callable(Object.freeze({ ...definition, native: true }))
}

const kind: UdfKind = {
  name: 'UDF',
  takes: 'a function',
  usage: "udf(fn, [float64], float64, { name: 'fn' })",
  options: { name: true, volatility: true, nulls: true, mode: true, int64As: true, captures: true },
}

function defineScalar(
  fn: UserFunction,
  inputs: readonly TypeInput[],
  returns: FieldInput,
  options: UdfOptions,
  body: ScalarUdf['body'],
): ScalarUdf {
  const name = checkDefinition(kind, { fn, inputs, returns, options })
  checkRowFunction(name, fn)
  return Object.freeze({
    family: 'scalar',
    name,
    inputs: Object.freeze(inputs.map(asType)),
    returns: asField(returns, 'result'),
    volatility: oneOf(name, 'volatility', options.volatility ?? 'volatile', ['immutable', 'stable', 'volatile']),
    nulls: oneOf(name, 'nulls', options.nulls ?? 'propagate', ['propagate', 'call']),
    mode: oneOf(name, 'mode', options.mode ?? 'row', ['row', 'vector']),
    int64As: oneOf(name, 'int64As', options.int64As ?? 'bigint', ['bigint', 'number']),
    native: false,
    body,
  })
}

/** The function that users call, with its definition. */
export function callable(definition: ScalarUdf): ScalarUDF<readonly Operand[]> {
  const call = (...args: readonly Operand[]): Expr =>
    make({ kind: 'udf', udf: definition, args: Object.freeze(args.map(toNode)) })
  return asCallable(call, definition)
}

/**
 * Checks an option that is one of a few words.
 *
 * @throws {PlanError} `invalid_argument`, naming the function and the words.
 */
export function oneOf<Choice extends string>(
  name: string,
  option: string,
  value: Choice,
  choices: readonly Choice[],
): Choice {
  if (choices.includes(value)) return value
  throw new PlanError(
    'invalid_argument',
    `Cannot make UDF "${name}" with ${option} "${value}": it is one of ${choices.join(', ')}`,
  )
}
