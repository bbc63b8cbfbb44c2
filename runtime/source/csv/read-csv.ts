// Reading CSV partitions in a worker: windows of bytes → blocks of field positions → columns → batches.
// Holds one window and one batch; parses only the columns asked for.

import { isUtf8 } from 'node:buffer'
import type { RecordBatch } from 'apache-arrow'
import { maxBatchRows } from '../../../functions/column/slice.ts'
import { toArrowField } from '../../../functions/types/arrow.ts'
import type { Schema } from '../../../functions/types/type.ts'
import { makeBatch } from '../batches.ts'
import { selectFields, throwIfCancelled } from '../partitions.ts'
import { type CsvOptions, mostColumns, type ReadOptions, type SourcePartition, type SourceSlice } from '../source.ts'
import { batchBytes, type PositionedBatch, readTextSlices } from '../text/read-slices.ts'
import { openWindow, type TextWindow } from '../text/text-pieces.ts'
import { type CsvColumn, createCsvColumn, FieldError } from './columns.ts'
import { encodingError, syntaxError, valueError } from './errors.ts'
import { type CsvFormat, csvFormat } from './format.ts'
import {
  CsvSyntaxError,
  createBlock,
  type FieldBlock,
  firstRow,
  type ScanState,
  scanRows,
  tokenize,
} from './tokenize.ts'

/** The batches of a partition of CSV files. @throws {DataError} `source_unreadable`, `invalid_value` with the line */
export function readCsv(
  partition: SourcePartition,
  csv: CsvOptions,
  options: ReadOptions,
): AsyncGenerator<RecordBatch, void, undefined> {
  return readTextSlices('CSV', partition, options, (slice, schema) => readSlice(slice, schema, csv, options))
}

async function* readSlice(
  { path = '', range }: SourceSlice,
  schema: Schema,
  csv: CsvOptions,
  options: ReadOptions,
): AsyncGenerator<PositionedBatch, void, undefined> {
  const format = csvFormat(csv, path)
  const [start, end] = range ?? [0, Number.POSITIVE_INFINITY]
  await using window = await openRows(path, start, format)
  const rows = createRowCollector(schema, format, options)
  const block = createBlock(schema.length)
  for (let isDone = false; !isDone; ) {
    throwIfCancelled(options)
    await window.fill()
    do {
      const { from } = window
      await explain(path, window, schema, block, () => {
        tokenize(window, from, schema.length, format, block)
      })
      if (!isUtf8(window.bytes.subarray(from, block.next))) throw await encodingError(path, window.base + from)
      isDone = dropRowsFrom(end - window.base, block, schema.length)
      for (let first = 0; first < block.rows; ) {
        await explain(path, window, schema, block, () => {
          first = rows.add(window.bytes, block, first)
        })
        const batch = rows.takeFull()
        if (batch === undefined) continue
        throwIfCancelled(options)
        yield { batch, position: window.position }
      }
      window.use(block.next)
    } while (block.rows > 0 && !isDone)
    isDone ||= window.isEnd
  }
  const rest = rows.takeRest()
  throwIfCancelled(options)
  if (rest !== undefined) yield { batch: rest, position: window.position }
}

/** A window whose next byte is the first row that starts at or after `start`. */
async function openRows(path: string, start: number, format: CsvFormat): Promise<TextWindow> {
  if (start > 0) return openWindow(path, await findRowStart(path, start, format))
  const window = await openWindow(path)
  if (!format.header) return window
  for (;;) {
    await window.fill()
    const header = firstRow(window.bytes, window.from, window.to, window.isEnd, format, mostColumns)
    if (header !== undefined) window.use(header.next)
    if (header !== undefined || window.isEnd) return window
  }
}

/** Follows the quotes from the file's beginning: only so is it certain whether a line feed ends a row. */
async function findRowStart(path: string, start: number, format: CsvFormat): Promise<number> {
  await using window = await openWindow(path)
  let state: ScanState = 'start'
  for (;;) {
    await window.fill()
    const { bytes, from, to, base } = window
    const found = scanRows(bytes.subarray(from, to), to - from, start - 1 - base - from, format, state)
    if (found.rowStart >= 0) return base + from + found.rowStart
    state = found.state
    if (window.isEnd) return base + to
    window.use(to)
  }
}

/** Leaves only rows that start before `end`; true when some were left out or none can follow. */
function dropRowsFrom(end: number, block: FieldBlock, columns: number): boolean {
  if (block.next < end) return false
  while (block.rows > 0 && (block.starts[(block.rows - 1) * columns] ?? 0) >= end) block.rows--
  return true
}

interface RowCollector {
  /** Takes rows of the block from `first` on until the batch is full; returns the first it did not take. */
  add(bytes: Uint8Array, block: FieldBlock, first: number): number
  takeFull(): RecordBatch | undefined
  takeRest(): RecordBatch | undefined
}

/** Room is made for a whole batch: one of many columns has fewer rows. */
const batchFields = 2 ** 24

function createRowCollector(schema: Schema, format: CsvFormat, options: ReadOptions): RowCollector {
  const fields = selectFields(schema, options.columns)
  const most = Math.max(1, Math.floor(batchFields / Math.max(1, fields.length)))
  const capacity = Math.min(options.batchRows ?? maxBatchRows, most)
  const textBytes = fields.map(() => capacity * 8)
  const places = new Map(schema.map(({ name }, index) => [name, index]))
  let columns: readonly CsvColumn[] = []
  let rows = 0
  let bytesTaken = 0
  const take = (): RecordBatch => {
    const filled = columns.map((column) => column.finish(rows))
    filled.forEach((data, i) => {
      textBytes[i] = Math.ceil((data.values?.length ?? 0) * 1.05) + 1024
    })
    const batch = makeBatch(
      rows,
      fields.flatMap((field, i) => (filled[i] === undefined ? [] : [{ field: toArrowField(field), data: filled[i] }])),
    )
    rows = 0
    bytesTaken = 0
    return batch
  }
  return {
    add(bytes, block, first) {
      if (rows === 0) {
        columns = fields.map(({ name, type }, i) => {
          const index = places.get(name) ?? -1
          return createCsvColumn({ type, index, stride: schema.length, capacity, format, textBytes: textBytes[i] ?? 0 })
        })
      }
      const last = Math.min(block.rows, first + capacity - rows)
      bytesTaken += (block.ends[last * schema.length - 1] ?? 0) - (block.starts[first * schema.length] ?? 0)
      for (const column of columns) column.parse(bytes, block, first, last, rows)
      rows += last - first
      return last
    },
    takeFull: () => (rows === capacity || bytesTaken > batchBytes ? take() : undefined),
    takeRest: () => (rows > 0 ? take() : undefined),
  }
}

/** Says where in the file what went wrong in `action` is. */
async function explain(
  path: string,
  window: TextWindow,
  schema: Schema,
  block: FieldBlock,
  action: () => void,
): Promise<void> {
  try {
    action()
  } catch (error) {
    if (error instanceof CsvSyntaxError) throw await syntaxError(path, window.base + error.at, error)
    if (!(error instanceof FieldError)) throw error
    const start = block.starts[error.row * schema.length + error.column] ?? 0
    const field = schema[error.column]
    if (field === undefined) throw error
    throw await valueError(path, window.base + start, field, error.cause)
  }
}
