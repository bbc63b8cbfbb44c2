// Defining aggregate UDFs: what users call `udaf()` and hold. Checks everything that can be checked before rows come.

import type { AggregateUdf, UserFunction, Volatility } from '../contract/udf.ts'
import { PlanError } from '../errors.ts'
import { type Expr, make, type Operand, toNode } from '../expr/expr.ts'
import type { Anything, Int64As } from '../types/js-values.ts'
import { asField, asType, type FieldInput, type TypeInput } from '../types/parse-type.ts'
import { asCallable } from './callable.ts'
import { checkDefinition, type UdfKind } from './check-definition.ts'
import type { AccumulatorOf, CallArguments, MakerOf } from './function-types.ts'
import { checkClass, declares } from './instance.ts'
import { oneOf } from './scalar.ts'

/** What `udaf()` can be told about an aggregate. */
export interface UdafOptions<
  Nulls extends AggregateUdf['nulls'] = AggregateUdf['nulls'],
  As extends Int64As = Int64As,
> {
  /**
   * How the function is called in expressions, messages and registries.
   *
   * @defaultValue the name of the class or factory
   */
  readonly name?: string
  /**
   * How far results may be reused. `volatile`: nothing is known, so calls are never folded or shared.
   *
   * @defaultValue `'volatile'`
   */
  readonly volatility?: Volatility
  /**
   * `call`: the accumulator sees nulls; `skip`: rows with a null argument are not seen.
   *
   * @defaultValue `'call'`
   */
  readonly nulls?: Nulls
  /**
   * What the accumulator gets for 64-bit integers; numbers beyond 2^53 are then an `overflow` error.
   *
   * @defaultValue `'bigint'`
   */
  readonly int64As?: As
  /**
   * Whether the accumulators of a factory have `retract`, so that frames can slide over them.
   *
   * @defaultValue detected for a class; `false` for a factory
   */
  readonly retracts?: boolean
  /**
   * The free names of the class or factory, given explicitly instead of read from its closure when it is shipped.
   *
   * @defaultValue read from its closure
   */
  readonly captures?: Readonly<Record<string, unknown>>
}

/**
 * An aggregate user-defined function: call it with expressions or constants to get an expression.
 *
 * @see DataFusion `AggregateUDF`
 */
export interface AggregateUDF<Args extends readonly unknown[] = Anything> {
  (...args: Args): Expr
  /** Its name in expressions, messages and registries. */
  readonly name: string
  /** The function as plain data, except for its body. */
  readonly definition: AggregateUdf
}

/**
 * Makes an aggregate function of a class of accumulators, or of a function that makes them.
 *
 * There is one accumulator per group and partition. It gets rows through `update(...columns)`, an array of values per
 * argument, or one by one through `add(...row)`. `state()` gives its partial state, one value per field of `state`, and
 * leaves it usable; `merge(...columns)` takes such states, an array per field. `evaluate()` gives the result. With
 * `retract(...columns)`, which takes rows back in the order in which they came, it also works over sliding frames.
 *
 * @param accumulator - A class, or a function that returns a new accumulator.
 * @param inputs - The types of the arguments, or their names; narrower numbers are widened to them.
 * @param returns - The type of the result; a field also says whether it can be null.
 * @param state - The fields of a partial state, with names, nullability and metadata; plain types are named
 * `state_0`, `state_1`, …
 * @param options - Its name, volatility, how it takes nulls and 64-bit integers.
 * @returns A function that builds expressions.
 * @throws {PlanError} `invalid_argument` when what is given is not of that shape: a class that lacks a method or has an
 * async one, no state.
 * @example
 * import { col, field, float64, SessionContext, udaf } from 'volley'
 *
 * class Product {
 *   product = 1
 *   add(x: number | null) { this.product *= x ?? 1 }
 *   merge(products: number[]) { for (const x of products) this.product *= x }
 *   state() { return [this.product] }
 *   evaluate() { return this.product }
 * }
 * const product = udaf(Product, [float64], float64, [field('product', float64)], { name: 'product' })
 * await using ctx = new SessionContext()
 * await ctx.fromColumns({ x: [2, 3, 4] }).aggregate([], [product(col('x')).alias('product')]).toRows()
 * // => [{ product: 24 }]
 *
 * @see DataFusion `AggregateUDF`, `Accumulator`; datafusion-python `udaf`; docs/guide/user-defined-functions.md
 */
export function udaf<
  const Types extends readonly TypeInput[],
  const Returns extends FieldInput,
  const State extends readonly FieldInput[],
  Nulls extends AggregateUdf['nulls'] = 'call',
  As extends Int64As = 'bigint',
