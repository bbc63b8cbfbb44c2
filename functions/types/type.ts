// The data types of columns as frozen plain data, their names in both spellings, and the questions asked of them.
// Converting to and from Arrow's classes is types/arrow.ts; which types go together is types/coercion.ts.

import { PlanError } from '../errors.ts'

/** Seconds, milliseconds, microseconds, nanoseconds. */
export type TimeUnit = 's' | 'ms' | 'us' | 'ns'
/** Months; days and milliseconds; months, days and nanoseconds. */
export type IntervalUnit = 'year_month' | 'day_time' | 'month_day_nano'

/** The types that have no parameters. */
export type SimpleKind =
  | 'null'
  | 'bool'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'float32'
  | 'float64'
  | 'utf8'
  | 'binary'
  | 'date32'

/** A type without parameters. */
export interface SimpleType<Kind extends SimpleKind = SimpleKind> {
  /** The name of the type; it takes nothing besides. */
  readonly kind: Kind
}
/** What `decimal128()` makes. */
export interface DecimalType {
  /** What it is. */
  readonly kind: 'decimal128'
  /** Digits in all, 1 to 38. */
  readonly precision: number
  /** Digits after the point. */
  readonly scale: number
}
/** What `timestamp()` makes. */
export interface TimestampType {
  /** What it is. */
  readonly kind: 'timestamp'
  /** What is counted since 1970-01-01. */
  readonly unit: TimeUnit
  /** The zone in which instants are shown; without one they are what a calendar and a clock say. */
  readonly timezone?: string
}
/** What `time32()` and `time64()` make. */
export interface TimeType {
  /** What it is: in 32 or in 64 bits. */
  readonly kind: 'time32' | 'time64'
  /** `s` and `ms` of `time32`, `us` and `ns` of `time64`. */
  readonly unit: TimeUnit
}
/** What `duration()` makes. */
export interface DurationType {
  /** What it is. */
  readonly kind: 'duration'
  /** What is counted. */
  readonly unit: TimeUnit
}
/** What `interval()` makes. */
export interface IntervalType {
  /** What it is. */
  readonly kind: 'interval'
  /** Which parts it has. */
  readonly unit: IntervalUnit
}
/** What `list()` makes. */
export interface ListType<Item extends Field = Field> {
  /** What it is. */
  readonly kind: 'list'
  /** Type and nullability of the items. */
  readonly item: Item
}
/** What `struct()` makes. `Fields` is the union of its fields. */
export interface StructType<Fields extends Field = Field> {
  /** What it is. */
  readonly kind: 'struct'
  /** Its fields, in order. */
  readonly fields: readonly Fields[]
}
/** What `map()` makes. */
export interface MapType<Key extends Field = Field, Value extends Field = Field> {
  /** What it is. */
  readonly kind: 'map'
  /** Type of the keys, which are never null. */
  readonly key: Key
  /** Type and nullability of the values. */
  readonly value: Value
}
/** What `dictionary()` makes. */
export interface DictionaryType<Value extends DataType = DataType> {
  /** What it is. */
  readonly kind: 'dictionary'
  /** The integer type of the numbers. */
  readonly index: DataType
  /** The type of the values they stand for. */
  readonly value: Value
}

/**
 * The type of a column, as frozen plain data: `kind`, and what that kind has besides. Make one with `int64`, `list()` and
 * their siblings, or from its name with `parseType`.
 *
 * @see Arrow `DataType`; docs/reference/wire.md
 */
export type DataType =
  | SimpleType
  | DecimalType
  | TimestampType
  | TimeType
  | DurationType
  | IntervalType
  | ListType
  | StructType
  | MapType
  | DictionaryType

export type TypeKind = DataType['kind']

/**
 * A column's name, type, nullability and free text metadata.
 *
 * @see Arrow `Field`
 */
export interface Field<
  Type extends DataType = DataType,
  Nullable extends boolean = boolean,
  Name extends string = string,
> {
  /** Its name. */
  readonly name: Name
  /** The type of its values. */
  readonly type: Type
  /** Whether values may be null. */
  readonly nullable: Nullable
  /** Texts by name, which travel with the column and mean nothing to Volley. Default: none. */
  readonly metadata?: Readonly<Record<string, string>>
}

