// A column chunk as a list of pages: headers parsed (by hyparquet), pages decompressed and split into levels and values.
// One page is decompressed at a time. Throws a plain Error on damaged input.

import type { ColumnMetaData, Encoding, PageHeader } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import { decompress } from './codecs.ts'

export interface Chunk {
  readonly bytes: Uint8Array
  readonly metadata: ColumnMetaData
}

export interface PageRef {
  readonly header: PageHeader
  readonly start: number
  /** Values of a data page, nulls included; entries of a dictionary page. */
  readonly count: number
  readonly encoding: Encoding
}

export interface ChunkPages {
  readonly dictionary?: PageRef
  readonly data: readonly PageRef[]
}

/** A decompressed data page; its levels are encoded still. */
export interface DataPage {
  readonly count: number
  readonly encoding: Encoding
  readonly repetition: Uint8Array
  readonly definition: Uint8Array
  readonly values: Uint8Array
}

/**
 * The pages of a chunk, from their headers.
 *
 * @throws {Error} When headers are damaged or do not add up to the chunk's values.
 */
export function listPages({ bytes, metadata }: Chunk): ChunkPages {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 }
  const expected = Number(metadata.num_values)
  const data: PageRef[] = []
  let dictionary: PageRef | undefined
  let values = 0
  while (values < expected) {
    const header = parquetHeader(reader)
    const start = reader.offset
    const size = header.compressed_page_size
    if (size === undefined) throw new Error('a page header is damaged')
    if (!(size >= 0 && start + size <= bytes.length)) throw new Error(`a page of ${size} bytes goes beyond its column`)
    reader.offset += size
    if (header.dictionary_page_header !== undefined) {
      const { num_values: count, encoding } = header.dictionary_page_header
      if (!(count >= 0 && count <= mostValues)) throw new Error('a page header is damaged')
      dictionary = { header, start, count, encoding }
    }
    const page = header.data_page_header ?? header.data_page_header_v2
    if (page === undefined) continue
    if (!(page.num_values >= 0 && page.num_values <= mostValues) || page.encoding === undefined) {
      throw new Error('a page header is damaged')
    }
    values += page.num_values
    data.push({ header, start, count: page.num_values, encoding: page.encoding })
  }
  if (values !== expected) throw new Error(`pages of ${values} values where ${expected} are expected`)
  return { data, ...(dictionary === undefined ? {} : { dictionary }) }
}

export function openDictionary({ bytes, metadata }: Chunk, { header, start }: PageRef): Uint8Array {
  const compressed = bytes.subarray(start, start + header.compressed_page_size)
  return decompress(metadata.codec, compressed, header.uncompressed_page_size)
}

export function openPage(chunk: Chunk, page: PageRef, maxRepetition: number, maxDefinition: number): DataPage {
  const { header, start, count, encoding } = page
  const body = chunk.bytes.subarray(start, start + header.compressed_page_size)
  const { codec } = chunk.metadata
  const v2 = header.data_page_header_v2
  if (v2 !== undefined) {
    const repetitionEnd = v2.repetition_levels_byte_length
    const levelsEnd = repetitionEnd + v2.definition_levels_byte_length
    const packed = body.subarray(levelsEnd)
    const size = header.uncompressed_page_size - levelsEnd
    return {
      count,
      encoding,
      repetition: body.subarray(0, repetitionEnd),
      definition: body.subarray(repetitionEnd, levelsEnd),
      values: v2.is_compressed === false ? packed : decompress(codec, packed, size),
    }
  }
  const v1 = header.data_page_header
  const isOldLevels =
    (maxRepetition > 0 && v1?.repetition_level_encoding !== 'RLE') ||
    (maxDefinition > 0 && v1?.definition_level_encoding !== 'RLE')
  if (isOldLevels) throw new Error('levels are encoded as BIT_PACKED, which only writers before 2013 used')
  let rest = decompress(codec, body, header.uncompressed_page_size)
  const takeLevels = (): Uint8Array => {
    const length = new DataView(rest.buffer, rest.byteOffset, rest.byteLength).getUint32(0, true)
    if (length + 4 > rest.length) throw new Error('levels go beyond their page')
    const levels = rest.subarray(4, 4 + length)
    rest = rest.subarray(4 + length)
    return levels
  }
  const repetition = maxRepetition > 0 ? takeLevels() : noBytes
  const definition = maxDefinition > 0 ? takeLevels() : noBytes
  return { count, encoding, repetition, definition, values: rest }
}

/** Pages beyond this are taken for damaged headers. */
const mostValues = 2 ** 28

const noBytes = new Uint8Array(0)
