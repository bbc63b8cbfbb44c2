// A hash table of keys that are pairs of 32-bit words: it numbers them 0, 1, 2 … in order of appearance. Keys live in flat
// arrays, nothing is boxed, and small ones are not even hashed. Null is a key like any other.

import { hashWords } from './hash.ts'
import { doubled, EMPTY, LOOK_AHEAD, Slots } from './key-slots.ts'

/** Keys below this with no high word are looked up in an array: 4 MiB at the most. */
const DIRECT = 1 << 20
/** Pairs of words below this are looked up in an array: 1 MiB at the most. */
const DIRECT_SIDE = 512
/** A table of fewer keys than this is near the processor anyway. */
const FEW = 1 << 14

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

  /** The numbers of keys of one word. */
  numberSingles(words: Int32Array, valid: Uint8Array | undefined, numbers: Int32Array, length: number): void {
    for (let from = 0; from < length; from += LOOK_AHEAD) {
      const end = Math.min(length, from + LOOK_AHEAD)
      if (valid === undefined && followDirect(this.#direct, words, numbers, { from, end })) continue
      for (let row = from; row < end; row++)
        numbers[row] = valid !== undefined && valid[row] === 0 ? this.null() : this.number(words[row] ?? 0, 0)
    }
  }

  /** The numbers of `count` pairs of words. A table is used for pairs of any words, or for single keys. */
  numberPairs(low: Int32Array, high: Int32Array, numbers: Int32Array, count: number): void {
    const hashes = new Int32Array(LOOK_AHEAD)
    for (let from = 0; from < count; from += LOOK_AHEAD) {
      const end = Math.min(count, from + LOOK_AHEAD)
      if (this.#numberKnownPairs(low, high, numbers, { from, end, found: hashes })) continue
      if (this.size >= FEW) {
        for (let row = from; row < end; row++) hashes[row - from] = hashWords(low[row] ?? 0, high[row] ?? 0)
        this.#slots.touch(hashes, end - from)
      }
      for (let row = from; row < end; row++) {
        const [first, second] = [low[row] ?? 0, high[row] ?? 0]
        // Small words first: whether one of them is 0 would be predicted wrongly for every second row.
        if ((first | second) >>> 0 < DIRECT_SIDE) numbers[row] = this.#numberPair(first, second)
        else if (this.size < FEW) numbers[row] = this.number(first, second)
        else numbers[row] = this.#numberHashed(first, second, hashes[row - from] ?? 0)
      }
    }
  }

  /**
   * Numbers pairs of small words if all of them are known. The loop calls nothing: with a call in it, where arrays are
   * would be looked up again for every row.
   */
  #numberKnownPairs(
    low: Int32Array,
    high: Int32Array,
    numbers: Int32Array,
    { from, end, found }: { readonly from: number; readonly end: number; readonly found: Int32Array },
  ): boolean {
    if (((low[from] ?? 0) | (high[from] ?? 0)) >>> 0 >= DIRECT_SIDE) return false
    const known = this.#directPairs
    let words = 0
    let missing = 0
    for (let row = from; row < end; row++) {
      const first = low[row] ?? 0
      const second = high[row] ?? 0
      const number = known[second * DIRECT_SIDE + first] ?? EMPTY
      words |= first | second
      missing |= number
      found[row - from] = number
    }
    if (words >>> 0 >= DIRECT_SIDE || missing < 0) return false
    for (let row = from; row < end; row++) numbers[row] = found[row - from] ?? 0
    return true
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

/** Numbers small words if all of them are known. The loop calls nothing; see `numberKnownPairs`. */
function followDirect(
  direct: Int32Array,
  words: Int32Array,
  numbers: Int32Array,
  { from, end }: { readonly from: number; readonly end: number },
): boolean {
  // Where words are too large for the array, looking for them would be in vain.
  if ((words[from] ?? 0) >>> 0 >= direct.length) return false
  let missing = 0
  for (let row = from; row < end; row++) {
    const number = direct[words[row] ?? 0] ?? EMPTY
    numbers[row] = number
    missing |= number
  }
  return missing >= 0
}
