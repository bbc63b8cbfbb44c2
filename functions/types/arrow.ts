// Between our plain-data types and Arrow's classes, in both directions. Nothing else may name Arrow's type classes.

import * as arrow from 'apache-arrow'
import { PlanError } from '../errors.ts'
import {
  binary,
  bool,
  type DataType,
  date32,
  decimal128,
  dictionary,
  duration,
  type Field,
  field,
  float32,
  float64,
  type IntervalUnit,
  int8,
  int16,
  int32,
  int64,
  interval,
  list,
  nullType,
  type Schema,
  type SimpleType,
  struct,
  type TimeUnit,
  time32,
  time64,
  timestamp,
  uint8,
  uint16,
  uint32,
  uint64,
  utf8,
} from './type.ts'

const arrowUnits: Record<TimeUnit, arrow.TimeUnit> = {
  s: arrow.TimeUnit.SECOND,
  ms: arrow.TimeUnit.MILLISECOND,
  us: arrow.TimeUnit.MICROSECOND,
  ns: arrow.TimeUnit.NANOSECOND,
}
const units: readonly TimeUnit[] = ['s', 'ms', 'us', 'ns']
const intervalUnits: readonly IntervalUnit[] = ['year_month', 'day_time', 'month_day_nano']

const simpleTypes: Readonly<Record<SimpleType['kind'], new () => arrow.DataType>> = {
  null: arrow.Null,
  bool: arrow.Bool,
  int8: arrow.Int8,
  int16: arrow.Int16,
  int32: arrow.Int32,
  int64: arrow.Int64,
  uint8: arrow.Uint8,
  uint16: arrow.Uint16,
  uint32: arrow.Uint32,
  uint64: arrow.Uint64,
  float32: arrow.Float32,
  float64: arrow.Float64,
  utf8: arrow.Utf8,
  binary: arrow.Binary,
  date32: arrow.DateDay,
}

/** The Arrow type that columns of `type` have in record batches. */
export function toArrowType(type: DataType): arrow.DataType {
  switch (type.kind) {
    case 'decimal128':
      return new arrow.Decimal(type.scale, type.precision, 128)
    case 'timestamp':
      return new arrow.Timestamp(arrowUnits[type.unit], type.timezone ?? null)
    case 'time32':
      return new arrow.Time(arrowUnits[type.unit], 32)
    case 'time64':
      return new arrow.Time(arrowUnits[type.unit], 64)
    case 'duration':
      return new arrow.Duration(arrowUnits[type.unit])
    case 'interval':
      return new arrow.Interval(intervalUnits.indexOf(type.unit))
    case 'list':
      return new arrow.List(toArrowField(type.item))
    case 'struct':
      return new arrow.Struct(type.fields.map(toArrowField))
    case 'map':
      return new arrow.Map_(
        new arrow.Field(
          'entries',
          new arrow.Struct<{ key: arrow.DataType; value: arrow.DataType }>([
            toArrowField(type.key),
            toArrowField(type.value),
          ]),
          false,
        ),
      )
    case 'dictionary':
      return new arrow.Dictionary(toArrowType(type.value), toArrowType(type.index) as arrow.Int32)
    default:
      return new simpleTypes[type.kind]()
  }
}

export function toArrowField(source: Field): arrow.Field {
  const metadata = source.metadata === undefined ? null : new Map(Object.entries(source.metadata))
  return new arrow.Field(source.name, toArrowType(source.type), source.nullable, metadata)
}

/** The schema as Arrow's object. */
export function toArrowSchema(schema: Schema): arrow.Schema {
  return new OrderedSchema(schema.map(toArrowField))
}

