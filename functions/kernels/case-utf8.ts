// Upper and lower case of columns of UTF-8, character by character on bytes. What becomes of a character is asked of
// JavaScript once and kept; a text with a rare character is left to JavaScript as a whole.

import type { BytesColumn } from '../column/column.ts'

/** An entry of characters that become more than three bytes, or whose case depends on their neighbours. */
const RARE = -1

/** Lower case of it is ς at the end of a word, else σ. */
const SIGMA = 0x3a3

/**
 * What the first byte of a character says, by the byte. Characters are decoded by it without branches: where scripts
 * alternate, every second one would be predicted wrongly. Four bytes, and bytes that begin no character, have size 0.
 */
const size = new Uint8Array(256)
/** What the byte adds to the code point. */
const bits = new Uint8Array(256)
/** How far the code point is to the left of where it stands in three bytes. */
const shift = new Uint8Array(256)
/** The bits by which the next two bytes continue the character. */
const continuing = new Uint16Array(256)
/** The least code point that takes so many bytes. */
const least = new Uint16Array(256)

for (let byte = 0; byte < 0x80; byte++) describe(byte, 1, byte, 0)
for (let byte = 0xc0; byte < 0xe0; byte++) describe(byte, 2, byte & 0x1f, 0x80)
for (let byte = 0xe0; byte < 0xf0; byte++) describe(byte, 3, byte & 0x0f, 0x800)

function describe(first: number, bytes: number, ofPoint: number, from: number): void {
  size[first] = bytes
  bits[first] = ofPoint
  shift[first] = 6 * (3 - bytes)
  continuing[first] = [0, 0, 0xc000, 0xc0c0][bytes] ?? 0
  least[first] = from
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

export class CaseMapping {
  readonly #map: (text: string) => string
  readonly #hasContext: boolean
  /**
   * What characters of up to three bytes become: up to three bytes, the first one lowest, and above them how many they
   * are; 0 where nobody has asked yet.
   */
  #entries = new Int32Array(0)
  /** Characters of four bytes, as words, that are known to stay as they are. */
  readonly #staying = new Set<number>()
  /** Where texts are written before their size is known. */
  #buffer = new Uint8Array(0)

  constructor(to: 'upper' | 'lower') {
    this.#map = to === 'upper' ? (text) => text.toUpperCase() : (text) => text.toLowerCase()
    this.#hasContext = to === 'lower'
  }

  /** Every text of a column in the other case; bytes that are not UTF-8 become replacement characters. */
  column({ values, offsets, type, valid }: BytesColumn, length: number): BytesColumn {
    if (this.#entries.length === 0) this.#entries = new Int32Array(0x10000)
    const ends = new Int32Array(length + 1)
    let to = 0
    for (let i = 0; i < length; i++) {
      const start = offsets[i] ?? 0
      const end = offsets[i + 1] ?? 0
      // No character takes more than three times its bytes in another case, and three bytes are always written.
      this.#makeRoom(to + 3 * (end - start) + 3)
      to = this.#write(values, start, end, to)
      ends[i + 1] = to
    }
    return { storage: 'bytes', type, length, valid, values: this.#buffer.slice(0, to), offsets: ends }
  }

  #makeRoom(needed: number): void {
    if (needed <= this.#buffer.length) return
    const longer = new Uint8Array(Math.max(needed, 2 * this.#buffer.length, 1 << 16))
    longer.set(this.#buffer)
    this.#buffer = longer
  }

  /** Writes one text at `to` and gives where it ends. */
  #write(bytes: Uint8Array, start: number, end: number, to: number): number {
    // Three bytes are read whatever the character takes.
    if (end + 2 > bytes.length) return this.#writeWhole(bytes.subarray(start, end), to)
    const buffer = this.#buffer
    const entries = this.#entries
    let next = to
    for (let at = start; ; ) {
      let point = 0
      let entry = 0
      // A loop that calls nothing: after a call, where arrays are would be looked up again for every character.
      while (at < end) {
        const first = bytes[at] ?? 0
        const others = ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
        const taken = size[first] ?? 0
        const fixed = continuing[first] ?? 0
        point = (((bits[first] ?? 0) << 12) | ((others & 0x3f00) >> 2) | (others & 0x3f)) >> (shift[first] ?? 0)
        const isCharacter = taken !== 0 && (others & fixed) === (fixed & 0x8080) && point >= (least[first] ?? 0)
        entry = isCharacter && at + taken <= end ? (entries[point] ?? 0) : RARE
        if (entry <= 0) break
        // Writing all three bytes costs less than asking how many there are.
        buffer[next] = entry
        buffer[next + 1] = entry >> 8
        buffer[next + 2] = entry >> 16
        next += entry >> 24
        at += taken
      }
      if (at >= end) return next
      if (entry === 0) this.#ask(point)
      else if (this.#stays(bytes, at, end)) {
        for (const stop = at + 4; at < stop; at++) buffer[next++] = bytes[at] ?? 0
      } else return this.#writeWhole(bytes.subarray(start, end), to)
    }
  }

  /** Whether there is a character of four bytes that is the same in the other case: symbols and ideographs are. */
  #stays(bytes: Uint8Array, at: number, end: number): boolean {
    if (at + 4 > end || (bytes[at] ?? 0) < 0xf0) return false
    const word =
      ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)
    if (this.#staying.has(word)) return true
    // Bytes that do not form a character become replacement characters, of one unit each.
    const text = decoder.decode(bytes.subarray(at, at + 4))
    const stays = (text.codePointAt(0) ?? 0) > 0xffff && this.#map(text) === text
    if (stays) this.#staying.add(word)
    return stays
  }

  #ask(point: number): void {
    const mapped = encoder.encode(this.#map(String.fromCodePoint(point)))
    const isSurrogate = point >= 0xd800 && point < 0xe000
    const isRare = mapped.length > 3 || isSurrogate || (this.#hasContext && point === SIGMA)
    const [first = 0, second = 0, third = 0] = mapped
    const entry = isRare ? RARE : first | (second << 8) | (third << 16) | (mapped.length << 24)
    this.#entries[point] = entry
  }

  #writeWhole(bytes: Uint8Array, to: number): number {
    return to + encoder.encodeInto(this.#map(decoder.decode(bytes)), this.#buffer.subarray(to)).written
  }
}
