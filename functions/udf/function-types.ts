// The shapes that user functions must have for their declared types, as the type checker sees them. They are computed
// from the types of inputs, results and states; who calls the functions, and checks again, is the rest of this folder.

import type * as arrow from 'apache-arrow'
import type { ArrowBatchLike, ArrowTableLike, ArrowVectorLike } from '../arrow/like.ts'
import type { Expr } from '../expr/expr.ts'
import type { Anything, ArgumentOf, ConstantOf, Int64As, ResultOf, TypeOf } from '../types/js-values.ts'
import type { FieldInput, TypeInput } from '../types/parse-type.ts'
import type { DataType } from '../types/type.ts'

type Inputs = readonly TypeInput[]
type StateInputs = readonly FieldInput[]

/** Whether null is passed on to the function. */
type Null<Nulls> = 'call' extends Nulls ? null : never

/** Whether it is known how many there are. */
type IsTuple<List extends readonly unknown[]> = number extends List['length'] ? false : true

/** One value per argument. */
type Row<Types extends Inputs, Nulls, As extends Int64As> =
  IsTuple<Types> extends true ? { -readonly [I in keyof Types]: ArgumentOf<Types[I], As> | Null<Nulls> } : Anything[]

/** One array of values per argument. */
type Columns<Types extends Inputs, Nulls, As extends Int64As> =
  IsTuple<Types> extends true
    ? { -readonly [I in keyof Types]: (ArgumentOf<Types[I], As> | Null<Nulls>)[] }
    : Anything[]

/** One array of values per field of a state, an entry per accumulator. */
type StateColumns<State extends StateInputs, As extends Int64As> =
  IsTuple<State> extends true
    ? { -readonly [I in keyof State]: (ArgumentOf<State[I], As> | (null & ResultOf<State[I]>))[] }
    : Anything[]

/**
 * The function that `udf()` takes: over values, or in vector mode over Arrow vectors. Async functions, which give a
 * Promise, are none.
 *
 * @see docs/guide/user-defined-functions.md
 */
export type ScalarFunctionOf<
  Types extends readonly TypeInput[],
  Returns extends FieldInput,
  Nulls = 'propagate',
  As extends Int64As = 'bigint',
  Mode = 'row',
> = [Mode] extends ['row']
  ? (...values: Row<Types, Nulls, As>) => ResultOf<Returns>
  : [Mode] extends ['vector']
    ? (...vectors: Vectors<Types>) => VectorResult<Returns>
    : (...values: Anything[]) => unknown

/** A row, or rows in columns. */
type TableItem = ArrowTableLike | ArrowBatchLike | Readonly<Record<string, unknown>>
type TableItems = Iterable<TableItem> | AsyncIterable<TableItem> | ArrowTableLike | ArrowBatchLike

/**
 * The function that `udtf()` takes: of constants, to rows, or to tables and record batches of Arrow.
 *
 * @see docs/guide/user-defined-functions.md
 */
export type TableFunctionOf<Types extends readonly TypeInput[], As extends Int64As = 'bigint'> = (
  ...values: Row<Types, 'call', As>
) => TableItems | Promise<TableItems>

/**
 * What calls of a function take: an expression, or a constant of its type, per input.
 *
 * @see ConstantOf
 */
export type CallArguments<Types extends readonly TypeInput[]> =
  IsTuple<Types> extends true ? { readonly [I in keyof Types]: Expr | ConstantOf<Types[I]> } : Anything

/** What a method may return whose result nobody takes: anything but a promise, since nobody awaits it. */
// biome-ignore lint/suspicious/noConfusingVoidType: methods that are declared to return void must fit in
type NotAPromise = void | undefined | null | boolean | number | bigint | string | symbol | WithoutThen
interface WithoutThen {
  readonly then?: never
  toString(): string
}

/**
 * An accumulator as `udaf()` takes it for its types. Of `update` and `add` one is needed.
 *
 * @see Accumulator; docs/guide/user-defined-functions.md
 */
export interface AccumulatorOf<
  Types extends readonly TypeInput[],
  Returns extends FieldInput,
  State extends readonly FieldInput[],
  Nulls = 'call',
  As extends Int64As = 'bigint',
