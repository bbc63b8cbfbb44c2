// A column of one batch as the engine sees it: typed arrays with a byte per row for validity and for booleans, which
// generated loops read and write without bit twiddling. Arrow's layout is column/arrow.ts; nothing here copies rows.

import { ResourceError } from '../errors.ts'
import type { DataType } from '../types/type.ts'
import type { Value } from '../types/value.ts'

export type NumberArray =
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Float32Array
  | Float64Array

/**
 * How a type is stored, which is what loops are generated for:
 * `number` and `bigint` - a typed array of that; `mask` - booleans, a byte each; `bytes` - utf8 and binary, one run of
 * bytes with offsets; `decimal` - two 64-bit words a row, low word first; `object` - lists, structs and the like as
 * JavaScript values; `null` - no values at all.
 */
export type Storage = 'number' | 'bigint' | 'mask' | 'bytes' | 'decimal' | 'object' | 'null'

interface ColumnBase {
  readonly type: DataType
  readonly length: number
  /** A byte per row, 1 where there is a value; undefined when no row is null. */
  readonly valid: Uint8Array | undefined
}
export interface NumberColumn extends ColumnBase {
  readonly storage: 'number'
  readonly values: NumberArray
}
export interface BigIntColumn extends ColumnBase {
  readonly storage: 'bigint'
  readonly values: BigInt64Array | BigUint64Array
}
export interface MaskColumn extends ColumnBase {
  readonly storage: 'mask'
  readonly values: Uint8Array
}
export interface BytesColumn extends ColumnBase {
  readonly storage: 'bytes'
  /** The bytes of row `i` are `values[offsets[i]]` up to `values[offsets[i + 1]]`. */
  readonly values: Uint8Array
  readonly offsets: Int32Array
}
export interface DecimalColumn extends ColumnBase {
  readonly storage: 'decimal'
  readonly values: BigUint64Array
}
export interface ObjectColumn extends ColumnBase {
  readonly storage: 'object'
  readonly values: readonly Value[]
}
export interface NullColumn extends ColumnBase {
  readonly storage: 'null'
}
/** Rows as positions in a dictionary; the type is the dictionary's. */
export interface DictionaryColumn extends ColumnBase {
  readonly storage: 'dictionary'
  readonly codes: Int32Array
  readonly dictionary: PlainColumn
}

export type PlainColumn =
  | NumberColumn
  | BigIntColumn
  | MaskColumn
  | BytesColumn
  | DecimalColumn
  | ObjectColumn
  | NullColumn
export type Column = PlainColumn | DictionaryColumn

/** Columns of equal length. */
export interface Batch {
  readonly length: number
  readonly columns: readonly Column[]
}

const storages: Readonly<Record<DataType['kind'], Storage>> = {
  null: 'null',
  bool: 'mask',
  int8: 'number',
  int16: 'number',
  int32: 'number',
  int64: 'bigint',
  uint8: 'number',
  uint16: 'number',
  uint32: 'number',
  uint64: 'bigint',
  float32: 'number',
  float64: 'number',
  utf8: 'bytes',
  binary: 'bytes',
  date32: 'number',
  decimal128: 'decimal',
  timestamp: 'bigint',
  time32: 'bigint',
  time64: 'bigint',
  duration: 'bigint',
  interval: 'object',
  list: 'object',
  struct: 'object',
  map: 'object',
  dictionary: 'object',
}

/** How columns of a type are stored once dictionaries are resolved. */
export function storageOf(type: DataType): Storage {
  return type.kind === 'dictionary' ? storageOf(type.value) : storages[type.kind]
}

const numberArrays: Partial<Record<DataType['kind'], new (length: number) => NumberArray>> = {
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
  date32: Int32Array,
}

/** A fresh array for `length` values of a type whose storage is `number`. */
export function numberArray(type: DataType, length: number): NumberArray {
  return new (numberArrays[type.kind] ?? Float64Array)(length)
}

/** Zeros for a column of 64-bit values. */
export function bigintArray(type: DataType, length: number): BigInt64Array | BigUint64Array {
  return type.kind === 'uint64' ? new BigUint64Array(length) : new BigInt64Array(length)
}

const utf8Decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** The JavaScript value of one row, null where it is null. For loops over many rows use a reader. */
export function valueAt(column: Column, row: number): Value {
  if (column.storage === 'null' || (column.valid !== undefined && column.valid[row] === 0)) return null
  switch (column.storage) {
    case 'dictionary':
      return valueAt(column.dictionary, column.codes[row] ?? 0)
    case 'mask':
      return column.values[row] === 1
    case 'bytes': {
      const bytes = column.values.subarray(column.offsets[row], column.offsets[row + 1])
      return column.type.kind === 'utf8' ? utf8Decoder.decode(bytes) : bytes
    }
    case 'decimal':
      return decimalAt(column.values, row)
    default:
      return column.values[row] ?? null
  }
}

/** The unscaled decimal of one row. */
export function decimalAt(words: BigUint64Array, row: number): bigint {
  const low = words[2 * row] ?? 0n
  const high = words[2 * row + 1] ?? 0n
  return BigInt.asIntN(64, high) * 0x1_0000_0000_0000_0000n + low
}

/** Writes the unscaled decimal of one row. */
export function setDecimal(words: BigUint64Array, row: number, value: bigint): void {
  words[2 * row] = BigInt.asUintN(64, value)
  words[2 * row + 1] = BigInt.asUintN(64, value >> 64n)
}

/** Offsets are 32-bit numbers. */
const maxBytes = 2 ** 31 - 1

/** Memory for the texts of one column. @throws {ResourceError} `size_limit` when offsets could not reach all of it. */
export function allocateBytes(size: number): Uint8Array<ArrayBuffer> {
  if (size <= maxBytes) return new Uint8Array(size)
  throw new ResourceError('size_limit', `Cannot hold ${size} bytes of text in one column: use more partitions`)
}

/** Words that are read before it is asked whether they were ASCII. */
const ASCII_BLOCK = 4096

/** Whether every byte of a run is ASCII, four at a time where alignment allows. */
export function isAscii(bytes: Uint8Array): boolean {
  let i = 0
  const end = bytes.length
  for (; i < end && ((bytes.byteOffset + i) & 3) !== 0; i++) if ((bytes[i] ?? 0) > 127) return false
  const aligned = i < end ? bytes.byteOffset + i : 0
  const words = new Int32Array(bytes.buffer, aligned, (end - i) >> 2)
  for (let w = 0; w < words.length; ) {
    let seen = 0
    for (const stop = Math.min(words.length, w + ASCII_BLOCK); w < stop; w++) seen |= words[w] ?? 0
    if ((seen & 0x80808080) !== 0) return false
  }
  for (i += words.length * 4; i < end; i++) if ((bytes[i] ?? 0) > 127) return false
  return true
}
