// An Arrow stream as texts, row by row, in slices that leave the event loop free for others in between. The columns are
// read in place; no rows are kept.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { RecordBatchReader } from 'apache-arrow'
import { fromRecordBatch } from '../../functions/column/arrow.ts'
import { type Column, valueAt } from '../../functions/column/column.ts'
import { fromArrowSchema } from '../../functions/types/arrow.ts'
import type { Schema } from '../../functions/types/type.ts'
import { jsonWriter } from '../../runtime/rows.ts'

/** Rows per slice: some tens of kilobytes of text, a millisecond or so. */
const SLICE_ROWS = 1024

/** How a format writes. */
export interface RowWriter {
  /** What comes before the first row. */
  header(schema: Schema): string
  /** One row of values in their JSON encoding. */
  row(values: readonly unknown[]): string
}

/** @param makeWriter - Called once the columns are known. */
export async function* encodeRows(
  stream: AsyncIterable<Uint8Array>,
  makeWriter: (schema: Schema) => RowWriter,
): AsyncGenerator<Uint8Array> {
  for await (const reader of RecordBatchReader.readAll(stream)) {
    await reader.open()
    const schema = fromArrowSchema(reader.schema)
    const writer = makeWriter(schema)
    const header = writer.header(schema)
    if (header !== '') yield Buffer.from(header)
    const write = schema.map(({ type }) => jsonWriter(type))
    for await (const batch of reader) {
      const { columns, length } = fromRecordBatch(batch, schema)
      for (let start = 0; start < length; start += SLICE_ROWS) {
        yield Buffer.from(sliceText(columns, start, Math.min(length, start + SLICE_ROWS), write, writer))
        await nextTurn()
      }
    }
  }
}

function sliceText(
  columns: readonly Column[],
  start: number,
  end: number,
  write: readonly ReturnType<typeof jsonWriter>[],
  writer: RowWriter,
): string {
  let text = ''
  const values: unknown[] = new Array(columns.length)
  for (let row = start; row < end; row++) {
    columns.forEach((column, i) => {
      const value = valueAt(column, row)
      values[i] = value === null ? null : write[i]?.(value)
    })
    text += writer.row(values)
  }
  return text
}
