// The result of a task that writes files: an Arrow stream with a row for each. Loaded by tasks that have a sink.

import type { Batch } from '../../functions/column/column.ts'
import { cutBatch } from '../../functions/column/slice.ts'
import type { Schema } from '../../functions/types/type.ts'
import type { TaskSink } from '../program/sink.ts'
import type { StreamEnds } from '../program/task.ts'
import { TaskFiles } from '../sink/task-files.ts'
import { taskFileBatch, taskFileSchema } from '../sink/write-report.ts'
import { type ResultEncoder, StreamResult } from './result-encoder.ts'

export class FilesResult implements ResultEncoder {
  readonly keepsBatches = true
  readonly #files: TaskFiles
  readonly #report: StreamResult

  constructor(sink: TaskSink, schema: Schema, index: number, writes: StreamEnds) {
    this.#files = new TaskFiles(sink, schema, index)
    this.#report = new StreamResult(taskFileSchema, writes)
  }

  async *start(): AsyncGenerator<readonly Uint8Array[]> {
    await this.#files.start()
    yield* this.#report.start()
  }

  async *batch(batch: Batch): AsyncGenerator<readonly Uint8Array[]> {
    await this.#files.write(batch)
    yield []
  }

  async *end(): AsyncGenerator<readonly Uint8Array[]> {
    for (const files of cutBatch(taskFileBatch(await this.#files.end()))) yield* this.#report.batch(files)
    yield* this.#report.end()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#files[Symbol.asyncDispose]()
  }
}
