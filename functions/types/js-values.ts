// What the values of a data type are in JavaScript, for the type checker: what user functions get, what they may give,
// and which constants stand for them. It says what udf/user-values.ts and expr/literal.ts do; test/types/ holds the two
// together.

import type { ArrowVectorLike } from '../arrow/like.ts'
import type { NamedType } from './named-type.ts'
import type { DataType, Field, TypeKind } from './type.ts'

/**
 * Where nothing is known of a type: whatever a function says of such a value is taken at its word, as the type checker
 * does with `any` alone.
 */
// biome-ignore lint/suspicious/noExplicitAny: with `unknown` a function whose types are computed could not be declared
export type Anything = any

/** The type that an input stands for; of Arrow's own, which do not tell them apart, that they are one. */
export type TypeOf<Input> = Input extends string
  ? NamedType<Input>
  : Input extends Field<infer Type>
    ? Type
    : Input extends DataType
      ? Input
      : DataType

/** Whether values of a type or a field may be null; where that is not known, they may. */
type IsNullable<Input> = [Input] extends [{ readonly nullable: false }] ? false : true

/**
 * A span of the calendar: what user functions get for `interval()` and give for it.
 *
 * @see Arrow `Interval`
 */
export interface IntervalValue {
  /** Whole months. */
  readonly months: number
  /** Whole days. */
  readonly days: number
  /** The rest of the time, in nanoseconds. */
  readonly nanos: bigint
}

/** What user functions get for a value of a kind that has no types inside. */
interface Arguments<Int64 extends number | bigint> {
  readonly null: null
  readonly bool: boolean
  readonly int8: number
  readonly int16: number
  readonly int32: number
  readonly int64: Int64
  readonly uint8: number
  readonly uint16: number
  readonly uint32: number
  readonly uint64: Int64
  readonly float32: number
  readonly float64: number
  readonly decimal128: string
  readonly utf8: string
  readonly binary: Uint8Array
  readonly date32: Date
  readonly timestamp: Date
  readonly time32: bigint
  readonly time64: bigint
  readonly duration: bigint
  readonly interval: IntervalValue
}

/** What user functions may give for it, where that is more than what they get. */
interface Results extends Omit<Arguments<number | bigint>, 'float64' | 'timestamp' | 'decimal128'> {
  readonly float64: number | bigint
  readonly timestamp: Date | bigint
  readonly decimal128: string | number | bigint
}

/** The constants that calls of user functions take in place of an expression. */
interface Constants extends Record<NumberKind, number | bigint> {
  readonly bool: boolean
  readonly utf8: string
  readonly binary: Uint8Array
  readonly timestamp: Date
}

/** What `lit()` makes constants of. */
interface Literals extends Omit<Constants, 'timestamp'>, Record<'time32' | 'time64' | 'duration', number | bigint> {
  readonly date32: Date | number
  /** Numbers count the type's units. */
  readonly timestamp: Date | number | bigint
}

type NumberKind = `${'' | 'u'}int${8 | 16 | 32 | 64}` | 'float32' | 'float64' | 'decimal128'

/** Whether nothing is known of a type, but that it is one. */
type IsUnknown<Type extends DataType> = TypeKind extends Type['kind'] ? true : false

/**
 * How 64-bit integers are handed to user functions.
 *
 * @see UdfOptions
 */
export type Int64As = 'bigint' | 'number'

type Int64Of<As extends Int64As> = As extends 'number' ? number : bigint

/**
 * What a user function gets for a value of a type that is not null.
 *
 * @see docs/guide/user-defined-functions.md
 */
export type ArgumentOf<Input, As extends Int64As = 'bigint'> = ArgumentOfType<TypeOf<Input>, Int64Of<As>>

