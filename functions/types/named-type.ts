// The type that a literal name stands for, worked out by the type checker: `'list<int64>'` is what `list(int64)` is. It
// knows the words of job-words.ts. A name that it cannot take apart stands for any type: which names are wrong, only the
// parser says.

import type {
  DataType,
  DecimalType,
  DictionaryType,
  DurationType,
  Field,
  IntervalType,
  ListType,
  MapType,
  SimpleKind,
  SimpleType,
  StructType,
  TimestampType,
  TimeType,
} from './type.ts'

/** The type that a name stands for; `DataType` where that is not known. */
export type NamedType<Name extends string> = string extends Name ? DataType : Parsed<Trim<WithAngles<Name>>>

type Words = { [Kind in SimpleKind]: SimpleType<Kind> } & {
  boolean: SimpleType<'bool'>
  string: SimpleType<'utf8'>
  date: SimpleType<'date32'>
} & WithParameters

/** Words whose parameters do not change what JavaScript sees. */
interface WithParameters {
  timestamp: TimestampType
  time32: TimeType
  time64: TimeType
  duration: DurationType
  interval: IntervalType
  decimal: DecimalType
  decimal128: DecimalType
}

type Parsed<Name extends string> =
  Lowercase<Name> extends keyof Words
    ? Words[Lowercase<Name>]
    : Name extends `${infer Word}<${infer Parameters}>`
      ? WithTypes<Trim<Lowercase<Word>>, Split<Parameters>>
      : DataType

type WithTypes<Word extends string, Types extends readonly string[]> = Word extends keyof WithParameters
  ? WithParameters[Word]
  : Word extends 'struct'
    ? StructType<NamedField<Types[number]>>
    : [Word, ...Types] extends ['list', infer Item extends string]
      ? ListType<Field<Parsed<Item>, true>>
      : [Word, ...Types] extends ['map', infer Key extends string, infer Value extends string]
        ? MapType<Field<Parsed<Key>, false>, Field<Parsed<Value>, true>>
        : [Word, ...Types] extends ['dictionary', string, infer Value extends string]
          ? DictionaryType<Parsed<Value>>
          : DataType

/** Quoted names are not taken apart: then the struct may have any fields. */
type NamedField<Text extends string> = Text extends `"${string}`
  ? Field
  : Text extends `${infer Name}:${infer Type}`
    ? Field<Parsed<Trim<Type>>, true, Trim<Name>>
    : Field

/** The pieces between the commas that stand in no bracket. */
type Split<Text extends string, Before extends string = ''> = Text extends `${infer Head},${infer Rest}`
  ? Opened<`${Before}${Head}`>['length'] extends Closed<`${Before}${Head}`>['length']
    ? [Trim<`${Before}${Head}`>, ...Split<Rest>]
    : Split<Rest, `${Before}${Head},`>
  : [Trim<`${Before}${Text}`>]

/** An entry for each bracket that opens. */
type Opened<Text extends string> = Text extends `${string}<${infer Rest}` ? [0, ...Opened<Rest>] : []
type Closed<Text extends string> = Text extends `${string}>${infer Rest}` ? [0, ...Closed<Rest>] : []

/** One kind of brackets is enough for counting. */
type WithAngles<Text extends string> = Text extends `${infer Head}(${infer Inner})${infer Rest}`
  ? `${Head}<${Inner}>${WithAngles<Rest>}`
  : Text

type Trim<Text extends string> = Text extends ` ${infer Rest}` | `${infer Rest} ` ? Trim<Rest> : Text