> {
  /** Takes rows: one array of values per argument. */
  readonly update?: (...columns: Columns<Types, Nulls, As>) => NotAPromise
  /** Takes one row: one value per argument. */
  readonly add?: (...row: Row<Types, Nulls, As>) => NotAPromise
  /**
   * Takes states: one array per field of the state. Whether they can be null the accumulator knows by itself: parameters
   * that leave null out are taken, as those of methods are.
   */
  merge(...states: StateColumns<State, As>): NotAPromise
  /** The partial state, one value per field. */
  readonly state: () => readonly ResultOf<State[number]>[]
  /** The result. */
  readonly evaluate: () => ResultOf<Returns>
  /** Takes rows back, for frames that slide. */
  readonly retract?: (...columns: Columns<Types, Nulls, As>) => NotAPromise
}

/**
 * A window evaluator as `udwf()` takes it for its types. Its traits choose which of its methods is called.
 *
 * @see WindowEvaluator; docs/guide/user-defined-functions.md
 */
export interface WindowEvaluatorOf<
  Types extends readonly TypeInput[],
  Returns extends FieldInput,
  As extends Int64As = 'bigint',
> {
  /** `evaluate` is called with the frame of each row. */
  readonly usesWindowFrame?: boolean | (() => boolean)
  /** `evaluateAllWithRank` is called. */
  readonly includeRank?: boolean | (() => boolean)
  /** `evaluate` is called with the rows that `getRange` gives. */
  readonly supportsBoundedExecution?: boolean | (() => boolean)
  /** No row's result depends on rows after it. */
  readonly isCausal?: boolean | (() => boolean)
  /** The result of one row, from all rows and the range of those that it may look at. */
  readonly evaluate?: (values: Columns<Types, 'call', As>, range: [start: number, end: number]) => ResultOf<Returns>
  /** The results of all rows, in order. */
  readonly evaluateAll?: (values: Columns<Types, 'call', As>, numRows: number) => Iterable<ResultOf<Returns>>
  /** The results of all rows, in order, from the ranges of peers. */
  readonly evaluateAllWithRank?: (numRows: number, ranks: [start: number, end: number][]) => Iterable<ResultOf<Returns>>
  /** The rows that the result of row `index` needs. */
  readonly getRange?: (index: number, numRows: number) => readonly [start: number, end: number]
  /** Called after each row. */
  readonly memoize?: () => NotAPromise
}

/**
 * A class of accumulators or window evaluators, or a function that makes them.
 *
 * @see docs/guide/user-defined-functions.md
 */
export type MakerOf<Made, Args extends readonly unknown[] = []> =
  | (new (
      ...args: Args
    ) => Made)
  | ((...args: Args) => Made)

/** One Arrow vector per argument, all of one length. */
type Vectors<Types extends Inputs> =
  IsTuple<Types> extends true
    ? { -readonly [I in keyof Types]: arrow.Vector<ArrowTypeOf<TypeOf<Types[I]>>> }
    : Anything[]

/** A vector of the type, or an array or typed array of values. */
type VectorResult<Returns extends FieldInput> =
  ResultOf<Returns> extends infer Result ? VectorOf<TypeOf<Returns>> | readonly Result[] | TypedArrayOf<Result> : never
type VectorOf<Type extends DataType> =
  | (ArrowVectorLike & { readonly type: Stored<Type> })
  | (ArrowVectorLike & { readonly type: { readonly dictionary: Stored<Type> } })
/** What tells Arrow's types apart whichever copy of Arrow JavaScript they are of. */
type Stored<Type extends DataType> = Pick<ArrowTypeOf<Type>, 'TArray' | 'TValue'>
type TypedArrayOf<Result> = ArrayBufferView & ArrayLike<Result> & Iterable<Result>

interface ArrowTypes {
  readonly null: arrow.Null
  readonly bool: arrow.Bool
  readonly int8: arrow.Int8
  readonly int16: arrow.Int16
  readonly int32: arrow.Int32
  readonly int64: arrow.Int64
  readonly uint8: arrow.Uint8
  readonly uint16: arrow.Uint16
  readonly uint32: arrow.Uint32
  readonly uint64: arrow.Uint64
  readonly float32: arrow.Float32
  readonly float64: arrow.Float64
  readonly decimal128: arrow.Decimal
  readonly utf8: arrow.Utf8
  readonly binary: arrow.Binary
  readonly date32: arrow.DateDay
  readonly timestamp: arrow.Timestamp
  readonly time32: arrow.Time
  readonly time64: arrow.Time
  readonly duration: arrow.Duration
  readonly interval: arrow.Interval
}

/** The Arrow type of a type that has no types inside; of others only that they are one. */
type ArrowTypeOf<Type extends DataType> = Type extends { readonly kind: infer Kind extends keyof ArrowTypes }
  ? ArrowTypes[Kind]
  : Anything
