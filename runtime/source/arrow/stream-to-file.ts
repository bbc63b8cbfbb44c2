// An Arrow IPC stream as an Arrow file, message by message as they come: a file is the stream between two marks, followed by
// a footer that says where its messages are.

import { Message, type Schema } from 'apache-arrow'
import { ChunkReader } from '../chunk-reader.ts'
import { encodeFileEnd, type FileBlock, fileMagic } from './stream-writer.ts'
import { DamagedMetadataError, verifyMessage } from './verify.ts'

/**
 * The chunks of a file with the batches of a result, which have no dictionaries. What the stream throws comes through, and leaves a file without its footer, which no reader takes
 * for a whole one.
 *
 * @throws {DamagedMetadataError} When it is not one sound stream.
 */
export async function* streamToFile(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = new ChunkReader(stream)
  const blocks: FileBlock[] = []
  let schema: Schema | undefined
  let columns: readonly number[] = []
  let offset = fileMagic.length
  try {
    yield fileMagic
    for (;;) {
      const prefix = await source.takeAll(8)
      const length = new DataView(prefix.buffer, prefix.byteOffset, 8).getInt32(4, true)
      if (length === 0) break
      const metadata = await source.takeAll(length)
      const facts = verifyMessage(metadata, columns)
      columns = facts.columns ?? columns
      if (facts.kind === 'schema') schema = Message.decode(metadata).header() as Schema
      if (facts.kind === 'batch') blocks.push({ metaDataLength: 8 + length, bodyLength: facts.bodyBytes, offset })
      yield prefix
      yield metadata
      if (facts.bodyBytes > 0) yield await source.takeAll(facts.bodyBytes)
      offset += 8 + length + facts.bodyBytes
    }
    if (schema === undefined) throw new DamagedMetadataError('it has no schema')
  } finally {
    await source.close()
  }
  yield encodeFileEnd(schema, blocks)
}
