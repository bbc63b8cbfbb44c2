// Numbers for rows that leave their order and come back to it: a task's rows count from its place in the stage times
// 2^32, so that a number says where its row came from and orders it among all.

import type { Batch } from '../../functions/column/column.ts'
import { float64, type Schema } from '../../functions/types/type.ts'
import type { MemoryBudget } from './memory-budget.ts'
import { type Operator, SortOperator } from './operators.ts'
import type { SortKey } from './sort.ts'

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

/** Gathers all rows and gives them in the order of their numbers, without these. */
export class RestoreOperator implements Operator {
  readonly satisfied = false
  readonly #sort: SortOperator
  readonly #column: number

  /** @param column - Where the numbers are. */
  constructor(schema: Schema, column: number, number: SortKey, budget: MemoryBudget) {
    this.#sort = new SortOperator(schema, [number], budget)
    this.#column = column
  }

  push(batch: Batch): undefined {
    this.#sort.push(batch)
  }

  finish(): Batch | undefined {
    const sorted = this.#sort.finish()
    return sorted && { length: sorted.length, columns: sorted.columns.toSpliced(this.#column, 1) }
  }
}
