// The output of a task: result batches as one Arrow stream, partitioned among the tasks of the next stage as a stream for
// each, or files. It counts what it writes.

import type { Batch } from '../../functions/column/column.ts'
import { cutBatch } from '../../functions/column/slice.ts'
import type { Schema } from '../../functions/types/type.ts'
import { frameHeader } from '../codec/partition-frames.ts'
import type { DecodedTask } from '../codec/task-codec.ts'
import { BatchEncoder } from '../data/batch-encoder.ts'
import { type CompiledExchange, Exchange } from '../engine/exchange.ts'
import type { MemoryBudget } from '../engine/memory-budget.ts'
import { span } from '../trace/spans.ts'
import { type AnyChunks, type Chunks, type ResultEncoder, StreamResult } from './result-encoder.ts'
import type { TaskIo, TaskReport } from './task-io.ts'

/** An Arrow stream for each partition that rows are partitioned to. */
class PartitionedResult implements ResultEncoder {
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

/** What comes out of a program. */
interface OutputShape {
  readonly schema: Schema
  readonly exchange: CompiledExchange | undefined
}

/** What a task writes, and the counts it reports. */
export class TaskOutput {
  readonly #encoder: ResultEncoder
  readonly #task: DecodedTask
  readonly #io: TaskIo
  #rows = 0
  #batches = 0
  #rowsRead = 0

  private constructor(task: DecodedTask, io: TaskIo, encoder: ResultEncoder) {
    this.#task = task
    this.#io = io
    this.#encoder = encoder
  }

  /** Begins the output of a task; to be disposed of when the task is over, however it ends. */
  static async start(task: DecodedTask, compiled: OutputShape, io: TaskIo, budget: MemoryBudget): Promise<TaskOutput> {
    const encoder = await encoderFor(task, compiled, budget)
    const output = new TaskOutput(task, io, encoder)
    try {
      await output.#send(encoder.start())
    } catch (error) {
      await output[Symbol.asyncDispose]()
      throw error
    }
    return output
  }

  /** Whether the memory of batches that were written may serve others. */
  get freesBatches(): boolean {
    return this.#encoder.keepsBatches !== true
  }

  read(rows: number): void {
    this.#rowsRead += rows
    this.#progress()
  }

  async write(batch: Batch): Promise<void> {
    for (const piece of cutBatch(batch)) {
      this.#rows += piece.length
      this.#batches++
      await this.#send(this.#encoder.batch(piece))
    }
    this.#progress()
  }

  async end(): Promise<TaskReport> {
    await this.#send(this.#encoder.end())
    return this.#report()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#encoder[Symbol.asyncDispose]?.()
  }

  async #send(chunks: AnyChunks): Promise<void> {
    for await (const some of chunks) {
      using _writing = span(this.#io.trace, 'write')
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

async function encoderFor(
  { sink, partitionIndex, writes }: DecodedTask,
  { schema, exchange }: OutputShape,
  budget: MemoryBudget,
): Promise<ResultEncoder> {
  if (sink !== undefined) {
    const { FilesResult } = await import('./files-result.ts')
    return new FilesResult(sink, schema, partitionIndex, writes)
  }
  return exchange === undefined
    ? new StreamResult(schema, writes)
    : new PartitionedResult(schema, new Exchange(exchange, budget))
}
