// Whether two engines gave the same result. Runs before anything is timed: a ratio between different answers is worthless.

import type { CellColumn, Cells } from './cells.ts'

export interface EqualityOptions {
  /** `any`: the engines may give the rows in any order. */
  readonly order: 'same' | 'any'
  /** Largest relative difference of two numbers. Sums differ by the order of their terms. */
  readonly tolerance: number
}

/** What differs, in words; undefined when nothing does. */
export function difference(expected: Cells, actual: Cells, options: EqualityOptions): string | undefined {
  if (expected.rows !== actual.rows) return `${actual.rows} rows instead of ${expected.rows}`
  if (expected.columns.length !== actual.columns.length) {
    return `${actual.columns.length} columns instead of ${expected.columns.length}`
  }
  const orders = options.order === 'same' ? undefined : [rowOrder(expected), rowOrder(actual)]
  for (const [at, column] of expected.columns.entries()) {
    const other = actual.columns[at] as CellColumn
    for (let i = 0; i < expected.rows; i++) {
      const [a, b] = [orders?.[0]?.[i] ?? i, orders?.[1]?.[i] ?? i]
      if (isNull(column, a) !== isNull(other, b) || !near(cell(column, a), cell(other, b), options.tolerance)) {
        return `column ${at}, row ${i}: ${shown(other, b)} instead of ${shown(column, a)}`
      }
    }
  }
  return undefined
}

/** Rows ordered by their cells, columns from the left. */
function rowOrder({ rows, columns }: Cells): Uint32Array {
  const order = Uint32Array.from({ length: rows }, (_, i) => i)
  return order.sort((a, b) => {
    for (const column of columns) {
      const nulls = Number(isNull(column, a)) - Number(isNull(column, b))
      if (nulls !== 0) return nulls
      const numbers = cell(column, a) - cell(column, b)
      if (numbers !== 0) return numbers
    }
    return 0
  })
}

const isNull = ({ valid }: CellColumn, row: number): boolean => valid !== undefined && valid[row] === 0
const cell = ({ values }: CellColumn, row: number): number => values[row] ?? 0
const shown = (column: CellColumn, row: number): string => (isNull(column, row) ? 'null' : String(cell(column, row)))

function near(a: number, b: number, tolerance: number): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true
  return Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b))
}
