// Numbers for rows that leave their order and come back to it: a task's rows count from its place in the stage times
// 2^32, so that a number says where its row came from and orders it among all.

import type { Batch, Column } from '../../functions/column/column.ts'
import { concatBatches } from '../../functions/column/concat.ts'
import { resolveDictionary, takeRows } from '../../functions/column/take.ts'
import { InternalError } from '../../functions/errors.ts'
import { float64, type Schema } from '../../functions/types/type.ts'
import { batchBytes, type MemoryBudget } from './memory-budget.ts'
import type { Operator } from './operators.ts'

/** Numbers of one task: doubles are exact for two million tasks. */
export const ORIGIN = 2 ** 32

/** Adds the column of numbers. */
export class NumberOperator implements Operator {
  readonly satisfied = false
  #next: number

  /** @param origin - The task's place in its stage. */
  constructor(origin: number) {
    this.#next = origin * ORIGIN
  }

  push({ length, columns }: Batch): Batch {
    const values = new Float64Array(length)
    for (let row = 0; row < length; row++) values[row] = this.#next + row
    this.#next += length
    return { length, columns: [...columns, { storage: 'number', type: float64, length, valid: undefined, values }] }
  }

  finish(): undefined {}
}

/** Gathers all rows that one task numbered and gives them in that order, without their numbers. */
export class RestoreOperator implements Operator {
  readonly satisfied = false
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
    const positions = placesOf(columns[this.#numbers], length)
    const others = columns.toSpliced(this.#numbers, 1)
    return { length, columns: others.map((column) => takeRows(resolveDictionary(column), positions, length)) }
  }
}

/** Where each row of the result stands. All rows come back: their numbers leave nothing out and say nothing twice. */
function placesOf(numbers: Column | undefined, length: number): Int32Array {
  const positions = new Int32Array(length).fill(-1)
  if (numbers?.storage === 'number') {
    for (let row = 0; row < length; row++) positions[(numbers.values[row] ?? 0) % ORIGIN] = row
  }
  if (positions.includes(-1)) throw new InternalError('Cannot put rows back in order: some did not come back')
  return positions
}
