// What a built-in window function supplies: how a row's result follows from its place among the rows of its window
// partition, or from which row the result is taken. Aggregates over windows need no entry here.

import { PlanError } from '../errors.ts'
import type { DataType } from '../types/type.ts'
import { type Argument, coerceArgument, type Documentation } from './scalar.ts'
import { coerceArguments, type Signature } from './signature.ts'

/** Where a row stands; rows are counted from the start of the window partition. */
export interface Place {
  /** Rows of the partition. */
  readonly rows: number
  readonly row: number
  /** The rows that are equal in all sort keys, half-open, and the number of such runs before. */
  readonly peersStart: number
  readonly peersEnd: number
  readonly peerGroup: number
}

/** How a function's results are found. */
export type WindowKernel =
  | {
      /** A number for each row, from its place. */
      readonly kind: 'position'
      readonly number: (place: Place) => number
      /** Whether `number` looks at peers; the default is yes. Without, they are not looked for and are all 0. */
      readonly usesPeers?: boolean
    }
  /** The value so many rows after the row, or before it when negative. */
  | { readonly kind: 'distance'; readonly distance: number }
  /** The value of the nth row of the frame, from 1, or from its end when negative. */
  | { readonly kind: 'nth'; readonly n: number }

/** A built-in window function. */
export interface WindowFunction extends Documentation {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly family: 'window'
  readonly signature: Signature
  readonly returns: DataType | ((args: readonly Argument[]) => DataType)
  /** Whether a row can give null; the default is no. */
  readonly nullable?: boolean
  /** Takes IGNORE NULLS; the default is no. */
  readonly takesNullTreatment?: boolean
  /** Which argument is the result where no row is picked. */
  readonly defaultAt?: number
  readonly kernel: (args: readonly Argument[]) => WindowKernel
}

/** A window call resolved for its argument types. */
export interface WindowResolution {
  readonly types: readonly DataType[]
  readonly returns: DataType
  readonly nullable: boolean
  readonly kernel: WindowKernel
}

export const windowFunction = (entry: WindowFunction): WindowFunction => Object.freeze(entry)

/**
 * Resolves a call of a built-in window function.
 *
 * @throws {PlanError} `type_mismatch` when the arguments do not fit the signature.
 */
export function resolveWindow(fn: WindowFunction, args: readonly Argument[]): WindowResolution {
  const coercedTypes = coerceArguments(
    fn.name,
    fn.signature,
    args.map((arg) => arg.type),
  )
  // A default becomes what it stands in for.
  const types = coercedTypes.map((type, i) => (i === fn.defaultAt ? (coercedTypes[0] ?? type) : type))
  const coerced = args.map((arg, i) => coerceArgument(arg, types[i] ?? arg.type))
  const returns = typeof fn.returns === 'function' ? fn.returns(coerced) : fn.returns
  return { types, returns, nullable: fn.nullable ?? false, kernel: fn.kernel(coerced) }
}

/** A whole number that fixes what a function does. */
export function integerOf(name: string, args: readonly Argument[], index: number, otherwise?: number): number {
  const literal = args[index]?.literal
  if (literal !== undefined && literal !== null) return Number(literal)
  if (args[index] === undefined && otherwise !== undefined) return otherwise
  throw new PlanError('type_mismatch', `Function "${name}" takes an integer literal as argument ${index + 1}`, {
    details: { function: name, argument: index + 1 },
  })
}
