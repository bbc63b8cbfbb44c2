// Parquet's run-length / bit-packed hybrid: levels, dictionary codes and booleans. Decodes straight into typed arrays and
// bitmaps. Throws a plain Error on damaged input, never reads or writes outside its arrays.

/** The lowest `width` (1 to 32) bits at `bit` of `bytes`; beyond the end they are 0. */
export function readBits(bytes: Uint8Array, bit: number, width: number): number {
  const at = Math.floor(bit / 8)
  const shift = bit & 7
  const low =
    ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>>
    shift
  const value = shift + width > 32 ? low | ((bytes[at + 4] ?? 0) << (32 - shift)) : low
  return width === 32 ? value : value & ((1 << width) - 1)
}

/** The 32-bit words around `bytes`: aligned loads are four times faster than a DataView's. */
interface Words {
  readonly bytes: Uint8Array
  readonly words: Int32Array
  /** Where the first byte of `bytes` is, in bits. */
  readonly origin: number
}

function wordsAround(bytes: Uint8Array): Words {
  const start = bytes.byteOffset & ~3
  const words = new Int32Array(bytes.buffer, start, (bytes.buffer.byteLength - start) >> 2)
  return { bytes, words, origin: (bytes.byteOffset - start) * 8 }
}

/** Unpacks the values of a packed run, of `width` bits each, into `out` from `to` on. */
function unpack(
  { bytes, words, origin }: Words,
  { start, count }: Run,
  width: number,
  out: Int32Array,
  to: number,
): void {
  const mask = width === 32 ? -1 : (1 << width) - 1
  let bit = origin + start * 8
  const safe = Math.max(0, Math.min(count, Math.floor(((words.length - 1) * 32 - bit) / width)))
  for (let i = 0; i < safe; i++) {
    const word = bit >>> 5
    const shift = bit & 31
    let value = (words[word] ?? 0) >>> shift
    if (shift + width > 32) value |= (words[word + 1] ?? 0) << (32 - shift)
    out[to + i] = value & mask
    bit += width
  }
  for (let i = safe; i < count; i++) out[to + i] = readBits(bytes, start * 8 + i * width, width)
}

/**
 * Decodes `count` values of `width` bits into `out` from `to` on.
 *
 * @throws {Error} When the bytes end before `count` values.
 */
export function decodeHybrid(bytes: Uint8Array, width: number, out: Int32Array, count: number, to = 0): void {
  if (width > 32) throw new Error(`values of ${width} bits`)
  if (width === 0) {
    out.fill(0, to, to + count)
    return
  }
  const words = wordsAround(bytes)
  const end = to + count
  const cursor: Run = { at: 0, packed: false, start: 0, count: 0 }
  while (to < end) {
    nextRun(bytes, width, end - to, cursor)
    if (cursor.packed) unpack(words, cursor, width, out, to)
    else {
      const value = readBits(bytes, cursor.start * 8, width)
      for (let i = to, last = to + cursor.count; i < last; i++) out[i] = value
    }
    to += cursor.count
  }
}

interface Run {
  /** Where the next run's header is. */
  at: number
  packed: boolean
  start: number
  count: number
}

/** Moves `run` to the next run; its count is cut to the `left` values that are still wanted. */
function nextRun(bytes: Uint8Array, width: number, left: number, run: Run): void {
  let { at } = run
  let header = 0
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]
    if (byte === undefined || shift > 28) throw new Error(`values end early, ${left} are missing`)
    header |= (byte & 0x7f) << shift
    if (byte < 0x80) break
  }
  const size = header >>> 1
  run.packed = (header & 1) === 1
  run.start = at
  run.count = Math.min(run.packed ? size * 8 : size, left)
  run.at = at + (run.packed ? size * width : (width + 7) >> 3)
  // A writer may leave out the padding of the very last group, so only what is needed must be there.
  const needed = run.packed ? Math.ceil((run.count * width) / 8) : (width + 7) >> 3
  if (at + needed > bytes.length) throw new Error(`values end early, ${left} are missing`)
}

/** Decodes `count` single bits into a bitmap, least significant bit first. */
export function decodeBits(bytes: Uint8Array, count: number): Uint8Array {
  const bits = new Uint8Array((count + 7) >> 3)
  const run: Run = { at: 0, packed: false, start: 0, count: 0 }
  for (let to = 0; to < count; to += run.count) {
    nextRun(bytes, 1, count - to, run)
    if (run.packed) copyBits(bytes, run.start * 8, bits, to, run.count)
    else if (((bytes[run.start] ?? 0) & 1) === 1) setBits(bits, to, run.count)
  }
  return bits
}

/** Whether the single bits are one run of ones, as they are in a page without nulls. */
export function isAllOnes(bytes: Uint8Array, count: number): boolean {
  if (count === 0) return true
  const run: Run = { at: 0, packed: false, start: 0, count: 0 }
  nextRun(bytes, 1, count, run)
  return !run.packed && run.count === count && ((bytes[run.start] ?? 0) & 1) === 1
}

/** Copies `count` bits; the target's must be 0 before. */
export function copyBits(from: Uint8Array, fromBit: number, to: Uint8Array, toBit: number, count: number): void {
  if (((fromBit | toBit) & 7) === 0) {
    const whole = count >> 3
    to.set(from.subarray(fromBit >> 3, (fromBit >> 3) + whole), toBit >> 3)
    fromBit += whole * 8
    toBit += whole * 8
    count &= 7
  }
  while (count > 0) {
    const take = Math.min(8 - (toBit & 7), count)
    const at = toBit >> 3
    to[at] = (to[at] ?? 0) | (readBits(from, fromBit, take) << (toBit & 7))
    fromBit += take
    toBit += take
    count -= take
  }
}

export function setBits(to: Uint8Array, start: number, count: number): void {
  const end = start + count
  const firstWhole = (start + 7) & ~7
  if (firstWhole >= end) {
    for (let i = start; i < end; i++) setBit(to, i)
    return
  }
  for (let i = start; i < firstWhole; i++) setBit(to, i)
  to.fill(255, firstWhole >> 3, end >> 3)
  for (let i = end & ~7; i < end; i++) setBit(to, i)
}

function setBit(to: Uint8Array, i: number): void {
  to[i >> 3] = (to[i >> 3] ?? 0) | (1 << (i & 7))
}
