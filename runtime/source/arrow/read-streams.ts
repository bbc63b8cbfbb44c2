// Record batches out of Arrow streams that another process wrote: a worker, where a user's function can reach the pipe, or
// a server. Every message is checked before apache-arrow decodes it, every batch before anybody else reads it.

import { type RecordBatch, RecordBatchReader, type RecordBatchStreamReader, Schema, Table } from 'apache-arrow'
import { createAdopter } from '../../../functions/arrow/adopt.ts'
import { type ArrowModule, libraryOf } from '../../../functions/arrow/convert.ts'
import { refuseForeignWriters } from '../../../functions/arrow/refuse-foreign-writers.ts'
import { checkBatch } from '../../../functions/column/check-data.ts'
import { WorkerError } from '../../../functions/errors.ts'
import { ChunkReader } from '../chunk-reader.ts'
import { DamagedMetadataError, type MessageFacts, verifyMessage } from './verify.ts'

export interface ArrowStream {
  readonly schema: Schema
  readonly batches: AsyncIterable<RecordBatch>
}

/**
 * Reads streams that follow one another, however they are cut into chunks. Batches share the memory of the chunks. The
 * batches of a stream are to be read before the next is asked for.
 *
 * @throws {WorkerError} `protocol_error` when what comes is not an Arrow stream, or not a sound one. What `chunks` throws
 * comes through as it is.
 */
export async function* readArrowStreams(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ArrowStream> {
  refuseForeignWriters()
  const source = new ChunkReader(chunks)
  try {
    for (let first = await takeMessage(source); first !== undefined; first = await takeMessage(source)) {
      if (first.pieces.length === 0) continue
      const decoder = new MessageDecoder(first.pieces)
      yield { schema: decoder.schema, batches: batchesOf(decoder, source, first.columns) }
    }
  } catch (error) {
    throw explain(error, source)
  } finally {
    await source.close()
  }
}

/**
 * The batches of streams that follow one another.
 *
 * @param arrow - The copy of apache-arrow whose objects they are to be. Default: this one.
 */
export async function* readArrowBatches(
  chunks: AsyncIterable<Uint8Array>,
  arrow?: ArrowModule,
): AsyncGenerator<RecordBatch> {
  const adopter = arrow === undefined ? undefined : createAdopter(libraryOf(arrow))
  for await (const { schema, batches } of readArrowStreams(chunks)) {
    if (adopter === undefined) {
      yield* batches
      continue
    }
    const adopted = adopter.schema(schema)
    for await (const batch of batches) yield adopter.batch(adopted, batch)
  }
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

async function* batchesOf(
  decoder: MessageDecoder,
  source: ChunkReader,
  columns: readonly number[],
): AsyncGenerator<RecordBatch, void, undefined> {
  try {
    for (;;) {
      const message = await takeMessage(source, columns)
      const isEnd = message === undefined || message.pieces.length === 0
      decoder.push(isEnd ? endOfStream : message.pieces)
      if (!isEnd && message.kind !== 'batch') continue
      for (let batch = decoder.take(); batch !== undefined; batch = isEnd ? decoder.take() : undefined) {
        checkBatch(batch)
        yield batch
      }
      if (isEnd) return
    }
  } catch (error) {
    throw explain(error, source)
  }
}

const prefixBytes = 8
/** What every message begins with, as a 32-bit number. */
const mark = -1
const endOfStream: readonly Uint8Array[] = [Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0)]
const nothing = new Uint8Array(0)

interface Message {
  readonly kind: MessageFacts['kind']
  /** Prefix, metadata, body, each whole; none for the end of a stream. */
  readonly pieces: readonly Uint8Array[]
  readonly columns: readonly number[]
}

/** The next message, verified; undefined when there is none any more. */
async function takeMessage(source: ChunkReader, columns: readonly number[] = []): Promise<Message | undefined> {
  const prefix = await source.take(prefixBytes)
  if (prefix === undefined) return undefined
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefixBytes)
  const length = view.getInt32(4, true)
  if (view.getInt32(0, true) !== mark || length < 0) throw new DamagedMetadataError('a message has no beginning')
  if (length === 0) return { kind: 'other', pieces: [], columns }
  const metadata = await source.takeAll(length)
  const facts = verifyMessage(metadata, columns)
  const body = facts.bodyBytes > 0 ? [await source.takeAll(facts.bodyBytes)] : []
  return { kind: facts.kind, pieces: [prefix, metadata, ...body], columns: facts.columns ?? columns }
}

/**
 * Arrow's reader for what is all there, given message after message: its reader for what is yet to come takes longer for a
 * small result than all else.
 */
class MessageDecoder {
  readonly #pieces: Uint8Array[] = []
  readonly #reader: RecordBatchStreamReader
  #emptyReads = 0

  /** @param first - The message with the schema. */
  constructor(first: readonly Uint8Array[]) {
    this.push(first)
    this.#reader = RecordBatchReader.from(this.#given()).open()
  }

  get schema(): Schema {
    return this.#reader.schema
  }

  push(pieces: readonly Uint8Array[]): void {
    this.#pieces.push(...pieces)
    this.#emptyReads = 0
  }

  /** The next batch of the messages so far; after the end of a stream without any, Arrow gives an empty one. */
  take(): RecordBatch | undefined {
    const next = this.#reader.next()
    return next.done === true ? undefined : next.value
  }

  /** The reader asks for a piece more before it gives what it has. Where it asks again and again, something is missing. */
  *#given(): Generator<Uint8Array, void, undefined> {
    for (; this.#emptyReads < 16; this.#emptyReads++) {
      for (let piece = this.#pieces.shift(); piece !== undefined; piece = this.#pieces.shift()) yield piece
      yield nothing
    }
  }
}

/** Whatever is not the source's own failure means that its bytes are damaged. */
function explain(error: unknown, { failure }: ChunkReader): unknown {
  if (failure !== undefined) return failure.error
  if (error instanceof WorkerError && error.code === 'protocol_error') return error
  const why = error instanceof Error ? error.message : String(error)
  return new WorkerError('protocol_error', `Cannot read the result: its Arrow data is damaged (${why})`, {
    cause: error,
  })
}
