// Batches to the bytes of an Arrow IPC stream, as chunks that share the batches' memory. Checks each batch against the
// schema first: Arrow's writer would drop one that differs without a word.

import * as arrow from 'apache-arrow'
import { toRecordBatch } from '../../functions/column/arrow.ts'
import type { Batch } from '../../functions/column/column.ts'
import { InternalError } from '../../functions/errors.ts'
import { toArrowSchema } from '../../functions/types/arrow.ts'
import { plainType } from '../../functions/types/coercion.ts'
import { field, type Schema, sameType } from '../../functions/types/type.ts'
import { StreamWriter } from '../source/arrow/stream-writer.ts'

/** Takes Arrow's writes as they come instead of queueing them for a reader. */
class ChunkSink extends arrow.AsyncByteQueue {
  chunks: Uint8Array[] = []

  override write(chunk: Uint8Array): void {
    this.chunks.push(chunk)
  }

  take(): readonly Uint8Array[] {
    const { chunks } = this
    this.chunks = []
    return joinSmall(chunks)
  }
}

export class BatchEncoder {
  readonly schema: Schema
  readonly #arrowSchema: arrow.Schema
  readonly #sink = new ChunkSink()
  readonly #writer = new StreamWriter()

  constructor(schema: Schema) {
    // Results carry plain values: dictionaries are resolved.
    this.schema = schema.map((source) => field(source.name, plainType(source.type), source.nullable, source.metadata))
    this.#arrowSchema = toArrowSchema(this.schema)
    this.#writer.reset(this.#sink, this.#arrowSchema)
  }

  /** The stream's beginning: the schema. To be taken before the first batch. */
  start(): readonly Uint8Array[] {
    return this.#sink.take()
  }

  /** One record batch. The chunks share the batch's memory. */
  batch(batch: Batch): readonly Uint8Array[] {
    this.#check(batch)
    this.#writer.write(toRecordBatch(batch, this.schema, this.#arrowSchema))
    return this.#sink.take()
  }

  /** The end-of-stream marker. */
  end(): readonly Uint8Array[] {
    this.#writer.finish()
    return this.#sink.take()
  }

  #check({ columns }: Batch): void {
    const wrong = this.schema.findIndex((expected, i) => {
      const column = columns[i]
      return column === undefined || !sameType(plainType(column.type), expected.type)
    })
    if (wrong === -1 && columns.length === this.schema.length) return
    throw new InternalError(
      `Cannot write a batch whose column ${wrong} is not "${this.schema[wrong]?.name}" of the schema`,
    )
  }
}

const SMALL = 1024

/** Joins runs of small chunks: a system call per four bytes would cost more than the copy. */
function joinSmall(chunks: readonly Uint8Array[]): readonly Uint8Array[] {
  const joined: Uint8Array[] = []
  let run: Uint8Array[] = []
  const flush = (): void => {
    if (run.length > 0) joined.push(run.length === 1 && run[0] !== undefined ? run[0] : Buffer.concat(run))
    run = []
  }
  for (const chunk of chunks) {
    if (chunk.byteLength < SMALL) {
      run.push(chunk)
    } else {
      flush()
      joined.push(chunk)
    }
  }
  flush()
  return joined
}
