// Hash tables that number distinct keys 0, 1, 2 … in order of appearance. Keys live in flat arrays, nothing is boxed;
// a slot holds hash and number side by side, so that a probe touches one place. Null is a key like any other.

import type { BytesColumn } from '../../functions/column/column.ts'

const EMPTY = -1
/** Keys below this with no high word are looked up in an array: 4 MiB at the most. */
const DIRECT = 1 << 20
/** Pairs of words below this are looked up in an array: 1 MiB at the most. */
const DIRECT_SIDE = 512
/** A table of fewer keys than this is near the processor anyway. */
const FEW = 1 << 14
/** Keys that are looked up together. */
const LOOK_AHEAD = 128

/** Open addressing over (hash, number) pairs; the tables below say when two keys are equal. */
class Slots {
  words = new Int32Array(4096).fill(EMPTY)
  mask = 2047
  /** What `touch` saw; kept so that its reads are not optimised away. */
  touched = 0

  /**
   * Reads the places that the next keys will look at. The reads do not depend on each other, so the processor waits for
   * many of them at once; looked at one after the other, each key of a large table would wait for its own.
   */
  touch(hashes: Int32Array, count: number): void {
    const { words, mask } = this
    let seen = 0
    for (let i = 0; i < count; i++) seen ^= words[2 * ((hashes[i] ?? 0) & mask)] ?? 0
    this.touched = seen
  }

  /** Makes room for more keys. In the order of the old slots, the new ones are written nearly in order too. */
  grow(): void {
    const old = this.words
    const words = new Int32Array(old.length * (old.length < 1 << 20 ? 4 : 2)).fill(EMPTY)
    const mask = words.length / 2 - 1
    for (let from = 0; from < old.length; from += 2) {
      const number = old[from + 1] ?? EMPTY
      if (number === EMPTY) continue
      const hashed = old[from] ?? 0
      let slot = hashed & mask
      while (words[2 * slot + 1] !== EMPTY) slot = (slot + 1) & mask
      words[2 * slot] = hashed
      words[2 * slot + 1] = number
    }
    this.words = words
    this.mask = mask
  }
}

/** Numbers pairs of 32-bit words: 64-bit integers, doubles' bits, and pairs of other numbers. */
export class WordTable {
  low = new Int32Array(1024)
  high = new Int32Array(1024)
  size = 0
  /** The number of null; EMPTY until it comes. */
  nullNumber = EMPTY
  readonly #slots = new Slots()
  /** Numbers of small keys, found without hashing. */
  #direct = new Int32Array(0)
  /** Numbers of pairs of small words, found without hashing. */
  #directPairs = new Int32Array(0)

  /** The number of a key; a new key gets the next one. */
  number(low: number, high: number): number {
    if (high === 0 && low >>> 0 < DIRECT) return this.#numberSmall(low)
    if ((low | high) >>> 0 < DIRECT_SIDE) return this.#numberPair(low, high)
    return this.#find(low, high, hashWords(low, high))
  }

  /** The numbers of pairs of words, two to a row. */
  numberRows(words: Int32Array, valid: Uint8Array | undefined, numbers: Int32Array, length: number): void {
    const hashes = new Int32Array(LOOK_AHEAD)
    for (let from = 0; from < length; from += LOOK_AHEAD) {
      const count = Math.min(LOOK_AHEAD, length - from)
      for (let i = 0; i < count; i++) hashes[i] = hashWords(words[2 * (from + i)] ?? 0, words[2 * (from + i) + 1] ?? 0)
      this.#slots.touch(hashes, count)
      for (let i = 0; i < count; i++) {
        const row = from + i
        const isNull = valid !== undefined && valid[row] === 0
        numbers[row] = isNull
          ? this.null()
          : this.#numberHashed(words[2 * row] ?? 0, words[2 * row + 1] ?? 0, hashes[i] ?? 0)
      }
    }
  }

