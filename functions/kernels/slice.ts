// Texts measured, cut and joined on bytes.

import { type BytesColumn, isAscii, type NumberColumn, type PlainColumn } from '../column/column.ts'
import { batchIsFull, maxBatchBytes } from '../column/output-buffer.ts'
import type { ColumnArgument } from '../contract/scalar.ts'
import { int32 } from '../types/type.ts'

/** Characters (code points) of each text: its bytes, less those that continue a character. */
export function lengthColumn([text]: readonly ColumnArgument[], length: number): NumberColumn | undefined {
  if (text?.column?.storage !== 'bytes') return undefined
  const { values, offsets } = text.column
  const lengths = new Int32Array(length)
  const column = { storage: 'number', type: int32, length, valid: undefined, values: lengths } as const
  if (isAscii(values.subarray(offsets[0] ?? 0, offsets[length] ?? 0))) {
    for (let i = 0; i < length; i++) lengths[i] = (offsets[i + 1] ?? 0) - (offsets[i] ?? 0)
    return column
  }
  const words = wordsOf(values)
  // The bytes are read as one run of words; rows end inside of them.
  let start = offsets[0] ?? 0
  let at = start >> 2
  let before = 0
  let earlier = sumOfBytes(continuing((words[at] ?? 0) & below(start)))
  for (let i = 0; i < length; i++) {
    const end = offsets[i + 1] ?? 0
    while (at < end >> 2) {
      // Each byte of `counts` counts for itself, up to 255.
      let counts = 0
      for (const stop = Math.min(end >> 2, at + 255); at < stop; at++) counts += continuing(words[at] ?? 0)
      before += sumOfBytes(counts)
    }
    const upTo = before + sumOfBytes(continuing((words[at] ?? 0) & below(end)))
    lengths[i] = end - start - (upTo - earlier)
    start = end
    earlier = upTo
  }
  return column
}

/** 1 in each byte of a word that continues a character: its two highest bits are 10. */
const continuing = (word: number): number => (word & ~(word << 1) & 0x80808080) >>> 7

/** The sum of the four bytes of a word. */
const sumOfBytes = (word: number): number =>
  (word & 0xff) + ((word >>> 8) & 0xff) + ((word >>> 16) & 0xff) + (word >>> 24)

/** The bytes of a word before the one at `offset`. */
const below = (offset: number): number => (1 << ((offset & 3) << 3)) - 1

/** Bytes as words, which may reach beyond them. Arrow's buffers are aligned and padded; others are copied to be. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const { buffer, byteOffset, length } = bytes
  const count = (length + 3) >> 2
  if ((byteOffset & 3) === 0 && byteOffset + 4 * count <= buffer.byteLength)
    return new Int32Array(buffer, byteOffset, count)
  const words = new Int32Array(count)
  new Uint8Array(words.buffer).set(bytes)
  return words
}

/** Where a row is cut: the new start and end, from the old ones. */
type Cut = (start: number, end: number) => readonly [start: number, end: number]

/** Cuts every text of an ASCII column, in which a byte is a character. */
export function cutColumn(column: PlainColumn | undefined, length: number, cut: Cut): BytesColumn | undefined {
  if (column?.storage !== 'bytes') return undefined
  const { values, offsets, type, valid } = column
  if (!isAscii(values.subarray(offsets[0] ?? 0, offsets[length] ?? 0))) return undefined
  const cuts = new Int32Array(length)
  const ends = new Int32Array(length + 1)
  for (let i = 0; i < length; i++) {
    const [start, end] = cut(offsets[i] ?? 0, offsets[i + 1] ?? 0)
    cuts[i] = start
    ends[i + 1] = (ends[i] ?? 0) + Math.max(0, end - start)
  }
  const bytes = new Uint8Array(ends[length] ?? 0)
  for (let i = 0; i < length; i++) {
    const end = ends[i + 1] ?? 0
    let from = cuts[i] ?? 0
    for (let to = ends[i] ?? 0; to < end; to++) bytes[to] = values[from++] ?? 0
  }
  return { storage: 'bytes', type, length, valid, values: bytes, offsets: ends }
}

