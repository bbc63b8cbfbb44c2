// Parquet's delta encodings: DELTA_BINARY_PACKED, DELTA_LENGTH_BYTE_ARRAY and DELTA_BYTE_ARRAY.
// 64-bit sums are kept in two halves: BigInt in a loop costs ten times as much. Throws a plain Error on damaged input.

import { readBits } from './hybrid.ts'
import { type ByteValues, copyBytes, type FixedValues, wordsOf } from './values.ts'

interface Cursor {
  readonly bytes: Uint8Array
  at: number
}

/** Decodes exactly `count` integers of 4 or 8 bytes. */
export function decodeDelta(bytes: Uint8Array, width: 4 | 8, count: number): FixedValues {
  return decodeInto({ bytes, at: 0 }, width, count)
}

function decodeInto(cursor: Cursor, width: 4 | 8, count: number): FixedValues {
  // Where every value of a page is null, some writers leave out the header too.
  if (count === 0 && cursor.at === cursor.bytes.length) return { kind: 'fixed', width, data: new Uint8Array(0) }
  const blockSize = Number(varint(cursor))
  const miniblocks = Number(varint(cursor))
  const total = Number(varint(cursor))
  const first = zigzag(cursor)
  const perMiniblock = blockSize / miniblocks
  if (total !== count) throw new Error(`${total} delta values where ${count} are expected`)
  if (!Number.isInteger(perMiniblock) || perMiniblock % 8 !== 0 || perMiniblock === 0) {
    throw new Error(`delta blocks of ${blockSize} values in ${miniblocks} parts`)
  }
  const data = new Uint8Array(count * width)
  if (count === 0) return { kind: 'fixed', width, data }
  const out = wordsOf(data)
  let low = Number(BigInt.asIntN(32, first))
  let high = Number(BigInt.asIntN(32, first >> 32n))
  const step = width >> 2
  store(out, 0, step, low, high)
  let done = 1
  while (done < count) {
    const minimum = zigzag(cursor)
    const minLow = Number(BigInt.asUintN(32, minimum))
    const minHigh = Number(BigInt.asIntN(32, minimum >> 32n))
    const widths = cursor.at
    cursor.at += miniblocks
    for (let m = 0; m < miniblocks && done < count; m++) {
      const bitWidth = cursor.bytes[widths + m] ?? 0
      if (!(bitWidth <= 64)) throw new Error(`delta values of ${bitWidth} bits`)
      const take = Math.min(perMiniblock, count - done)
      let bit = cursor.at * 8
      if (cursor.at + Math.ceil((take * bitWidth) / 8) > cursor.bytes.length) throw new Error('delta values end early')
      for (let i = 0; i < take; i++) {
        const deltaLow = bitWidth === 0 ? 0 : readBits(cursor.bytes, bit, Math.min(bitWidth, 32))
        const deltaHigh = bitWidth > 32 ? readBits(cursor.bytes, bit + 32, bitWidth - 32) : 0
        bit += bitWidth
        const sum = (low >>> 0) + minLow + (deltaLow >>> 0)
        high = (high + minHigh + deltaHigh + Math.floor(sum / 2 ** 32)) | 0
        low = sum | 0
        store(out, done++, step, low, high)
      }
      cursor.at += (perMiniblock * bitWidth) / 8
    }
  }
  return { kind: 'fixed', width, data }
}

function store(out: Int32Array, index: number, step: number, low: number, high: number): void {
  out[index * step] = low
  if (step === 2) out[index * 2 + 1] = high
}

/** Decodes `count` byte arrays whose lengths come first; the bytes themselves are not copied. */
export function decodeDeltaLengths(bytes: Uint8Array, count: number): ByteValues {
  const cursor = { bytes, at: 0 }
  const lengths = wordsOf(decodeInto(cursor, 4, count).data)
  const data = bytes.subarray(cursor.at)
  return { kind: 'bytes', offsets: sumLengths(lengths, data.length), data }
}

/** Decodes `count` byte arrays of which each shares a prefix with the one before. */
export function decodeDeltaStrings(bytes: Uint8Array, count: number): ByteValues {
  const cursor = { bytes, at: 0 }
  const prefixes = wordsOf(decodeInto(cursor, 4, count).data)
  const suffixes = wordsOf(decodeInto(cursor, 4, count).data)
  const tail = bytes.subarray(cursor.at)
  const starts = sumLengths(suffixes, tail.length)
  const offsets = new Int32Array(count + 1)
  for (let i = 0; i < count; i++) {
    const prefix = prefixes[i] ?? 0
    const previous = i === 0 ? 0 : (offsets[i] ?? 0) - (offsets[i - 1] ?? 0)
    if (prefix < 0 || prefix > previous) throw new Error(`a shared prefix of ${prefix} of ${previous} bytes`)
    const end = (offsets[i] ?? 0) + prefix + (suffixes[i] ?? 0)
    if (end > 2 ** 31 - 1) throw new Error('texts of more than 2 GB in one page')
    offsets[i + 1] = end
  }
  const data = new Uint8Array(offsets[count] ?? 0)
  for (let i = 0; i < count; i++) {
    const at = offsets[i] ?? 0
    const prefix = prefixes[i] ?? 0
    if (prefix > 0) copyBytes(data, offsets[i - 1] ?? 0, (offsets[i - 1] ?? 0) + prefix, data, at)
    copyBytes(tail, starts[i] ?? 0, starts[i + 1] ?? 0, data, at + prefix)
  }
  return { kind: 'bytes', offsets, data }
}

function sumLengths(lengths: Int32Array, available: number): Int32Array {
  const offsets = new Int32Array(lengths.length + 1)
  let total = 0
  for (let i = 0; i < lengths.length; i++) {
    const length = lengths[i] ?? 0
    total += length
    if (length < 0 || total > available) throw new Error(`${available} bytes of text are too few`)
    offsets[i + 1] = total
  }
  return offsets
}

function varint(cursor: Cursor): bigint {
  let result = 0n
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = cursor.bytes[cursor.at++]
    if (byte === undefined) break
    result |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) return result
  }
  throw new Error('delta values end early')
}

function zigzag(cursor: Cursor): bigint {
  const value = varint(cursor)
  return (value >> 1n) ^ -(value & 1n)
}
