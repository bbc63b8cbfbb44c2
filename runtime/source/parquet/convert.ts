// From Parquet's physical values to the layout of our column types: narrower integers, time units, decimals of any
// storage, INT96 timestamps, half floats, intervals. Works on dense values, before nulls are put between them.

import { nanosPerDay } from '../../../functions/cast/calendar.ts'
import type { DataType } from '../../../functions/types/type.ts'
import type { LeafNode } from './columns.ts'
import { aligned, type ByteValues, type FixedValues, type Values, wordsOf } from './values.ts'

type Stored = 'int32' | 'int64' | 'int96' | 'float' | 'double' | 'bytes' | 'fixed' | 'bits'

/**
 * Turns `count` dense physical values into the column's own layout; shares the buffer where the layouts agree.
 *
 * @throws {Error} When the values are not of a physical type that the column's type can be stored as.
 */
export function convertValues(values: Values, leaf: LeafNode, count: number): Values {
  const stored = storedAs(leaf)
  const { type } = leaf.field
  if (type.kind === 'null') return { kind: 'bits', bits: new Uint8Array(0) }
  if (values.kind === 'bits' && type.kind === 'bool') return values
  if (values.kind === 'bytes') {
    if (type.kind === 'utf8' || type.kind === 'binary') return values
    if (type.kind === 'decimal128') return decimalFromBytes(values, count)
  }
  if (values.kind === 'fixed') return convertFixed(values, stored, leaf, count)
  throw new Error(`${leaf.element.type} values cannot be ${type.kind}`)
}

function storedAs({ element }: LeafNode): Stored {
  const names = {
    BOOLEAN: 'bits',
    INT32: 'int32',
    INT64: 'int64',
    INT96: 'int96',
    FLOAT: 'float',
    DOUBLE: 'double',
    BYTE_ARRAY: 'bytes',
    FIXED_LEN_BYTE_ARRAY: 'fixed',
  } as const
  return names[element.type ?? 'BYTE_ARRAY']
}

const sameLayout: Partial<Record<DataType['kind'], Stored>> = {
  int32: 'int32',
  uint32: 'int32',
  date32: 'int32',
  time32: 'int32',
  int64: 'int64',
  uint64: 'int64',
  timestamp: 'int64',
  duration: 'int64',
  float32: 'float',
  float64: 'double',
}

function convertFixed(values: FixedValues, stored: Stored, leaf: LeafNode, count: number): Values {
  const { type } = leaf.field
  const data = aligned(values.data, 8)
  if (sameLayout[type.kind] === stored) return { kind: 'fixed', width: values.width, data }
  if (stored === 'int32') {
    const words = wordsOf(data)
    if (type.kind === 'int8' || type.kind === 'uint8') return raw(Uint8Array.from(words), 1)
    if (type.kind === 'int16' || type.kind === 'uint16') return raw(Uint16Array.from(words), 2)
    if (type.kind === 'int64') return raw(BigInt64Array.from(words, BigInt), 8)
    if (type.kind === 'decimal128') return decimalFromWords(words, 1, count)
  }
  if (stored === 'int64') {
    if (type.kind === 'time64') return { kind: 'fixed', width: 8, data }
    if (type.kind === 'decimal128') return decimalFromWords(wordsOf(data), 2, count)
  }
  if (stored === 'int96' && type.kind === 'timestamp') return timestampFromInt96(data, count)
  if (stored === 'fixed') {
    if (type.kind === 'float32') return floatFromHalf(data, count)
    if (type.kind === 'interval') return monthDayNano(data, count)
    const bytes: ByteValues = {
      kind: 'bytes',
      offsets: Int32Array.from({ length: count + 1 }, (_, i) => i * values.width),
      data: values.data,
    }
    if (type.kind === 'decimal128') return decimalFromBytes(bytes, count)
    if (type.kind === 'binary' || type.kind === 'utf8') return bytes
  }
  throw new Error(`${leaf.element.type} values cannot be ${type.kind}`)
}

const raw = (array: Uint8Array | Uint16Array | Float32Array | BigInt64Array, width: number): FixedValues => ({
  kind: 'fixed',
  width,
  data: new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
})

function decimalFromWords(words: Int32Array, perValue: number, count: number): FixedValues {
  const out = new Int32Array(count * 4)
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < perValue; j++) out[i * 4 + j] = words[i * perValue + j] ?? 0
    const sign = (words[(i + 1) * perValue - 1] ?? 0) >> 31
    for (let j = perValue; j < 4; j++) out[i * 4 + j] = sign
  }
  return raw(new Uint8Array(out.buffer), 16)
}

/** Big-endian two's complement of any length; bytes beyond 16 can only repeat the sign. */
function decimalFromBytes({ offsets, data }: ByteValues, count: number): FixedValues {
  const out = new Uint8Array(count * 16)
  for (let i = 0; i < count; i++) {
    const start = offsets[i] ?? 0
    const end = offsets[i + 1] ?? 0
    const sign = end > start && (data[start] ?? 0) > 127 ? 255 : 0
    for (let j = 0; j < 16; j++) out[i * 16 + j] = end - 1 - j >= start ? (data[end - 1 - j] ?? 0) : sign
  }
  return raw(out, 16)
}

const julianEpoch = 2_440_588

function timestampFromInt96(data: Uint8Array, count: number): FixedValues {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const out = new BigInt64Array(count)
  for (let i = 0; i < count; i++) {
    const days = BigInt(view.getInt32(i * 12 + 8, true) - julianEpoch)
    out[i] = days * nanosPerDay + view.getBigInt64(i * 12, true)
  }
  return raw(out, 8)
}

function floatFromHalf(data: Uint8Array, count: number): FixedValues {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  return raw(
    Float32Array.from({ length: count }, (_, i) => view.getFloat16(i * 2, true)),
    4,
  )
}

/** Months, days and milliseconds become Arrow's months, days and nanoseconds. */
function monthDayNano(data: Uint8Array, count: number): FixedValues {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const out = new Uint8Array(count * 16)
  const to = new DataView(out.buffer)
  for (let i = 0; i < count; i++) {
    to.setInt32(i * 16, view.getInt32(i * 12, true), true)
    to.setInt32(i * 16 + 4, view.getInt32(i * 12 + 4, true), true)
    to.setBigInt64(i * 16 + 8, BigInt(view.getUint32(i * 12 + 8, true)) * 1_000_000n, true)
  }
  return raw(out, 16)
}
