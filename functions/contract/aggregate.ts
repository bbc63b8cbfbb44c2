// What a built-in aggregate supplies: its partial state as fields, a row-wise accumulator that is the reference, and,
// where it pays, slots of typed arrays that the generated loop updates in place.

import type { DataType, Field } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import type { AggregateRun } from './aggregate-run.ts'
import { type Argument, type Documentation, type Operand, resolveArguments } from './scalar.ts'
import type { Signature } from './signature.ts'
import type { Accumulator } from './udf.ts'

/** One number (or value) per group, kept in a growing array. */
export interface Slot {
  /** `float64`: a double; `int64`: a bigint wrapping at 64 bits; `mask`: 0 or 1; `object`: any value. */
  readonly storage: 'float64' | 'int64' | 'mask' | 'object'
  readonly initial: number | bigint | null
  /**
   * What each row that `update` would see adds to it: one, or its first argument as a double. The loop does that, once
   * for all aggregates that want the same, and `update` leaves the slot alone.
   */
  readonly adds?: 'one' | 'argument'
}

/** Slots, and the JavaScript statements that change them. `slots` are assignable texts such as `s0[g]`. */
export interface GroupedKernel {
  readonly slots: readonly Slot[]
  /** One row; runs only for rows in which no argument is null. */
  update(slots: readonly string[], ...args: readonly Operand[]): string
  /** One partial state, field by field; runs only for states in which no field is null. */
  merge(slots: readonly string[], ...states: readonly Operand[]): string
  /** The partial state of one group, as values of the state fields. */
  state(slots: readonly Value[]): readonly Value[]
  evaluate(slots: readonly Value[]): Value
  /** How many rows there are is all that `update` needs to know. */
  readonly ignoresArguments?: true
  /** Values that the statements name, each under its key with a `$` in front; for helpers too long to inline. */
  readonly helpers?: Readonly<Record<string, unknown>>
}

export interface AggregateKernel {
  /**
   * One group's accumulator; `add` gets rows in which no argument is null unless `nulls` is `call`. One that keeps
   * values counts them in `run`, which it shares with all others of its run.
   */
  accumulator(run?: AggregateRun): Accumulator
  /** One that takes rows back, for frames that slide, where the usual one cannot. */
  readonly sliding?: (run?: AggregateRun) => Accumulator
  /**
   * What DISTINCT over frames that slide can count on: `counted`, rows may leave in any order; `ignored`, rows that
   * equal others change nothing.
   */
  readonly duplicates?: 'counted' | 'ignored'
  /** Its accumulators run user code: they want to know the row, for errors. */
  readonly tracksRows?: true
  readonly grouped?: GroupedKernel
  /**
   * For DISTINCT: the kernel that sees each distinct row of arguments once, for who finds them without accumulators.
   */
  readonly ofDistinct?: AggregateKernel
}

/** A built-in aggregate function. */
export interface AggregateFunction extends Documentation {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly family: 'aggregate'
  readonly signature: Signature
  readonly returns: DataType | ((args: readonly Argument[]) => DataType)
  /** Whether a group can give null; the default is yes (no rows give null). */
  readonly nullable?: boolean
  /** `skip` (the default): rows with a null argument are not seen; `call`: they are. */
  readonly nulls?: 'skip' | 'call'
  /** The result depends on the order of the rows, so that ORDER BY inside a call means something. */
  readonly ordered?: boolean
  /** IGNORE NULLS and RESPECT NULLS mean something in a call that is not a window function. */
  readonly takesNullTreatment?: boolean
  /** Which argument is a percentile of the rows in order; a descending order counts it from the other end. */
  readonly percentileAt?: number
  readonly state: (args: readonly Argument[], returns: DataType) => readonly Field[]
  readonly kernel: (args: readonly Argument[], returns: DataType) => AggregateKernel
}

/** An aggregate call resolved for its argument types. */
export interface AggregateResolution {
  readonly types: readonly DataType[]
  readonly returns: DataType
  readonly nullable: boolean
  readonly nulls: 'skip' | 'call'
  readonly state: readonly Field[]
  kernel(): AggregateKernel
}

export const aggregateFunction = (entry: AggregateFunction): AggregateFunction => Object.freeze(entry)

/**
 * Resolves a call of a built-in aggregate.
 *
 * @throws {PlanError} `type_mismatch` when the arguments do not fit the signature.
 */
export function resolveAggregate(fn: AggregateFunction, args: readonly Argument[]): AggregateResolution {
  const { types, coerced, returns } = resolveArguments(fn, args)
  return {
    types,
    returns,
    nullable: fn.nullable ?? true,
    nulls: fn.nulls ?? 'skip',
    state: fn.state(coerced, returns),
    kernel: () => fn.kernel(coerced, returns),
  }
}
