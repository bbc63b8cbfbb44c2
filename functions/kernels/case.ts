// Upper and lower case of ASCII columns, four bytes at a time. Other text is left to the row functions: case mapping
// beyond ASCII changes lengths and depends on neighbours.

import type { BytesColumn, PlainColumn } from '../column/column.ts'
import type { ColumnArgument } from '../scalar/contract.ts'

export const upperColumn = ([text]: readonly ColumnArgument[], length: number): PlainColumn | undefined =>
  mapCase(text?.column, length, 0x61)

export const lowerColumn = ([text]: readonly ColumnArgument[], length: number): PlainColumn | undefined =>
  mapCase(text?.column, length, 0x41)

/** @param first - The first letter of the range whose case is flipped: `a` or `A`. */
function mapCase(column: PlainColumn | undefined, length: number, first: number): BytesColumn | undefined {
  if (column?.storage !== 'bytes') return undefined
  const { values, offsets, type, valid } = column
  const start = offsets[0] ?? 0
  const end = offsets[length] ?? 0
  const mapped = new Uint8Array((end - start + 3) & ~3)
  mapped.set(values.subarray(start, end))
  if (!flipRange(new Int32Array(mapped.buffer), first)) return undefined
  const own = start === 0 ? offsets : offsets.map((offset) => offset - start)
  return { storage: 'bytes', type, length, valid, values: mapped.subarray(0, end - start), offsets: own }
}

/**
 * Flips bit 5 of every byte in the 26 letters from `first`. Adding moves a byte's high bit exactly when it is past a
 * bound, which no ASCII byte can carry over into its neighbour.
 *
 * @returns Whether all bytes were ASCII; if not, the words are garbage.
 */
function flipRange(words: Int32Array, first: number): boolean {
  const atLeast = Math.imul(0x80 - first, 0x01010101)
  const beyond = Math.imul(0x80 - first - 26, 0x01010101)
  let seen = 0
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? 0
    seen |= word
    const inRange = (word + atLeast) & ~(word + beyond) & 0x80808080
    words[i] = word ^ (inRange >>> 2)
  }
  return (seen & 0x80808080) === 0
}
