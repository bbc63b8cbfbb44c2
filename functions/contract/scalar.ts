// The kernel contract: what a built-in scalar function supplies, so that adding one is one entry in one file. Operators,
// casts and user-defined functions become the same ScalarKernel when an expression is bound.

import type { PlainColumn } from '../column/column.ts'
import { PlanError } from '../errors.ts'
import { type DataType, isBigInt, isFloat, isInteger, isNumeric, sameType } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { coerceArguments, type Signature } from './signature.ts'
import type { Volatility } from './udf.ts'

/** What is known of an argument before any row is seen. */
export interface Argument {
  readonly type: DataType
  readonly nullable: boolean
  /** Its value when it is constant; undefined when it varies. */
  readonly literal?: Value
}

/** What generated code can ask of one operand. The texts are JavaScript expressions without side effects. */
export interface Operand {
  /** The operand in its type's value form: number, bigint, boolean or string; never null. */
  readonly value: string
  /** The operand as a double, whatever its number type; cheaper than `value` for 64-bit columns. */
  readonly number: string
}

/**
 * A user's function for the generated loop to call by itself, so that V8 inlines it there: shared adapters around it
 * would be seen with many functions and stay calls.
 */
export interface DirectCall {
  readonly fn: (...values: never[]) => unknown
  /** What turns each argument into what the function expects; undefined when it is handed over as it is. */
  readonly adapters: readonly (((value: Value) => unknown) | undefined)[]
  /** A JavaScript condition on the result's text: true when it already is a value of the declared type. */
  readonly isValue: (result: string) => string
  /** Turns any other result into a value, or throws. */
  readonly convert: (result: unknown) => Value
}

/** An argument of a kernel for columns: a column of the batch's length, or one value for all rows. */
export type ColumnArgument =
  | { readonly column: PlainColumn; readonly constant?: never }
  | { readonly constant: Value; readonly column?: never }

/** A function over rows, resolved for its argument types. */
export interface ScalarKernel {
  /**
   * One row: values in, value out, null for null. The reference for every other form. Gets no nulls unless the
   * function handles nulls itself. Throws a DataError where the data does not allow an answer.
   */
  readonly row: (...values: never[]) => Value
  /** The same as a JavaScript expression over its operands, for the generated loop. */
  readonly inline?: (...operands: readonly Operand[]) => string
  /** The JavaScript condition under which `inline` holds; `row` is called where it does not. */
  readonly inlineIf?: (...operands: readonly Operand[]) => string
  /**
   * The same for whole columns, usually on their bytes. Called only when `total`. Rows in which an argument is null are
   * computed too, their result is ignored; the validity of the result is the caller's.
   *
   * @returns undefined when it does not take these columns (text that is not ASCII, say): then `row` does it.
   */
  readonly columns?: (args: readonly ColumnArgument[], length: number) => PlainColumn | undefined
  /** For user functions in vector mode: whole batches, never rows. Nulls in arguments make nulls by the caller. */
  readonly vector?: (args: readonly PlainColumn[], length: number) => PlainColumn
  /** For user functions: what `row` does, taken apart. */
  readonly direct?: DirectCall
  /** `row` never throws, so it may be computed for rows whose result nobody looks at. */
  readonly total?: boolean
}

/** A call resolved for its argument types. */
export interface Resolution {
  /** What each argument is cast to. */
  readonly types: readonly DataType[]
  readonly returns: DataType
  readonly nullable: boolean
  readonly nulls: 'propagate' | 'call'
  /** The kernel may give null though no argument is null. */
  readonly givesNull: boolean
  readonly volatility: Volatility
  /** Calls over constants are left to workers; see `ScalarFunction`. */
  readonly costly?: boolean
  /** Made on first use: planning alone never makes kernels. */
  kernel(): ScalarKernel
}

export interface Documentation {
  /** One sentence. */
  readonly summary: string
  /** `upper(text)`, with square brackets around what may be missing. */
  readonly usage: string
  /** SQL text and its result as SQL text; the tests run them. */
  readonly examples: readonly (readonly [sql: string, result: string])[]
}

