// A batch as a stage's loops share it: each column prepared once, derived columns kept, rows traced back to where they
// came from for error messages.

import type { Batch, Column } from '../../functions/column/column.ts'
import { resolveDictionary, takeRows } from '../../functions/column/take.ts'
import { takeValues } from '../../functions/column/take-values.ts'
import { InternalError } from '../../functions/errors.ts'
import { type PreparedInput, prepareInput } from './inputs.ts'

/** Rows chosen by a filter: the first `count` entries of `positions`. */
export interface Selection {
  readonly positions: Int32Array
  readonly count: number
}

export class PreparedBatch {
  readonly length: number
  /** Prepared columns by their index; what generated loops know as `x`. */
  readonly inputs = new Map<number, PreparedInput>()
  readonly #source: (index: number) => Column | undefined
  readonly #row: (row: number) => number
  readonly #columns = new Map<number, Column>()

  /**
   * @param source - The columns, by index.
   * @param row - The row of the partition that a row of the batch is.
   */
  constructor(length: number, source: (index: number) => Column | undefined, row: (row: number) => number = (i) => i) {
    this.length = length
    this.#source = source
    this.#row = row
  }

  /** @param firstRow - Rows of the partition before this batch. */
  static of(batch: Batch, firstRow = 0): PreparedBatch {
    return new PreparedBatch(
      batch.length,
      (index) => batch.columns[index],
      (row) => firstRow + row,
    )
  }

  /** The row of the partition that row `row` of the batch is. */
  rowOfPartition(row: number): number {
    return this.#row(row)
  }

  column(index: number): Column {
    let column = this.#columns.get(index)
    if (column === undefined) {
      column = this.#source(index)
      if (column === undefined) throw new InternalError(`A batch has no column ${index}`)
      this.#columns.set(index, column)
    }
    return column
  }

  /** Keeps a column that was computed from others under an index of its own; `make` is called once. */
  derive(index: number, make: () => Column): void {
    if (!this.#columns.has(index)) this.#columns.set(index, make())
  }

  input(index: number): PreparedInput {
    let prepared = this.inputs.get(index)
    if (prepared === undefined) {
      prepared = prepareInput(this.column(index))
      this.inputs.set(index, prepared)
    }
    return prepared
  }

  /** The same rows without dictionaries. */
  plain(): PreparedBatch {
    return new PreparedBatch(this.length, (index) => resolveDictionary(this.column(index)), this.#row)
  }

  /** The selected rows as a batch of their own; columns are gathered when they are asked for. */
  compact(selection: Selection): PreparedBatch {
    return new PreparedBatch(
      selection.count,
      (index) => selectRows(this.column(index), selection),
      (row) => this.#row(selection.positions[row] ?? 0),
    )
  }
}

/** The selected rows of a column; a dictionary stays one. */
export function selectRows(column: Column, { positions, count }: Selection): Column {
  if (column.storage !== 'dictionary') return takeRows(column, positions, count)
  const { codes, valid } = column
  return {
    ...column,
    length: count,
    codes: takeValues(codes, positions, count),
    valid: valid && takeValues(valid, positions, count),
  }
}