const countOf = (argument: ColumnArgument | undefined): number | undefined =>
  typeof argument?.constant === 'number' ? argument.constant : undefined

/** `left(text, n)` for a constant n. */
export function leftColumn([text, count]: readonly ColumnArgument[], length: number): BytesColumn | undefined {
  const n = countOf(count)
  if (n === undefined) return undefined
  return cutColumn(text?.column, length, (start, end) => [
    start,
    n >= 0 ? Math.min(end, start + n) : Math.max(start, end + n),
  ])
}

/** `right(text, n)` for a constant n. */
export function rightColumn([text, count]: readonly ColumnArgument[], length: number): BytesColumn | undefined {
  const n = countOf(count)
  if (n === undefined) return undefined
  return cutColumn(text?.column, length, (start, end) => [
    n >= 0 ? Math.max(start, end - n) : Math.min(end, start - n),
    end,
  ])
}

/** `substr(text, from[, n])` for constants; positions before the text count against n. */
export function substringColumn(
  [text, from, count]: readonly ColumnArgument[],
  length: number,
): BytesColumn | undefined {
  const first = countOf(from)
  const n = count === undefined ? Infinity : countOf(count)
  if (first === undefined || n === undefined) return undefined
  return cutColumn(text?.column, length, (start, end) => [
    Math.min(end, Math.max(start, start + first - 1)),
    Math.max(start, Math.min(end, start + first - 1 + n)),
  ])
}

const SPACE = 0x20

/** `btrim`, `ltrim` and `rtrim` of spaces. */
export const trimColumn =
  (atStart: boolean, atEnd: boolean) =>
  ([text]: readonly ColumnArgument[], length: number): BytesColumn | undefined => {
    const column = text?.column
    if (column?.storage !== 'bytes') return undefined
    const { values } = column
    return cutColumn(column, length, (start, end) => {
      if (atStart) while (start < end && values[start] === SPACE) start++
      if (atEnd) while (end > start && values[end - 1] === SPACE) end--
      return [start, end]
    })
  }

const encoder = new TextEncoder()

/** The texts of all arguments one after another, constants repeated in every row. */
export function joinColumns(args: readonly ColumnArgument[], length: number): BytesColumn | undefined {
  const parts = args.map(({ column, constant }) => {
    if (typeof constant === 'string') return encoder.encode(constant)
    return column?.storage === 'bytes' && column.type.kind === 'utf8' ? column : undefined
  })
  const [model] = parts.filter((part) => part !== undefined && 'offsets' in part)
  if (model === undefined || !('offsets' in model) || parts.includes(undefined)) return undefined
  const ends = new Int32Array(length + 1)
  let end = 0
  for (let i = 0; i < length; i++) {
    for (const part of parts) {
      if (part === undefined) continue
      end += 'offsets' in part ? (part.offsets[i + 1] ?? 0) - (part.offsets[i] ?? 0) : part.length
    }
    // Before the offsets, of 32 bits, wrap around.
    if (end > maxBatchBytes) batchIsFull()
    ends[i + 1] = end
  }
  const bytes = new Uint8Array(end)
  const next = ends.slice(0, length)
  for (const part of parts) {
    if (part === undefined) continue
    const column = 'offsets' in part ? part : undefined
    const values = column?.values ?? (part as Uint8Array)
    for (let i = 0; i < length; i++) {
      const start = column?.offsets[i] ?? 0
      const end = column === undefined ? values.length : (column.offsets[i + 1] ?? 0)
      let to = next[i] ?? 0
      for (let at = start; at < end; at++) bytes[to++] = values[at] ?? 0
      next[i] = to
    }
  }
  return { storage: 'bytes', type: model.type, length, valid: undefined, values: bytes, offsets: ends }
}
