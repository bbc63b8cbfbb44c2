// A column chunk as a list of pages: headers parsed (by hyparquet), pages decompressed and split into levels and values.
// One page is decompressed at a time. Throws a plain Error on damaged input.

import type { ColumnMetaData, Encoding, PageHeader } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import { decompress } from './codecs.ts'
import { verifyThrift } from './thrift.ts'

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
    verifyThrift(bytes, reader.offset)
    const header = parquetHeader(reader)
    const start = reader.offset
    const size = header.compressed_page_size
    if (size === undefined) throw new Error('a page header is damaged')
    if (!(size >= 0 && start + size <= bytes.length)) throw new Error(`a page of ${size} bytes goes beyond its column`)
    reader.offset += size
    if (header.dictionary_page_header !== undefined) {
      if (dictionary !== undefined) throw new Error('a column has two dictionaries')
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

/** The levels and values of a data page, decompressed. */
export function openPage(chunk: Chunk, page: PageRef, maxRepetition: number, maxDefinition: number): DataPage {
  const { header, start } = page
  const body = chunk.bytes.subarray(start, start + header.compressed_page_size)
  const { codec } = chunk.metadata
  if (header.data_page_header_v2 !== undefined) return openVersion2(body, page, header.data_page_header_v2, codec)
  const v1 = header.data_page_header
  const isOldLevels =
    (maxRepetition > 0 && v1?.repetition_level_encoding !== 'RLE') ||
    (maxDefinition > 0 && v1?.definition_level_encoding !== 'RLE')
  if (isOldLevels) throw new Error('levels are encoded as BIT_PACKED, which only writers before 2013 used')
  let rest = decompress(codec, body, header.uncompressed_page_size)
  const takeLevels = (): Uint8Array => {
    const [levels, after] = takePrefixed(rest, 'levels')
    rest = after
    return levels
  }
  const repetition = maxRepetition > 0 ? takeLevels() : noBytes
  const definition = maxDefinition > 0 ? takeLevels() : noBytes
  return { count: page.count, encoding: page.encoding, repetition, definition, values: rest }
}

/** Levels come first and are never compressed; both sizes of the page count them. */
function openVersion2(
  body: Uint8Array,
  { header, count, encoding }: PageRef,
  v2: NonNullable<PageHeader['data_page_header_v2']>,
  codec: ColumnMetaData['codec'],
): DataPage {
  const { repetition_levels_byte_length: repetitionBytes, definition_levels_byte_length: definitionBytes } = v2
  const levelBytes = repetitionBytes + definitionBytes
  if (!(repetitionBytes >= 0 && definitionBytes >= 0 && levelBytes <= body.length)) {
    throw new Error(`levels of ${repetitionBytes} and ${definitionBytes} bytes in a page of ${body.length}`)
  }
  const values = body.subarray(levelBytes)
  const size = header.uncompressed_page_size - levelBytes
  return {
    count,
    encoding,
    repetition: body.subarray(0, repetitionBytes),
    definition: body.subarray(repetitionBytes, levelBytes),
    values: decompress(v2.is_compressed === false ? 'UNCOMPRESSED' : codec, values, size),
  }
}

/** Bytes behind their length in four bytes, and what follows them. */
export function takePrefixed(bytes: Uint8Array, what: string): [taken: Uint8Array, rest: Uint8Array] {
  if (bytes.length < 4) throw new Error(`a page ends before its ${what}`)
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true)
  if (length > bytes.length - 4) throw new Error(`${what} of ${length} bytes go beyond their page of ${bytes.length}`)
  return [bytes.subarray(4, 4 + length), bytes.subarray(4 + length)]
}

/** Pages beyond this are taken for damaged headers. */
const mostValues = 2 ** 26

const noBytes = new Uint8Array(0)
