// How each type is stored in a Parquet file: its schema elements, and its values as hyparquet-writer takes them. Follows
// parquet-format's LogicalTypes.md as DataFusion's writer does; what Parquet has no type for is refused or, where a reader
// that knows Arrow finds it again, stored as a number (durations).

import type { SchemaElement } from 'hyparquet'
import { PlanError } from '../../../functions/errors.ts'
import { plainType } from '../../../functions/types/coercion.ts'
import {
  type DataType,
  type DecimalType,
  displayType,
  type Field,
  field,
  list,
  type Schema,
  struct,
  type TimeUnit,
  time32,
  timestamp,
} from '../../../functions/types/type.ts'

/** @throws {PlanError} `not_implemented` for a type that Parquet has no place for, naming column and type. */
export function checkParquetTypes(schema: Schema): void {
  for (const column of schema) {
    const wrong = unfit(column.type)
    if (wrong === undefined) continue
    throw new PlanError(
      'not_implemented',
      `Cannot write column "${column.name}" to Parquet: it has no type for ${displayType(wrong)}; cast the column, or write Arrow`,
      { details: { column: column.name, type: displayType(wrong) } },
    )
  }
}

/** The innermost type that cannot be written. */
function unfit(type: DataType): DataType | undefined {
  switch (type.kind) {
    case 'interval':
      return type
    case 'decimal128':
      return type.scale < 0 ? type : undefined
    case 'list':
      return unfit(type.item.type)
    case 'map':
      return unfit(type.key.type) ?? unfit(type.value.type)
    case 'dictionary':
      return unfit(type.value)
    case 'struct':
      // A group without fields has no values to keep.
      return type.fields.length === 0 ? type : type.fields.map(({ type: inner }) => unfit(inner)).find(Boolean)
    default:
      return undefined
  }
}

/** The schema as the file keeps it: Parquet has no seconds, so they become milliseconds. */
export const storedSchema = (schema: Schema): Schema => schema.map(storedField)

const storedField = ({ name, type, nullable, metadata }: Field): Field =>
  field(name, storedType(plainType(type)), nullable, metadata)

function storedType(type: DataType): DataType {
  switch (type.kind) {
    case 'timestamp':
      return type.unit === 's' ? timestamp('ms', type.timezone) : type
    case 'time32':
      return time32('ms')
    case 'list':
      return list(storedField(type.item))
    case 'struct':
      return struct(type.fields.map(storedField))
    case 'map':
      return { kind: 'map', key: storedField(type.key), value: storedField(type.value) }
    default:
      return type
  }
}

/** The schema elements of a file, parents first. */
export const schemaElements = (schema: Schema): SchemaElement[] => [
  { name: 'schema', num_children: schema.length },
  ...schema.flatMap(elementsOf),
]

function elementsOf({ name, type, nullable }: Field): SchemaElement[] {
  const repetition_type = nullable || type.kind === 'null' ? 'OPTIONAL' : 'REQUIRED'
  switch (type.kind) {
    case 'list':
      return [
        { name, repetition_type, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        ...elementsOf({ ...type.item, name: 'element' }),
      ]
    case 'map':
      return [
        { name, repetition_type, num_children: 1, converted_type: 'MAP', logical_type: { type: 'MAP' } },
        { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
        ...elementsOf({ ...type.key, name: 'key', nullable: false }),
        ...elementsOf({ ...type.value, name: 'value' }),
      ]
    case 'struct':
      return [{ name, repetition_type, num_children: type.fields.length }, ...type.fields.flatMap(elementsOf)]
    default:
      return [{ name, repetition_type, ...leafElement(type) }]
  }
}

type Leaf = Omit<SchemaElement, 'name' | 'repetition_type'>

const units: Readonly<Record<TimeUnit, 'MILLIS' | 'MICROS' | 'NANOS'>> = {
  s: 'MILLIS',
  ms: 'MILLIS',
  us: 'MICROS',
  ns: 'NANOS',
}

const integers = {
  int8: 'INT_8',
  int16: 'INT_16',
  uint8: 'UINT_8',
  uint16: 'UINT_16',
  uint32: 'UINT_32',
  uint64: 'UINT_64',
} as const

function leafElement(type: DataType): Leaf {
  switch (type.kind) {
    case 'null':
      return { type: 'INT32', logical_type: { type: 'NULL' } }
    case 'bool':
      return { type: 'BOOLEAN' }
    case 'int8':
    case 'int16':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'uint64':
      // Without the logical type: hyparquet-writer 0.17 writes its bit width as four bytes in place of one.
      return { type: type.kind === 'uint64' ? 'INT64' : 'INT32', converted_type: integers[type.kind] }
    case 'int32':
    case 'float32':
      return { type: type.kind === 'int32' ? 'INT32' : 'FLOAT' }
    case 'float64':
      return { type: 'DOUBLE' }
    case 'utf8':
      return { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } }
    case 'binary':
      return { type: 'BYTE_ARRAY' }
    case 'date32':
      return { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } }
    case 'decimal128':
      return decimalElement(type)
    case 'timestamp': {
      const logical_type = {
        type: 'TIMESTAMP',
        isAdjustedToUTC: type.timezone !== undefined,
        unit: units[type.unit],
      } as const
      return { type: 'INT64', logical_type }
    }
    case 'time32':
      return { type: 'INT32', logical_type: { type: 'TIME', isAdjustedToUTC: false, unit: 'MILLIS' } }
    case 'time64':
      return { type: 'INT64', logical_type: { type: 'TIME', isAdjustedToUTC: false, unit: units[type.unit] } }
    default:
      return { type: 'INT64' }
  }
}

/** The smallest place that holds the digits, as Arrow's and DataFusion's writers choose it. */
function decimalElement({ precision, scale }: DecimalType): Leaf {
  const common = {
    converted_type: 'DECIMAL',
    precision,
    scale,
    logical_type: { type: 'DECIMAL', precision, scale },
  } as const
  if (precision <= 9) return { type: 'INT32', ...common }
  if (precision <= 18) return { type: 'INT64', ...common }
  return { type: 'FIXED_LEN_BYTE_ARRAY', type_length: decimalBytes(precision), ...common }
}

/** Bytes for every number of so many digits and its sign. */
function decimalBytes(precision: number): number {
  let bytes = 1
  while (2n ** BigInt(8 * bytes - 1) <= 10n ** BigInt(precision)) bytes++
  return bytes
}
