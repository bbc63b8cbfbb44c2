// Repartitioning rows over the tasks of the next stage: each row's partition follows from its keys, rows of one partition
// keep their order, and small runs are collected until they are worth a batch. How partitions travel is not known here.

import type { Bound } from '../../functions/bind/bound.ts'
import type { Batch, Column } from '../../functions/column/column.ts'
import { concatBatches } from '../../functions/column/concat.ts'
import { resolveDictionary } from '../../functions/column/take.ts'
import type { Schema } from '../../functions/types/type.ts'
import type { ExchangeOp } from '../program/program.ts'
import { hashRows } from './keys/row-hash.ts'
import { batchBytes, type MemoryBudget } from './memory-budget.ts'
import { partitionRows } from './partition-rows.ts'
import { PreparedBatch, selectRows } from './prepared-batch.ts'
import { Projection } from './projection.ts'
import { PARTITION_ROWS } from './row-ids.ts'

/** Rows for one task of the next stage. */
export interface PartitionedBatch {
  readonly partition: number
  readonly batch: Batch
}

/** Rows of one partition that make a batch, and those waiting in all partitions. */
const BATCH_ROWS = 4096
const WAITING_ROWS = 262_144

export class CompiledExchange {
  readonly partitions: number
  readonly schema: Schema
  readonly #by: ExchangeOp['by']
  readonly #keys: Projection

  constructor(schema: Schema, { by, partitions }: ExchangeOp, keys: readonly Bound[]) {
    this.schema = schema
    this.partitions = partitions
    this.#by = by
    this.#keys = new Projection(keys)
  }

  /**
   * The partition of each row.
   *
   * @param firstRow - Rows of the task before this batch.
   */
  partitionsOf(batch: Batch, firstRow: number): Int32Array {
    const { columns } = this.#keys.run(PreparedBatch.of(batch, firstRow), undefined)
    const partitions =
      this.#by === 'hash' ? hashRows(columns, batch.length) : sourcePartitionsOf(columns[0], batch.length)
    for (let row = 0; row < partitions.length; row++) partitions[row] = ((partitions[row] ?? 0) >>> 0) % this.partitions
    return partitions
  }
}

function sourcePartitionsOf(numbers: Column | undefined, length: number): Int32Array {
  const sourcePartitions = new Int32Array(length)
  if (numbers?.storage !== 'number') return sourcePartitions
  for (let row = 0; row < length; row++) sourcePartitions[row] = Math.floor((numbers.values[row] ?? 0) / PARTITION_ROWS)
  return sourcePartitions
}

/** One run of an exchange. */
export class Exchange {
  readonly #compiled: CompiledExchange
  readonly #budget: MemoryBudget
  readonly #waiting: { batches: Batch[]; rows: number; bytes: number }[]
  readonly #batchRows: number
  #rows = 0

  constructor(compiled: CompiledExchange, budget: MemoryBudget) {
    this.#compiled = compiled
    this.#budget = budget
    this.#waiting = Array.from({ length: compiled.partitions }, () => ({ batches: [], rows: 0, bytes: 0 }))
    this.#batchRows = Math.max(1, Math.min(BATCH_ROWS, Math.floor(WAITING_ROWS / compiled.partitions)))
  }

  /** Deals a batch out; gives what has become worth sending. The batch's memory is free afterwards. */
  *push(batch: Batch): Generator<PartitionedBatch> {
    const { partitions } = this.#compiled
    const { rows, starts } = partitionRows(this.#compiled.partitionsOf(batch, this.#rows), partitions, batch.length)
    this.#rows += batch.length
    for (let partition = 0; partition < partitions; partition++) {
      const own = rows.subarray(starts[partition], starts[partition + 1])
      if (own.length > 0) this.#add(partition, takeBatch(batch, own))
      if ((this.#waiting[partition]?.rows ?? 0) >= this.#batchRows) yield this.#take(partition)
    }
  }

  /** Gives what is left. */
  *finish(): Generator<PartitionedBatch> {
    for (let partition = 0; partition < this.#waiting.length; partition++) {
      if ((this.#waiting[partition]?.rows ?? 0) > 0) yield this.#take(partition)
    }
  }

  #add(partition: number, batch: Batch): void {
    const waiting = this.#waiting[partition]
    if (waiting === undefined) return
    const bytes = batchBytes(batch)
    waiting.batches.push(batch)
    waiting.rows += batch.length
    waiting.bytes += bytes
    this.#budget.change(bytes, 'rows to repartition')
  }

  #take(partition: number): PartitionedBatch {
    const { batches = [], bytes = 0 } = this.#waiting[partition] ?? {}
    this.#waiting[partition] = { batches: [], rows: 0, bytes: 0 }
    this.#budget.change(-bytes, 'rows to repartition')
    const types = this.#compiled.schema.map(({ type }) => type)
    return { partition, batch: concatBatches(batches, types) }
  }
}

function takeBatch(batch: Batch, positions: Int32Array): Batch {
  const selection = { positions, count: positions.length }
  return {
    length: positions.length,
    columns: batch.columns.map((column) => resolveDictionary(selectRows(column, selection))),
  }
}
