// Defining window UDFs: what users call `udwf()` and hold. Checks everything that can be checked before rows come.

import type { UserFunction, Volatility, WindowUdf } from '../contract/udf.ts'
import { type Expr, make, type Operand, toNode } from '../expr/expr.ts'
import type { Anything, Int64As } from '../types/js-values.ts'
import { asField, asType, type FieldInput, type TypeInput } from '../types/parse-type.ts'
import { asCallable } from './callable.ts'
import { checkDefinition, type UdfKind } from './check-definition.ts'
import type { CallArguments, MakerOf, WindowEvaluatorOf } from './function-types.ts'
import { checkClass } from './instance.ts'
import { oneOf } from './scalar.ts'

/** What `udwf()` can be told about a window function. */
export interface UdwfOptions<As extends Int64As = Int64As> {
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
   * What the evaluator gets for 64-bit integers; numbers beyond 2^53 are then an `overflow` error.
   *
   * @defaultValue `'bigint'`
   */
  readonly int64As?: As
  /**
   * The free names of the class or factory, given explicitly instead of read from its closure when it is shipped.
   *
   * @defaultValue read from its closure
   */
  readonly captures?: Readonly<Record<string, unknown>>
}

/**
 * A window user-defined function: call it with expressions or constants, and say over what with `.over()`.
 *
 * @see DataFusion `WindowUDF`
 */
export interface WindowUDF<Args extends readonly unknown[] = Anything> {
  (...args: Args): Expr
  /** Its name in expressions, messages and registries. */
  readonly name: string
  /** The function as plain data, except for its body. */
  readonly definition: WindowUdf
}

/**
 * Makes a window function of a class of window evaluators, or of a function that makes them.
 *
 * There is one evaluator per window partition; it is made with `{ ignoreNulls }`. Which of its methods is called
 * follows from its traits, see `WindowEvaluator`.
 *
 * @param evaluator - A class, or a function that returns a new evaluator.
 * @param inputs - The types of the arguments, or their names; narrower numbers are widened to them.
 * @param returns - The type of the result; a field also says whether it can be null.
 * @param options - Its name, volatility, how it takes 64-bit integers.
 * @returns A function that builds expressions.
 * @throws {PlanError} `invalid_argument` when what is given is not of that shape: a class without any `evaluate…`
 * method, or with an async one.
 * @example
 * import { col, float64, SessionContext, udwf } from 'volley'
 *
 * class Smooth {
 *   evaluateAll([prices]: [(number | null)[]]) {
 *     let level = prices[0] ?? 0
 *     return prices.map((price) => (level = 0.5 * level + 0.5 * (price ?? level)))
 *   }
 * }
 * const smooth = udwf(Smooth, [float64], float64, { name: 'smooth' })
 * const level = smooth(col('price')).over({ partitionBy: [col('symbol')], orderBy: [col('day')] })
 * await using ctx = new SessionContext()
 * const frame = ctx.fromColumns({ symbol: ['A', 'A', 'A'], day: [1, 2, 3], price: [10, 20, 30] })
 * await frame.select(level.alias('level')).collectColumns() // => { level: [10, 15, 22.5] }
 *
 * @see DataFusion `WindowUDF`, `PartitionEvaluator`; datafusion-python `udwf`; docs/guide/user-defined-functions.md
 */
export function udwf<
  const Types extends readonly TypeInput[],
  const Returns extends FieldInput,
  As extends Int64As = 'bigint',
>(
  evaluator: MakerOf<WindowEvaluatorOf<Types, Returns, As>, [options: { readonly ignoreNulls: boolean }]>,
  inputs: Types,
  returns: Returns,
  options: UdwfOptions<As> = {},
): WindowUDF<CallArguments<Types>> {
  return windowCallable(defineWindow(evaluator, inputs, returns, options))
}

/**
 * Declares a window function that never travels: it always goes by name, and the worker's context must have one
 * registered under it. For evaluators over native add-ons, or classes that are to stay where they are.
 *
 * @param name - The name on both sides.
 * @param evaluator - A class, or a function that returns a new evaluator, for jobs that run in this process.
 * @param inputs - The types of the arguments, or their names; narrower numbers are widened to them.
 * @param returns - The type of the result; a field also says whether it can be null.
 * @param options - As for `udwf()`.
 * @returns A function that builds expressions.
 * @throws {PlanError} `invalid_argument` when what is given is not of that shape.
 * @example
 * import { col, float64, inspectUdf, nativeUdwf } from 'volley'
 *
 * class Reversed {
 *   evaluateAll([values = []]: (number | null)[][]) { return values.toReversed() }
 * }
 * const reversed = nativeUdwf('reversed', Reversed, [float64], float64)
 * inspectUdf(reversed).kind // => 'by-name'
 *
 * @see docs/guide/distributing-work.md
 */
export function nativeUdwf<
  const Types extends readonly TypeInput[],
  const Returns extends FieldInput,
  As extends Int64As = 'bigint',
>(
  name: string,
  evaluator: MakerOf<WindowEvaluatorOf<Types, Returns, As>, [options: { readonly ignoreNulls: boolean }]>,
  inputs: Types,
  returns: Returns,
  options: Omit<UdwfOptions<As>, 'name' | 'captures'> = {},
): WindowUDF<CallArguments<Types>> {
  const definition = defineWindow(evaluator, inputs, returns, { ...options, name })
  return windowCallable(Object.freeze({ ...definition, native: true }))
}

function defineWindow(
  evaluator: UserFunction,
  inputs: readonly TypeInput[],
  returns: FieldInput,
  options: UdwfOptions,
): WindowUdf {
  const name = checkDefinition(kind, { fn: evaluator, inputs, returns, options })
  checkClass(name, 'UDWF', evaluator, [['evaluate', 'evaluateAll', 'evaluateAllWithRank']])
  return Object.freeze<WindowUdf>({
    family: 'window',
    name,
    inputs: Object.freeze(inputs.map(asType)),
    returns: asField(returns, 'result'),
    volatility: oneOf(name, 'volatility', options.volatility ?? 'volatile', ['immutable', 'stable', 'volatile']),
    int64As: oneOf(name, 'int64As', options.int64As ?? 'bigint', ['bigint', 'number']),
    native: false,
    body: {
      kind: 'live',
      fn: evaluator,
      ...(options.captures === undefined ? {} : { captures: options.captures }),
    },
  })
}

const kind: UdfKind = {
  name: 'UDWF',
  takes: 'a class or a factory',
  usage: "udwf(Smooth, [float64], float64, { name: 'smooth' })",
  options: { name: true, volatility: true, int64As: true, captures: true },
}

/** The function that users call, with its definition; over all rows until `.over()` says which. */
export function windowCallable(definition: WindowUdf): WindowUDF<readonly Operand[]> {
  const call = (...args: readonly Operand[]): Expr =>
    make({
      kind: 'window',
      fn: definition,
      args: Object.freeze(args.map(toNode)),
      distinct: false,
      partitionBy: Object.freeze([]),
      orderBy: Object.freeze([]),
    })
  return asCallable(call, definition)
}
