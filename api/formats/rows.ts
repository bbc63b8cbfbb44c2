// An Arrow stream as text, row by row, in slices between which the event loop is free for others. The columns are
// read in place; no rows are kept.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { fromRecordBatch } from '../../functions/column/arrow.ts'
import { type Column, valueAt } from '../../functions/column/column.ts'
import { fromArrowSchema } from '../../functions/types/arrow.ts'
import type { DataType, Schema } from '../../functions/types/type.ts'
import type { Value } from '../../functions/types/value.ts'
import { readArrowStreams } from '../../runtime/source/arrow/read-streams.ts'

/** Rows per slice: a few tens of kilobytes of text, about a millisecond. */
const SLICE_ROWS = 1024

/** How rows are written: `before[0] cell before[1] cell … end`. */
export interface RowFormat {
  /** What comes before the first row. */
  header(schema: Schema): string
  /** What comes before the cell of each column. */
  before(schema: Schema): readonly string[]
  readonly end: string
  readonly nullText: string
  /** Writes the values of a type. */
  cell(type: DataType): (value: Value) => string
}

/** The rows of an Arrow stream in a format. */
export async function* encodeRows(stream: AsyncIterable<Uint8Array>, format: RowFormat): AsyncGenerator<Uint8Array> {
  for await (const { schema: arrowSchema, batches } of readArrowStreams(stream)) {
    const schema = fromArrowSchema(arrowSchema)
    const header = format.header(schema)
    if (header !== '') yield Buffer.from(header)
    const slice = sliceWriter(schema, format)
    for await (const batch of batches) {
      const { columns, length } = fromRecordBatch(batch, schema)
      for (let start = 0; start < length; start += SLICE_ROWS) {
        yield Buffer.from(slice(columns, start, Math.min(length, start + SLICE_ROWS)))
        await nextTurn()
      }
    }
  }
}

type SliceWriter = (columns: readonly Column[], start: number, end: number) => string

function sliceWriter(schema: Schema, { before, cell, end: rowEnd, nullText }: RowFormat): SliceWriter {
  const prefixes = before(schema)
  const writers = schema.map(({ type }) => cell(type))
  return (columns, start, end) => {
    let text = ''
    for (let row = start; row < end; row++) {
      for (const [i, write] of writers.entries()) {
        const column = columns[i]
        const value = column === undefined ? null : valueAt(column, row)
        text += prefixes[i] + (value === null ? nullText : write(value))
      }
      text += rowEnd
    }
    return text
  }
}