/**
 * The columns of a table or batch, in order.
 *
 * @see Arrow `Schema`
 */
export type Schema = readonly Field[]

/** A type as a nullable field, a field as it is. */
export type AsField<Item extends DataType | Field, Name extends string> = Item extends Field
  ? Item
  : Item extends DataType
    ? Field<Item, true, Name>
    : never

/** The union of the fields that `struct()` makes. */
export type FieldsOf<Fields> = Fields extends Schema
  ? Fields[number]
  : {
      [Name in keyof Fields]: Fields[Name] extends DataType ? Field<Fields[Name], true, Name & string> : never
    }[keyof Fields]

const simple = <Kind extends SimpleKind>(kind: Kind): SimpleType<Kind> => Object.freeze({ kind })

export const nullType = simple('null')
/**
 * Booleans, three-valued in logic: true, false, null. JavaScript booleans.
 *
 * @example
 * import { bool, field, list, typeName } from 'volley'
 *
 * typeName(list(field('item', bool))) // => 'list<bool>'
 *
 * @see Arrow `Boolean`
 */
export const bool = simple('bool')
/**
 * Whole numbers from -128 to 127. JavaScript numbers.
 *
 * @example
 * import { cast, col, int8 } from 'volley'
 *
 * cast(col('grade'), int8).toString() // => 'CAST(grade AS Int8)'
 *
 * @see Arrow `Int8`
 */
export const int8 = simple('int8')
/**
 * Whole numbers from -32,768 to 32,767. JavaScript numbers.
 *
 * @example
 * import { cast, col, int16 } from 'volley'
 *
 * cast(col('year'), int16).toString() // => 'CAST(year AS Int16)'
 *
 * @see Arrow `Int16`
 */
export const int16 = simple('int16')
/**
 * Whole numbers from -2^31 to 2^31 - 1. JavaScript numbers.
 *
 * @example
 * import { int32, lit } from 'volley'
 *
 * lit(7, int32).toString() // => 'Int32(7)'
 *
 * @see Arrow `Int32`
 */
export const int32 = simple('int32')
/**
 * Whole numbers from -2^63 to 2^63 - 1. JavaScript bigints; a UDF may ask for numbers with `int64As`.
 *
 * @example
 * import { int64, SessionContext } from 'volley'
 *
 * await using ctx = new SessionContext()
 * await ctx.fromColumns({ id: [1, 2] }, { id: int64 }).toRows() // => [{ id: 1n }, { id: 2n }]
 *
 * @see Arrow `Int64`
 */
export const int64 = simple('int64')
/**
 * Whole numbers from 0 to 255. JavaScript numbers.
 *
 * @example
 * import { tryCast, uint8 } from 'volley'
 *
 * tryCast(256, uint8).toString() // => 'TRY_CAST(Int64(256) AS UInt8)'
 *
 * @see Arrow `UInt8`
 */
export const uint8 = simple('uint8')
/**
 * Whole numbers from 0 to 65,535. JavaScript numbers.
 *
 * @example
 * import { cast, col, uint16 } from 'volley'
 *
 * cast(col('port'), uint16).toString() // => 'CAST(port AS UInt16)'
 *
 * @see Arrow `UInt16`
 */
export const uint16 = simple('uint16')
/**
 * Whole numbers from 0 to 2^32 - 1. JavaScript numbers.
 *
 * @example
 * import { lit, uint32 } from 'volley'
 *
 * lit(7, uint32).toString() // => 'UInt32(7)'
 *
 * @see Arrow `UInt32`
 */
export const uint32 = simple('uint32')
/**
 * Whole numbers from 0 to 2^64 - 1. JavaScript bigints.
 *
 * @example
 * import { lit, uint64 } from 'volley'
 *
 * lit(2n ** 63n, uint64).toString() // => 'UInt64(9223372036854775808)'
 *
 * @see Arrow `UInt64`
 */