type ArgumentOfType<Type extends DataType, Int64 extends number | bigint> =
  IsUnknown<Type> extends true
    ? Anything
    : Type extends { readonly kind: infer Kind extends keyof Arguments<Int64> }
      ? Arguments<Int64>[Kind]
      : Type extends { readonly kind: 'list'; readonly item: infer Item extends Field }
        ? ArgumentOfField<Item, Int64>[]
        : Type extends { readonly kind: 'struct'; readonly fields: readonly (infer Each extends Field)[] }
          ? { [Inner in Each as Inner['name']]: ArgumentOfField<Inner, Int64> }
          : Type extends {
                readonly kind: 'map'
                readonly key: infer Key extends Field
                readonly value: infer Value extends Field
              }
            ? [key: ArgumentOfField<Key, Int64>, value: ArgumentOfField<Value, Int64>][]
            : Type extends { readonly kind: 'dictionary'; readonly value: infer Value extends DataType }
              ? ArgumentOfType<Value, Int64>
              : Anything

type ArgumentOfField<Each extends Field, Int64 extends number | bigint> =
  IsNullable<Each> extends true ? ArgumentOfType<Each['type'], Int64> | null : ArgumentOfType<Each['type'], Int64>

/**
 * What a user function may give as its result: null as well, unless a field says that results are never null.
 *
 * @see docs/guide/user-defined-functions.md
 */
export type ResultOf<Input> =
  // Conditional types are shown by what they are, other aliases by their names: messages are about the values.
  IsNullable<Input> extends true ? ResultOfType<TypeOf<Input>> | null : ResultOfType<TypeOf<Input>>

type ResultOfType<Type extends DataType> =
  IsUnknown<Type> extends true
    ? unknown
    : Type extends { readonly kind: 'null' }
      ? never
      : Type extends { readonly kind: infer Kind extends keyof Results }
        ? Results[Kind]
        : Type extends { readonly kind: 'list'; readonly item: infer Item extends Field }
          ? readonly InnerResult<Item>[] | ((ArrayBufferView | ArrowVectorLike) & Iterable<InnerResult<Item>>)
          : Type extends { readonly kind: 'struct'; readonly fields: readonly (infer Each extends Field)[] }
            ? StructResult<Each>
            : Type extends {
                  readonly kind: 'map'
                  readonly key: infer Key extends Field
                  readonly value: infer Value extends Field
                }
              ? Entries<ResultOfType<Key['type']>, InnerResult<Value>>
              : Type extends { readonly kind: 'dictionary'; readonly value: infer Value extends DataType }
                ? ResultOfType<Value>
                : unknown

/** Inside of lists, structs and maps what is undefined or missing is null. */
type InnerResult<Each extends Field> =
  IsNullable<Each> extends true ? ResultOfType<Each['type']> | null | undefined : ResultOfType<Each['type']>

type Entries<Key, Value> = ReadonlyMap<Key, Value> | readonly (readonly [Key, Value])[]

type StructResult<Each extends Field> = {
  readonly [Inner in Each as IsNullable<Inner> extends true ? never : Inner['name']]: InnerResult<Inner>
} & {
  readonly [Inner in Each as IsNullable<Inner> extends true ? Inner['name'] : never]?: InnerResult<Inner>
}

/**
 * The constants that stand for a value of a type where a user function is called: `gross(12.5)`. Other types have none;
 * `lit(value, type)` makes them.
 *
 * @see LiteralValue
 */
export type ConstantOf<Input> = Plain<TypeOf<Input>, Constants>

/**
 * What `lit(value, type)` takes for a type.
 *
 * @see LiteralValue
 */
export type LiteralOf<Input> = Plain<TypeOf<Input>, Literals>

/** What a table has for a type, or null. */
type Plain<Type extends DataType, Table> =
  IsUnknown<Type> extends true
    ? Table[keyof Table] | null
    : Type extends { readonly kind: infer Kind extends keyof Table }
      ? Table[Kind] | null
      : Type extends { readonly kind: 'dictionary'; readonly value: infer Value extends DataType }
        ? Plain<Value, Table>
        : null
