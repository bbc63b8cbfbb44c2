// Rows and columns of JavaScript values to columns, and back, in the JSON encoding of values where it is asked for.

import type { Table } from 'apache-arrow'
import type { ArrowVectorLike } from '../../functions/arrow/like.ts'
import { isVector } from '../../functions/arrow/recognise.ts'
import { fromData } from '../../functions/column/arrow.ts'
import { type Column, valueAt } from '../../functions/column/column.ts'
import { describeValue } from '../../functions/describe-value.ts'
import { DataError, PlanError } from '../../functions/errors.ts'
import { didYouMean } from '../../functions/nearest.ts'
import { fromArrowSchema } from '../../functions/types/arrow.ts'
import { plainType, unifyTypes } from '../../functions/types/coercion.ts'
import { asType, type TypeInput } from '../../functions/types/parse-type.ts'
import {
  binary,
  bool,
  type DataType,
  displayType,
  type Field,
  field,
  float32,
  float64,
  int8,
  int16,
  int32,
  int64,
  list,
  type Schema,
  sameType,
  struct,
  timestamp,
  uint8,
  uint16,
  uint32,
  uint64,
  utf8,
} from '../../functions/types/type.ts'
import type { Value } from '../../functions/types/value.ts'
import { toUser } from '../../functions/udf/user-values.ts'
import { vectorValues } from './arrow-input.ts'
import { isList, isRecord, jsonWriter, ownValue, valueReader } from './json-values.ts'

/** The values of a column: an array of any, or a typed array or Arrow vector, whose type is the column's. */
export type ColumnValues = readonly unknown[] | NodeJS.TypedArray | ArrowVectorLike

/** How values of rows are given. */
export interface RowOptions {
  /**
   * Values in their JSON encoding instead of JavaScript's own: 64-bit integers as numbers up to 2^53 and strings
   * beyond, dates and timestamps as ISO 8601, bytes as base64.
   *
   * @defaultValue `false`
   */
  readonly json?: boolean
}

