// Row ids for rows that leave their order and come back to it: a task's rows count from its partition index times 2^32,
// so that an id says which task its row came from and orders it among all.

import type { Batch, Column } from '../../functions/column/column.ts'
import { concatBatches } from '../../functions/column/concat.ts'
import { resolveDictionary, takeRows } from '../../functions/column/take.ts'
import { InternalError } from '../../functions/errors.ts'
import { float64, type Schema } from '../../functions/types/type.ts'
import { batchBytes, type MemoryBudget } from './memory-budget.ts'
import type { Operator } from './operators.ts'

/** Row ids of one task: doubles are exact for two million tasks. */
export const PARTITION_ROWS = 2 ** 32

/** Adds the column of row ids. */
export class RowIdOperator implements Operator {
  readonly done = false
  #next: number

  /** @param partitionIndex - Of the task, in its stage. */
  constructor(partitionIndex: number) {
    this.#next = partitionIndex * PARTITION_ROWS
  }

  push({ length, columns }: Batch): Batch {
    const values = new Float64Array(length)
    for (let row = 0; row < length; row++) values[row] = this.#next + row
    this.#next += length
    return { length, columns: [...columns, { storage: 'number', type: float64, length, valid: undefined, values }] }
  }

  finish(): undefined {}
}

/** Gathers all rows that one task gave ids to, and gives them in that order, without their ids. */
export class ReorderOperator implements Operator {
  readonly done = false
  readonly #schema: Schema
  readonly #numbers: number
  readonly #budget: MemoryBudget
  readonly #batches: Batch[] = []
  #rows = 0

  /** @param numbers - The column they are in. */
  constructor(schema: Schema, numbers: number, budget: MemoryBudget) {
    this.#schema = schema
    this.#numbers = numbers
    this.#budget = budget
  }

  push(batch: Batch): undefined {
    this.#batches.push(batch)
    this.#rows += batch.length
    this.#budget.change(batchBytes(batch), `${this.#rows} rows to put back in order`)
  }

  finish(): Batch | undefined {
    if (this.#batches.length === 0) return undefined
    const { length, columns } = concatBatches(
      this.#batches,
      this.#schema.map(({ type }) => type),
    )
    const positions = positionsById(columns[this.#numbers], length)
    const others = columns.toSpliced(this.#numbers, 1)
    return { length, columns: others.map((column) => takeRows(resolveDictionary(column), positions, length)) }
  }
}

/** Where each row of the result stands. All rows come back: no id is missing, none comes twice. */
function positionsById(numbers: Column | undefined, length: number): Int32Array {
  const positions = new Int32Array(length).fill(-1)
  if (numbers?.storage === 'number') {
    for (let row = 0; row < length; row++) positions[(numbers.values[row] ?? 0) % PARTITION_ROWS] = row
  }
  if (positions.includes(-1)) throw new InternalError('Cannot put rows back in order: some did not come back')
  return positions
}
