// Parquet files by hyparquet-writer: one row group per batch. The pieces that tasks write are row groups, whose positions
// count from the beginning of the piece; the end of the file, with the positions moved to where the pieces are, is written
// by whoever puts them together.

import { deserialize, serialize } from 'node:v8'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { CompressionCodec, RowGroup, SchemaElement } from 'hyparquet'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { Batch } from '../../../functions/column/column.ts'
import { toArrowSchema } from '../../../functions/types/arrow.ts'
import type { Schema } from '../../../functions/types/type.ts'
import type { ParquetWriteOptions } from '../../program/sink.ts'
import { encodeStream } from '../../source/arrow/stream-writer.ts'
import type { Chunks, FileEncoder, FilePiece } from '../file-encoder.ts'
import { schemaElements, storedSchema } from './types.ts'
import { storedValues } from './values.ts'

/** What DuckDB writes; in wide tables fewer, so that a row group has at most so many values. */
const DEFAULT_GROUP_ROWS = 122_880
const DEFAULT_GROUP_VALUES = 136 * DEFAULT_GROUP_ROWS

/** How the format calls them. */
const codecs: Readonly<Record<NonNullable<ParquetWriteOptions['compression']>, CompressionCodec>> = {
  snappy: 'SNAPPY',
  zstd: 'ZSTD',
  gzip: 'GZIP',
  none: 'UNCOMPRESSED',
}

/** Encodes the rows of a Parquet file. */
export const parquetEncoder = (schema: Schema, options: ParquetWriteOptions): FileEncoder =>
  new ParquetEncoder(schema, options)

class ParquetEncoder implements FileEncoder {
  readonly batchRows: number
  readonly #schema: Schema
  readonly #bytes = new CountedWriter()
  readonly #writer: ParquetWriter

  constructor(schema: Schema, { compression = 'snappy', rowGroupRows }: ParquetWriteOptions) {
    const fewer = Math.ceil(DEFAULT_GROUP_VALUES / Math.max(1, schema.length))
    this.batchRows = rowGroupRows ?? Math.min(DEFAULT_GROUP_ROWS, fewer)
    this.#schema = schema
    this.#writer = makeWriter(this.#bytes, schema, codecs[compression], physicalElement)
    // The format's first bytes, which only the first piece of a file begins with.
    this.#bytes.restart()
  }

  start(): Chunks {
    const magic = Buffer.from('PAR1')
    this.#bytes.offset += magic.length
    return [magic]
  }

  encode(batches: readonly Batch[]): Chunks {
    const { row_groups: groups } = this.#writer
    const length = batches.reduce((sum, batch) => sum + batch.length, 0)
    const columnData = this.#schema.map((field, i) => {
      const data = storedValues(
        batches.flatMap(({ columns }) => columns[i] ?? []),
        field,
        length,
      )
      return { name: field.name, data, offsetIndex: false }
    })
    if (columnData.length > 0) this.#writer.write({ columnData, rowGroupSize: length })
    else groups.push({ columns: [], total_byte_size: 0n, num_rows: BigInt(length) })
    this.#writer.pendingIndexes.length = 0
    return [this.#bytes.take()]
  }

  tail(): Uint8Array {
    return serialize(this.#writer.row_groups)
  }
}

/** The end of a file: its schema, and where everything is. */
export function parquetEnd(schema: Schema, pieces: readonly FilePiece[]): Chunks {
  const bytes = new CountedWriter()
  const writer = makeWriter(bytes, schema)
  bytes.restart()
  for (const piece of pieces) {
    for (const group of deserialize(piece.tail) as RowGroup[]) writer.row_groups.push(moved(group, bytes.offset))
    writer.num_rows += BigInt(piece.rows)
    bytes.offset += piece.bytes
  }
  writer.finish()
  return [bytes.take()]
}

function makeWriter(
  writer: ByteWriter,
  schema: Schema,
  codec: CompressionCodec = 'UNCOMPRESSED',
  elementOf: (element: SchemaElement) => SchemaElement = (element) => element,
): ParquetWriter {
  const stored = storedSchema(schema)
  return new ParquetWriter({
    writer,
    schema: schemaElements(stored).map(elementOf),
    codec,
    compressors: { GZIP: (input) => gzipSync(input), ZSTD: (input) => zstdCompressSync(input) },
    kvMetadata: [{ key: 'ARROW:schema', value: arrowSchema(stored) }],
    createdBy: 'volley',
  })
}

/** Dates and times as the numbers they are stored as: the writer would convert each value, which is one already. */
function physicalElement({ converted_type, logical_type, ...element }: SchemaElement): SchemaElement {
  const isTemporal = ['DATE', 'TIME', 'TIMESTAMP'].includes(logical_type?.type ?? '')
  if (isTemporal) return element
  return {
    ...element,
    ...(converted_type === undefined ? {} : { converted_type }),
    ...(logical_type === undefined ? {} : { logical_type }),
  }
}

/** The schema as Arrow has it: readers find time zones, durations and the columns' metadata in it. */
function arrowSchema(schema: Schema): string {
  const stream = encodeStream(toArrowSchema(schema), [])
  // Without the eight bytes that end a stream.
  return Buffer.from(stream.subarray(0, stream.length - 8)).toString('base64')
}

/** A row group `by` bytes further on. */
function moved(group: RowGroup, by: number): RowGroup {
  const columns = group.columns.map(({ meta_data: metadata, ...chunk }) => {
    const { data_page_offset: data, dictionary_page_offset: dictionary } = metadata ?? {}
    return {
      ...chunk,
      file_offset: chunk.file_offset + BigInt(by),
      ...(metadata === undefined || data === undefined
        ? {}
        : {
            meta_data: {
              ...metadata,
              data_page_offset: data + BigInt(by),
              ...(dictionary === undefined ? {} : { dictionary_page_offset: dictionary + BigInt(by) }),
            },
          }),
    }
  })
  return { ...group, columns }
}

/** Bytes in memory until they are taken; `offset` goes on counting. */
class CountedWriter extends ByteWriter {
  take(): Uint8Array {
    const taken = this.getBytes().slice()
    this.index = 0
    return taken
  }

  restart(): void {
    this.index = 0
    this.offset = 0
  }
}
