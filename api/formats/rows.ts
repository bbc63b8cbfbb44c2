// An Arrow stream as text, row by row, in slices between which the event loop is free for others. The columns are
// read in place; no rows are kept.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { fromRecordBatch } from '../../functions/column/arrow.ts'
import { type Column, valueAt } from '../../functions/column/column.ts'
import { fromArrowSchema } from '../../functions/types/arrow.ts'
import type { DataType, Schema } from '../../functions/types/type.ts'
import type { Value } from '../../functions/types/value.ts'
import { readArrowStreams } from '../../runtime/source/arrow/read-streams.ts'

/** Per slice, a few milliseconds: as many rows as have so many cells, or fewer if their text is long. */
const SLICE_CELLS = 8192
const SLICE_TEXT = 65_536

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
    const sliceRows = Math.ceil(SLICE_CELLS / Math.max(1, schema.length))
    for await (const batch of batches) {
      const { columns, length } = fromRecordBatch(batch, schema)
      for (let start = 0; start < length; ) {
        const { text, end } = slice(columns, start, Math.min(length, start + sliceRows))
        yield Buffer.from(text)
        start = end
        await nextTurn()
      }
    }
  }
}

/** Writes rows from `start`, at most until `most`. */
type SliceWriter = (
  columns: readonly Column[],
  start: number,
  most: number,
) => { readonly text: string; readonly end: number }

function sliceWriter(schema: Schema, { before, cell, end: rowEnd, nullText }: RowFormat): SliceWriter {
  const prefixes = before(schema)
  const writers = schema.map(({ type }) => cell(type))
  return (columns, start, most) => {
    let text = ''
    let row = start
    for (; row < most && text.length < SLICE_TEXT; row++) {
      for (const [i, write] of writers.entries()) {
        const column = columns[i]
        const value = column === undefined ? null : valueAt(column, row)
        text += prefixes[i] + (value === null ? nullText : write(value))
      }
      text += rowEnd
    }
    return { text, end: row }
  }
}
