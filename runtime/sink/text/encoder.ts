// Files of rows as text: their pieces are put together by laying them end to end.

import type { Batch } from '../../../functions/column/column.ts'
import { resolveDictionary } from '../../../functions/column/take.ts'
import type { Schema } from '../../../functions/types/type.ts'
import type { CsvWriteOptions } from '../../program/sink.ts'
import type { Chunks, FileEncoder } from '../file-encoder.ts'
import { csvFormat } from './csv.ts'
import { ndjsonFormat } from './ndjson.ts'
import { type RowFormat, type SliceWriter, sliceWriter } from './rows.ts'

/** Encodes the rows of a CSV file. */
export const csvEncoder = (schema: Schema, options: CsvWriteOptions): FileEncoder =>
  new TextEncoder(schema, csvFormat(options))

/** Encodes the rows of an NDJSON file. */
export const ndjsonEncoder = (schema: Schema): FileEncoder => new TextEncoder(schema, ndjsonFormat)

class TextEncoder implements FileEncoder {
  readonly batchRows = 8192
  readonly #header: string
  readonly #slice: SliceWriter

  constructor(schema: Schema, format: RowFormat) {
    this.#header = format.header(schema)
    this.#slice = sliceWriter(schema, format)
  }

  start(): Chunks {
    return this.#header === '' ? [] : [Buffer.from(this.#header)]
  }

  encode(batches: readonly Batch[]): Chunks {
    const chunks: Uint8Array[] = []
    for (const batch of batches) {
      const { length } = batch
      const columns = batch.columns.map(resolveDictionary)
      for (let row = 0; row < length; ) {
        const { text, end } = this.#slice(columns, row, length)
        chunks.push(Buffer.from(text))
        row = end
      }
    }
    return chunks
  }

  tail(): Uint8Array {
    return new Uint8Array()
  }
}
