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

/** A byte per row, 0 or 1. */
export function unpackBits(bits: Uint8Array, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let i = 0, bit = offset; i < length; i++, bit++) bytes[i] = ((bits[bit >> 3] ?? 0) >> (bit & 7)) & 1
  return bytes
}

/** Packs a byte per row, 0 or 1, into bits, padded as Arrow wants it; also counts the zeros. */
export function packBits(bytes: Uint8Array, length: number): { bits: Uint8Array; zeros: number } {
  const bits = new Uint8Array(((length + 511) >> 9) << 6)
  let count = 0
  let i = 0
  for (let b = 0; i + 8 <= length; b++, i += 8) {
    const packed =
      (bytes[i] ?? 0) |
      ((bytes[i + 1] ?? 0) << 1) |
      ((bytes[i + 2] ?? 0) << 2) |
      ((bytes[i + 3] ?? 0) << 3) |
      ((bytes[i + 4] ?? 0) << 4) |
      ((bytes[i + 5] ?? 0) << 5) |
      ((bytes[i + 6] ?? 0) << 6) |
      ((bytes[i + 7] ?? 0) << 7)
    bits[b] = packed
    count += ones[packed] ?? 0
  }
  for (; i < length; i++) {
    if (bytes[i] === 1) {
      bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7))
      count++
    }
  }
  return { bits, zeros: length - count }
}