export const uint64 = simple('uint64')
/**
 * Floating-point numbers of 32 bits: about 7 digits. JavaScript numbers, rounded to the nearest.
 *
 * @example
 * import { float32, lit } from 'volley'
 *
 * lit(0.5, float32).toString() // => 'Float32(0.5)'
 *
 * @see Arrow `Float32`
 */
export const float32 = simple('float32')
/**
 * Floating-point numbers of 64 bits: JavaScript numbers as they are.
 *
 * @example
 * import { float64, lit } from 'volley'
 *
 * lit(7, float64).toString() // => 'Float64(7.0)'
 *
 * @see Arrow `Float64`
 */
export const float64 = simple('float64')
/**
 * Texts in UTF-8. JavaScript strings.
 *
 * @example
 * import { utf8, SessionContext } from 'volley'
 *
 * await using ctx = new SessionContext()
 * await ctx.fromColumns({ code: ['01', null] }, { code: utf8 }).toRows() // => [{ code: '01' }, { code: null }]
 *
 * @see Arrow `Utf8`
 */
export const utf8 = simple('utf8')
/**
 * Bytes. JavaScript Uint8Arrays.
 *
 * @example
 * import { binary, SessionContext } from 'volley'
 *
 * await using ctx = new SessionContext()
 * const frame = ctx.fromColumns({ key: [Uint8Array.of(1, 2)] }, { key: binary })
 * await frame.select("encode(key, 'hex') as hex").toRows() // => [{ hex: '0102' }]
 *
 * @see Arrow `Binary`
 */
export const binary = simple('binary')
/**
 * Days since 1970-01-01, without a time. JavaScript Dates at midnight UTC.
 *
 * @example
 * import { date32, SessionContext } from 'volley'
 *
 * await using ctx = new SessionContext()
 * const frame = ctx.fromColumns({ day: ['2024-02-29'] }, { day: date32 })
 * await frame.select('day + 1 as next').toRows({ json: true }) // => [{ next: '2024-03-01' }]
 *
 * @see Arrow `Date32`
 */
export const date32 = simple('date32')

/**
 * Decimal numbers of up to 38 digits. In JavaScript they are strings, so that no digit is lost.
 *
 * @param precision - Digits in all, 1 to 38.
 * @param scale - Digits after the point, at most `precision`; a negative one counts zeros before it. Default 0.
 * @throws {PlanError} `invalid_argument` when either is out of range.
 * @example
 * import { decimal128, SessionContext } from 'volley'
 *
 * await using ctx = new SessionContext()
 * const frame = ctx.fromColumns({ price: ['19.99'] }, { price: decimal128(10, 2) })
 * await frame.select('price * 3 as total').toRows() // => [{ total: '59.97' }]
 *
 * @see Arrow `Decimal128`
 */
export function decimal128(precision: number, scale = 0): DecimalType {
  if (!Number.isInteger(precision) || precision < 1 || precision > 38) {
    throw new PlanError(
      'invalid_argument',
      `Cannot make a decimal128 of precision ${precision}: it takes 1 to 38 digits`,
    )
  }
  if (!Number.isInteger(scale) || scale < -38 || scale > precision) {
    throw new PlanError(
      'invalid_argument',
      `Cannot make a decimal128 of scale ${scale}: at most its precision, ${precision}`,
    )
  }
  return Object.freeze({ kind: 'decimal128', precision, scale })
}

/**
 * Points in time, counted in `unit`s since 1970-01-01. With a `timezone` they are instants, shown in that zone; without
 * one they are what a calendar and a clock say, wherever they hang. JavaScript Dates.
 *
 * @param unit - `s`, `ms`, `us` or `ns`. Default `ms`.
 * @param timezone - A name such as `Europe/Rome`, or an offset such as `+02:00`. Default: no zone.
 * @example
 * import { timestamp, typeName } from 'volley'
 *
 * typeName(timestamp('us', 'Europe/Rome')) // => 'timestamp(us,Europe/Rome)'
 *
 * @see Arrow `Timestamp`
 */
export function timestamp(unit: TimeUnit = 'ms', timezone?: string): TimestampType {
  return Object.freeze({ kind: 'timestamp', unit, ...(timezone === undefined ? {} : { timezone }) })
}

