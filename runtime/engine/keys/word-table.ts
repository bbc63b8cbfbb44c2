// A hash table of keys that are pairs of 32-bit words: it gives them the ids 0, 1, 2 … in order of appearance. Keys live in
// flat arrays, nothing is boxed, and small ones are not even hashed. Null is a key like any other.

import { hashWords } from './hash.ts'
import { doubled, EMPTY, LOOK_AHEAD, Slots } from './key-slots.ts'

/** Keys below this with no high word are looked up in an array: 4 MiB at the most. */
const DIRECT = 1 << 20
/** Pairs of words below this are looked up in an array: 1 MiB at the most. */
const DIRECT_SIDE = 512
/** A table of fewer keys than this is near the processor anyway. */
const FEW = 1 << 14

/** Interns pairs of 32-bit words: 64-bit integers, doubles' bits, and pairs of other ids. */
export class WordTable {
  low = new Int32Array(1024)
  high = new Int32Array(1024)
  size = 0
  /** The id of null; EMPTY until it comes. */
  nullId = EMPTY
  readonly #slots = new Slots()
  /** Ids of small keys, found without hashing. */
  #direct = new Int32Array(0)
  /** Ids of pairs of small words, found without hashing. */
  #directPairs = new Int32Array(0)

  /** The id of a key; a new key gets the next one. */
  intern(low: number, high: number): number {
    if (high === 0 && low >>> 0 < DIRECT) return this.#internSmall(low)
    if ((low | high) >>> 0 < DIRECT_SIDE) return this.#internPair(low, high)
    return this.#find(low, high, hashWords(low, high))
  }

  /** The ids of pairs of words, two to a row. */
  internRows(words: Int32Array, valid: Uint8Array | undefined, ids: Int32Array, length: number): void {
    const hashes = new Int32Array(LOOK_AHEAD)
    for (let from = 0; from < length; from += LOOK_AHEAD) {
      const count = Math.min(LOOK_AHEAD, length - from)
      for (let i = 0; i < count; i++) hashes[i] = hashWords(words[2 * (from + i)] ?? 0, words[2 * (from + i) + 1] ?? 0)
      this.#slots.touch(hashes, count)
      for (let i = 0; i < count; i++) {
        const row = from + i
        const isNull = valid !== undefined && valid[row] === 0
        ids[row] = isNull
          ? this.null()
          : this.#internHashed(words[2 * row] ?? 0, words[2 * row + 1] ?? 0, hashes[i] ?? 0)
      }
    }
  }

  /** The ids of keys of one word. */
  internSingles(words: Int32Array, valid: Uint8Array | undefined, ids: Int32Array, length: number): void {
    for (let from = 0; from < length; from += LOOK_AHEAD) {
      const end = Math.min(length, from + LOOK_AHEAD)
      if (valid === undefined && followDirect(this.#direct, words, ids, { from, end })) continue
      for (let row = from; row < end; row++)
        ids[row] = valid !== undefined && valid[row] === 0 ? this.null() : this.intern(words[row] ?? 0, 0)
    }
  }

  /** The ids of `count` pairs of words. A table is used for pairs of any words, or for single keys. */
  internPairs(low: Int32Array, high: Int32Array, ids: Int32Array, count: number): void {
    const hashes = new Int32Array(LOOK_AHEAD)
    for (let from = 0; from < count; from += LOOK_AHEAD) {
      const end = Math.min(count, from + LOOK_AHEAD)
      if (this.#internKnownPairs(low, high, ids, { from, end, found: hashes })) continue
      if (this.size >= FEW) {
        for (let row = from; row < end; row++) hashes[row - from] = hashWords(low[row] ?? 0, high[row] ?? 0)
        this.#slots.touch(hashes, end - from)
      }
      for (let row = from; row < end; row++) {
        const [first, second] = [low[row] ?? 0, high[row] ?? 0]
        // Small words first: whether one of them is 0 would be predicted wrongly for every second row.
        if ((first | second) >>> 0 < DIRECT_SIDE) ids[row] = this.#internPair(first, second)
        else if (this.size < FEW) ids[row] = this.intern(first, second)
        else ids[row] = this.#internHashed(first, second, hashes[row - from] ?? 0)
      }
    }
  }

  /**
   * Interns pairs of small words if all of them are known. The loop calls nothing: with a call in it, where arrays are
   * would be looked up again for every row.
   */
  #internKnownPairs(
    low: Int32Array,
    high: Int32Array,
    ids: Int32Array,
    { from, end, found }: { readonly from: number; readonly end: number; readonly found: Int32Array },
  ): boolean {
    if (((low[from] ?? 0) | (high[from] ?? 0)) >>> 0 >= DIRECT_SIDE) return false
    const known = this.#directPairs
    let words = 0
    let missing = 0
    for (let row = from; row < end; row++) {
      const first = low[row] ?? 0
      const second = high[row] ?? 0
      const id = known[second * DIRECT_SIDE + first] ?? EMPTY
      words |= first | second
      missing |= id
      found[row - from] = id
    }
    if (words >>> 0 >= DIRECT_SIDE || missing < 0) return false
    for (let row = from; row < end; row++) ids[row] = found[row - from] ?? 0
    return true
  }

  #internHashed(low: number, high: number, hashed: number): number {
    if (high === 0 && low >>> 0 < DIRECT) return this.#internSmall(low)
    if ((low | high) >>> 0 < DIRECT_SIDE) return this.#internPair(low, high)
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

  /** The id of null. */
  null(): number {
    if (this.nullId === EMPTY) this.nullId = this.#append(0, 0)
    return this.nullId
  }

  #internSmall(low: number): number {
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

  #internPair(low: number, high: number): number {
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

/** Interns small words if all of them are known. The loop calls nothing; see `internKnownPairs`. */
function followDirect(
  direct: Int32Array,
  words: Int32Array,
  ids: Int32Array,
  { from, end }: { readonly from: number; readonly end: number },
): boolean {
  // Where words are too large for the array, looking for them would be in vain.
  if ((words[from] ?? 0) >>> 0 >= direct.length) return false
  let missing = 0
  for (let row = from; row < end; row++) {
    const id = direct[words[row] ?? 0] ?? EMPTY
    ids[row] = id
    missing |= id
  }
  return missing >= 0
}
