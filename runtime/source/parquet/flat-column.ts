// Reads a column chunk that is neither list nor struct, page by page, and hands out as many rows as are asked for.
// Never holds more than the pages that the rows asked for lie in.

import { type Data, type DataType, type Dictionary, Vector } from 'apache-arrow'
import { countOnes } from '../../../functions/column/bits.ts'
import type { LeafNode } from './columns.ts'
import { convertValues } from './convert.ts'
import { decodeValues } from './decode.ts'
import { decodeBits, decodeHybrid, isAllOnes } from './hybrid.ts'
import {
  type Chunk,
  type ChunkPages,
  type DataPage,
  listPages,
  openDictionary,
  openPage,
  type PageRef,
} from './pages.ts'
import {
  checkCodes,
  gather,
  joinPieces,
  type Piece,
  slicePiece,
  spread,
  toData,
  type Values,
  wordsOf,
} from './values.ts'

/** Hands out the rows of one column of one row group, in order. */
export interface ColumnReader {
  /**
   * The next `rows` rows.
   *
   * @throws {Error} When the data is damaged or holds fewer rows.
   */
  take(rows: number): Data
}

export interface ArrowTypes {
  readonly plain: DataType
  /** Given when the column may stay dictionary encoded. */
  readonly dictionary?: Dictionary
}

/** A reader of a column without nesting, which keeps dictionaries that are worth it. */
export function createFlatReader(leaf: LeafNode, chunk: Chunk, types: ArrowTypes): ColumnReader {
  const pages = listPages(chunk)
  const dictionary = pages.dictionary === undefined ? undefined : readDictionary(leaf, chunk, pages.dictionary)
  const keep = dictionary !== undefined && types.dictionary !== undefined && isWorthKeeping(pages, dictionary.size)
  const vector = keep ? new Vector([dictionaryData(types.plain, dictionary)]) : undefined
  const type = keep && types.dictionary !== undefined ? types.dictionary : types.plain

  let next = 0
  let current: Piece | undefined
  let used = 0

  function nextPiece(): Piece {
    const page = pages.data[next++]
    if (page === undefined) throw new Error('rows end early')
    return readPage(leaf, openPage(chunk, page, 0, leaf.definition), dictionary, keep)
  }

  return {
    take(rows) {
      const parts: Piece[] = []
      for (let missing = rows; missing > 0; ) {
        if (current === undefined || used === current.length) {
          current = nextPiece()
          used = 0
        }
        const count = Math.min(missing, current.length - used)
        parts.push(slicePiece(current, used, count))
        used += count
        missing -= count
      }
      return toData(type, joinPieces(parts), vector)
    },
  }
}

export interface DecodedDictionary {
  readonly values: Values
  readonly size: number
}

export function readDictionary(leaf: LeafNode, chunk: Chunk, page: PageRef): DecodedDictionary {
  const values = decodeValues(openDictionary(chunk, page), 'PLAIN', leaf.element, page.count)
  return { values: convertValues(values, leaf, page.count), size: page.count }
}

/** Evaluating on a dictionary pays when it is much smaller than the rows; pages that gave it up cannot use it. */
function isWorthKeeping(pages: ChunkPages, size: number): boolean {
  const rows = pages.data.reduce((sum, page) => sum + page.count, 0)
  return size * 2 <= rows && pages.data.every((page) => isDictionaryCoded(page))
}

const isDictionaryCoded = (page: { encoding: string }): boolean => page.encoding.endsWith('_DICTIONARY')

function dictionaryData(type: DataType, { values, size }: DecodedDictionary): Data {
  return toData(type, { length: size, nullCount: 0, values })
}

function readPage(leaf: LeafNode, page: DataPage, dictionary: DecodedDictionary | undefined, keep: boolean): Piece {
  const { count, definition } = page
  if (leaf.definition === 0 || isAllOnes(definition, count)) {
    return { length: count, nullCount: 0, values: readValues(leaf, page, count, dictionary, keep) }
  }
  const validity = decodeBits(definition, count)
  const present = countOnes(validity, 0, count)
  const dense = readValues(leaf, page, present, dictionary, keep)
  const values = present === count ? dense : spread(dense, validity, count)
  return { length: count, nullCount: count - present, validity, values }
}

/** `count` dense values in the column's layout, or their dictionary codes. */
export function readValues(
  leaf: LeafNode,
  page: DataPage,
  count: number,
  dictionary: DecodedDictionary | undefined,
  keepCodes = false,
): Values {
  if (!isDictionaryCoded(page)) {
    return convertValues(decodeValues(page.values, page.encoding, leaf.element, count), leaf, count)
  }
  if (dictionary === undefined) throw new Error('a page needs a dictionary that its column does not have')
  const data = new Uint8Array(count * 4)
  const codes = wordsOf(data)
  if (count > 0) {
    const [bitWidth] = page.values
    if (bitWidth === undefined) throw new Error(`a page of ${count} dictionary codes is empty`)
    decodeHybrid(page.values.subarray(1), bitWidth, codes, count)
  }
  if (!keepCodes) return gather(dictionary.values, dictionary.size, codes)
  checkCodes(codes, dictionary.size)
  return { kind: 'fixed', width: 4, data }
}