/** The rows of a table as objects. */
export function* tableToRows(table: Table, options: RowOptions = {}): Generator<Record<string, unknown>> {
  const schema = fromArrowSchema(table.schema)
  const write = schema.map(({ type }) => (options.json === true ? jsonWriter(type) : userWriter(type)))
  for (const batch of table.batches) {
    const columns = schema.map((column, i): Column => fromData(batch.data.children[i] ?? missing(column), column.type))
    for (let row = 0; row < batch.numRows; row++) {
      yield Object.fromEntries(
        columns.map((column, i) => {
          const value = valueAt(column, row)
          return [schema[i]?.name, value === null ? null : write[i]?.(value)]
        }),
      )
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

/**
 * Columns of JavaScript values, each with the type declared for it or the type its values have.
 *
 * @throws {DataError} `invalid_value` for a value that is not of its column's type, naming column and row.
 */
export function columnValues(
  columns: Readonly<Record<string, ColumnValues>>,
  declared: Readonly<Record<string, TypeInput>>,
): { readonly schema: Schema; readonly values: readonly (readonly Value[])[] } {
  if (typeof columns !== 'object' || columns === null || Array.isArray(columns)) {
    const hint = 'give arrays of values by column, { a: [1, 2] }; an array of objects goes to fromRows()'
    throw new PlanError('invalid_argument', `Cannot make columns of ${describeValue(columns)}: ${hint}`)
  }
  const names = Object.keys(columns)
  for (const name of names) if (!isColumn(columns[name])) throw notAColumn(name, columns[name])
  const undeclared = Object.keys(declared).find((name) => !Object.hasOwn(columns, name))
  if (undeclared !== undefined) {
    const hint = didYouMean(undeclared, names, 'Leave it out, or give it values')
    throw new PlanError(
      'unknown_column',
      `Cannot declare the type of "${undeclared}": there is no such column. ${hint}`,
    )
  }
  const lengths = new Set(names.map((name) => columns[name]?.length))
  if (lengths.size > 1) {
    const shown = names.map((name) => `${name}: ${columns[name]?.length}`).join(', ')
    throw new PlanError('invalid_argument', `Cannot make a table of columns of different lengths (${shown})`)
  }
  const given = names.map((name) => givenColumn(name, columns[name] ?? [], typeIn(declared, name)))
  const schema = given.map(({ type }, i) => field(names[i] ?? '', type))
  const values = given.map((column, i) => {
    if ('values' in column) return column.values
    const [name = '', read] = [names[i], valueReader(column.type)]
    return Array.from(column.unread, (value, row) => {
      if (value === null || value === undefined) return null
      return read(value) ?? invalid(name, row, value, column.type)
    })
  })
  return { schema, values }
}

/** What the values of a column are, and what they are still to be read from. */
type GivenColumn = { readonly type: DataType } & (
  | { readonly values: readonly Value[] }
  | { readonly unread: Iterable<unknown> }
)

function givenColumn(name: string, given: ColumnValues, declared: DataType | undefined): GivenColumn {
  if (!isVector(given))
    return { type: declared ?? columnType(name, given as Iterable<unknown>), unread: given as Iterable<unknown> }
  const { type, values } = vectorValues(given)
  if (declared === undefined || sameType(type, plainType(declared))) return { type: declared ?? type, values }
  const write = userWriter(type)
  return { type: declared, unread: values.map((value) => (value === null ? null : write(value))) }
}

const typeIn = (declared: Readonly<Record<string, TypeInput>>, name: string): DataType | undefined => {
  const type = Object.hasOwn(declared, name) ? declared[name] : undefined
  return type === undefined ? undefined : asType(type)
}

/** Bytes are one value inside a column, and a column of small numbers by themselves. */
const isColumn = (values: unknown): boolean => isList(values) || values instanceof Uint8Array || isVector(values)

const notAColumn = (name: string, value: unknown): PlanError =>
  new PlanError(
    'invalid_argument',
    `Cannot make column "${name}" of ${describeValue(value)}: give an array of values or an Arrow vector`,
    {
      details: { column: name },
    },
  )

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

const typedArrays: Readonly<Record<string, DataType>> = {
  Int8Array: int8,
  Int16Array: int16,
  Int32Array: int32,
  BigInt64Array: int64,
  Uint8Array: uint8,
  Uint8ClampedArray: uint8,
  Uint16Array: uint16,
  Uint32Array: uint32,
  BigUint64Array: uint64,
  Float32Array: float32,
  Float64Array: float64,
}

/** A typed array has the type it is named for, other values the type they have in common. */
const columnType = (name: string, values: Iterable<unknown>): DataType =>
  (ArrayBuffer.isView(values) ? typedArrays[Object.prototype.toString.call(values).slice(8, -1)] : undefined) ??
  inferType(name, Array.from(values))

/** The type of JavaScript values: whole numbers are int64, other numbers float64; objects have the fields that any has. */
function inferType(name: string, values: readonly unknown[]): DataType {
  const present = values.filter((value) => value !== null && value !== undefined)
  if (present.length > 0 && present.every(isRecord)) {
    const names = [...new Set(present.flatMap((value) => Object.keys(value)))]
    return struct(
      names.map((key) =>
        field(
          key,
          inferType(
            `${name}.${key}`,
            present.map((value) => ownValue(value, key)),
          ),
        ),
      ),
    )
  }
  if (present.length > 0 && present.every(isList)) {
    const typed = present.every((value) => ArrayBuffer.isView(value))
    const common = typed
      ? unifyTypes(
          present.map((value) => columnType(name, value)),
          'number',
        )
      : undefined
    return list(
      common ??
        inferType(
          `${name}[]`,
          present.flatMap((value) => Array.from(value)),
        ),
    )
  }
  const types = present.map((value) => typeOfValue(name, value))
  const common = unifyTypes(types, 'number')
  const shown = [...new Set(types.map(displayType))].join(', ')
  if (common !== undefined && (common.kind === 'utf8') === types.some(({ kind }) => kind === 'utf8')) return common
  throw new PlanError('type_mismatch', `Cannot find the type of column "${name}": it holds ${shown}, declare it`, {
    details: { column: name },
  })
}

function typeOfValue(name: string, value: unknown): DataType {
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
  if (isList(value)) return list(columnType(`${name}[]`, value))
  if (isRecord(value))
    return struct(Object.entries(value).map(([key, inner]) => field(key, inferType(`${name}.${key}`, [inner]))))
  throw new PlanError(
    'invalid_argument',
    `Cannot make a column of ${describeValue(value)}: column "${name}" takes values`,
    {
      details: { column: name },
    },
  )
}
