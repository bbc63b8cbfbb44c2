// Finds where the fields of a CSV buffer start and end, a block of rows at a time: quotes, doubled quotes, line breaks
// inside quotes, CRLF, blank lines. Knows no types and copies no bytes.

import type { CsvFormat } from './format.ts'

/** Field positions of a block of rows, row by row. A quoted field's positions include its quotes. */
export interface FieldBlock {
  readonly starts: Int32Array
  readonly ends: Int32Array
  rows: number
  /** Where the first row that is not in the block starts. */
  next: number
}

const blockRows = 2048
/** Rows can be of a million fields. */
const blockFields = 2 ** 21

/** A block of at most `rows` rows, of fewer where they are wide. */
export function createBlock(columns: number, rows = blockRows): FieldBlock {
  const size = (capacityOf(columns, rows) + 1) * columns
  return { starts: new Int32Array(size), ends: new Int32Array(size), rows: 0, next: 0 }
}

/** How many rows a block that was made for `rows` rows holds. */
export const capacityOf = (columns: number, rows: number): number =>
  Math.max(1, Math.min(rows, Math.floor(blockFields / Math.max(1, columns))))

/** A line that is not a row of the table. */
export class CsvSyntaxError extends Error {
  override readonly name = 'CsvSyntaxError'
  /** Where in the buffer. */
  readonly at: number

  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

const lineFeed = 10
const carriageReturn = 13

/** Bytes of text up to `to`. */
interface TextEnd {
  readonly bytes: Uint8Array
  readonly to: number
  /** Whether the text ends there. */
  readonly isEnd: boolean
}

/**
 * Fills `block` with the complete rows from `from` on. `bytes[to]` must be writable: it is set to a line feed, which ends
 * the last row of the file when `isEnd`.
 *
 * @throws {CsvSyntaxError} For rows of too many or too few fields, and for quotes that are not closed or end in text.
 */
export function tokenize(
  { bytes, to, isEnd }: TextEnd,
  from: number,
  columns: number,
  format: CsvFormat,
  block: FieldBlock,
): void {
  const { delimiter, quote } = format
  const { starts, ends } = block
  const most = Math.floor(starts.length / columns) - 1
  const highest = Math.max(delimiter, lineFeed)
  bytes[to] = lineFeed
  let at = from
  let rows = 0
  let field = 0
  table: while (rows < most && at < to) {
    const rowStart = at
    const first = bytes[at] ?? 0
    if (first === lineFeed || (first === carriageReturn && bytes[at + 1] === lineFeed && at + 1 < to)) {
      at += first === lineFeed ? 1 : 2
      continue
    }
    const rowEnd = field + columns
    for (;;) {
      const start = at
      let byte = bytes[at] ?? 0
      if (byte === quote) {
        at = endOfQuoted(bytes, at, to, quote)
        if (at > to) {
          if (isEnd) throw new CsvSyntaxError('a quoted field is not closed', start)
          at = rowStart
          break table
        }
        byte = bytes[at] ?? 0
        if (byte === carriageReturn && bytes[at + 1] === lineFeed && at < to) byte = bytes[++at] ?? 0
        if (byte !== delimiter && byte !== lineFeed) throw new CsvSyntaxError('text follows a closing quote', at)
      } else {
        while (byte > highest || (byte !== delimiter && byte !== lineFeed)) byte = bytes[++at] ?? 0
      }
      if (at >= to && !isEnd) {
        at = rowStart
        break table
      }
      if (field === rowEnd) throw new CsvSyntaxError(`the line has more than ${fields(columns)}`, rowStart)
      starts[field] = start
      ends[field] = byte === lineFeed && at > start && bytes[at - 1] === carriageReturn ? at - 1 : at
      field++
      at++
      if (byte === lineFeed) break
    }
    if (field !== rowEnd) {
      throw new CsvSyntaxError(`the line has ${fields(field - rowEnd + columns)} instead of ${columns}`, rowStart)
    }
    rows++
  }
  block.rows = rows
  block.next = Math.min(at, to)
}

const fields = (count: number): string => `${count} field${count === 1 ? '' : 's'}`

/** The position after the closing quote; beyond `to` when there is none before. */
function endOfQuoted(bytes: Uint8Array, at: number, to: number, quote: number): number {
  at++
  for (;;) {
    while (at < to && bytes[at] !== quote) at++
    if (at >= to) return to + 1
    if (bytes[at + 1] !== quote || at + 1 >= to) return at + 1
    at += 2
  }
}

/**
 * The fields of the first row at or after `from`, and where the next row starts; undefined when the buffer does not hold
 * all of it. Of a row of more than `most` fields, one more than that are found.
 *
 * @throws {CsvSyntaxError} For quotes that are not closed or end in text.
 */
export function firstRow(
  bytes: Uint8Array,
  from: number,
  to: number,
  isEnd: boolean,
  format: CsvFormat,
  most: number,
): FieldBlock | undefined {
  const starts: number[] = []
  const ends: number[] = []
  let at = from
  while (at < to && (bytes[at] === lineFeed || bytes[at] === carriageReturn)) at++
  if (at >= to) return undefined
  bytes[to] = lineFeed
  for (;;) {
    const start = at
    if (bytes[at] === format.quote) {
      at = endOfQuoted(bytes, at, to, format.quote)
      if (at > to && isEnd) throw new CsvSyntaxError('a quoted field is not closed', start)
    }
    while (at < to && bytes[at] !== format.delimiter && bytes[at] !== lineFeed) at++
    if (at >= to && !isEnd) return undefined
    starts.push(start)
    ends.push(at > start && bytes[at - 1] === carriageReturn && bytes[at] === lineFeed ? at - 1 : at)
    if (at >= to || bytes[at] === lineFeed || starts.length > most) break
    at++
  }
  return { starts: Int32Array.from(starts), ends: Int32Array.from(ends), rows: 1, next: Math.min(at + 1, to) }
}

/** Where in a field a scan stands: at its start, in plain text, inside quotes, or after a quote that may have closed it. */
export type ScanState = 'start' | 'text' | 'quoted' | 'closed'

/**
 * Follows rows and quotes from a row's start through a buffer: a line feed inside quotes ends no row.
 *
 * @returns The start of the first row after a line end at or after `target` (-1: there is none), and the state at the end.
 */
export function scanRows(
  bytes: Uint8Array,
  length: number,
  target: number,
  { delimiter, quote }: CsvFormat,
  state: ScanState,
): { rowStart: number; state: ScanState } {
  const last = bytes[length - 1]
  if (target >= length && state !== 'quoted' && state !== 'closed' && bytes.subarray(0, length).indexOf(quote) < 0) {
    return { rowStart: -1, state: last === delimiter || last === lineFeed ? 'start' : length === 0 ? state : 'text' }
  }
  for (let at = 0; at < length; at++) {
    const byte = bytes[at] ?? 0
    if (state === 'quoted') {
      if (byte === quote) state = 'closed'
    } else if (byte === quote && state !== 'text') {
      state = 'quoted' // a field begins with it, or it is the second of a doubled one
    } else if (byte === lineFeed) {
      if (at >= target) return { rowStart: at + 1, state: 'start' }
      state = 'start'
    } else if (byte === delimiter) state = 'start'
    else if (state !== 'closed' || byte !== carriageReturn) state = 'text'
  }
  return { rowStart: -1, state }
}
