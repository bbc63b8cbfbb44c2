// Upper and lower case of columns on their bytes. ASCII is mapped four bytes at a time; what is done with other text is
// in case-utf8.ts.

import type { BytesColumn, PlainColumn } from '../column/column.ts'
import type { ColumnArgument } from '../contract/scalar.ts'
import { CaseMapping } from './case-utf8.ts'

const upperCase = new CaseMapping('upper')
const lowerCase = new CaseMapping('lower')

export const upperColumn = ([text]: readonly ColumnArgument[], length: number): PlainColumn | undefined =>
  mapCase(text?.column, length, 0x61, upperCase)

export const lowerColumn = ([text]: readonly ColumnArgument[], length: number): PlainColumn | undefined =>
  mapCase(text?.column, length, 0x41, lowerCase)

/** @param first - The first letter of the range whose case is flipped where all text is ASCII: `a` or `A`. */
function mapCase(
  column: PlainColumn | undefined,
  length: number,
  first: number,
  mapping: CaseMapping,
): BytesColumn | undefined {
  if (column?.storage !== 'bytes') return undefined
  const { values, offsets, type, valid } = column
  const start = offsets[0] ?? 0
  const end = offsets[length] ?? 0
  const mapped = flipRange(values.subarray(start, end), first)
  if (mapped === undefined) return mapping.column(column, length)
  const own = start === 0 ? offsets : offsets.map((offset) => offset - start)
  return { storage: 'bytes', type, length, valid, values: mapped, offsets: own }
}

/** Words that are mapped before it is known that they are ASCII. */
const BLOCK = 1024

/**
 * A copy with bit 5 flipped in every byte of the 26 letters from `first`. Adding moves a byte's high bit exactly when it
 * is past a bound, which no ASCII byte can carry over into its neighbour.
 *
 * @returns undefined when a byte is not ASCII.
 */
function flipRange(bytes: Uint8Array, first: number): Uint8Array | undefined {
  const atLeast = Math.imul(0x80 - first, 0x01010101)
  const beyond = Math.imul(0x80 - first - 26, 0x01010101)
  const whole = bytes.length >> 2
  const flipped = new Int32Array(whole + 1)
  const mapped = new Uint8Array(flipped.buffer, 0, bytes.length)
  // Arrow's buffers are aligned; what is not is copied once to be.
  const aligned = (bytes.byteOffset & 3) === 0 ? bytes : bytes.slice()
  const words = new Int32Array(aligned.buffer, aligned.byteOffset, whole)
  mapped.set(bytes.subarray(whole * 4), whole * 4)
  let seen = flipped[whole] ?? 0
  flipped[whole] = flip(seen, atLeast, beyond)
  for (let i = 0; i < whole && (seen & 0x80808080) === 0; ) {
    for (const stop = Math.min(whole, i + BLOCK); i < stop; i++) {
      const word = words[i] ?? 0
      seen |= word
      flipped[i] = flip(word, atLeast, beyond)
    }
  }
  return (seen & 0x80808080) === 0 ? mapped : undefined
}

const flip = (word: number, atLeast: number, beyond: number): number =>
  word ^ (((word + atLeast) & ~(word + beyond) & 0x80808080) >>> 2)