/** For every batch, Arrow's own looks each field up among all others by its name: thousands of columns take seconds. */
class OrderedSchema extends arrow.Schema {
  override assign<Types extends arrow.TypeMap>(
    ...given: (arrow.Schema<Types> | arrow.Field<Types[keyof Types]> | arrow.Field<Types[keyof Types]>[])[]
  ): arrow.Schema<arrow.TypeMap & Types> {
    const [fields] = given
    const isSame = Array.isArray(fields) && fields.every(({ name }, i) => name === this.fields[i]?.name)
    if (isSame && fields.length === this.fields.length) return new OrderedSchema(fields, this.metadata)
    return super.assign(...(given as arrow.Field<Types[keyof Types]>[]))
  }
}

const integers = {
  signed: { 8: int8, 16: int16, 32: int32, 64: int64 },
  unsigned: { 8: uint8, 16: uint16, 32: uint32, 64: uint64 },
} as const

/**
 * Our type for an Arrow type. `LargeUtf8` and the view types count as `utf8` or `binary`.
 *
 * @throws {PlanError} `unknown_type` for Arrow types that Volley does not evaluate (unions, fixed-size lists, run-end encoding).
 */
export function fromArrowType(type: arrow.DataType): DataType {
  const { DataType: is } = arrow
  if (is.isNull(type)) return nullType
  if (is.isBool(type)) return bool
  if (is.isInt(type)) return integers[type.isSigned ? 'signed' : 'unsigned'][type.bitWidth] ?? unknown(type)
  if (is.isFloat(type)) {
    if (type.precision === arrow.Precision.DOUBLE) return float64
    if (type.precision === arrow.Precision.SINGLE) return float32
  }
  if (is.isUtf8(type) || is.isLargeUtf8(type)) return utf8
  if (is.isBinary(type) || is.isLargeBinary(type)) return binary
  if (is.isDate(type)) return type.unit === arrow.DateUnit.DAY ? date32 : timestamp('ms')
  if (is.isDecimal(type) && type.bitWidth === 128 && hasDigits(type)) return decimal128(type.precision, type.scale)
  if (is.isTimestamp(type)) return timestamp(unitOf(type), type.timezone ?? undefined)
  if (is.isTime(type)) {
    const unit = unitOf(type)
    return unit === 's' || unit === 'ms' ? time32(unit) : time64(unit)
  }
  if (is.isDuration(type)) return duration(unitOf(type))
  if (is.isInterval(type)) return interval(intervalUnits[type.unit] ?? unknown(type))
  if (is.isList(type)) return list(fromArrowField(type.children[0] ?? unknown(type)))
  if (is.isStruct(type)) return struct(type.children.map(fromArrowField))
  if (is.isMap(type)) {
    const [key, value] = type.children[0]?.type.children ?? []
    return {
      kind: 'map',
      key: fromArrowField(key ?? unknown(type)),
      value: fromArrowField(value ?? unknown(type)),
    }
  }
  if (is.isDictionary(type)) return dictionary(fromArrowType(type.dictionary), fromArrowType(type.indices))
  return unknown(type)
}

/** Types come from files too, and may have a unit or a width that there is none of. */
function unknown(type: arrow.DataType): never {
  throw new PlanError('unknown_type', `Cannot evaluate columns of the Arrow type ${type}: cast it before it is read`, {
    details: { type: String(type) },
  })
}

const hasDigits = ({ precision, scale }: arrow.Decimal): boolean =>
  precision >= 1 && precision <= 38 && scale >= -38 && scale <= precision

export function fromArrowField(source: arrow.Field): Field {
  const metadata = source.metadata.size === 0 ? undefined : Object.fromEntries(source.metadata)
  // Arrow's own writer leaves out empty names, and what it left out is read as null.
  return field(source.name ?? '', fromArrowType(source.type), source.nullable, metadata)
}

/** Arrow's schema as plain data. @throws {DataError} For types that there are none of here. */
export function fromArrowSchema(schema: arrow.Schema): Schema {
  return Object.freeze(schema.fields.map(fromArrowField))
}

const unitOf = (type: arrow.Timestamp | arrow.Time | arrow.Duration): TimeUnit => units[type.unit] ?? unknown(type)
