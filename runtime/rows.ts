// Rows and columns of JavaScript values to columns, and back, in the JSON encoding of values where it is asked for:
// 64-bit integers as numbers up to 2^53 and strings beyond, decimals as strings, dates and times as ISO 8601, bytes as
// base64. The same encoding everywhere: fromRows, toRows, NDJSON, JSON and inline sources.

import type { Table } from 'apache-arrow'
import { formatter } from '../functions/cast/format.ts'
import { textParser } from '../functions/cast/parse.ts'
import { fromData } from '../functions/column/arrow.ts'
import { type Column, valueAt } from '../functions/column/column.ts'
import { DataError, PlanError } from '../functions/errors.ts'
import { floatText } from '../functions/expr/display-value.ts'
import type { Value } from '../functions/expr/node.ts'
import { fromArrowSchema } from '../functions/types/arrow.ts'
import { plainType, unifyTypes } from '../functions/types/coercion.ts'
import {
  binary,
  bool,
  type DataType,
  displayType,
  type Field,
  field,
  float64,
  int64,
  isFloat,
  list,
  nullType,
  type Schema,
  struct,
  timestamp,
  utf8,
} from '../functions/types/type.ts'
import { fromUser, toUser } from '../functions/udf/user-values.ts'

export interface RowOptions {
  /** Values in their JSON encoding instead of JavaScript's own. */
  readonly json?: boolean
}

/** The rows of a table as objects. */
export function* tableToRows(table: Table, options: RowOptions = {}): Generator<Record<string, unknown>> {
  const schema = fromArrowSchema(table.schema)
  const write = schema.map(({ type }) => (options.json === true ? jsonWriter(type) : userWriter(type)))
  for (const batch of table.batches) {
    const columns = schema.map((column, i): Column => fromData(batch.data.children[i] ?? missing(column), column.type))
    for (let row = 0; row < batch.numRows; row++) {
      const record: Record<string, unknown> = {}
      schema.forEach(({ name }, i) => {
        const column = columns[i]
        const value = column === undefined ? null : valueAt(column, row)
        record[name] = value === null ? null : write[i]?.(value)
      })
      yield record
    }
  }
}

function missing(column: Field): never {
  throw new DataError('schema_mismatch', `Cannot read column "${column.name}": the batch does not have it`)
}

/** Values as JavaScript users expect them: Dates, bigints, decimals as strings. */
function userWriter(type: DataType): (value: Value) => unknown {
  return toUser(plainType(type), 'bigint', 'rows') ?? ((value) => value)
}

/** Values of a type in their JSON encoding; nulls are the caller's. */
export function jsonWriter(fieldType: DataType): (value: Value) => unknown {
  const type = plainType(fieldType)
  switch (type.kind) {
    case 'int64':
    case 'uint64':
      return (value) => (Number.isSafeInteger(Number(value)) ? Number(value) : String(value))
    case 'binary':
      return (value) => Buffer.from(value as Uint8Array).toString('base64')
    case 'list': {
      const item = jsonWriter(type.item.type)
      return (values) => (values as readonly Value[]).map((value) => (value === null ? null : item(value)))
    }
    case 'struct': {
      const writers = type.fields.map(({ name, type: inner }) => [name, jsonWriter(inner)] as const)
      return (value) => {
        const record = value as Readonly<Record<string, Value>>
        return Object.fromEntries(
          writers.map(([name, write]) => [name, record[name] === null ? null : write(record[name] ?? null)]),
        )
      }
    }
    case 'map': {
      const [key, item] = [jsonWriter(type.key.type), jsonWriter(type.value.type)]
      return (entries) =>
        (entries as readonly (readonly [Value, Value])[]).map(([k, v]) => [key(k), v === null ? null : item(v)])
    }
    case 'bool':
    case 'utf8':
      return (value) => value
    default:
      if (isFloat(type)) return (value) => (Number.isFinite(value) ? value : infinityText(value as number))
      return textWriter(type)
  }
}

const infinityText = (value: number): string => (Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity')

function textWriter(type: DataType): (value: Value) => unknown {
  const format = formatter(type)
  if (format === undefined || ['int8', 'int16', 'int32', 'uint8', 'uint16', 'uint32'].includes(type.kind))
    return (value) => value
  return (value) => format(value as never)
}

/**
 * Columns of JavaScript values, each with the type declared for it or the type its values have.
 *
 * @throws {DataError} `invalid_value` for a value that is not of its column's type, naming column and row.
 */
export function columnValues(
  columns: Readonly<Record<string, readonly unknown[]>>,
  declared: Readonly<Record<string, DataType>>,
): { readonly schema: Schema; readonly values: readonly (readonly Value[])[] } {
  const names = Object.keys(columns)
  const lengths = new Set(names.map((name) => columns[name]?.length))
  if (lengths.size > 1) {
    const shown = names.map((name) => `${name}: ${columns[name]?.length}`).join(', ')
    throw new PlanError('invalid_argument', `Cannot make a table of columns of different lengths (${shown})`)
  }
  const schema = names.map((name) => field(name, declared[name] ?? inferType(name, columns[name] ?? [])))
  const values = schema.map(({ name, type }) => {
    const read = valueReader(type)
    return (columns[name] ?? []).map((value, row) => {
      if (value === null || value === undefined) return null
      return read(value) ?? invalid(name, row, value, type)
    })
  })
  return { schema, values }
}

function invalid(column: string, row: number, value: unknown, type: DataType): never {
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value)
  throw new DataError(
    'invalid_value',
    `Cannot read ${shown} in column "${column}", row ${row}, as ${displayType(type)}`,
    {
      details: { column, row, type: displayType(type) },
    },
  )
}

/** Reads a JavaScript value or its JSON encoding; undefined when it is no value of the type. */
function valueReader(type: DataType): (value: unknown) => Value | undefined {
  const convert = fromUser('value', field('value', type))
  const parse = type.kind === 'utf8' || type.kind === 'binary' ? undefined : textParser(type)
  return (value) => {
    if (typeof value === 'string' && parse !== undefined) return parse(value)
    if (typeof value === 'string' && type.kind === 'binary') return new Uint8Array(Buffer.from(value, 'base64'))
    if (typeof value === 'number' && type.kind === 'utf8') return floatText(value)
    try {
      return convert(value)
    } catch {
      return undefined
    }
  }
}

/** The type of JavaScript values: whole numbers are int64, other numbers float64. */
function inferType(name: string, values: readonly unknown[]): DataType {
  const types = values.map(typeOfValue)
  const common = unifyTypes(types, 'number')
  if (common !== undefined) return common.kind === 'null' ? nullType : common
  const shown = [...new Set(types.map(displayType))].join(', ')
  throw new PlanError('type_mismatch', `Cannot find the type of column "${name}": it holds ${shown}, declare it`, {
    details: { column: name },
  })
}

function typeOfValue(value: unknown): DataType {
  if (value === null || value === undefined) return nullType
  switch (typeof value) {
    case 'boolean':
      return bool
    case 'bigint':
      return int64
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? int64 : float64
    case 'string':
      return utf8
  }
  if (value instanceof Date) return timestamp('ms')
  if (value instanceof Uint8Array) return binary
  if (Array.isArray(value)) return list(inferType('item', value))
  return struct(Object.entries(value as object).map(([name, inner]) => field(name, typeOfValue(inner))))
}
