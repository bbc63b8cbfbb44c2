// Columns as generated loops write them: one buffer per output, and how its array becomes a column.

import { ResourceError } from '../errors.ts'
import type { DataType } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import {
  allocateBytes,
  type BytesColumn,
  bigintArray,
  numberArray,
  type PlainColumn,
  setDecimal,
  storageOf,
} from './column.ts'

/** Where a loop writes one output: `v` the values, `m` the validity when the output can be null. */
export interface OutputBuffer {
  readonly v: Uint8Array | BigInt64Array | BigUint64Array | ReturnType<typeof numberArray> | Value[]
  readonly m: Uint8Array | undefined
}

/** Memory for the values of a type, and for their nulls if there may be any. */
export function allocateBuffer(type: DataType, length: number, nullable: boolean): OutputBuffer {
  const m = nullable ? new Uint8Array(length) : undefined
  switch (storageOf(type)) {
    case 'number':
      return { v: numberArray(type, length), m }
    case 'bigint':
      return { v: bigintArray(type, length), m }
    case 'mask':
      return { v: new Uint8Array(length), m }
    default:
      return { v: new Array<Value>(length), m }
  }
}

/**
 * The statement that writes a value into output `at` of the current row `j`. What takes memory of its own is counted in
 * `z`; `full` is called when it is too much.
 *
 * @param bit - For booleans: the value as something that `&` takes as 0 or 1.
 */
export function writeText(type: DataType, at: number, value: string, bit: string): string {
  if (storageOf(type) === 'mask') return `w${at}[j] = ${bit} & 1;`
  const bytes =
    type.kind === 'utf8' || type.kind === 'binary' ? 1 : type.kind === 'list' || type.kind === 'map' ? 16 : 0
  if (bytes === 0) return `w${at}[j] = ${value};`
  return `const k${at} = ${value}; w${at}[j] = k${at}; if ((z += ${bytes} * (k${at}?.length ?? 0)) > ${maxBatchBytes}) full();`
}

/** About as much of texts and lists as the outputs of one batch hold while they are made. */
export const maxBatchBytes = 2 ** 29

/** @throws {ResourceError} `size_limit` */
export function batchIsFull(): never {
  throw new ResourceError(
    'size_limit',
    `Cannot hold the texts and lists that one batch gives: they take more than ${maxBatchBytes} bytes`,
  )
}

/** Whether no row is null: then the mask is left out, here and by everything that follows. */
function allOnes(mask: Uint8Array): boolean {
  const words = new Int32Array(mask.buffer, mask.byteOffset, mask.length >> 2)
  let all = 0x01010101
  for (let i = 0; i < words.length; i++) all &= words[i] ?? 0
  for (let i = words.length * 4; i < mask.length; i++) all &= mask[i] === 1 ? all : 0
  return all === 0x01010101
}

/** The column that a filled buffer holds. */
export function finishBuffer(buffer: OutputBuffer, type: DataType, length: number): PlainColumn {
  const valid = buffer.m === undefined || allOnes(buffer.m) ? undefined : buffer.m
  const storage = storageOf(type)
  switch (storage) {
    case 'null':
      return { storage, type, length, valid: new Uint8Array(length) }
    case 'bytes':
      return encodeBytes(buffer.v as Value[], type, length, valid)
    case 'decimal': {
      const values = new BigUint64Array(2 * length)
      for (let i = 0; i < length; i++) setDecimal(values, i, ((buffer.v as Value[])[i] ?? 0n) as bigint)
      return { storage, type, length, valid, values }
    }
    default:
      return { storage, type, length, valid, values: buffer.v } as unknown as PlainColumn
  }
}

function encodeBytes(
  values: readonly Value[],
  type: DataType,
  length: number,
  valid: Uint8Array | undefined,
): BytesColumn {
  return type.kind === 'utf8'
    ? encodeText(values as readonly string[], type, length, valid)
    : joinBytes(values as readonly (Uint8Array | null)[], type, length, valid)
}

