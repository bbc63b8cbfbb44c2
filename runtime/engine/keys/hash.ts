// The hash functions of keys, for tables of one process and for rows that several processes must hash alike. They are not
// keyed and not for secrets; no tables here.

/** Mixes two words; multiplicative hashing with the high bits folded down. */
export function hashWords(low: number, high: number): number {
  let h = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)
  h ^= h >>> 15
  h = Math.imul(h, 0x2c1b3c6d)
  return h ^ (h >>> 13)
}

/** Mixes four bytes at a time. */
export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  // A letter alone is looked up by itself.
  if (end - start === 1) return 0
  let h = end - start
  let i = start
  for (; i + 4 <= end; i += 4) {
    const word =
      (bytes[i] ?? 0) | ((bytes[i + 1] ?? 0) << 8) | ((bytes[i + 2] ?? 0) << 16) | ((bytes[i + 3] ?? 0) << 24)
    h = Math.imul(h ^ word, 0x9e3779b1)
    h ^= h >>> 15
  }
  for (; i < end; i++) h = Math.imul(h ^ (bytes[i] ?? 0), 0x01000193)
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
  return h ^ (h >>> 13)
}
