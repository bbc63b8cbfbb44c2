// Rows as a table for people: names and types of the columns, then rows, aligned, and what was left out. Columns are cut
// and hidden where a width is given. What it prints is for reading alone, never to be parsed.

import { type RecordBatch, Table } from 'apache-arrow'
import { type Schema, typeName } from '../../functions/types/type.ts'
import { tableToRows } from './rows.ts'
import { cutText, padText, printable, textWidth } from './text-width.ts'

export interface TablePrinterOptions {
  /** Rows to print. Default 40. */
  readonly maxRows?: number
  /** Cells of the terminal's line. Default: as many as the table needs. */
  readonly width?: number
}

/** A value is cut to so many cells of a line, and to fewer where columns have to fit a width. */
const MAX_CELL = 40
const MIN_CELL = 8
/** Long names of types do not widen a column further than this. */
const MAX_TYPE = 16
const TYPE_LINE = 1
const GAP = '  '

/** Collects the rows of a stream of batches that are to be printed. */
export class TablePrinter {
  readonly #schema: Schema
  readonly #maxRows: number
  readonly #width: number
  readonly #rows: Record<string, unknown>[] = []
  #count = 0

  constructor(schema: Schema, { maxRows = 40, width = Number.POSITIVE_INFINITY }: TablePrinterOptions = {}) {
    this.#schema = schema
    this.#maxRows = maxRows
    this.#width = width
  }

  add(batch: RecordBatch): void {
    this.#count += batch.numRows
    const room = this.#maxRows - this.#rows.length
    if (room <= 0) return
    for (const row of tableToRows(new Table(batch.slice(0, room)), { json: true })) this.#rows.push(row)
  }

  /** The table as text. */
  toString(): string {
    const columns = fit(
      this.#schema.map((field) => columnOf(field, this.#rows)),
      this.#width,
    )
    const lines = Array.from({ length: this.#rows.length + 2 }, (_, line) =>
      columns.map((column) => alignedCell(column, line)).join(GAP),
    )
    const rule = columns.map(({ width }) => '-'.repeat(width)).join(GAP)
    const text = [...lines.slice(0, 2), rule, ...lines.slice(2)].map((line) => line.trimEnd())
    return `${[...(columns.length === 0 ? [] : text), this.#footer(columns.length)].join('\n')}\n`
  }

  /** `40 of 3,000,000 rows, 8 of 12 columns (also: …)`: what there is beyond what is shown. */
  #footer(shownColumns: number): string {
    const [rows, shown] = [this.#count, this.#rows.length]
    const columns = this.#schema.length
    const count = `${rows === shown ? '' : `${grouped(shown)} of `}${grouped(rows)} row${rows === 1 ? '' : 's'}`
    if (shownColumns === columns) return count
    const hidden = this.#schema.slice(shownColumns).map(({ name }) => printable(name))
    const names = cutText(hidden.join(', '), Math.max(MIN_CELL, Math.min(this.#width, 200) - count.length - 40))
    return `${count}, ${shownColumns} of ${columns} columns (hidden: ${names})`
  }
}

interface PrintedColumn {
  /** Name, type, values. */
  readonly cells: readonly string[]
  readonly width: number
  readonly isNumber: boolean
}

function columnOf({ name, type }: Schema[number], rows: readonly Record<string, unknown>[]): PrintedColumn {
  const cells = [printable(name), typeName(type), ...rows.map((row) => cellOf(row[name]))]
  const widths = cells.map((cell, line) => Math.min(textWidth(cell), line === TYPE_LINE ? MAX_TYPE : MAX_CELL))
  const width = widths.reduce((a, b) => Math.max(a, b), 0)
  return { cells, width, isNumber: /^(?:u?int|float|decimal)/.test(type.kind) }
}

const alignedCell = ({ cells, width, isNumber }: PrintedColumn, line: number): string =>
  padText(cutText(cells[line] ?? '', width), width, isNumber)

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  return printable(typeof value === 'object' ? JSON.stringify(value) : String(value))
}

/**
 * As many columns as there is room for when those that may be are narrowed, widest first. Numbers stay whole: a part of
 * one is another one.
 */
function fit(all: readonly PrintedColumn[], lineWidth: number): readonly PrintedColumn[] {
  let room = lineWidth
  const end = all.findIndex(({ width, isNumber }, i) => {
    room -= (isNumber ? width : Math.min(width, MIN_CELL)) + (i === 0 ? 0 : GAP.length)
    return room < 0 && i > 0
  })
  const columns = end === -1 ? all : all.slice(0, end)
  const widths = columns.map(({ width }) => width)
  const narrowable = widths.map((_, i) => i).filter((i) => columns[i]?.isNumber === false)
  for (let excess = totalWidth(widths) - lineWidth; excess > 0; excess--) {
    const widest = narrowable.reduce((a, b) => ((widths[b] ?? 0) > (widths[a] ?? 0) ? b : a), narrowable[0] ?? -1)
    const width = widths[widest] ?? 0
    if (width <= MIN_CELL) break
    widths[widest] = width - 1
  }
  return columns.map((column, i) => ({ ...column, width: widths[i] ?? column.width }))
}

const totalWidth = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width, 0) + GAP.length * Math.max(0, widths.length - 1)

/** `3,000,000` */
export const grouped = (count: number): string => count.toLocaleString('en-US')
