// What a user-defined function is, as plain data: its name, types and contract, and a body that is live in this
// process, shipped bytes that nobody has opened yet, or just a name. Defining one is scalar.ts and its siblings;
// shipping one is runtime/codec.

import type { DataType, Field } from '../types/type.ts'
import type { Value } from '../types/value.ts'

/**
 * How far a function's result may be reused: `immutable` results may be folded and shared, `stable` ones are constant
 * within a job, `volatile` calls are never folded or shared.
 *
 * @see DataFusion `Volatility`
 */
export type Volatility = 'immutable' | 'stable' | 'volatile'

/** A function or class of the user's, whatever its shape. */
// biome-ignore lint/complexity/noBannedTypes: classes and functions of any shape are accepted here and called by contract
export type UserFunction = Function

export interface ShippedBody {
  readonly kind: 'shipped'
  readonly bytes: Uint8Array
  readonly hash: string
  /** Its position among the functions that the bytes hold, where they hold several that share what they captured. */
  readonly member?: number
}

export type UdfBody =
  /** A function of this process. `captures` names its free variables explicitly instead of reading its closure. */
  | { readonly kind: 'live'; readonly fn: UserFunction; readonly captures?: Readonly<Record<string, unknown>> }
  /** Opaque bytes, revived by a worker only. Equal hashes mean the same function. */
  | ShippedBody
  /** Nothing but the name: the receiver's registry has the function. */
  | { readonly kind: 'named' }

interface UdfBase {
  readonly name: string
  readonly inputs: readonly DataType[]
  readonly returns: Field
  readonly volatility: Volatility
  readonly body: UdfBody
  /** Never travels by value: native code, WebAssembly, bound functions. */
  readonly native: boolean
}

/** A scalar function over columns: one result per row. */
export interface ScalarUdf extends UdfBase {
  readonly family: 'scalar'
  /** `propagate`: a null argument gives null without a call; `call`: the function is called with null. */
  readonly nulls: 'propagate' | 'call'
  /** `row`: called per row with JavaScript values; `vector`: called per batch with Arrow vectors. */
  readonly mode: 'row' | 'vector'
  /** What the function gets for 64-bit integers. Numbers out of the safe range are an error. */
  readonly int64As: 'bigint' | 'number'
}

/** An aggregate function: many rows to one value, in partial states that merge. */
export interface AggregateUdf extends UdfBase {
  readonly family: 'aggregate'
  /** The fields of a partial state, in the order in which `state` gives and `merge` takes them. */
  readonly state: readonly Field[]
  /** `call`: the accumulator sees nulls; `skip`: rows with a null argument are not seen. */
  readonly nulls: 'call' | 'skip'
  readonly int64As: 'bigint' | 'number'
  /** The accumulator takes rows back, so that frames slide over it. */
  readonly retracts: boolean
}

/** A window function: one result per row, computed over the row's window partition. */
export interface WindowUdf extends UdfBase {
  readonly family: 'window'
  readonly int64As: 'bigint' | 'number'
}

/** A table function: rows computed from constants. `returns` is a struct of the columns. */
export interface TableUdf extends UdfBase {
  readonly family: 'table'
  readonly int64As: 'bigint' | 'number'
}

/** A function that stands in expressions. */
export type ExprUdf = ScalarUdf | AggregateUdf | WindowUdf

export type Udf = ExprUdf | TableUdf

/**
 * What one group of an aggregate keeps. A class that `udaf()` takes has these methods; `update` or `add` is needed, and
 * everything else but `retract`.
 *
 * @see DataFusion `Accumulator`
 */
export interface Accumulator {
  /** Takes rows: one array of values per argument, all of one length. */
  update?(...columns: readonly (readonly Value[])[]): void
  /** Takes one row: one value per argument. */
  add?(...row: readonly Value[]): void
  /** Takes the states of other accumulators: one array per field of the state, an entry per accumulator. */
  merge(...states: readonly (readonly Value[])[]): void
  /** The partial state, one value per field. The accumulator stays usable. */
  state(): readonly Value[]
  /** The result. The accumulator stays usable. */
  evaluate(): unknown
  /** Takes back rows that `update` or `add` got, oldest first, for frames that slide. */
  retract?(...columns: readonly (readonly Value[])[]): void
}

/** A range of rows of a window partition: `start` is in it, `end` is not. */
export type RowRange = readonly [start: number, end: number]

/**
 * Computes a window function over one window partition. Traits, as methods or as values, choose what is called:
 *
 * - `usesWindowFrame`: `evaluate` per row, with the frame that the query asks for.
 * - else `includeRank`: `evaluateAllWithRank` once, with the ranges of rows that are equal in the sort keys.
 * - else `supportsBoundedExecution`: `evaluate` per row with the range that `getRange` gives (all rows, or with
 *   `isCausal` those up to the row), and `memoize` after each.
 * - else `evaluateAll` once.
 *
 * @see DataFusion `PartitionEvaluator`
 */
export interface WindowEvaluator {
  /** Each row's result depends on the frame that the query asks for. Default false. */
  readonly usesWindowFrame?: boolean | (() => boolean)
  /** Results depend on the ranges of peers alone. Default false. */
  readonly includeRank?: boolean | (() => boolean)
  /** Each row's result depends on the range that `getRange` gives. Default false. */
  readonly supportsBoundedExecution?: boolean | (() => boolean)
  /** No row's result depends on rows after it. Default false. */
  readonly isCausal?: boolean | (() => boolean)
  /** The result of one row: one array of values per argument, and the rows that it may look at. */
  evaluate?(values: readonly (readonly unknown[])[], range: RowRange): unknown
  /** The results of all rows, in order: one array of values per argument. */
  evaluateAll?(values: readonly (readonly unknown[])[], numRows: number): Iterable<unknown>
  /** The results of all rows, in order, from the ranges of peers. */
  evaluateAllWithRank?(numRows: number, ranks: readonly RowRange[]): Iterable<unknown>
  /** The rows that the result of row `index` needs. */
  getRange?(index: number, numRows: number): RowRange
  /** Called after each row: what is no longer needed may be forgotten. */
  memoize?(): void
}
