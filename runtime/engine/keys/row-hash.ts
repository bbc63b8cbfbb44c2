// Hashes of rows that every process computes alike, so that rows of equal keys meet wherever they come from. Equal means
// what it means for grouping: NaN equals NaN, -0 equals 0, null equals null. Only keys-as-hashes here, no tables.

import { type Column, type PlainColumn, valueAt } from '../../../functions/column/column.ts'
import { hashBytes, hashWords } from './hash.ts'
import { floatWords, valueKey } from './key-values.ts'

const NULL = 0x51ed270b

/** One hash per row over all columns. */
export function hashRows(columns: readonly Column[], length: number): Int32Array {
  const hashes = new Int32Array(length)
  for (const column of columns) {
    const own = hashColumn(column)
    for (let row = 0; row < length; row++) hashes[row] = hashWords(own[row] ?? 0, hashes[row] ?? 0)
  }
  return hashes
}

function hashColumn(column: Column): Int32Array {
  if (column.storage !== 'dictionary') return withNulls(hashValues(column), column.valid)
  const entries = hashColumn(column.dictionary)
  return withNulls(
    column.codes.map((code) => entries[code] ?? 0),
    column.valid,
  )
}

function withNulls(hashes: Int32Array, valid: Uint8Array | undefined): Int32Array {
  if (valid !== undefined) for (let row = 0; row < hashes.length; row++) if (valid[row] === 0) hashes[row] = NULL
  return hashes
}

function hashValues(column: PlainColumn): Int32Array {
  const { length } = column
  const hashes = new Int32Array(length)
  switch (column.storage) {
    case 'null':
      return hashes.fill(NULL)
    case 'bytes': {
      const { values, offsets } = column
      for (let row = 0; row < length; row++) {
        const [start, end] = [offsets[row] ?? 0, offsets[row + 1] ?? 0]
        // Tables look single bytes up by themselves; here they need a hash like all others.
        hashes[row] = end - start === 1 ? hashWords(values[start] ?? 0, 1) : hashBytes(values, start, end)
      }
      return hashes
    }
    case 'mask':
      for (let row = 0; row < length; row++) hashes[row] = hashWords(column.values[row] ?? 0, 0)
      return hashes
    case 'number':
      return hashPairs(floatWords(column), hashes)
    case 'bigint':
    case 'decimal': {
      const { buffer, byteOffset, byteLength } = column.values
      const words = new Int32Array(buffer, byteOffset, byteLength / 4)
      return column.storage === 'bigint' ? hashPairs(words, hashes) : hashQuads(words, hashes)
    }
    case 'object':
      for (let row = 0; row < length; row++) hashes[row] = hashText(valueKey(valueAt(column, row)))
      return hashes
  }
}

function hashPairs(words: Int32Array, hashes: Int32Array): Int32Array {
  for (let row = 0; row < hashes.length; row++) hashes[row] = hashWords(words[2 * row] ?? 0, words[2 * row + 1] ?? 0)
  return hashes
}

function hashQuads(words: Int32Array, hashes: Int32Array): Int32Array {
  for (let row = 0; row < hashes.length; row++) {
    const low = hashWords(words[4 * row] ?? 0, words[4 * row + 1] ?? 0)
    hashes[row] = hashWords(low, hashWords(words[4 * row + 2] ?? 0, words[4 * row + 3] ?? 0))
  }
  return hashes
}

function hashText(text: string): number {
  const bytes = Buffer.from(text)
  return hashBytes(bytes, 0, bytes.length)
}