/** A built-in scalar function. */
export interface ScalarFunction extends Documentation {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly family: 'math' | 'string' | 'datetime' | 'conditional' | 'array' | 'struct' | 'hash' | 'regex' | 'other'
  readonly signature: Signature
  /** The result's type, from the coerced arguments. */
  readonly returns: DataType | ((args: readonly Argument[]) => DataType)
  /** `propagate` (the default): any null argument gives null; `call`: the kernel is called with nulls. */
  readonly nulls?: 'propagate' | 'call'
  /** Whether the result may be null though no argument is; the default is yes for `nulls: 'call'` and no otherwise. */
  readonly givesNull?: boolean | ((args: readonly Argument[]) => boolean)
  /** The time it takes, or the size of its result, is not bounded by the size of its arguments: it is never folded. */
  readonly costly?: boolean
  /** The default is immutable. */
  readonly volatility?: Volatility
  /** For functions of the time at which a job was submitted, such as now(): the value then, in milliseconds since 1970. */
  readonly valueAt?: (submittedAt: number) => Value
  readonly kernel: ScalarKernel | ((args: readonly Argument[], returns: DataType) => ScalarKernel)
}

/** Checks an entry's shape by its type; keeps literal types out of the way. */
export const scalarFunction = (entry: ScalarFunction): ScalarFunction => Object.freeze(entry)

/**
 * Resolves a call of a built-in.
 *
 * @throws {PlanError} `type_mismatch` when the arguments do not fit the signature.
 */
export function resolveScalar(fn: ScalarFunction, args: readonly Argument[]): Resolution {
  const { types, coerced, returns } = resolveArguments(fn, args)
  const nulls = fn.nulls ?? 'propagate'
  const givesNull = typeof fn.givesNull === 'function' ? fn.givesNull(coerced) : (fn.givesNull ?? nulls === 'call')
  let kernel: ScalarKernel | undefined
  return {
    types,
    returns,
    nullable: givesNull || (nulls === 'propagate' && args.some((arg) => arg.nullable)),
    nulls,
    givesNull,
    volatility: fn.volatility ?? 'immutable',
    // A pattern can take time that is exponential in the length of the text.
    costly: fn.costly ?? fn.family === 'regex',
    kernel: () => {
      kernel ??= typeof fn.kernel === 'function' ? fn.kernel(coerced, returns) : fn.kernel
      return kernel
    },
  }
}

/** The arguments of a call as a function takes them, and the type of its result. @throws {PlanError} `type_mismatch` */
export function resolveArguments(
  fn: Pick<ScalarFunction, 'name' | 'signature' | 'returns'>,
  args: readonly Argument[],
): { readonly types: readonly DataType[]; readonly coerced: readonly Argument[]; readonly returns: DataType } {
  const types = coerceArguments(
    fn.name,
    fn.signature,
    args.map((arg) => arg.type),
  )
  const coerced = args.map((arg, i) => coerceArgument(arg, types[i] ?? arg.type))
  const returns = typeof fn.returns === 'function' ? fn.returns(coerced) : fn.returns
  return { types, coerced, returns }
}

/**
 * What is known of an argument once it is cast. A constant stays known when it is of that type or a number that becomes
 * another; what other casts make of it is not worked out here.
 */
export function coerceArgument(arg: Argument, type: DataType): Argument {
  const { literal, ...unknown } = arg
  if (literal === undefined || literal === null || sameType(arg.type, type)) return { ...arg, type }
  const isNumber = typeof literal === 'number' || typeof literal === 'bigint'
  if (!isNumber || !isNumeric(arg.type)) return { ...unknown, type }
  if (isFloat(type)) {
    const double = arg.type.kind === 'decimal128' ? Number(literal) / 10 ** arg.type.scale : Number(literal)
    return { ...unknown, type, literal: type.kind === 'float32' ? Math.fround(double) : double }
  }
  const keeps = isInteger(type) && isInteger(arg.type)
  return keeps
    ? { ...unknown, type, literal: isBigInt(type) ? BigInt(literal) : Number(literal) }
    : { ...unknown, type }
}

/** A literal argument of a wanted JavaScript type, for functions whose behaviour is fixed by one. */
export function literalText(fn: string, args: readonly Argument[], index: number): string {
  const value = args[index]?.literal
  if (typeof value === 'string') return value
  throw new PlanError('type_mismatch', `Function "${fn}" takes a string literal as argument ${index + 1}`, {
    details: { function: fn, argument: index + 1 },
  })
}
