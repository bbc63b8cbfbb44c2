// Dealing rows among the tasks of the next stage: each row's share follows from its keys, rows of one share keep their
// order, and small runs are collected until they are worth a batch. How shares travel is not known here.

import type { Bound } from '../../functions/bind/bound.ts'
import type { Batch, Column } from '../../functions/column/column.ts'
import { concatBatches } from '../../functions/column/concat.ts'
import { resolveDictionary } from '../../functions/column/take.ts'
import type { Schema } from '../../functions/types/type.ts'
import type { ExchangeOp } from '../program/program.ts'
import { hashRows } from './keys/row-hash.ts'
import { batchBytes, type MemoryBudget } from './memory-budget.ts'
import { ORIGIN } from './number-rows.ts'
import { dealRows } from './partition-rows.ts'
import { PreparedBatch, selectRows } from './prepared-batch.ts'
import { Projection } from './projection.ts'

/** Rows for one task of the next stage. */
export interface DealtBatch {
  readonly share: number
  readonly batch: Batch
}

/** Rows of one share that make a batch, and those waiting in all shares. */
const BATCH_ROWS = 4096
const WAITING_ROWS = 262_144

export class CompiledExchange {
  readonly shares: number
  readonly schema: Schema
  readonly #by: ExchangeOp['by']
  readonly #keys: Projection

  constructor(schema: Schema, { by, shares }: ExchangeOp, keys: readonly Bound[]) {
    this.schema = schema
    this.shares = shares
    this.#by = by
    this.#keys = new Projection(keys)
  }

  /**
   * The share of each row.
   *
   * @param firstRow - Rows of the task before this batch.
   */
  sharesOf(batch: Batch, firstRow: number): Int32Array {
    const { columns } = this.#keys.run(PreparedBatch.of(batch, firstRow), undefined)
    const shares = this.#by === 'hash' ? hashRows(columns, batch.length) : originsOf(columns[0], batch.length)
    for (let row = 0; row < shares.length; row++) shares[row] = ((shares[row] ?? 0) >>> 0) % this.shares
    return shares
  }
}

function originsOf(numbers: Column | undefined, length: number): Int32Array {
  const origins = new Int32Array(length)
  if (numbers?.storage !== 'number') return origins
  for (let row = 0; row < length; row++) origins[row] = Math.floor((numbers.values[row] ?? 0) / ORIGIN)
  return origins
}

/** One run of an exchange. */
export class Exchange {
  readonly #compiled: CompiledExchange
  readonly #budget: MemoryBudget
  readonly #waiting: { batches: Batch[]; rows: number; bytes: number }[]
  readonly #enough: number
  #rows = 0

  constructor(compiled: CompiledExchange, budget: MemoryBudget) {
    this.#compiled = compiled
    this.#budget = budget
    this.#waiting = Array.from({ length: compiled.shares }, () => ({ batches: [], rows: 0, bytes: 0 }))
    this.#enough = Math.max(1, Math.min(BATCH_ROWS, Math.floor(WAITING_ROWS / compiled.shares)))
  }

  /** Deals a batch out; gives what has become worth sending. The batch's memory is free afterwards. */
  *push(batch: Batch): Generator<DealtBatch> {
    const { shares } = this.#compiled
    const { rows, starts } = dealRows(this.#compiled.sharesOf(batch, this.#rows), shares, batch.length)
    this.#rows += batch.length
    for (let share = 0; share < shares; share++) {
      const own = rows.subarray(starts[share], starts[share + 1])
      if (own.length > 0) this.#add(share, takeBatch(batch, own))
      if ((this.#waiting[share]?.rows ?? 0) >= this.#enough) yield this.#take(share)
    }
  }

  /** Gives what is left. */
  *finish(): Generator<DealtBatch> {
    for (let share = 0; share < this.#waiting.length; share++) {
      if ((this.#waiting[share]?.rows ?? 0) > 0) yield this.#take(share)
    }
  }

  #add(share: number, batch: Batch): void {
    const waiting = this.#waiting[share]
    if (waiting === undefined) return
    const bytes = batchBytes(batch)
    waiting.batches.push(batch)
    waiting.rows += batch.length
    waiting.bytes += bytes
    this.#budget.change(bytes, 'rows to deal out')
  }

  #take(share: number): DealtBatch {
    const { batches = [], bytes = 0 } = this.#waiting[share] ?? {}
    this.#waiting[share] = { batches: [], rows: 0, bytes: 0 }
    this.#budget.change(-bytes, 'rows to deal out')
    const types = this.#compiled.schema.map(({ type }) => type)
    return { share, batch: concatBatches(batches, types) }
  }
}

function takeBatch(batch: Batch, positions: Int32Array): Batch {
  const selection = { positions, count: positions.length }
  return {
    length: positions.length,
    columns: batch.columns.map((column) => resolveDictionary(selectRows(column, selection))),
  }
}
