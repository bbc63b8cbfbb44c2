// Record batches out of Arrow streams that another process wrote: a worker, where a user's function can reach the pipe, or
// a server. Every message is checked before apache-arrow decodes it, every batch before anybody else reads it.

import { type RecordBatch, RecordBatchReader, Schema, Table } from 'apache-arrow'
import { createAdopter } from '../../../functions/arrow/adopt.ts'
import { type ArrowModule, libraryOf } from '../../../functions/arrow/convert.ts'
import { checkBatch } from '../../../functions/column/check-data.ts'
import { WorkerError } from '../../../functions/errors.ts'
import { ChunkReader } from '../chunk-reader.ts'
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
    throw explain(error, source)
  }
}

const prefixBytes = 8
/** Arrow's reader asks for a chunk more before it gives what it has: with this, it need not wait for the next batch. */
const nothing = new Uint8Array(0)
/** What every message begins with, as a 32-bit number. */
const mark = -1

/** The bytes of the messages, each in pieces that are whole: prefix, metadata, body. */
async function* messagesOf(source: ChunkReader): AsyncGenerator<Uint8Array> {
  let columns: readonly number[] = []
  for (;;) {
    const prefix = await source.take(prefixBytes)
    if (prefix === undefined) return
    const view = new DataView(prefix.buffer, prefix.byteOffset, prefixBytes)
    const length = view.getInt32(4, true)
    if (view.getInt32(0, true) !== mark || length < 0) throw new DamagedMetadataError('a message has no beginning')
    yield prefix
    if (length === 0) continue // the end of one stream
    const metadata = await source.takeAll(length)
    const facts = verifyMessage(metadata, columns)
    columns = facts.columns ?? columns
    yield metadata
    if (facts.bodyBytes > 0) yield await source.takeAll(facts.bodyBytes)
    yield nothing
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
