// The operators of a pipeline. Each takes batches as they come and hands on what is ready; what needs all rows hands on
// at the end.

import type { Batch } from '../../functions/column/column.ts'
import { sliceBatch } from '../../functions/column/slice.ts'
import type { Schema } from '../../functions/types/type.ts'
import { Aggregation, type CompiledAggregation } from './aggregate/aggregate.ts'
import type { Filter } from './filter.ts'
import { inStep } from './in-step.ts'
import { batchBytes, type MemoryBudget } from './memory-budget.ts'
import { PreparedBatch, selectRows } from './prepared-batch.ts'
import type { Projection } from './projection.ts'
import { type SortKey, sortBatches } from './sort/sort.ts'
import { TopRows } from './sort/top-rows.ts'

export interface Operator {
  /** What the input gives at once; undefined when nothing is ready. */
  push(batch: Batch): Batch | undefined
  /** What is left when the input has ended, at once or batch by batch. */
  finish(): Batch | Iterable<Batch> | undefined
  /** True once no further input can change the result. */
  readonly done: boolean
  /** A batch that `push` gave is not read any more. */
  recycle?(batch: Batch): void
}

/** Filter and projection in one pass; without a projection the columns stay as they are. */
export class SelectOperator implements Operator {
  readonly done = false
  readonly #filter: Filter | undefined
  readonly #projection: Projection | undefined
  #rows = 0

  constructor(filter: Filter | undefined, projection: Projection | undefined) {
    this.#filter = filter
    this.#projection = projection
  }

  push(batch: Batch): Batch | undefined {
    const prepared = PreparedBatch.of(batch, this.#rows)
    this.#rows += batch.length
    let selection = inStep('filter', () => this.#filter?.select(prepared))
    if (selection?.count === 0) return undefined
    // Every row passed: reading rows in order is cheaper than through their positions.
    if (selection?.count === batch.length) selection = undefined
    const projection = this.#projection
    if (projection !== undefined) return inStep('computed column', () => projection.run(prepared, selection))
    if (selection === undefined) return batch
    const chosen = selection
    return { length: chosen.count, columns: batch.columns.map((column) => selectRows(column, chosen)) }
  }

  finish(): undefined {}

  recycle(batch: Batch): void {
    this.#projection?.recycle(batch)
  }
}

export class AggregateOperator implements Operator {
  readonly done = false
  readonly #filter: Filter | undefined
  readonly #aggregation: Aggregation
  readonly #budget: MemoryBudget
  #held = 0
  #rows = 0

  constructor(filter: Filter | undefined, compiled: CompiledAggregation, budget: MemoryBudget) {
    this.#filter = filter
    this.#aggregation = new Aggregation(compiled)
    this.#budget = budget
  }

  push(batch: Batch): undefined {
    const prepared = PreparedBatch.of(batch, this.#rows)
    this.#rows += batch.length
    const selection = inStep('filter', () => this.#filter?.select(prepared))
    if (selection?.count === 0) return
    inStep('aggregation', () => this.#aggregation.add(prepared, selection))
    const { byteLength, holds } = this.#aggregation
    this.#budget.change(byteLength - this.#held, holds)
    this.#held = byteLength
  }

  finish(): Batch {
    return inStep('aggregation', () => this.#aggregation.finish())
  }
}

/** Sorts all rows. */
export class SortOperator implements Operator {
  readonly done = false
  readonly #schema: Schema
  readonly #keys: readonly SortKey[]
  readonly #budget: MemoryBudget
  readonly #batches: Batch[] = []
  #rows = 0

  constructor(schema: Schema, keys: readonly SortKey[], budget: MemoryBudget) {
    this.#schema = schema
    this.#keys = keys
    this.#budget = budget
  }

  push(batch: Batch): undefined {
    this.#batches.push(batch)
    this.#rows += batch.length
    this.#budget.change(batchBytes(batch), `${this.#rows} rows to sort`)
  }

  finish(): Batch | undefined {
    if (this.#batches.length === 0) return undefined
    const types = this.#schema.map((field) => field.type)
    return inStep('sort key', () => sortBatches(this.#batches, types, this.#keys))
  }
}

/** Sorts, and keeps the first rows alone. */
export class TopOperator implements Operator {
  readonly done = false
  readonly #top: TopRows
  readonly #budget: MemoryBudget
  #held = 0

  constructor(schema: Schema, keys: readonly SortKey[], limit: number, budget: MemoryBudget) {
    const types = schema.map((field) => field.type)
    this.#top = new TopRows(types, keys, limit)
    this.#budget = budget
  }

  push(batch: Batch): undefined {
    inStep('sort key', () => this.#top.push(batch))
    const { byteLength, rows } = this.#top
    this.#budget.change(byteLength - this.#held, `${rows} rows to sort`)
    this.#held = byteLength
  }

  finish(): Batch | undefined {
    return this.#top.rows === 0 ? undefined : this.#top.finish()
  }
}

export class LimitOperator implements Operator {
  #skip: number
  #left: number

  constructor(offset: number, count: number) {
    this.#skip = offset
    this.#left = count
  }

  get done(): boolean {
    return this.#left === 0
  }

  push(batch: Batch): Batch | undefined {
    const start = Math.min(this.#skip, batch.length)
    const end = Math.min(batch.length, start + this.#left)
    this.#skip -= start
    this.#left -= end - start
    return end > start ? sliceBatch(batch, start, end) : undefined
  }

  finish(): undefined {}
}