/**
 * Times of day, counted in `unit`s since midnight, in 32 bits. JavaScript bigints.
 *
 * @param unit - `s` or `ms`. Default `s`.
 * @example
 * import { time32, typeName } from 'volley'
 *
 * typeName(time32('ms')) // => 'time32(ms)'
 *
 * @see Arrow `Time32`
 */
export function time32(unit: 's' | 'ms' = 's'): TimeType {
  return Object.freeze({ kind: 'time32', unit })
}

/**
 * Times of day, counted in `unit`s since midnight.
 *
 * @param unit - `us` or `ns`. Default `ns`.
 * @example
 * import { col, time64 } from 'volley'
 *
 * col('opens').cast(time64('us')).toString() // => 'CAST(opens AS Time64(µs))'
 *
 * @see Arrow `Time64`
 */
export function time64(unit: 'us' | 'ns' = 'ns'): TimeType {
  return Object.freeze({ kind: 'time64', unit })
}

/**
 * Lengths of time, counted in `unit`s: what the difference of two timestamps is.
 *
 * @param unit - `s`, `ms`, `us` or `ns`. Default `ns`.
 * @example
 * import { duration, SessionContext } from 'volley'
 *
 * await using ctx = new SessionContext()
 * const frame = ctx.fromColumns({ took: ['PT1M30S'] }, { took: duration('s') })
 * await frame.toRows({ json: true }) // => [{ took: 'PT90S' }]
 *
 * @see Arrow `Duration`
 */
export function duration(unit: TimeUnit = 'ns'): DurationType {
  return Object.freeze({ kind: 'duration', unit })
}

/**
 * Spans of the calendar: months, days and a part of a day, each kept apart, because months and days differ in length.
 *
 * @param unit - `year_month` (months only), `day_time` (days and milliseconds) or `month_day_nano` (all three).
 * Default `month_day_nano`.
 * @example
 * import { interval, lit } from 'volley'
 *
 * lit('1 month 2 days').cast(interval()).toString() // => 'CAST(Utf8("1 month 2 days") AS Interval(MonthDayNano))'
 *
 * @see Arrow `Interval`
 */
export function interval(unit: IntervalUnit = 'month_day_nano'): IntervalType {
  return Object.freeze({ kind: 'interval', unit })
}

/**
 * Lists of any length. JavaScript arrays.
 *
 * @param item - The type of the items; a plain type stands for a nullable field named `item`.
 * @example
 * import { int64, list, SessionContext } from 'volley'
 *
 * await using ctx = new SessionContext()
 * const frame = ctx.fromColumns({ marks: [[1, 2], []] }, { marks: list(int64) })
 * await frame.select('array_length(marks) as n').toRows() // => [{ n: 2n }, { n: 0n }]
 *
 * @see Arrow `List`
 */
export function list<Item extends DataType | Field>(item: Item): ListType<AsField<Item, 'item'>> {
  const asField = 'kind' in item ? field('item', item) : item
  return Object.freeze({ kind: 'list', item: asField as AsField<Item, 'item'> })
}

/**
 * Structs: fields with names of their own, each of its own type. JavaScript plain objects.
 *
 * @param fields - Types by name, each nullable; or fields, in order.
 * @example
 * import { float64, SessionContext, struct } from 'volley'
 *
 * await using ctx = new SessionContext()
 * const frame = ctx.fromColumns({ at: [{ x: 1, y: 2 }] }, { at: struct({ x: float64, y: float64 }) })
 * await frame.select("at['x'] + at['y'] as sum").toRows() // => [{ sum: 3 }]
 *
 * @see Arrow `Struct`
 */
export function struct<const Fields extends Schema | Readonly<Record<string, DataType>>>(
  fields: Fields,
): StructType<FieldsOf<Fields>> {
  const all = Array.isArray(fields)
    ? (fields as Schema)
    : Object.entries(fields).map(([name, type]) => field(name, type))
  return Object.freeze({ kind: 'struct', fields: Object.freeze([...all] as FieldsOf<Fields>[]) })
}

