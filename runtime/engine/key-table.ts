// Hash tables that number distinct keys 0, 1, 2 … in order of appearance. Keys live in flat arrays; nothing is boxed.

const EMPTY = -1

/** Numbers pairs of 32-bit words: 64-bit integers, doubles' bits, and pairs of other numbers. */
export class WordTable {
  #low = new Int32Array(1024)
  #high = new Int32Array(1024)
  #slots = new Int32Array(2048).fill(EMPTY)
  /** Small non-negative keys are looked up without hashing. */
  #direct = new Int32Array(0)
  #size = 0

  get size(): number {
    return this.#size
  }
  /** The low words of the keys, by number. */
  get low(): Int32Array {
    return this.#low
  }
  get high(): Int32Array {
    return this.#high
  }

  /** The number of a key; a new key gets the next one. */
  number(low: number, high: number): number {
    if (high === 0 && low >= 0 && low < 65536) return this.#numberDirect(low)
    const mask = this.#slots.length - 1
    let slot = hash(low, high) & mask
    for (;;) {
      const found = this.#slots[slot] ?? EMPTY
      if (found === EMPTY) {
        const added = this.#append(low, high)
        this.#slots[slot] = added
        if (added * 2 > mask) this.#grow()
        return added
      }
      if (this.#low[found] === low && this.#high[found] === high) return found
      slot = (slot + 1) & mask
    }
  }

  #numberDirect(low: number): number {
    if (low >= this.#direct.length) {
      const longer = new Int32Array(Math.min(65536, Math.max(256, 2 * low + 1))).fill(EMPTY)
      longer.set(this.#direct)
      this.#direct = longer
    }
    const found = this.#direct[low] ?? EMPTY
    if (found !== EMPTY) return found
    const added = this.#append(low, 0)
    this.#direct[low] = added
    return added
  }

  #append(low: number, high: number): number {
    if (this.#size === this.#low.length) {
      this.#low = doubled(this.#low)
      this.#high = doubled(this.#high)
    }
    this.#low[this.#size] = low
    this.#high[this.#size] = high
    return this.#size++
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(EMPTY)
    const mask = slots.length - 1
    for (let number = 0; number < this.#size; number++) {
      const low = this.#low[number] ?? 0
      const high = this.#high[number] ?? 0
      if (high === 0 && low >= 0 && low < 65536) continue
      let slot = hash(low, high) & mask
      while (slots[slot] !== EMPTY) slot = (slot + 1) & mask
      slots[slot] = number
    }
    this.#slots = slots
  }
}

/** Numbers runs of bytes: the keys of string and binary columns. */
export class BytesTable {
  #bytes = new Uint8Array(4096)
  #ends = new Int32Array(1025)
  #hashes = new Int32Array(1024)
  #slots = new Int32Array(2048).fill(EMPTY)
  #size = 0

  get size(): number {
    return this.#size
  }
  /** All keys' bytes, one after another. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#ends[this.#size])
  }
  /** Where each key starts, and the end. */
  get offsets(): Int32Array {
    return this.#ends.subarray(0, this.#size + 1)
  }

  number(bytes: Uint8Array, start: number, end: number): number {
    const mask = this.#slots.length - 1
    const hashed = hashBytes(bytes, start, end)
    let slot = hashed & mask
    for (;;) {
      const found = this.#slots[slot] ?? EMPTY
      if (found === EMPTY) {
        const added = this.#append(bytes, start, end, hashed)
        this.#slots[slot] = added
        if (added * 2 > mask) this.#grow()
        return added
      }
      if (this.#hashes[found] === hashed && this.#equals(found, bytes, start, end)) return found
      slot = (slot + 1) & mask
    }
  }

  #equals(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#ends[number] ?? 0
    if ((this.#ends[number + 1] ?? 0) - from !== end - start) return false
    const own = this.#bytes
    for (let i = start, at = from; i < end; i++, at++) if (own[at] !== bytes[i]) return false
    return true
  }

  #append(bytes: Uint8Array, start: number, end: number, hashed: number): number {
    const from = this.#ends[this.#size] ?? 0
    const to = from + end - start
    if (to > this.#bytes.length) {
      const longer = new Uint8Array(Math.max(2 * this.#bytes.length, to))
      longer.set(this.#bytes)
      this.#bytes = longer
    }
    this.#bytes.set(bytes.subarray(start, end), from)
    if (this.#size + 1 === this.#ends.length) this.#ends = doubled(this.#ends)
    if (this.#size === this.#hashes.length) this.#hashes = doubled(this.#hashes)
    this.#ends[this.#size + 1] = to
    this.#hashes[this.#size] = hashed
    return this.#size++
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(EMPTY)
    const mask = slots.length - 1
    for (let number = 0; number < this.#size; number++) {
      let slot = (this.#hashes[number] ?? 0) & mask
      while (slots[slot] !== EMPTY) slot = (slot + 1) & mask
      slots[slot] = number
    }
    this.#slots = slots
  }
}

function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(array.length * 2)
  longer.set(array)
  return longer
}

/** Mixes two words; multiplicative hashing with the high bits folded down. */
function hash(low: number, high: number): number {
  let h = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)
  h ^= h >>> 15
  h = Math.imul(h, 0x2c1b3c6d)
  return h ^ (h >>> 13)
}

function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let h = 0x811c9dc5
  for (let i = start; i < end; i++) h = Math.imul(h ^ (bytes[i] ?? 0), 0x01000193)
  return h ^ (h >>> 15)
}
