/**
 * The types of columns. Wherever a type is asked for, its name does as well: `'int64'`, `'decimal128(10,2)'`,
 * `'timestamp(ms,Europe/Rome)'`, `'list<utf8>'`, `'struct<x:float64,y:float64>'`.
 *
 * | columns of | types | JavaScript values |
 * | --- | --- | --- |
 * | truth values | `bool` | booleans |
 * | whole numbers | `int8`, `int16`, `int32`, `uint8`, `uint16`, `uint32` | numbers |
 * | large whole numbers | `int64`, `uint64` | bigints |
 * | floating-point numbers | `float32`, `float64` | numbers |
 * | decimal numbers | `decimal128(precision, scale)` | strings |
 * | texts | `utf8` | strings |
 * | bytes | `binary` | Uint8Arrays |
 * | days | `date32` | Dates |
 * | points in time | `timestamp(unit, timezone)` | Dates |
 * | times of day, lengths of time | `time32(unit)`, `time64(unit)`, `duration(unit)` | bigints |
 * | spans of the calendar | `interval(unit)` | objects: `{ months, days, nanos }` |
 * | nested values | `list(item)`, `struct(fields)`, `map(key, value)` | arrays, objects, arrays of pairs |
 * | values that repeat | `dictionary(value)` | those of `value` |
 *
 * @module Types
 */

export {
  binary,
  bool,
  type DataType,
  type DecimalType,
  type DictionaryType,
  type DurationType,
  date32,
  decimal128,
  dictionary,
  duration,
  type Field,
  type FieldInput,
  field,
  float32,
  float64,
  type IntervalType,
  type IntervalUnit,
  int8,
  int16,
  int32,
  int64,
  interval,
  type ListType,
  list,
  type MapType,
  map,
  parseType,
  type Schema,
  type SimpleKind,
  type SimpleType,
  type StructType,
  struct,
  type TimestampType,
  type TimeType,
  type TimeUnit,
  type TypeInput,
  time32,
  time64,
  timestamp,
  typeName,
  uint8,
  uint16,
  uint32,
  uint64,
  utf8,
} from '../../runtime/index.ts'
