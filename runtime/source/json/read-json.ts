// Reading partitions of newline-delimited JSON in a worker: windows of bytes → lines → values → batches.
// Fields that the schema does not have are ignored, fields that a line does not have are null.

import { isUtf8 } from 'node:buffer'
import type { RecordBatch } from 'apache-arrow'
import { maxBatchRows } from '../../../functions/column/slice.ts'
import { DataError } from '../../../functions/errors.ts'
import { toArrowField } from '../../../functions/types/arrow.ts'
import { type Schema, typeName } from '../../../functions/types/type.ts'
import { makeBatch } from '../batches.ts'
import { unreadable } from '../files.ts'
import { selectFields, throwIfCancelled } from '../partitions.ts'
import type { ReadOptions, SourcePartition, SourceSlice } from '../source.ts'
import { createBuilder, show, ValueError } from '../text/builders.ts'
import { batchBytes, type PositionedBatch, readTextSlices } from '../text/read-slices.ts'
import { lineAt, openWindow, type TextWindow } from '../text/text-pieces.ts'
import { checkIsLines, endOfLines, type JsonRow, lineError, parseLines } from './lines.ts'

/**
 * The batches of a partition of NDJSON files.
 *
 * @throws {DataError} `source_unreadable`, `invalid_value` with the line
 */
export function readJson(
  partition: SourcePartition,
  options: ReadOptions,
): AsyncGenerator<RecordBatch, void, undefined> {
  return readTextSlices('JSON', partition, options, (slice, schema) => readSlice(slice, schema, options))
}

/** Lines become strings, which have a limit of their own. */
const longestLine = 2 ** 28

async function* readSlice(
  { path = '', range }: SourceSlice,
  schema: Schema,
  options: ReadOptions,
): AsyncGenerator<PositionedBatch, void, undefined> {
  const [start, end] = range ?? [0, Number.POSITIVE_INFINITY]
  const size = options.batchRows ?? maxBatchRows
  const rows = createRows(schema, options)
  let bytesTaken = 0
  // One byte earlier: a slice that begins right after a line end has that line end before it.
  await using window = await openWindow(path, Math.max(0, start - 1), 1 << 20, longestLine)
  await window.fill()
  if (start === 0) checkIsLines(path, window.bytes, window.from)
  else await skipLine(window)
  for (;;) {
    throwIfCancelled(options)
    const limit = Math.min(window.to, endOfSlice(window, end))
    const until = endOfLines(window.bytes, window.from, limit, window.isEnd || limit < window.to)
    const parsed = await parseWindow(path, window, until)
    for (const [i, row] of parsed.entries()) {
      const problem = rows.add(row)
      if (problem !== undefined) throw await valueError(path, window, i, problem)
      if (rows.count < size) continue
      throwIfCancelled(options)
      yield { batch: rows.take(), position: window.position }
      bytesTaken = 0
    }
    bytesTaken += until - window.from
    if (bytesTaken > batchBytes && rows.count > 0) {
      yield { batch: rows.take(), position: window.position }
      bytesTaken = 0
    }
    window.use(until)
    if (window.base + until >= end || (until === window.to && window.isEnd)) break
    if (until === window.to || parsed.length === 0) await window.fill()
  }
  throwIfCancelled(options)
  if (rows.count > 0) yield { batch: rows.take(), position: window.position }
}

/** Moves the window behind the next line end. */
async function skipLine(window: TextWindow): Promise<void> {
  for (;;) {
    const at = window.bytes.indexOf(10, window.from)
    if (at >= 0 && at < window.to) return window.use(at + 1)
    window.use(window.to)
    if (window.isEnd) return
    await window.fill()
  }
}

/** Where in the window the line that holds the slice's last byte ends; infinite when that is further on. */
function endOfSlice(window: TextWindow, end: number): number {
  const last = end - 1 - window.base
  if (last >= window.to) return Number.POSITIVE_INFINITY
  if (last < window.from) return window.from
  const at = window.bytes.indexOf(10, last)
  return at < 0 || at >= window.to ? Number.POSITIVE_INFINITY : at + 1
}

async function parseWindow(path: string, window: TextWindow, until: number): Promise<readonly JsonRow[]> {
  const { bytes, from, base } = window
  const part = Buffer.from(bytes.buffer, from, until - from)
  if (!isUtf8(part)) {
    throw unreadable(
      path,
      `the text from line ${await lineAt(path, base + from)} on is not UTF-8; convert the file to UTF-8`,
    )
  }
  const text = part.toString()
  const parsed = parseLines(text)
  if (!('badLine' in parsed)) return parsed
  throw await lineError(path, base + from + Buffer.byteLength(text.slice(0, parsed.badLine)), parsed.why)
}

interface Problem {
  readonly column: string
  readonly error: ValueError
}

function createRows(schema: Schema, options: ReadOptions) {
  const columns = selectFields(schema, options.columns).map((field) => ({ field, builder: createBuilder(field.type) }))
  let count = 0
  return {
    get count() {
      return count
    },
    /** Takes one row; what does not fit is returned, and the rows are of no further use. */
    add(row: JsonRow): Problem | undefined {
      for (const { field, builder } of columns) {
        try {
          builder.append(Object.hasOwn(row, field.name) ? row[field.name] : null)
        } catch (error) {
          if (!(error instanceof ValueError)) throw error
          return { column: [field.name, ...error.path].join('.'), error }
        }
      }
      count++
      return undefined
    },
    take(): RecordBatch {
      const rows = count
      count = 0
      return makeBatch(
        rows,
        columns.map(({ field, builder }) => ({ field: toArrowField(field), data: builder.finish() })),
      )
    },
  }
}

/** `index` counts the rows from the window's first unused byte on. */
async function valueError(
  path: string,
  window: TextWindow,
  index: number,
  { column, error }: Problem,
): Promise<DataError> {
  let at = window.from
  for (let row = -1; ; ) {
    const end = window.bytes.indexOf(10, at)
    const text = Buffer.from(window.bytes.buffer, at, (end < 0 ? window.to : end) - at).toString()
    if (text.trim() !== '' && ++row === index) break
    if (end < 0) break
    at = end + 1
  }
  const line = await lineAt(path, window.base + at)
  const type = typeName(error.type)
  return new DataError(
    'invalid_value',
    `Cannot read "${path}": in line ${line}, column "${column}", ${show(error.value)} is not ${type}; correct it or declare the column as utf8`,
    { details: { path, line, column, value: show(error.value), type }, cause: error },
  )
}
