// Cutting newline-delimited JSON into parsed lines. A line feed always ends a line: JSON texts cannot hold a raw one.
// Knows no types.

import { DataError } from '../../../functions/errors.ts'
import { atOnce } from '../../turns/turns.ts'
import { unreadable } from '../files.ts'
import { show } from '../text/builders.ts'
import { lineAt } from '../text/text-pieces.ts'
import { JsonSyntaxError } from './cursor.ts'
import { scanJson } from './scan.ts'
import { ShapeHandler } from './shape.ts'

export type JsonRow = Readonly<Record<string, unknown>>

const lineFeed = 10

/** How many bytes become text at once. */
const chunkBytes = 1 << 18

/** The end of the complete lines in `bytes` from `from` to `to`, all of it when `isEnd`, at most about `chunkBytes` on. */
export function endOfLines(bytes: Uint8Array, from: number, to: number, isEnd: boolean): number {
  if (to - from > chunkBytes) {
    const next = bytes.indexOf(lineFeed, from + chunkBytes)
    if (next >= 0 && next < to) return next + 1
  }
  return isEnd ? to : Math.max(from, bytes.lastIndexOf(lineFeed, to - 1) + 1)
}

/**
 * Parses the complete lines of `text`, blank ones left out.
 *
 * @returns The rows, or the start of the first line that is not one object, counted in UTF-16 units.
 */
export function parseLines(text: string): readonly JsonRow[] | { readonly badLine: number; readonly why: string } {
  const rows: JsonRow[] = []
  let start = 0
  for (const line of text.split('\n')) {
    try {
      const row: unknown = line.trim() === '' ? undefined : JSON.parse(line)
      if (isRow(row)) rows.push(row)
      else if (row !== undefined) return { badLine: start, why: `${show(row)} is not an object` }
    } catch {
      return { badLine: start, why: notJson(Buffer.from(line)) }
    }
    start += line.length + 1
  }
  return rows
}

/** Why a line is not JSON, in the words that the scanner has for it. */
function notJson(line: Buffer): string {
  try {
    atOnce(scanJson(line, new ShapeHandler(() => {})))
    return 'it is not valid JSON'
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    return error.message
  }
}

const isRow = (value: unknown): value is JsonRow => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The error for a line that is not an object, told from where its bytes start. */
export async function lineError(path: string, offset: number, why: string): Promise<DataError> {
  const line = await lineAt(path, offset)
  const message = `Cannot read "${path}": line ${line}: ${why}; each line must be one JSON object`
  return new DataError('source_unreadable', message, { details: { path, line } })
}

/** A file that is one JSON array is a common slip; say what to do. */
export function checkIsLines(path: string, bytes: Uint8Array, from: number): void {
  if (bytes[from] === 91) {
    throw unreadable(path, `it is one JSON array, not one object per line; convert it, for example with jq -c '.[]'`)
  }
}