/** Where texts are encoded before their size is known; grows, and is reused by every column. */
let scratch = new Uint8Array(1 << 16)

/** Encodes all rows in one go: a loop over the codes of short texts beats any call per text. */
function encodeText(
  values: readonly string[],
  type: DataType,
  length: number,
  valid: Uint8Array | undefined,
): BytesColumn {
  const offsets = new Int32Array(length + 1)
  let end = 0
  for (let i = 0; i < length; i++) {
    const text = values[i] ?? ''
    const size = text.length
    // A code unit takes three bytes at the most.
    if (end + 3 * size > scratch.length) scratch = grown(scratch, end + 3 * size)
    end = writeUtf8(text, size, end)
    offsets[i + 1] = end
  }
  const bytes = scratch.slice(0, end)
  // What one batch of long texts took is not kept for all that follow.
  if (scratch.length > 2 ** 26) scratch = new Uint8Array(1 << 16)
  return { storage: 'bytes', type, length, valid, offsets, values: bytes }
}

/** Writes a text to `scratch` as UTF-8 and gives the end; half a surrogate pair becomes U+FFFD, as in every encoder. */
function writeUtf8(text: string, size: number, at: number): number {
  const buffer = scratch
  for (let i = 0; i < size; i++) {
    let code = text.charCodeAt(i)
    if (code < 0x80) {
      buffer[at++] = code
      continue
    }
    if (code < 0x800) {
      buffer[at++] = 0xc0 | (code >> 6)
      buffer[at++] = 0x80 | (code & 63)
      continue
    }
    if (code >= 0xd800 && code < 0xe000) {
      const next = i + 1 < size ? text.charCodeAt(i + 1) : 0
      if (code < 0xdc00 && next >= 0xdc00 && next < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + next - 0xdc00
        i++
        buffer[at++] = 0xf0 | (code >> 18)
        buffer[at++] = 0x80 | ((code >> 12) & 63)
        buffer[at++] = 0x80 | ((code >> 6) & 63)
        buffer[at++] = 0x80 | (code & 63)
        continue
      }
      code = 0xfffd
    }
    buffer[at++] = 0xe0 | (code >> 12)
    buffer[at++] = 0x80 | ((code >> 6) & 63)
    buffer[at++] = 0x80 | (code & 63)
  }
  return at
}

function grown(bytes: Uint8Array, needed: number): Uint8Array<ArrayBuffer> {
  const longer = new Uint8Array(Math.max(2 * bytes.length, needed))
  longer.set(bytes)
  return longer
}

function joinBytes(
  values: readonly (Uint8Array | null)[],
  type: DataType,
  length: number,
  valid: Uint8Array | undefined,
): BytesColumn {
  const offsets = new Int32Array(length + 1)
  let end = 0
  for (let i = 0; i < length; i++) {
    end += values[i]?.length ?? 0
    offsets[i + 1] = end
  }
  const bytes = allocateBytes(end)
  for (let i = 0; i < length; i++) {
    const value = values[i]
    if (value !== null && value !== undefined) bytes.set(value, offsets[i])
  }
  return { storage: 'bytes', type, length, valid, offsets, values: bytes }
}

/** A column of values given one by one; null for null. For small results: group keys, states, constants. */
export function columnOf(values: readonly Value[], type: DataType): PlainColumn {
  const { length } = values
  const buffer = allocateBuffer(type, length, values.includes(null))
  const storage = storageOf(type)
  const empty = storage === 'bytes' ? '' : storage === 'bigint' || storage === 'decimal' ? 0n : 0
  values.forEach((value, i) => {
    if (buffer.m !== undefined) buffer.m[i] = value === null ? 0 : 1
    const stored = value === null ? (storage === 'object' || type.kind === 'binary' ? null : empty) : value
    ;(buffer.v as Value[])[i] = storage === 'mask' ? Number(stored) : stored
  })
  return finishBuffer(buffer, type, length)
}
