// A hash table of keys that are runs of bytes: it gives them the ids 0, 1, 2 … in order of appearance. Keys live one after
// another in one array, nothing is boxed. Null is a key like any other.

import type { BytesColumn } from '../../../functions/column/column.ts'
import type { Selection } from '../prepared-batch.ts'
import { hashBytes } from './hash.ts'
import { doubled, EMPTY, LOOK_AHEAD, Slots } from './key-slots.ts'

/** Interns runs of bytes: the keys of string and binary columns. */
export class BytesTable {
  size = 0
  nullId = EMPTY
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

  /** The ids of `count` rows of a column: those at `positions`, the first ones without. */
  internRows(column: BytesColumn, positions: Int32Array | undefined, count: number, ids: Int32Array): void {
    if (isLetters(column)) {
      this.#internLetters(column.values.subarray(column.offsets[0]), positions, count, ids)
      return
    }
    const { values, offsets, valid } = column
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
        ids[i] = isNull
          ? this.null()
          : this.#find(values, offsets[row] ?? 0, offsets[row + 1] ?? 0, hashes[i - from] ?? 0)
      }
    }
  }

  /** The ids of rows of one byte each, which need neither offsets nor hashes. */
  #internLetters(letters: Uint8Array, positions: Int32Array | undefined, count: number, ids: Int32Array): void {
    const missing =
      positions === undefined
        ? lookUp(this.#ofByte, letters, count, ids)
        : lookUpAt(this.#ofByte, letters, { positions, count }, ids)
    if (!missing) return
    for (let i = 0; i < count; i++) ids[i] = this.#internByte(letters, positions?.[i] ?? i)
  }

  intern(bytes: Uint8Array, start: number, end: number): number {
    return this.#find(bytes, start, end, hashBytes(bytes, start, end))
  }

  #find(bytes: Uint8Array, start: number, end: number, hashed: number): number {
    if (end - start === 1) return this.#internByte(bytes, start)
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
    if (this.nullId === EMPTY) this.nullId = this.#append(this.#bytes, 0, 0)
    return this.nullId
  }

  /** Codes of one letter are common keys: they are looked up by it. */
  #internByte(bytes: Uint8Array, at: number): number {
    const byte = bytes[at] ?? 0
    let found = this.#ofByte[byte] ?? EMPTY
    if (found === EMPTY) {
      found = this.#append(bytes, at, at + 1)
      this.#ofByte[byte] = found
    }
    return found
  }

  #equals(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#ends[id] ?? 0
    if ((this.#ends[id + 1] ?? 0) - from !== end - start) return false
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

/** Whether every row is one byte, and none is null. */
function isLetters({ offsets, length, valid }: BytesColumn): boolean {
  const first = offsets[0] ?? 0
  if (valid !== undefined || (offsets[length] ?? 0) - first !== length) return false
  let differences = 0
  for (let i = 0; i < length; i++) differences |= (offsets[i] ?? 0) ^ (first + i)
  return differences === 0
}

/**
 * The ids of letters; whether one has none yet. Loops without a call in them, apart from what adds keys: after a call,
 * where arrays are would be looked up again for every row.
 */
function lookUp(known: Int32Array, letters: Uint8Array, count: number, ids: Int32Array): boolean {
  let all = 0
  for (let i = 0; i < count; i++) {
    const id = known[letters[i] ?? 0] ?? EMPTY
    ids[i] = id
    all |= id
  }
  return all < 0
}

/** The same of the letters at positions. */
function lookUpAt(known: Int32Array, letters: Uint8Array, { positions, count }: Selection, ids: Int32Array): boolean {
  let all = 0
  for (let i = 0; i < count; i++) {
    const id = known[letters[positions[i] ?? 0] ?? 0] ?? EMPTY
    ids[i] = id
    all |= id
  }
  return all < 0
}
