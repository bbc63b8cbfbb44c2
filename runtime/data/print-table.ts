// Rows as a table for people: the first ones, columns aligned, long values shortened.

import type { RecordBatch } from 'apache-arrow'
import { Table } from 'apache-arrow'
import { tableToRows } from './rows.ts'

const MAX_ROWS = 40
const MAX_CELL = 40

/** Collects the rows of a stream of batches that are to be shown. */
export class TablePrinter {
  readonly #names: readonly string[]
  readonly #rows: Record<string, unknown>[] = []
  readonly #maxRows: number
  #count = 0

  constructor(names: readonly string[], maxRows = MAX_ROWS) {
    this.#names = names
    this.#maxRows = maxRows
  }

  add(batch: RecordBatch): void {
    this.#count += batch.numRows
    const room = this.#maxRows - this.#rows.length
    if (room > 0) this.#rows.push(...tableToRows(new Table(batch.slice(0, room)), { json: true }))
  }

  /** The table as text. */
  toString(): string {
    const rows = this.#rows.map((row) => this.#names.map((name) => cell(row[name])))
    const isNumber = this.#names.map((name) => this.#rows.some((row) => typeof row[name] === 'number'))
    const widths = this.#names.map((name, i) => Math.max(cell(name).length, ...rows.map((row) => row[i]?.length ?? 0)))
    const line = (cells: readonly string[]): string =>
      cells
        .map((text, i) => (isNumber[i] ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0)))
        .join('  ')
        .trimEnd()
    const rule = widths.map((width) => '-'.repeat(width)).join('  ')
    const rest = this.#count - this.#rows.length
    const end =
      rest > 0 ? `… and ${grouped(rest)} more rows` : `${grouped(this.#count)} row${this.#count === 1 ? '' : 's'}`
    return `${[line(this.#names.map(cell)), rule, ...rows.map(line), end].join('\n')}\n`
  }
}

/** A count with its digits in groups of three. */
export const grouped = (count: number): string => count.toLocaleString('en-US')

function cell(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not reach a terminal
  const safe = text.replace(/[\x00-\x1f\x7f-\x9f]/g, ' ')
  return safe.length > MAX_CELL ? `${safe.slice(0, MAX_CELL - 1)}…` : safe
}
