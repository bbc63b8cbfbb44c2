// The data types of columns as frozen plain data, their names in both spellings, and the questions asked of them.
// Converting to and from Arrow's classes is types/arrow.ts; which types go together is types/coercion.ts.

import { PlanError } from '../errors.ts'

export type TimeUnit = 's' | 'ms' | 'us' | 'ns'
export type IntervalUnit = 'year_month' | 'day_time' | 'month_day_nano'

export interface SimpleType {
  readonly kind:
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
}
export interface DecimalType {
  readonly kind: 'decimal128'
  readonly precision: number
  readonly scale: number
}
export interface TimestampType {
  readonly kind: 'timestamp'
  readonly unit: TimeUnit
  readonly timezone?: string
}
export interface TimeType {
  readonly kind: 'time64'
  readonly unit: 'us' | 'ns'
}
export interface DurationType {
  readonly kind: 'duration'
  readonly unit: TimeUnit
}
export interface IntervalType {
  readonly kind: 'interval'
  readonly unit: IntervalUnit
}
export interface ListType {
  readonly kind: 'list'
  readonly item: Field
}
export interface StructType {
  readonly kind: 'struct'
  readonly fields: readonly Field[]
}
export interface MapType {
  readonly kind: 'map'
  readonly key: Field
  readonly value: Field
}
export interface DictionaryType {
  readonly kind: 'dictionary'
  readonly index: DataType
  readonly value: DataType
}

/** The type of a column, as frozen plain data. */
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

/** A column's name, type, nullability and free text metadata. */
export interface Field {
  readonly name: string
  readonly type: DataType
  readonly nullable: boolean
  readonly metadata?: Readonly<Record<string, string>>
}

/** The columns of a table or batch, in order. */
export type Schema = readonly Field[]

const simple = <Kind extends SimpleType['kind']>(kind: Kind) => Object.freeze({ kind })

export const nullType = simple('null')
export const bool = simple('bool')
export const int8 = simple('int8')
export const int16 = simple('int16')
export const int32 = simple('int32')
export const int64 = simple('int64')
export const uint8 = simple('uint8')
export const uint16 = simple('uint16')
export const uint32 = simple('uint32')
export const uint64 = simple('uint64')
export const float32 = simple('float32')
export const float64 = simple('float64')
export const utf8 = simple('utf8')
export const binary = simple('binary')
export const date32 = simple('date32')

/**
 * A decimal number of up to 38 digits.
 *
 * @param precision - Digits in all, 1 to 38.
 * @param scale - Digits after the point, at most `precision`.
 * @throws {PlanError} `invalid_argument` when either is out of range.
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

/** A point in time counted in `unit`s since 1970-01-01; with a `timezone`, UTC shown in that zone. */
export function timestamp(unit: TimeUnit = 'ms', timezone?: string): TimestampType {
  return Object.freeze({ kind: 'timestamp', unit, ...(timezone === undefined ? {} : { timezone }) })
}

/** A time of day counted in `unit`s since midnight. */
export function time64(unit: 'us' | 'ns' = 'ns'): TimeType {
  return Object.freeze({ kind: 'time64', unit })
}

export function duration(unit: TimeUnit = 'ns'): DurationType {
  return Object.freeze({ kind: 'duration', unit })
}

export function interval(unit: IntervalUnit = 'month_day_nano'): IntervalType {
  return Object.freeze({ kind: 'interval', unit })
}

/** A list of `item`s; a plain type stands for a nullable field named `item`. */
export function list(item: DataType | Field): ListType {
  return Object.freeze({ kind: 'list', item: 'kind' in item ? field('item', item) : item })
}

export function struct(fields: Schema | Readonly<Record<string, DataType>>): StructType {
  const all = Array.isArray(fields)
    ? (fields as Schema)
    : Object.entries(fields).map(([name, type]) => field(name, type))
  return Object.freeze({ kind: 'struct', fields: Object.freeze([...all]) })
}

export function map(key: DataType, value: DataType): MapType {
  return Object.freeze({ kind: 'map', key: field('key', key, false), value: field('value', value) })
}

export function dictionary(value: DataType, index: DataType = int32): DictionaryType {
  return Object.freeze({ kind: 'dictionary', index, value })
}

/** Makes a field; nullable unless said otherwise. */
export function field(
  name: string,
  type: DataType,
  nullable = true,
  metadata?: Readonly<Record<string, string>>,
): Field {
  return Object.freeze({ name, type, nullable, ...(metadata === undefined ? {} : { metadata }) })
}

/** The simple types by their names in jobs, and what DataFusion prints for them. */
export const displayNames: Readonly<Record<SimpleType['kind'], string>> = {
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
const intervalNames: Record<IntervalUnit, string> = {
  year_month: 'YearMonth',
  day_time: 'DayTime',
  month_day_nano: 'MonthDayNano',
}

/** The type as DataFusion prints it: `Int64`, `Decimal128(10, 2)`, `List(Int64)`. Canonical names and messages use it. */
export function displayType(type: DataType): string {
  switch (type.kind) {
    case 'decimal128':
      return `Decimal128(${type.precision}, ${type.scale})`
    case 'timestamp':
      return type.timezone === undefined ? `Timestamp(${type.unit})` : `Timestamp(${type.unit}, "${type.timezone}")`
    case 'time64':
      return `Time64(${type.unit})`
    case 'duration':
      return `Duration(${type.unit})`
    case 'interval':
      return `Interval(${intervalNames[type.unit]})`
    case 'list':
      return `List(${displayType(type.item.type)})`
    case 'struct':
      return `Struct(${type.fields.map((f) => `"${f.name}": ${displayType(f.type)}`).join(', ')})`
    case 'map':
      return `Map(${displayType(type.key.type)}, ${displayType(type.value.type)})`
    case 'dictionary':
      return `Dictionary(${displayType(type.index)}, ${displayType(type.value)})`
    default:
      return displayNames[type.kind]
  }
}

/** The type as JSON jobs and error details spell it: `int64`, `decimal128(10,2)`, `list<int64>`. */
export function typeName(type: DataType): string {
  switch (type.kind) {
    case 'decimal128':
      return `decimal128(${type.precision},${type.scale})`
    case 'timestamp':
      return `timestamp(${type.unit}${type.timezone === undefined ? '' : `,${type.timezone}`})`
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
export const isTemporal = (type: DataType): boolean =>
  type.kind === 'date32' || type.kind === 'timestamp' || type.kind === 'time64'
/** Types whose JavaScript value is a bigint: 64-bit integers, ticks of time and unscaled decimals. */
export const isBigInt = (type: DataType): boolean =>
  type.kind === 'int64' ||
  type.kind === 'uint64' ||
  type.kind === 'timestamp' ||
  type.kind === 'time64' ||
  type.kind === 'duration' ||
  type.kind === 'decimal128'
