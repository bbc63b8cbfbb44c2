// One task from its bytes to the last byte of its result: decode under the worker context, revive functions, compile,
// batches through the pipeline, Arrow stream out. Runs in workers, and in this process for the in-process backend.

import { RecordBatchReader } from 'apache-arrow'
import { fromRecordBatch } from '../functions/column/arrow.ts'
import type { Batch } from '../functions/column/column.ts'
import { sliceBatch } from '../functions/column/slice.ts'
import { fromArrowSchema } from '../functions/types/arrow.ts'
import { BatchEncoder } from './batch-encoder.ts'
import type { CodecContext } from './codec/context.ts'
import { prepareProgram } from './codec/prepare.ts'
import { decodeTask } from './codec/task-codec.ts'
import { Pipeline } from './engine/pipeline.ts'
import { readPartition } from './source/source.ts'
import type { Task } from './task.ts'
import type { TaskIo, TaskReport } from './worker/task-io.ts'

/** Rows of one record batch in results. */
const BATCH_ROWS = 65_536

/**
 * Runs an encoded task.
 *
 * @param context - What the task is decoded under. Default: the worker context, else the global one.
 */
export async function runTask(bytes: Uint8Array, io: TaskIo, context?: CodecContext): Promise<TaskReport> {
  const task = decodeTask(bytes, context)
  const pipeline = new Pipeline(task.source.schema, await prepareProgram(task.program))
  const output = new TaskOutput(task, pipeline, io)
  await output.start()
  for await (const batch of readBatches(task, io)) {
    output.read(batch.length)
    const result = pipeline.push(batch)
    if (result !== undefined) await output.write(result)
    io.signal.throwIfAborted()
    if (pipeline.satisfied) break
  }
  for (const result of pipeline.finish()) await output.write(result)
  return output.end()
}

/** The task's input as batches. */
async function* readBatches({ source }: Task, io: TaskIo): AsyncGenerator<Batch> {
  if (source.kind === 'partition') {
    const { spec, partition, columns, schema } = source
    for await (const batch of readPartition(spec, partition, { columns, dictionaries: 'keep', signal: io.signal })) {
      yield fromRecordBatch(batch, schema)
    }
    return
  }
  for await (const reader of RecordBatchReader.readAll(io.input)) {
    for await (const batch of reader) yield fromRecordBatch(batch, fromArrowSchema(batch.schema))
  }
}

/** Encodes results and counts what goes by. */
class TaskOutput {
  readonly #encoder: BatchEncoder
  readonly #task: Task
  readonly #io: TaskIo
  #rows = 0
  #batches = 0
  #rowsRead = 0

  constructor(task: Task, pipeline: Pipeline, io: TaskIo) {
    this.#task = task
    this.#io = io
    this.#encoder = new BatchEncoder(pipeline.schema)
  }

  async start(): Promise<void> {
    const chunks = this.#encoder.start()
    if (this.#task.writes.start) await this.#io.write(chunks)
  }

  read(rows: number): void {
    this.#rowsRead += rows
    this.#progress()
  }

  async write(batch: Batch): Promise<void> {
    for (let start = 0; start < batch.length; start += BATCH_ROWS) {
      const part = sliceBatch(batch, start, Math.min(batch.length, start + BATCH_ROWS))
      this.#rows += part.length
      this.#batches++
      await this.#io.write(this.#encoder.batch(part))
      this.#io.signal.throwIfAborted()
    }
    this.#progress()
  }

  async end(): Promise<TaskReport> {
    const chunks = this.#encoder.end()
    if (this.#task.writes.end) await this.#io.write(chunks)
    return this.#report()
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
