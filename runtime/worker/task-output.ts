// The output of a task: result batches as one Arrow stream, or partitioned among the tasks of the next stage as a stream for
// each. It counts what it writes.

import type { Batch } from '../../functions/column/column.ts'
import { cutBatch } from '../../functions/column/slice.ts'
import type { Schema } from '../../functions/types/type.ts'
import { frameHeader } from '../codec/partition-frames.ts'
import type { DecodedTask } from '../codec/task-codec.ts'
import { BatchEncoder } from '../data/batch-encoder.ts'
import { type CompiledExchange, Exchange } from '../engine/exchange.ts'
import type { MemoryBudget } from '../engine/memory-budget.ts'
import type { StreamEnds } from '../program/task.ts'
import type { TaskIo, TaskReport } from './task-io.ts'

/** Chunks that share the memory of a batch: they must be written before the iteration goes on. */
type Chunks = Iterable<readonly Uint8Array[]>

interface Sink {
  start(): Chunks
  batch(batch: Batch): Chunks
  end(): Chunks
}

/** One Arrow stream, with the ends that the task is to write. */
class StreamSink implements Sink {
  readonly #encoder: BatchEncoder
  readonly #writes: StreamEnds

  constructor(schema: Schema, writes: StreamEnds) {
    this.#encoder = new BatchEncoder(schema)
    this.#writes = writes
  }

  *start(): Chunks {
    const chunks = this.#encoder.start()
    if (this.#writes.start) yield chunks
  }

  *batch(batch: Batch): Chunks {
    yield this.#encoder.batch(batch)
  }

  *end(): Chunks {
    const chunks = this.#encoder.end()
    if (this.#writes.end) yield chunks
  }
}

/** An Arrow stream for each partition that rows are partitioned to. */
class PartitionedSink implements Sink {
  readonly #schema: Schema
  readonly #exchange: Exchange
  readonly #encoders = new Map<number, BatchEncoder>()

  constructor(schema: Schema, exchange: Exchange) {
    this.#schema = schema
    this.#exchange = exchange
  }

  *start(): Chunks {}

  *batch(batch: Batch): Chunks {
    for (const partitioned of this.#exchange.push(batch)) yield this.#encode(partitioned.partition, partitioned.batch)
  }

  *end(): Chunks {
    for (const partitioned of this.#exchange.finish()) yield this.#encode(partitioned.partition, partitioned.batch)
    for (const [partition, encoder] of this.#encoders) yield framed(partition, encoder.end())
  }

  #encode(partition: number, batch: Batch): readonly Uint8Array[] {
    const known = this.#encoders.get(partition)
    if (known !== undefined) return framed(partition, known.batch(batch))
    const encoder = new BatchEncoder(this.#schema)
    this.#encoders.set(partition, encoder)
    return framed(partition, [...encoder.start(), ...encoder.batch(batch)])
  }
}

function framed(partition: number, chunks: readonly Uint8Array[]): readonly Uint8Array[] {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  return [frameHeader(partition, length), ...chunks]
}

/** What a task writes, and the counts it reports. */
export class TaskOutput {
  readonly #sink: Sink
  readonly #task: DecodedTask
  readonly #io: TaskIo
  #rows = 0
  #batches = 0
  #rowsRead = 0

  constructor(
    task: DecodedTask,
    { schema, exchange }: { readonly schema: Schema; readonly exchange: CompiledExchange | undefined },
    io: TaskIo,
    budget: MemoryBudget,
  ) {
    this.#task = task
    this.#io = io
    this.#sink =
      exchange === undefined
        ? new StreamSink(schema, task.writes)
        : new PartitionedSink(schema, new Exchange(exchange, budget))
  }

  async start(): Promise<void> {
    await this.#send(this.#sink.start())
  }

  read(rows: number): void {
    this.#rowsRead += rows
    this.#progress()
  }

  async write(batch: Batch): Promise<void> {
    for (const piece of cutBatch(batch)) {
      this.#rows += piece.length
      this.#batches++
      await this.#send(this.#sink.batch(piece))
    }
    this.#progress()
  }

  async end(): Promise<TaskReport> {
    await this.#send(this.#sink.end())
    return this.#report()
  }

  async #send(chunks: Chunks): Promise<void> {
    for (const some of chunks) {
      await this.#io.write(some)
      this.#io.signal.throwIfAborted()
    }
  }

  #progress(): void {
    this.#io.progress(this.#report())
  }

  #report(): TaskReport {
    const { source } = this.#task
    const total = source.kind === 'partition' ? source.partition.rows : undefined
    return {
      rows: this.#rows,
      batches: this.#batches,
      rowsRead: this.#rowsRead,
      ...(total === undefined ? {} : { rowsTotal: total }),
    }
  }
}
