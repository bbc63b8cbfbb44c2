// Record batches out of Arrow streams that another process wrote: a worker, where a user's function can reach the pipe, or
// a server. Every message is checked before apache-arrow decodes it, every batch before anybody else reads it.

import { type RecordBatch, RecordBatchReader, Schema, Table } from 'apache-arrow'
import { checkBatch } from '../../../functions/column/check-data.ts'
import { WorkerError } from '../../../functions/errors.ts'
import { DamagedMetadataError, verifyMessage } from './verify.ts'

export interface ArrowStream {
  readonly schema: Schema
  readonly batches: AsyncIterable<RecordBatch>
}

/**
 * Reads streams that follow one another, however they are cut into chunks. Batches share the memory of the chunks.
 *
 * @throws {WorkerError} `protocol_error` when what comes is not an Arrow stream, or not a sound one. What `chunks` throws
 * comes through as it is.
 */
export async function* readArrowStreams(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ArrowStream> {
  const source = new ChunkReader(chunks)
  try {
    for await (const reader of RecordBatchReader.readAll(messagesOf(source))) {
      await reader.open()
      yield { schema: reader.schema, batches: checkedBatches(reader, source) }
    }
  } catch (error) {
    throw source.explain(error)
  } finally {
    await source.close()
  }
}

/** The batches of streams that follow one another. */
export async function* readArrowBatches(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<RecordBatch> {
  for await (const { batches } of readArrowStreams(chunks)) yield* batches
}

/** All batches as a table; without a stream, one of no columns. */
export async function readArrowTable(chunks: AsyncIterable<Uint8Array>): Promise<Table> {
  const all: RecordBatch[] = []
  let first: Schema | undefined
  for await (const { schema, batches } of readArrowStreams(chunks)) {
    first ??= schema
    for await (const batch of batches) all.push(batch)
  }
  return new Table(first ?? new Schema([]), all)
}

async function* checkedBatches(
  reader: AsyncIterable<RecordBatch>,
  source: ChunkReader,
): AsyncGenerator<RecordBatch, void, undefined> {
  try {
    for await (const batch of reader) {
      checkBatch(batch)
      yield batch
    }
  } catch (error) {
    throw source.explain(error)
  }
}

const prefixBytes = 8
/** What every message begins with, as a 32-bit number. */
const mark = -1

/** The bytes of the messages, each in pieces that are whole: prefix, metadata, body. */
async function* messagesOf(source: ChunkReader): AsyncGenerator<Uint8Array> {
  for (;;) {
    const prefix = await source.take(prefixBytes)
    if (prefix === undefined) return
    const view = new DataView(prefix.buffer, prefix.byteOffset, prefixBytes)
    const length = view.getInt32(4, true)
    if (view.getInt32(0, true) !== mark || length < 0) throw new DamagedMetadataError('a message has no beginning')
    yield prefix
    if (length === 0) continue // the end of one stream
    const metadata = await source.takeAll(length)
    const { bodyBytes } = verifyMessage(metadata)
    yield metadata
    if (bodyBytes > 0) yield await source.takeAll(bodyBytes)
  }
}

/** Takes runs of bytes out of chunks; remembers whether it was their source that failed. */
class ChunkReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #pending: Uint8Array[] = []
  #available = 0
  #failure: { readonly error: unknown } | undefined

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** The next `length` bytes; undefined when there are none any more. Makes room only for bytes that have come. */
  async take(length: number): Promise<Uint8Array | undefined> {
    while (this.#available < length) {
      const chunk = await this.#next()
      if (chunk === undefined) {
        if (this.#available === 0) return undefined
        throw new DamagedMetadataError(`${this.#available} bytes of ${length} come before the end`)
      }
      this.#pending.push(chunk)
      this.#available += chunk.length
    }
    this.#available -= length
    const [first] = this.#pending
    if (first !== undefined && first.length > length) {
      this.#pending[0] = first.subarray(length)
      return first.subarray(0, length)
    }
    return this.#join(length)
  }

  async takeAll(length: number): Promise<Uint8Array> {
    const bytes = await this.take(length)
    if (bytes === undefined) throw new DamagedMetadataError(`0 bytes of ${length} come before the end`)
    return bytes
  }

  #join(length: number): Uint8Array {
    const parts: Uint8Array[] = []
    for (let missing = length; missing > 0; ) {
      const part = this.#pending.shift() ?? new Uint8Array(0)
      if (part.length > missing) this.#pending.unshift(part.subarray(missing))
      parts.push(part.subarray(0, missing))
      missing -= Math.min(part.length, missing)
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)
  }

  async #next(): Promise<Uint8Array | undefined> {
    try {
      const next = await this.#chunks.next()
      return next.done === true ? undefined : next.value
    } catch (error) {
      this.#failure = { error }
      throw error
    }
  }

  /** Whatever is not the source's own failure means that its bytes are damaged. */
  explain(error: unknown): unknown {
    if (this.#failure !== undefined) return this.#failure.error
    if (error instanceof WorkerError && error.code === 'protocol_error') return error
    const why = error instanceof Error ? error.message : String(error)
    return new WorkerError('protocol_error', `Cannot read the result: its Arrow data is damaged (${why})`, {
      cause: error,
    })
  }

  /** Leaves the source. */
  async close(): Promise<void> {
    await this.#chunks.return?.()
  }
}