>(
  accumulator: MakerOf<AccumulatorOf<Types, Returns, State, Nulls, As>>,
  inputs: Types,
  returns: Returns,
  state: State,
  options: UdafOptions<Nulls, As> = {},
): AggregateUDF<CallArguments<Types>> {
  return aggregateCallable(defineAggregate(accumulator, inputs, returns, state, options))
}

/**
 * Declares an aggregate function that never travels: it always goes by name, and the worker's context must have one
 * registered under it. For accumulators over native add-ons, or classes that are to stay where they are.
 *
 * @param name - The name on both sides.
 * @param accumulator - A class, or a function that returns a new accumulator, for jobs that run in this process.
 * @param inputs - The types of the arguments, or their names; narrower numbers are widened to them.
 * @param returns - The type of the result; a field also says whether it can be null.
 * @param state - The fields of a partial state.
 * @param options - As for `udaf()`.
 * @returns A function that builds expressions.
 * @throws {PlanError} `invalid_argument` when what is given is not of that shape.
 * @example
 * import { col, float64, inspectUdf, nativeUdaf } from 'volley'
 *
 * class Product {
 *   product = 1
 *   add(x: number | null) { this.product *= x ?? 1 }
 *   merge(products: number[]) { for (const x of products) this.product *= x }
 *   state() { return [this.product] }
 *   evaluate() { return this.product }
 * }
 * const product = nativeUdaf('product', Product, [float64], float64, [float64])
 * inspectUdf(product).kind // => 'by-name'
 * product(col('x')).toString() // => 'product(x)'
 *
 * @see docs/guide/distributing-work.md
 */
export function nativeUdaf<
  const Types extends readonly TypeInput[],
  const Returns extends FieldInput,
  const State extends readonly FieldInput[],
  Nulls extends AggregateUdf['nulls'] = 'call',
  As extends Int64As = 'bigint',
>(
  name: string,
  accumulator: MakerOf<AccumulatorOf<Types, Returns, State, Nulls, As>>,
  inputs: Types,
  returns: Returns,
  state: State,
  options: Omit<UdafOptions<Nulls, As>, 'name' | 'captures'> = {},
): AggregateUDF<CallArguments<Types>> {
  const definition = defineAggregate(accumulator, inputs, returns, state, { ...options, name })
  return aggregateCallable(Object.freeze({ ...definition, native: true }))
}

function defineAggregate(
  accumulator: UserFunction,
  inputs: readonly TypeInput[],
  returns: FieldInput,
  state: readonly FieldInput[],
  options: UdafOptions,
): AggregateUdf {
  const name = checkDefinition(kind, { fn: accumulator, inputs, returns, state, options })
  if (state.length === 0)
    throw new PlanError('invalid_argument', `Cannot make UDAF "${name}": its state must have a field`)
  checkClass(name, 'UDAF', accumulator, [['update', 'add'], ['merge'], ['state'], ['evaluate']])
  return Object.freeze<AggregateUdf>({
    family: 'aggregate',
    name,
    inputs: Object.freeze(inputs.map(asType)),
    returns: asField(returns, 'result'),
    state: Object.freeze(state.map((part, i) => asField(part, `state_${i}`))),
    volatility: oneOf(name, 'volatility', options.volatility ?? 'volatile', ['immutable', 'stable', 'volatile']),
    nulls: oneOf(name, 'nulls', options.nulls ?? 'call', ['call', 'skip']),
    int64As: oneOf(name, 'int64As', options.int64As ?? 'bigint', ['bigint', 'number']),
    retracts: options.retracts ?? declares(accumulator, 'retract') ?? false,
    native: false,
    body: {
      kind: 'live',
      fn: accumulator,
      ...(options.captures === undefined ? {} : { captures: options.captures }),
    },
  })
}

const kind: UdfKind = {
  name: 'UDAF',
  takes: 'a class or a factory',
  usage: "udaf(Mean, [float64], float64, [float64, int64], { name: 'mean' })",
  options: { name: true, volatility: true, nulls: true, int64As: true, retracts: true, captures: true },
}

/** The function that users call, with its definition. */
export function aggregateCallable(definition: AggregateUdf): AggregateUDF<readonly Operand[]> {
  const call = (...args: readonly Operand[]): Expr =>
    make({
      kind: 'aggregate',
      fn: definition,
      args: Object.freeze(args.map(toNode)),
      distinct: false,
      orderBy: Object.freeze([]),
    })
  return asCallable(call, definition)
}
