// Column values as raw buffers in Arrow's layout, and what is done to them whole: gather, spread over nulls, slice,
// join, hand over to Arrow. Knows nothing of Parquet's encodings.

import { type Data, DataType, makeData, type Vector } from 'apache-arrow'
import { countOnes } from '../../../functions/column/bits.ts'
import { copyBits, setBits } from './hybrid.ts'

/** Values of a fixed number of bytes each; `data` starts at a multiple of 8 (or of `width`, if that is a power of two below). */
export interface FixedValues {
  readonly kind: 'fixed'
  readonly width: number
  readonly data: Uint8Array
}
/** One bit per value, least significant first. */
interface BitValues {
  readonly kind: 'bits'
  readonly bits: Uint8Array
}
/** Texts and binaries; the first offset need not be 0. */
export interface ByteValues {
  readonly kind: 'bytes'
  readonly offsets: Int32Array
  readonly data: Uint8Array
}
export type Values = FixedValues | BitValues | ByteValues

/** A run of slots of one column: values where valid, anything where null. */
export interface Piece {
  readonly length: number
  readonly nullCount: number
  /** Absent when nothing is null. */
  readonly validity?: Uint8Array
  readonly values: Values
}

const maxBytes = 2 ** 31 - 1

export const wordsOf = (data: Uint8Array): Int32Array =>
  new Int32Array(data.buffer, data.byteOffset, data.byteLength >> 2)

/** The same bytes, at an address that is a multiple of `alignment`. */
export function aligned(data: Uint8Array, alignment: number): Uint8Array {
  return data.byteOffset % alignment === 0 ? data : new Uint8Array(data)
}

/**
 * The values of `dictionary` that `codes` point at.
 *
 * @throws {Error} When a code points outside the dictionary.
 */
export function gather(dictionary: Values, size: number, codes: Int32Array): Values {
  checkCodes(codes, size)
  const count = codes.length
  if (dictionary.kind === 'fixed') return gatherFixed(dictionary, codes)
  if (dictionary.kind === 'bytes') return gatherBytes(dictionary, codes)
  const bits = new Uint8Array((count + 7) >> 3)
  for (let i = 0; i < count; i++) copyBits(dictionary.bits, codes[i] ?? 0, bits, i, 1)
  return { kind: 'bits', bits }
}

export function checkCodes(codes: Int32Array, size: number): void {
  let highest = 0
  for (let i = 0; i < codes.length; i++) {
    const code = (codes[i] ?? 0) >>> 0
    if (code > highest) highest = code
  }
  if (codes.length > 0 && highest >= size) throw new Error(`dictionary code ${highest} of ${size} entries`)
}

function gatherFixed({ width, data }: FixedValues, codes: Int32Array): FixedValues {
  const count = codes.length
  const out = new Uint8Array(count * width)
  if (width === 8) gather8(wordsOf(data), codes, wordsOf(out))
  else if (width === 4) gather4(wordsOf(data), codes, wordsOf(out))
  else {
    for (let i = 0; i < count; i++) {
      const from = (codes[i] ?? 0) * width
      for (let j = 0; j < width; j++) out[i * width + j] = data[from + j] ?? 0
    }
  }
  return { kind: 'fixed', width, data: out }
}

function gather4(from: Int32Array, codes: Int32Array, out: Int32Array): void {
  for (let i = 0; i < codes.length; i++) out[i] = from[codes[i] ?? 0] ?? 0
}

// Two halves: moving bigints through a BigInt64Array costs four times as much.
function gather8(from: Int32Array, codes: Int32Array, out: Int32Array): void {
  for (let i = 0; i < codes.length; i++) {
    const at = (codes[i] ?? 0) << 1
    out[i << 1] = from[at] ?? 0
    out[(i << 1) + 1] = from[at + 1] ?? 0
  }
}