  /** The numbers of `count` pairs of words. */
  numberPairs(low: Int32Array, high: Int32Array, numbers: Int32Array, count: number): void {
    const hashes = new Int32Array(LOOK_AHEAD)
    for (let from = 0; from < count; from += LOOK_AHEAD) {
      const end = Math.min(count, from + LOOK_AHEAD)
      if (this.size < FEW) {
        for (let row = from; row < end; row++) numbers[row] = this.number(low[row] ?? 0, high[row] ?? 0)
        continue
      }
      for (let row = from; row < end; row++) hashes[row - from] = hashWords(low[row] ?? 0, high[row] ?? 0)
      this.#slots.touch(hashes, end - from)
      for (let row = from; row < end; row++)
        numbers[row] = this.#numberHashed(low[row] ?? 0, high[row] ?? 0, hashes[row - from] ?? 0)
    }
  }

  #numberHashed(low: number, high: number, hashed: number): number {
    if (high === 0 && low >>> 0 < DIRECT) return this.#numberSmall(low)
    if ((low | high) >>> 0 < DIRECT_SIDE) return this.#numberPair(low, high)
    return this.#find(low, high, hashed)
  }

  #find(low: number, high: number, hashed: number): number {
    const { words, mask } = this.#slots
    let slot = hashed & mask
    for (;;) {
      const found = words[2 * slot + 1] ?? EMPTY
      if (found === EMPTY) return this.#add(low, high, hashed, slot)
      if (words[2 * slot] === hashed && this.low[found] === low && this.high[found] === high) return found
      slot = (slot + 1) & mask
    }
  }

  get byteLength(): number {
    return (
      this.low.byteLength +
      this.high.byteLength +
      this.#slots.words.byteLength +
      this.#direct.byteLength +
      this.#directPairs.byteLength
    )
  }

  /** The number of null. */
  null(): number {
    if (this.nullNumber === EMPTY) this.nullNumber = this.#append(0, 0)
    return this.nullNumber
  }

  #numberSmall(low: number): number {
    if (low >= this.#direct.length) {
      const longer = new Int32Array(Math.min(DIRECT, Math.max(256, 2 * low + 1))).fill(EMPTY)
      longer.set(this.#direct)
      this.#direct = longer
    }
    let found = this.#direct[low] ?? EMPTY
    if (found === EMPTY) {
      found = this.#append(low, 0)
      this.#direct[low] = found
    }
    return found
  }

  #numberPair(low: number, high: number): number {
    const at = high * DIRECT_SIDE + low
    if (at >= this.#directPairs.length) {
      const longer = new Int32Array(Math.min(DIRECT_SIDE * DIRECT_SIDE, 2 * at + DIRECT_SIDE)).fill(EMPTY)
      longer.set(this.#directPairs)
      this.#directPairs = longer
    }
    let found = this.#directPairs[at] ?? EMPTY
    if (found === EMPTY) {
      found = this.#append(low, high)
      this.#directPairs[at] = found
    }
    return found
  }

  #add(low: number, high: number, hashed: number, slot: number): number {
    const { words, mask } = this.#slots
    const added = this.#append(low, high)
    words[2 * slot] = hashed
    words[2 * slot + 1] = added
    if (added * 2 > mask) this.#slots.grow()
    return added
  }

  #append(low: number, high: number): number {
    if (this.size === this.low.length) {
      this.low = doubled(this.low)
      this.high = doubled(this.high)
    }
    this.low[this.size] = low
    this.high[this.size] = high
    return this.size++
  }
}

/** Numbers runs of bytes: the keys of string and binary columns. */
export class BytesTable {
  size = 0
  nullNumber = EMPTY
  #bytes = new Uint8Array(4096)
  #ends = new Int32Array(1025)
  readonly #ofByte = new Int32Array(256).fill(EMPTY)
  readonly #slots = new Slots()

