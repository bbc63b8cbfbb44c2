// Decodes the values of one page as Parquet's physical types store them: PLAIN, RLE booleans, delta encodings,
// BYTE_STREAM_SPLIT. Dictionary codes are the caller's. Throws a plain Error on damaged or unknown input.

import type { Encoding, SchemaElement } from 'hyparquet'
import { decodeDelta, decodeDeltaLengths, decodeDeltaStrings } from './delta.ts'
import { decodeBits } from './hybrid.ts'
import { takePrefixed } from './pages.ts'
import type { ByteValues, FixedValues, Values } from './values.ts'

/** Decodes exactly `count` values (nulls are not stored). */
export function decodeValues(bytes: Uint8Array, encoding: Encoding, element: SchemaElement, count: number): Values {
  switch (encoding) {
    case 'PLAIN':
      return decodePlain(bytes, element, count)
    case 'RLE':
      return { kind: 'bits', bits: decodeBits(count === 0 ? bytes : takePrefixed(bytes, 'booleans')[0], count) }
    case 'DELTA_BINARY_PACKED':
      return decodeDelta(bytes, widthOf(element) === 4 ? 4 : 8, count)
    case 'DELTA_LENGTH_BYTE_ARRAY':
      return decodeDeltaLengths(bytes, count)
    case 'DELTA_BYTE_ARRAY':
      return toPhysical(decodeDeltaStrings(bytes, count), element)
    case 'BYTE_STREAM_SPLIT':
      return decodeByteStreamSplit(bytes, widthOf(element), count)
    default:
      throw new Error(`values are encoded as ${encoding}, which this reader does not know`)
  }
}

/** Bytes per value; 0 for values of varying length, and for booleans. */
function widthOf(element: SchemaElement): number {
  switch (element.type) {
    case 'INT32':
    case 'FLOAT':
      return 4
    case 'INT64':
    case 'DOUBLE':
      return 8
    case 'INT96':
      return 12
    case 'FIXED_LEN_BYTE_ARRAY':
      return element.type_length ?? 0
    default:
      return 0
  }
}

function decodePlain(bytes: Uint8Array, element: SchemaElement, count: number): Values {
  if (element.type === 'BOOLEAN') {
    const length = (count + 7) >> 3
    need(bytes, length)
    return { kind: 'bits', bits: bytes.subarray(0, length) }
  }
  if (element.type === 'BYTE_ARRAY') return decodeByteArrays(bytes, count)
  const width = widthOf(element)
  need(bytes, count * width)
  return { kind: 'fixed', width, data: bytes.subarray(0, count * width) }
}

function need(bytes: Uint8Array, length: number): void {
  if (bytes.length < length) throw new Error(`a page has ${bytes.length} bytes of values where ${length} are needed`)
}

/** Each value is preceded by its length: the bytes are moved together. */
function decodeByteArrays(bytes: Uint8Array, count: number): ByteValues {
  need(bytes, 4 * count)
  const offsets = new Int32Array(count + 1)
  const data = new Uint8Array(bytes.length - 4 * count)
  let at = 0
  let to = 0
  for (let i = 0; i < count; i++) {
    const length =
      (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)
    at += 4
    const end = at + length
    if (length < 0 || end > bytes.length) throw new Error(`a text of ${length >>> 0} bytes goes beyond its page`)
    if (length > 48) data.set(bytes.subarray(at, end), to)
    else for (let from = at, j = to; from < end; from++, j++) data[j] = bytes[from] ?? 0
    at = end
    to += length
    offsets[i + 1] = to
  }
  return { kind: 'bytes', offsets, data }
}

function decodeByteStreamSplit(bytes: Uint8Array, width: number, count: number): FixedValues {
  need(bytes, count * width)
  const data = new Uint8Array(count * width)
  for (let j = 0; j < width; j++) {
    const stream = j * count
    for (let i = 0, to = j; i < count; i++, to += width) data[to] = bytes[stream + i] ?? 0
  }
  return { kind: 'fixed', width, data }
}

/** Byte arrays of one length become fixed values where the column says so. */
function toPhysical(values: ByteValues, element: SchemaElement): Values {
  if (element.type !== 'FIXED_LEN_BYTE_ARRAY') return values
  const width = widthOf(element)
  const count = values.offsets.length - 1
  for (let i = 0; i <= count; i++) {
    if (values.offsets[i] !== i * width) throw new Error(`a value is not ${width} bytes long`)
  }
  return { kind: 'fixed', width, data: values.data }
}
