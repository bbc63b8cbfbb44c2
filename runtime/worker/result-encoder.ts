// What turns batches into the bytes of a task's result, and the usual one: an Arrow stream.

import type { Batch } from '../../functions/column/column.ts'
import type { Schema } from '../../functions/types/type.ts'
import { BatchEncoder } from '../data/batch-encoder.ts'
import type { StreamEnds } from '../program/task.ts'

/** Chunks that share the memory of a batch: they must be written before the iteration goes on. */
export type Chunks = Iterable<readonly Uint8Array[]>

/** Those of an encoder that waits for something in between as well. */
export type AnyChunks = Chunks | AsyncIterable<readonly Uint8Array[]>

/** Turns what comes out of a pipeline into the bytes of the task's result. */
export interface ResultEncoder extends Partial<AsyncDisposable> {
  /** Whether batches are its own from then on: their memory may not serve another. */
  readonly keepsBatches?: boolean
  start(): AnyChunks
  batch(batch: Batch): AnyChunks
  end(): AnyChunks
}

/** One Arrow stream, with the ends that the task is to write. */
export class StreamResult implements ResultEncoder {
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
