// Mutations of bytes, from a seed: the same seed gives the same mutations everywhere.

import { HEADER_BYTES, seal } from './seal.ts'

/** A small generator of numbers (mulberry32). */
export function createRandom(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

type Random = ReturnType<typeof createRandom>
type Mutation = (bytes: Buffer, random: Random, other: Uint8Array) => Buffer

const texts = [
  '[',
  '{',
  '-7,4294967295',
  '4294967295',
  '-1',
  '[["Udf",1]',
  '"__proto__"',
  '"kind"',
  'null',
  '1e999',
  '"list"',
]

const mutations: readonly Mutation[] = [
  function flipBits(bytes, random) {
    for (let n = random(4) + 1; n > 0; n--) {
      const at = random(bytes.length)
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8))
    }
    return bytes
  },
  function cut(bytes, random) {
    const from = random(bytes.length)
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + random(bytes.length - from))])
  },
  function splice(bytes, random, other) {
    const from = random(other.length)
    const piece = other.subarray(from, from + random(other.length - from))
    const at = random(bytes.length)
    return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + random(2) * piece.length)])
  },
  function nestDeep(bytes, random) {
    const at = random(bytes.length)
    return Buffer.concat([
      bytes.subarray(0, at),
      Buffer.alloc(random(50_000), random(2) ? '[' : '{"a":'),
      bytes.subarray(at),
    ])
  },
  function hugeCounts(bytes, random) {
    const at = random(Math.max(1, bytes.length - 4))
    bytes.writeUInt32LE([0xffffffff, 0x7fffffff, 0x10000000, 65_536][random(4)] ?? 0, at)
    return bytes
  },
  function changeDigit(bytes, random) {
    const digits = [...bytes.keys()].filter(
      (i) => i > HEADER_BYTES && bytes[i] !== undefined && bytes[i] >= 48 && bytes[i] <= 57,
    )
    const at = digits[random(digits.length)]
    if (at !== undefined) bytes[at] = 48 + random(10)
    return bytes
  },
  function insertText(bytes, random) {
    const at = HEADER_BYTES + random(Math.max(1, bytes.length - HEADER_BYTES))
    const text = Buffer.from(texts[random(texts.length)] ?? '')
    return Buffer.concat([bytes.subarray(0, at), text, bytes.subarray(at + random(2) * text.length)])
  },
]

/** Changes bytes in one to three ways, and mostly mends lengths and checksums, so that what is behind them is reached. */
export function mutate(original: Uint8Array, random: Random, other: Uint8Array): Buffer {
  let bytes: Buffer = Buffer.from(original)
  for (let n = random(3) + 1; n > 0; n--) {
    bytes = mutations[random(mutations.length)]?.(bytes, random, other) ?? bytes
    if (bytes.length < HEADER_BYTES + 12) return bytes
  }
  const mended = random(5) === 0 ? bytes : mend(original, bytes)
  return random(8) === 0 ? mended : seal(mended)
}

/** Puts a true header back; where the payload is sections, its text takes what the attachments leave. */
function mend(original: Uint8Array, bytes: Buffer): Buffer {
  Buffer.from(original).copy(bytes, 0, 0, HEADER_BYTES)
  bytes.writeUInt32LE(bytes.length - HEADER_BYTES, 10)
  const isSections = /^VLY(EXPR|TASK|PROG)/.test(bytes.toString('latin1', 0, 7))
  if (!isSections) return bytes
  const before = Buffer.from(original)
  const count = before.readUInt32LE(HEADER_BYTES + 4)
  let attached = 0
  for (let i = 0; i < count; i++) attached += before.readUInt32LE(HEADER_BYTES + 8 + 4 * i)
  const table = 8 + 4 * count
  const text = bytes.length - HEADER_BYTES - table - attached
  if (text < 0) return bytes
  before.copy(bytes, HEADER_BYTES, HEADER_BYTES, HEADER_BYTES + table)
  bytes.writeUInt32LE(text, HEADER_BYTES)
  return bytes
}
