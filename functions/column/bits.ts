// Bitmaps as Arrow and Parquet have them: the lowest bit of each byte first.

const ones = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length)

/** How many of the `length` bits from `offset` on are 1. */
export function countOnes(bits: Uint8Array, offset: number, length: number): number {
  let count = 0
  let bit = offset
  const end = offset + length
  for (; bit < end && (bit & 7) !== 0; bit++) count += ((bits[bit >> 3] ?? 0) >> (bit & 7)) & 1
  for (; bit + 8 <= end; bit += 8) count += ones[bits[bit >> 3] ?? 0] ?? 0
  for (; bit < end; bit++) count += ((bits[bit >> 3] ?? 0) >> (bit & 7)) & 1
  return count
}
