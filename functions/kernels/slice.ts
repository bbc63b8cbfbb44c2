// Texts measured, cut and joined on bytes.

import { type BytesColumn, isAscii, type NumberColumn, type PlainColumn } from '../column/column.ts'
import type { ColumnArgument } from '../scalar/contract.ts'
import { int32 } from '../types/type.ts'

/** Characters (code points) of each text: the bytes that do not continue a character. */
export function lengthColumn([text]: readonly ColumnArgument[], length: number): NumberColumn | undefined {
  if (text?.column?.storage !== 'bytes') return undefined
  const { values, offsets } = text.column
  const lengths = new Int32Array(length)
  const ascii = isAscii(values.subarray(offsets[0] ?? 0, offsets[length] ?? 0))
  for (let i = 0; i < length; i++) {
    const start = offsets[i] ?? 0
    const end = offsets[i + 1] ?? 0
    if (ascii) {
      lengths[i] = end - start
      continue
    }
    let characters = 0
    for (let at = start; at < end; at++) characters += ((values[at] ?? 0) & 0xc0) === 0x80 ? 0 : 1
    lengths[i] = characters
  }
  return { storage: 'number', type: int32, length, valid: undefined, values: lengths }
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
  for (let i = 0; i < length; i++) {
    let size = 0
    for (const part of parts) {
      if (part === undefined) continue
      size += 'offsets' in part ? (part.offsets[i + 1] ?? 0) - (part.offsets[i] ?? 0) : part.length
    }
    ends[i + 1] = (ends[i] ?? 0) + size
  }
  const bytes = new Uint8Array(ends[length] ?? 0)
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
