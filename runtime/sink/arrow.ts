// Arrow files and streams. A file is a stream between two marks, with a table of its record batches at the end; the
// positions in a piece count from its beginning.

import { deserialize, serialize } from 'node:v8'
import type { Batch } from '../../functions/column/column.ts'
import { concatBatches } from '../../functions/column/concat.ts'
import { maxBatchRows } from '../../functions/column/slice.ts'
import { toArrowSchema } from '../../functions/types/arrow.ts'
import type { Schema } from '../../functions/types/type.ts'
import { BatchEncoder } from '../data/batch-encoder.ts'
import type { ArrowWriteOptions } from '../program/sink.ts'
import { encodeFileEnd, type FileBlock, fileMagic } from '../source/arrow/stream-writer.ts'
import type { Chunks, FileEncoder, FilePiece } from './file-encoder.ts'

/** Encodes the rows of an Arrow file or stream. */
export const arrowEncoder = (schema: Schema, { format = 'file' }: ArrowWriteOptions): FileEncoder =>
  new ArrowEncoder(schema, format === 'file' ? fileMagic : new Uint8Array())

class ArrowEncoder implements FileEncoder {
  readonly batchRows = maxBatchRows
  readonly #encoder: BatchEncoder
  readonly #magic: Uint8Array
  readonly #schema: Chunks
  readonly #blocks: FileBlock[] = []
  #offset = 0

  constructor(schema: Schema, magic: Uint8Array) {
    this.#encoder = new BatchEncoder(schema)
    this.#schema = this.#encoder.start()
    this.#magic = magic
  }

  start(): Chunks {
    const chunks = [this.#magic, ...this.#schema]
    this.#offset += sizeOf(chunks)
    return chunks
  }

  encode(batches: readonly Batch[]): Chunks {
    const length = batches.reduce((sum, batch) => sum + batch.length, 0)
    const types = this.#encoder.schema.map(({ type }) => type)
    const chunks = this.#encoder.batch({ length, columns: concatBatches(batches, types).columns })
    const size = sizeOf(chunks)
    const metaDataLength = messageLength(chunks)
    this.#blocks.push({ metaDataLength, bodyLength: size - metaDataLength, offset: this.#offset })
    this.#offset += size
    return chunks
  }

  tail(): Uint8Array {
    return serialize(this.#blocks)
  }
}

/** The end of an Arrow file or stream. */
export function arrowEnd(schema: Schema, { format = 'file' }: ArrowWriteOptions, pieces: readonly FilePiece[]): Chunks {
  const encoder = new BatchEncoder(schema)
  if (format === 'stream') {
    encoder.start()
    return encoder.end()
  }
  let start = 0
  const blocks = pieces.flatMap(({ bytes, tail }) => {
    const offset = start
    start += bytes
    return (deserialize(tail) as FileBlock[]).map((block) => ({ ...block, offset: block.offset + offset }))
  })
  return [encodeFileEnd(toArrowSchema(encoder.schema), blocks)]
}

/** The length of the message that chunks begin with: a mark, a length, and as many bytes. */
function messageLength([first = new Uint8Array(8)]: Chunks): number {
  return 8 + new DataView(first.buffer, first.byteOffset).getInt32(4, true)
}

const sizeOf = (chunks: Chunks): number => chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0)