/**
 * Maps: entries in order, whose keys are not null. In JavaScript an array of `[key, value]` pairs.
 *
 * @param key - The type of the keys.
 * @param value - The type of the values, which may be null.
 * @example
 * import { int64, map, typeName, utf8 } from 'volley'
 *
 * typeName(map(utf8, int64)) // => 'map<utf8,int64>'
 *
 * @see Arrow `Map`
 */
export function map<Key extends DataType, Value extends DataType>(
  key: Key,
  value: Value,
): MapType<Field<Key, false>, Field<Value, true>> {
  return Object.freeze({ kind: 'map', key: field('key', key, false), value: field('value', value) })
}

/**
 * Values kept once each, and referred to by number: for texts that repeat. What is computed from them is the same.
 *
 * @param value - The type of the values.
 * @param index - An integer type for the numbers. Default `int32`.
 * @example
 * import { dictionary, typeName, utf8 } from 'volley'
 *
 * typeName(dictionary(utf8)) // => 'dictionary<int32,utf8>'
 *
 * @see Arrow `Dictionary`
 */
export function dictionary<Value extends DataType>(value: Value, index: DataType = int32): DictionaryType<Value> {
  return Object.freeze({ kind: 'dictionary', index, value })
}

/**
 * Makes a field: a column of a schema, of a struct, or what a function returns.
 *
 * @param name - Its name.
 * @param type - Its type.
 * @param nullable - Whether values may be null. Default: true.
 * @param metadata - Texts by name, which travel with the column and mean nothing to Volley. Default: none.
 * @example
 * import { col, field, float64, udf } from 'volley'
 *
 * const celsius = field('celsius', float64, false, { unit: '°C' })
 * const toCelsius = udf((f: number) => (f - 32) / 1.8, [float64], celsius, { name: 'to_celsius' })
 * toCelsius(col('f')).toString() // => 'to_celsius(f)'
 *
 * @see Arrow `Field`
 */
export function field<Name extends string, Type extends DataType, Nullable extends boolean = true>(
  name: Name,
  type: Type,
  nullable?: Nullable,
  metadata?: Readonly<Record<string, string>>,
): Field<Type, NoInfer<Nullable>, Name> {
  const isNullable = (nullable ?? true) as Nullable
  return Object.freeze({ name, type, nullable: isNullable, ...(metadata === undefined ? {} : { metadata }) })
}

/** The simple types by their names in jobs, and what DataFusion prints for them. */
export const displayNames: Readonly<Record<SimpleKind, string>> = {
  null: 'Null',
  bool: 'Boolean',
  int8: 'Int8',
  int16: 'Int16',
  int32: 'Int32',
  int64: 'Int64',
  uint8: 'UInt8',
  uint16: 'UInt16',
  uint32: 'UInt32',
  uint64: 'UInt64',
  float32: 'Float32',
  float64: 'Float64',
  utf8: 'Utf8',
  binary: 'Binary',
  date32: 'Date32',
}
const unitNames: Record<TimeUnit, string> = { s: 's', ms: 'ms', us: 'µs', ns: 'ns' }
const intervalNames: Record<IntervalUnit, string> = {
  year_month: 'YearMonth',
  day_time: 'DayTime',
  month_day_nano: 'MonthDayNano',
}

/** The type as DataFusion prints it: `Int64`, `Decimal128(10, 2)`, `List(Int64)`. Canonical names and messages use it. */
export const displayType = (type: DataType): string => typeText(type, JSON.stringify)