  get byteLength(): number {
    const keys = this.#bytes.byteLength + this.#ends.byteLength
    return keys + this.#slots.words.byteLength
  }
  /** All keys' bytes, one after another. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#ends[this.size])
  }
  /** Where each key starts, and the end. */
  get offsets(): Int32Array {
    return this.#ends.subarray(0, this.size + 1)
  }

  /** The numbers of `count` rows of a column: those at `positions`, the first ones without. */
  numberRows(
    { values, offsets, valid }: BytesColumn,
    positions: Int32Array | undefined,
    count: number,
    numbers: Int32Array,
  ): void {
    const hashes = new Int32Array(LOOK_AHEAD)
    for (let from = 0; from < count; from += LOOK_AHEAD) {
      const end = Math.min(count, from + LOOK_AHEAD)
      for (let i = from; i < end; i++) {
        const row = positions === undefined ? i : (positions[i] ?? 0)
        hashes[i - from] = hashBytes(values, offsets[row] ?? 0, offsets[row + 1] ?? 0)
      }
      this.#slots.touch(hashes, end - from)
      for (let i = from; i < end; i++) {
        const row = positions === undefined ? i : (positions[i] ?? 0)
        const isNull = valid !== undefined && valid[row] === 0
        numbers[i] = isNull
          ? this.null()
          : this.#find(values, offsets[row] ?? 0, offsets[row + 1] ?? 0, hashes[i - from] ?? 0)
      }
    }
  }

  number(bytes: Uint8Array, start: number, end: number): number {
    return this.#find(bytes, start, end, hashBytes(bytes, start, end))
  }

  #find(bytes: Uint8Array, start: number, end: number, hashed: number): number {
    if (end - start === 1) return this.#numberByte(bytes, start)
    const { words, mask } = this.#slots
    let slot = hashed & mask
    for (;;) {
      const found = words[2 * slot + 1] ?? EMPTY
      if (found === EMPTY) return this.#add(bytes, start, end, hashed, slot)
      if (words[2 * slot] === hashed && this.#equals(found, bytes, start, end)) return found
      slot = (slot + 1) & mask
    }
  }

  null(): number {
    if (this.nullNumber === EMPTY) this.nullNumber = this.#append(this.#bytes, 0, 0)
    return this.nullNumber
  }

  /** Codes of one letter are common keys: they are looked up by it. */
  #numberByte(bytes: Uint8Array, at: number): number {
    const byte = bytes[at] ?? 0
    let found = this.#ofByte[byte] ?? EMPTY
    if (found === EMPTY) {
      found = this.#append(bytes, at, at + 1)
      this.#ofByte[byte] = found
    }
    return found
  }

  #equals(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#ends[number] ?? 0
    if ((this.#ends[number + 1] ?? 0) - from !== end - start) return false
    const own = this.#bytes
    for (let i = start, at = from; i < end; i++, at++) if (own[at] !== bytes[i]) return false
    return true
  }

  #add(bytes: Uint8Array, start: number, end: number, hashed: number, slot: number): number {
    const { words, mask } = this.#slots
    const added = this.#append(bytes, start, end)
    words[2 * slot] = hashed
    words[2 * slot + 1] = added
    if (added * 2 > mask) this.#slots.grow()
    return added
  }

  #append(bytes: Uint8Array, start: number, end: number): number {
    const from = this.#ends[this.size] ?? 0
    const to = from + end - start
    if (to > this.#bytes.length) {
      const longer = new Uint8Array(Math.max(2 * this.#bytes.length, to))
      longer.set(this.#bytes)
      this.#bytes = longer
    }
    const own = this.#bytes
    for (let i = start, at = from; i < end; i++, at++) own[at] = bytes[i] ?? 0
    if (this.size + 1 === this.#ends.length) this.#ends = doubled(this.#ends)
    this.#ends[this.size + 1] = to
    return this.size++
  }
}

function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(array.length * 2)
  longer.set(array)
  return longer
}

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
