// Hash tables that number distinct keys 0, 1, 2 … in order of appearance. Keys live in flat arrays, nothing is boxed;
// a slot holds hash and number side by side, so that a probe touches one place. Null is a key like any other.

const EMPTY = -1
/** Keys below this with no high word are looked up in an array: 4 MiB at the most. */
const DIRECT = 1 << 20
/** Pairs of words below this are looked up in an array: 1 MiB at the most. */
const DIRECT_SIDE = 512

/** Open addressing over (hash, number) pairs; the tables below say when two keys are equal. */
class Slots {
  words = new Int32Array(4096).fill(EMPTY)
  mask = 2047

  /** Makes room for twice as many keys. */
  grow(hashes: (number: number) => number, size: number, skip: (number: number) => boolean): void {
    this.words = new Int32Array(this.words.length * 2).fill(EMPTY)
    this.mask = this.words.length / 2 - 1
    for (let number = 0; number < size; number++) {
      if (skip(number)) continue
      const hashed = hashes(number)
      let slot = hashed & this.mask
      while (this.words[2 * slot + 1] !== EMPTY) slot = (slot + 1) & this.mask
      this.words[2 * slot] = hashed
      this.words[2 * slot + 1] = number
    }
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
    const { words, mask } = this.#slots
    const hashed = hashWords(low, high)
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
    if (added * 2 > mask) {
      const isElsewhere = (number: number): boolean => {
        const [low, high] = [this.low[number] ?? 0, this.high[number] ?? 0]
        const small = (high === 0 && low >>> 0 < DIRECT) || (low | high) >>> 0 < DIRECT_SIDE
        return small || number === this.nullNumber
      }
      this.#slots.grow((number) => hashWords(this.low[number] ?? 0, this.high[number] ?? 0), this.size, isElsewhere)
    }
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
  #hashes = new Int32Array(1024)
  readonly #ofByte = new Int32Array(256).fill(EMPTY)
  readonly #slots = new Slots()

  get byteLength(): number {
    const keys = this.#bytes.byteLength + this.#ends.byteLength + this.#hashes.byteLength
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

  number(bytes: Uint8Array, start: number, end: number): number {
    if (end - start === 1) return this.#numberByte(bytes, start)
    const { words, mask } = this.#slots
    const hashed = hashBytes(bytes, start, end)
    let slot = hashed & mask
    for (;;) {
      const found = words[2 * slot + 1] ?? EMPTY
      if (found === EMPTY) return this.#add(bytes, start, end, hashed, slot)
      if (words[2 * slot] === hashed && this.#equals(found, bytes, start, end)) return found
      slot = (slot + 1) & mask
    }
  }

  null(): number {
    if (this.nullNumber === EMPTY) this.nullNumber = this.#append(this.#bytes, 0, 0, 0)
    return this.nullNumber
  }

  /** Codes of one letter are common keys: they are looked up by it. */
  #numberByte(bytes: Uint8Array, at: number): number {
    const byte = bytes[at] ?? 0
    let found = this.#ofByte[byte] ?? EMPTY
    if (found === EMPTY) {
      found = this.#append(bytes, at, at + 1, 0)
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
    const added = this.#append(bytes, start, end, hashed)
    words[2 * slot] = hashed
    words[2 * slot + 1] = added
    if (added * 2 > mask) {
      this.#slots.grow(
        (number) => this.#hashes[number] ?? 0,
        this.size,
        (number) => number === this.nullNumber || (this.#ends[number + 1] ?? 0) - (this.#ends[number] ?? 0) === 1,
      )
    }
    return added
  }

  #append(bytes: Uint8Array, start: number, end: number, hashed: number): number {
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
    if (this.size === this.#hashes.length) this.#hashes = doubled(this.#hashes)
    this.#ends[this.size + 1] = to
    this.#hashes[this.size] = hashed
    return this.size++
  }
}

function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(array.length * 2)
  longer.set(array)
  return longer
}

/** Mixes two words; multiplicative hashing with the high bits folded down. */
function hashWords(low: number, high: number): number {
  let h = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)
  h ^= h >>> 15
  h = Math.imul(h, 0x2c1b3c6d)
  return h ^ (h >>> 13)
}

/** Mixes four bytes at a time. */
function hashBytes(bytes: Uint8Array, start: number, end: number): number {
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
