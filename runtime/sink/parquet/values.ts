// Columns as the arrays that hyparquet-writer takes: typed arrays where they can be shared, otherwise one JavaScript value
// a row, null for null.

import type { DecodedArray } from 'hyparquet'
import { type Column, decimalAt, type PlainColumn, valueAt } from '../../../functions/column/column.ts'
import { resolveDictionary } from '../../../functions/column/take.ts'
import { DataError } from '../../../functions/errors.ts'
import type { DataType, Field } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'

/** The values of a column, whose type is that of `field`, as stored. */
export function storedValues(column: Column, field: Field): DecodedArray {
  const plain = resolveDictionary(column)
  const { length, valid } = plain
  const convert = converter(field.type, field.name)
  if (valid === undefined && convert === undefined && (plain.storage === 'number' || plain.storage === 'bigint'))
    return plain.values.subarray(0, length) as DecodedArray
  const read = reader(plain)
  const values = new Array<unknown>(length)
  for (let row = 0; row < length; row++) {
    if (plain.storage === 'null' || valid?.[row] === 0) values[row] = null
    else values[row] = convert === undefined ? read(row) : convert(read(row))
  }
  return values
}

function reader(column: PlainColumn): (row: number) => Value {
  switch (column.storage) {
    case 'number':
    case 'bigint': {
      const { values } = column
      return (row) => values[row] ?? null
    }
    case 'decimal': {
      const { values } = column
      return (row) => decimalAt(values, row)
    }
    case 'bytes': {
      const { offsets, values, type } = column
      if (type.kind !== 'utf8') return (row) => values.subarray(offsets[row], offsets[row + 1])
      const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
      return (row) => bytes.toString('utf8', offsets[row], offsets[row + 1])
    }
    default:
      return (row) => valueAt(column, row)
  }
}

type Convert = (value: Value) => unknown

/** What makes a value that is not null one that is stored; undefined where it is one already. */
function converter(type: DataType, column: string): Convert | undefined {
  switch (type.kind) {
    case 'timestamp':
      return type.unit === 's' ? (value) => milliseconds(value as bigint, column) : undefined
    case 'time32':
      return type.unit === 's' ? (value) => Number(value) * 1000 : Number
    case 'list': {
      const item = orNull(converter(type.item.type, column))
      return item === undefined ? undefined : (values) => (values as readonly Value[]).map(item)
    }
    case 'map': {
      const key = converter(type.key.type, column) ?? ((value: Value) => value)
      const item = orNull(converter(type.value.type, column)) ?? ((value: Value) => value)
      return (entries) =>
        (entries as readonly (readonly [Value, Value])[]).map(([k, v]) => ({ key: key(k), value: item(v) }))
    }
    case 'struct': {
      const converters = type.fields.flatMap(({ name, type: inner }) => {
        const convert = orNull(converter(inner, column))
        return convert === undefined ? [] : [[name, convert] as const]
      })
      if (converters.length === 0) return undefined
      return (value) => {
        const record = { ...(value as Readonly<Record<string, unknown>>) }
        for (const [name, convert] of converters) record[name] = convert((record[name] ?? null) as Value)
        return record
      }
    }
    default:
      return undefined
  }
}

const orNull = (convert: Convert | undefined): Convert | undefined =>
  convert === undefined ? undefined : (value) => (value === null ? null : convert(value))

function milliseconds(seconds: bigint, column: string): bigint {
  const ms = seconds * 1000n
  if (BigInt.asIntN(64, ms) === ms) return ms
  throw new DataError(
    'overflow',
    `Cannot write column "${column}" to Parquet: ${seconds} seconds are more than its milliseconds can count`,
    { details: { column } },
  )
}
