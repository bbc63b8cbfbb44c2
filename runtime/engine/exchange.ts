// Dealing rows among the tasks of the next stage: each row's part follows from its keys, rows of one part keep their
// order, and small runs are collected until they are worth a batch. How parts travel is not known here.

import type { Bound } from '../../functions/bind/bound.ts'
import type { Batch, Column } from '../../functions/column/column.ts'
import { concatBatches } from '../../functions/column/concat.ts'
import { resolveDictionary } from '../../functions/column/take.ts'
import type { Schema } from '../../functions/types/type.ts'
import type { ExchangeOp } from '../program/program.ts'
import { batchBytes, type MemoryBudget } from './memory-budget.ts'
import { ORIGIN } from './number-rows.ts'
import { PreparedBatch, selectRows } from './prepared-batch.ts'
import { Projection } from './projection.ts'
import { hashRows } from './row-hash.ts'

/** Rows for one task of the next stage. */
export interface DealtBatch {
  readonly part: number
  readonly batch: Batch
}

/** Rows of one part that make a batch, and those waiting in all parts. */
const BATCH_ROWS = 16_384
const WAITING_ROWS = 262_144

export class CompiledExchange {
  readonly parts: number
  readonly schema: Schema
  readonly #by: ExchangeOp['by']
  readonly #keys: Projection

  constructor(schema: Schema, { by, parts }: ExchangeOp, keys: readonly Bound[]) {
    this.schema = schema
    this.parts = parts
    this.#by = by
    this.#keys = new Projection(keys)
  }

  /** The part of each row. */
  partsOf(batch: Batch): Int32Array {
    const { columns } = this.#keys.run(PreparedBatch.of(batch), undefined)
    const parts = this.#by === 'hash' ? hashRows(columns, batch.length) : originsOf(columns[0], batch.length)
    for (let row = 0; row < parts.length; row++) parts[row] = ((parts[row] ?? 0) >>> 0) % this.parts
    return parts
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

  constructor(compiled: CompiledExchange, budget: MemoryBudget) {
    this.#compiled = compiled
    this.#budget = budget
    this.#waiting = Array.from({ length: compiled.parts }, () => ({ batches: [], rows: 0, bytes: 0 }))
    this.#enough = Math.max(1, Math.min(BATCH_ROWS, Math.floor(WAITING_ROWS / compiled.parts)))
  }

  /** Deals a batch out; gives what has become worth sending. The batch's memory is free afterwards. */
  *push(batch: Batch): Generator<DealtBatch> {
    const { parts } = this.#compiled
    const partsOf = this.#compiled.partsOf(batch)
    const ends = new Int32Array(parts + 1)
    for (let row = 0; row < batch.length; row++) {
      const next = (partsOf[row] ?? 0) + 1
      ends[next] = (ends[next] ?? 0) + 1
    }
    for (let part = 0; part < parts; part++) ends[part + 1] = (ends[part + 1] ?? 0) + (ends[part] ?? 0)
    const places = ends.slice()
    const positions = new Int32Array(batch.length)
    for (let row = 0; row < batch.length; row++) {
      const part = partsOf[row] ?? 0
      const place = places[part] ?? 0
      positions[place] = row
      places[part] = place + 1
    }
    for (let part = 0; part < parts; part++) {
      const own = positions.subarray(ends[part], ends[part + 1])
      if (own.length > 0) this.#add(part, takeBatch(batch, own))
      if ((this.#waiting[part]?.rows ?? 0) >= this.#enough) yield this.#take(part)
    }
  }

  /** Gives what is left. */
  *finish(): Generator<DealtBatch> {
    for (let part = 0; part < this.#waiting.length; part++) {
      if ((this.#waiting[part]?.rows ?? 0) > 0) yield this.#take(part)
    }
  }

  #add(part: number, batch: Batch): void {
    const waiting = this.#waiting[part]
    if (waiting === undefined) return
    const bytes = batchBytes(batch)
    waiting.batches.push(batch)
    waiting.rows += batch.length
    waiting.bytes += bytes
    this.#budget.change(bytes, 'rows to deal out')
  }

  #take(part: number): DealtBatch {
    const { batches = [], bytes = 0 } = this.#waiting[part] ?? {}
    this.#waiting[part] = { batches: [], rows: 0, bytes: 0 }
    this.#budget.change(-bytes, 'rows to deal out')
    const types = this.#compiled.schema.map(({ type }) => type)
    return { part, batch: concatBatches(batches, types) }
  }
}

function takeBatch(batch: Batch, positions: Int32Array): Batch {
  const selection = { positions, count: positions.length }
  return {
    length: positions.length,
    columns: batch.columns.map((column) => resolveDictionary(selectRows(column, selection))),
  }
}