function gatherBytes({ offsets, data }: ByteValues, codes: Int32Array): ByteValues {
  const count = codes.length
  const out = new Int32Array(count + 1)
  let total = 0
  for (let i = 0; i < count; i++) {
    const code = codes[i] ?? 0
    total += (offsets[code + 1] ?? 0) - (offsets[code] ?? 0)
    out[i + 1] = total
  }
  if (total > maxBytes) throw new Error(`texts of ${total} bytes in one page; read smaller batches`)
  const bytes = new Uint8Array(total)
  for (let i = 0; i < count; i++) {
    const code = codes[i] ?? 0
    copyBytes(data, offsets[code] ?? 0, offsets[code + 1] ?? 0, bytes, out[i] ?? 0)
  }
  return { kind: 'bytes', offsets: out, data: bytes }
}

/** Short copies byte by byte: `set` costs 50 ns before its first byte. */
export function copyBytes(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  if (end - start > 48) to.set(from.subarray(start, end), at)
  else for (let i = start; i < end; i++) to[at++] = from[i] ?? 0
}

/** Moves dense values to the slots whose bit in `validity` is 1; `length` counts the slots. */
export function spread(values: Values, validity: Uint8Array, length: number): Values {
  if (values.kind === 'bytes') return spreadBytes(values, validity, length)
  if (values.kind === 'bits') {
    const bits = new Uint8Array((length + 7) >> 3)
    let from = 0
    for (let i = 0; i < length; i++) if (isSet(validity, i)) copyBits(values.bits, from++, bits, i, 1)
    return { kind: 'bits', bits }
  }
  const { width, data } = values
  const out = new Uint8Array(length * width)
  if ((width & 3) === 0) spreadWords(wordsOf(data), width >> 2, validity, length, wordsOf(out))
  else {
    let from = 0
    for (let i = 0; i < length; i++) {
      if (isSet(validity, i)) for (let j = 0; j < width; j++) out[i * width + j] = data[from++] ?? 0
    }
  }
  return { kind: 'fixed', width, data: out }
}

const isSet = (bits: Uint8Array, i: number): boolean => (((bits[i >> 3] ?? 0) >> (i & 7)) & 1) === 1

function spreadWords(from: Int32Array, words: number, validity: Uint8Array, length: number, out: Int32Array): void {
  let at = 0
  for (let base = 0; base < length; base += 8) {
    let byte = validity[base >> 3] ?? 0
    for (let i = base; byte !== 0; i++, byte >>= 1) {
      if ((byte & 1) === 0) continue
      for (let j = i * words, end = j + words; j < end; j++) out[j] = from[at++] ?? 0
    }
  }
}

function spreadBytes({ offsets, data }: ByteValues, validity: Uint8Array, length: number): ByteValues {
  const out = new Int32Array(length + 1)
  let from = 0
  let at = offsets[0] ?? 0
  out[0] = at
  for (let i = 0; i < length; i++) {
    if (isSet(validity, i)) at = offsets[++from] ?? 0
    out[i + 1] = at
  }
  return { kind: 'bytes', offsets: out, data }
}

/** Part of a piece; values are shared, bitmaps are copied unless `start` is a multiple of 8. */
export function slicePiece(piece: Piece, start: number, length: number): Piece {
  if (start === 0 && length === piece.length) return piece
  const { values } = piece
  const validity = piece.validity === undefined ? undefined : sliceBits(piece.validity, start, length)
  return {
    length,
    nullCount: validity === undefined ? 0 : length - countOnes(validity, 0, length),
    ...(validity === undefined ? {} : { validity }),
    values:
      values.kind === 'fixed'
        ? { ...values, data: values.data.subarray(start * values.width, (start + length) * values.width) }
        : values.kind === 'bits'
          ? { kind: 'bits', bits: sliceBits(values.bits, start, length) }
          : { ...values, offsets: values.offsets.subarray(start, start + length + 1) },
  }
}

