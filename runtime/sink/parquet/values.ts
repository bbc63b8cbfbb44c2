// Columns as the arrays that hyparquet-writer takes: typed arrays where they can be shared, otherwise one JavaScript value
// a row, null for null.

import type { DecodedArray } from 'hyparquet'
import {
  type BigIntColumn,
  type Column,
  decimalAt,
  type NumberColumn,
  type PlainColumn,
  valueAt,
} from '../../../functions/column/column.ts'
import { DataError } from '../../../functions/errors.ts'
import type { DataType, Field } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'

/**
 * The values of a column, whose type is that of `field`, as stored.
 *
 * @param pieces - Its rows, `length` in all.
 */
export function storedValues(pieces: readonly Column[], { name, type }: Field, length: number): DecodedArray {
  const convert = converter(type, name)
  if (convert === undefined && pieces.every(isShared)) return joined(pieces, length)
  const values = new Array<unknown>(length)
  let at = 0
  for (const piece of pieces) {
    const { valid } = piece
    const read = reader(piece)
    for (let row = 0; row < piece.length; row++) {
      const value = valid?.[row] === 0 ? null : read(row)
      values[at++] = value === null || convert === undefined ? value : convert(value)
    }
  }
  return values
}

type SharedColumn = NumberColumn | BigIntColumn

/** Whether the column's own array is what is stored. */
const isShared = (column: Column): column is SharedColumn =>
  (column.storage === 'number' || column.storage === 'bigint') && column.valid === undefined

function joined(pieces: readonly SharedColumn[], length: number): DecodedArray {
  const [first] = pieces
  if (first === undefined) return []
  if (pieces.length === 1) return first.values.subarray(0, length) as DecodedArray
  const all = new (first.values.constructor as new (length: number) => Int32Array)(length)
  let at = 0
  for (const piece of pieces) {
    all.set(piece.values.subarray(0, piece.length) as Int32Array, at)
    at += piece.length
  }
  return all
}

function reader(column: Column): (row: number) => Value {
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
    case 'dictionary': {
      const { codes, dictionary } = column
      const words = wordsOf(dictionary)
      return (row) => words(codes[row] ?? 0)
    }
    default:
      return (row) => valueAt(column, row)
  }
}

/** The values of a dictionary, each read once however many rows refer to it. */
function wordsOf(dictionary: PlainColumn): (code: number) => Value {
  let words = readWords.get(dictionary)
  if (words === undefined) {
    words = new Array<Value | undefined>(dictionary.length)
    readWords.set(dictionary, words)
  }
  const known = words
  const read = reader(dictionary)
  return (code) => {
    const word = known[code]
    if (word !== undefined) return word
    const value = dictionary.valid?.[code] === 0 ? null : read(code)
    known[code] = value
    return value
  }
}

/** By dictionary, which many batches share. */
const readWords = new WeakMap<PlainColumn, (Value | undefined)[]>()

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
