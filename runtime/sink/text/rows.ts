// Rows as text, in slices of a few milliseconds, so that whoever writes many can let others have their turn. The columns
// are read in place; no rows are kept.

import { type Column, valueAt } from '../../../functions/column/column.ts'
import type { DataType, Schema } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'

/** Per slice: as many rows as have so many cells, or fewer if their text is long. */
const SLICE_CELLS = 8192
const SLICE_TEXT = 65_536

/** How rows are written: `start before[0] cell before[1] cell … end`. */
export interface RowFormat {
  /** What comes before the first row. */
  header(schema: Schema): string
  readonly start: string
  /** What comes before the cell of each column. */
  before(schema: Schema): readonly string[]
  readonly end: string
  nullText(schema: Schema): string
  /** Writes the values of a type. */
  cell(type: DataType): (value: Value) => string
}

/** The text of rows from `start` on, and the first row that is not in it. */
export type SliceWriter = (
  columns: readonly Column[],
  start: number,
  length: number,
) => { readonly text: string; readonly end: number }

/** Writes the rows of a schema in a format. */
export function sliceWriter(schema: Schema, format: RowFormat): SliceWriter {
  const nullText = format.nullText(schema)
  const prefixes = format.before(schema)
  const writers = schema.map(({ type }) => format.cell(type))
  const sliceRows = Math.ceil(SLICE_CELLS / Math.max(1, schema.length))
  return (columns, start, length) => {
    const most = Math.min(length, start + sliceRows)
    const readers = columns.map(cellReader)
    let text = ''
    let row = start
    for (; row < most && text.length < SLICE_TEXT; row++) {
      text += format.start
      for (const [i, write] of writers.entries()) {
        const value = readers[i]?.(row) ?? null
        text += prefixes[i] + (value === null ? nullText : write(value))
      }
      text += format.end
    }
    return { text, end: row }
  }
}

/** Texts are decoded in place, which is faster than by a decoder of their own. */
function cellReader(column: Column): (row: number) => Value {
  if (column.storage !== 'bytes' || column.type.kind !== 'utf8') return (row) => valueAt(column, row)
  const { offsets, valid, values } = column
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  return (row) => (valid?.[row] === 0 ? null : bytes.toString('utf8', offsets[row], offsets[row + 1]))
}