/** Bits after `length` are 0, as counting needs them. */
function sliceBits(bits: Uint8Array, start: number, length: number): Uint8Array {
  if ((start & 7) === 0 && (length & 7) === 0) return bits.subarray(start >> 3, (start + length) >> 3)
  const out = new Uint8Array((length + 7) >> 3)
  copyBits(bits, start, out, 0, length)
  return out
}

/** Pieces of one column, joined into fresh buffers. */
export function joinPieces(pieces: readonly Piece[]): Piece {
  const [first] = pieces
  if (first === undefined) throw new Error('no pieces')
  if (pieces.length === 1) return first
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  const nullCount = pieces.reduce((sum, piece) => sum + piece.nullCount, 0)
  const values = joinValues(pieces)
  if (nullCount === 0) return { length, nullCount, values }
  const validity = new Uint8Array((length + 7) >> 3)
  let at = 0
  for (const piece of pieces) {
    if (piece.validity === undefined) setBits(validity, at, piece.length)
    else copyBits(piece.validity, 0, validity, at, piece.length)
    at += piece.length
  }
  return { length, nullCount, validity, values }
}

export function joinValues(pieces: readonly { readonly length: number; readonly values: Values }[]): Values {
  const [only] = pieces
  if (only !== undefined && pieces.length === 1) return only.values
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  const width = only?.values.kind === 'fixed' ? only.values.width : 0
  const total = pieces.reduce((sum, { values }) => sum + byteCount(values), 0)
  if (total > maxBytes) throw new Error(`texts of ${total} bytes in one batch; read smaller batches`)
  const fixed = new Uint8Array(only?.values.kind === 'bits' ? (length + 7) >> 3 : width === 0 ? total : length * width)
  const offsets = new Int32Array(only?.values.kind === 'bytes' ? length + 1 : 0)
  let at = 0
  let bytes = 0
  for (const { length: count, values } of pieces) {
    if (values.kind === 'fixed') fixed.set(values.data.subarray(0, count * width), at * width)
    else if (values.kind === 'bits') copyBits(values.bits, 0, fixed, at, count)
    else {
      const start = values.offsets[0] ?? 0
      for (let i = 0; i < count; i++) offsets[at + i + 1] = (values.offsets[i + 1] ?? 0) - start + bytes
      const end = values.offsets[count] ?? 0
      fixed.set(values.data.subarray(start, end), bytes)
      bytes += end - start
    }
    at += count
  }
  if (only?.values.kind === 'bytes') return { kind: 'bytes', offsets, data: fixed }
  return only?.values.kind === 'bits' ? { kind: 'bits', bits: fixed } : { kind: 'fixed', width, data: fixed }
}

const byteCount = (values: Values): number =>
  values.kind === 'bytes' ? (values.offsets.at(-1) ?? 0) - (values.offsets[0] ?? 0) : 0

/** The piece as Arrow data of `type`; with a `dictionary` its values are the codes. */
export function toData(type: DataType, piece: Piece, dictionary?: Vector): Data {
  const { length, nullCount, validity, values } = piece
  if (DataType.isNull(type)) return makeData({ type, length, nullCount: length })
  const common = { type, length, nullCount, ...(validity === undefined ? {} : { nullBitmap: validity }) }
  if (values.kind === 'bytes') {
    return makeData({ ...common, valueOffsets: values.offsets, data: values.data } as Parameters<typeof makeData>[0])
  }
  if (values.kind === 'bits') return makeData({ ...common, data: values.bits } as Parameters<typeof makeData>[0])
  const { data } = values
  if (dictionary !== undefined) {
    return makeData({ ...common, data: wordsOf(data), dictionary } as Parameters<typeof makeData>[0])
  }
  const { ArrayType } = type
  const array = new ArrayType(data.buffer, data.byteOffset, data.byteLength / ArrayType.BYTES_PER_ELEMENT)
  return makeData({ ...common, data: array } as Parameters<typeof makeData>[0])
}