/** The same with the names of fields and zones in quotes of another kind. */
export function typeText(type: DataType, quote: (name: string) => string): string {
  const show = ({ type: inner, nullable }: Field): string => `${nullable ? '' : 'non-null '}${typeText(inner, quote)}`
  const showNamed = (inner: Field): string => `${quote(inner.name)}: ${show(inner)}`
  switch (type.kind) {
    case 'decimal128':
      return `Decimal128(${type.precision}, ${type.scale})`
    case 'timestamp': {
      const zone = type.timezone === undefined ? '' : `, ${quote(type.timezone)}`
      return `Timestamp(${unitNames[type.unit]}${zone})`
    }
    case 'time32':
    case 'time64':
      return `Time${type.kind.slice(4)}(${unitNames[type.unit]})`
    case 'duration':
      return `Duration(${unitNames[type.unit]})`
    case 'interval':
      return `Interval(${intervalNames[type.unit]})`
    case 'list': {
      const { name } = type.item
      return `List(${show(type.item)}${name === 'item' ? '' : `, field: '${name.replaceAll("'", "''")}'`})`
    }
    case 'struct':
      return `Struct(${type.fields.map(showNamed).join(', ')})`
    case 'map':
      return `Map("entries": non-null Struct(${showNamed(type.key)}, ${showNamed(type.value)}), unsorted)`
    case 'dictionary':
      return `Dictionary(${typeText(type.index, quote)}, ${typeText(type.value, quote)})`
    default:
      return displayNames[type.kind]
  }
}

/**
 * The name of a type, as JSON jobs and error details spell it.
 *
 * @param type - Any type; nested ones are written out.
 * @returns A text that `parseType` reads.
 * @example
 * import { decimal128, list, typeName } from 'volley'
 *
 * typeName(list(decimal128(10, 2))) // => 'list<decimal128(10,2)>'
 *
 * @see docs/reference/wire.md
 */
export function typeName(type: DataType): string {
  switch (type.kind) {
    case 'decimal128':
      return `decimal128(${type.precision},${type.scale})`
    case 'timestamp':
      return `timestamp(${type.unit}${type.timezone === undefined ? '' : `,${type.timezone}`})`
    case 'time32':
    case 'time64':
    case 'duration':
    case 'interval':
      return `${type.kind}(${type.unit})`
    case 'list':
      return `list<${typeName(type.item.type)}>`
    case 'struct':
      return `struct<${type.fields.map((f) => `${fieldName(f.name)}:${typeName(f.type)}`).join(',')}>`
    case 'map':
      return `map<${typeName(type.key.type)},${typeName(type.value.type)}>`
    case 'dictionary':
      return `dictionary<${typeName(type.index)},${typeName(type.value)}>`
    default:
      return type.kind
  }
}

/** A field's name where others follow it: in quotes, as JSON has them, where it could be read as something else. */
const fieldName = (name: string): string => (/^[\p{L}\p{N}_#.-]+$/u.test(name) ? name : JSON.stringify(name))

/** Whether two types are one, names of fields included. */
export function sameType(a: DataType, b: DataType): boolean {
  return a === b || typeName(a) === typeName(b)
}

const integerKinds = new Set<TypeKind>(['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64'])

const ranges: Partial<Record<DataType['kind'], readonly [bigint, bigint]>> = {
  int8: [-128n, 127n],
  int16: [-32768n, 32767n],
  int32: [-2147483648n, 2147483647n],
  int64: [-9223372036854775808n, 9223372036854775807n],
  uint8: [0n, 255n],
  uint16: [0n, 65535n],
  uint32: [0n, 4294967295n],
  uint64: [0n, 18446744073709551615n],
}

/** The smallest and largest value of an integer type. */
export function integerRange(type: DataType): readonly [bigint, bigint] {
  return ranges[type.kind] ?? [0n, 0n]
}

export const isInteger = (type: DataType): boolean => integerKinds.has(type.kind)
export const isFloat = (type: DataType): boolean => type.kind === 'float64' || type.kind === 'float32'
export const isDecimal = (type: DataType): type is DecimalType => type.kind === 'decimal128'
export const isNumeric = (type: DataType): boolean => isInteger(type) || isFloat(type) || isDecimal(type)
export const isTime = (type: DataType): type is TimeType => type.kind === 'time32' || type.kind === 'time64'
export const isTemporal = (type: DataType): boolean =>
  type.kind === 'date32' || type.kind === 'timestamp' || isTime(type)
/** Types whose JavaScript value is a bigint: 64-bit integers, ticks of time and unscaled decimals. */
export const isBigInt = (type: DataType): boolean =>
  type.kind === 'int64' ||
  type.kind === 'uint64' ||
  type.kind === 'timestamp' ||
  isTime(type) ||
  type.kind === 'duration' ||
  type.kind === 'decimal128'
