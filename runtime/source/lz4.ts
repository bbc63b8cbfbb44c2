// LZ4: raw blocks, Hadoop's framing of them (Parquet's LZ4) and the standard frame (Arrow IPC).
// node:zlib has no LZ4. Throws a plain Error on damaged input, never reads or writes outside its arrays.

/**
 * Decompresses a raw block into `output` from `to` on.
 *
 * @returns Where the output ends.
 * @throws {Error} When the block is damaged or `output` is too small.
 */
function decompressLz4Block(input: Uint8Array, output: Uint8Array, to = 0): number {
  let at = 0
  const end = input.length
  while (at < end) {
    const token = input[at++] as number
    let literals = token >> 4
    if (literals === 15) {
      let byte = 255
      while (byte === 255) literals += byte = next(input, at++)
    }
    if (at + literals > end || to + literals > output.length) throw new Error('an lz4 literal goes beyond its block')
    if (literals > 96) output.set(input.subarray(at, at + literals), to)
    else for (let i = 0; i < literals; i++) output[to + i] = input[at + i] as number
    at += literals
    to += literals
    if (at === end) return to
    const distance = next(input, at) | (next(input, at + 1) << 8)
    at += 2
    let length = (token & 15) + 4
    if (length === 19) {
      let byte = 255
      while (byte === 255) length += byte = next(input, at++)
    }
    if (distance === 0 || distance > to || to + length > output.length)
      throw new Error('an lz4 match goes beyond its block')
    copyMatch(output, to, distance, length)
    to += length
  }
  return to
}

/** Repeats what lies `distance` bytes back; source and target may overlap. */
function copyMatch(output: Uint8Array, to: number, distance: number, length: number): void {
  if (length > 96 && distance >= length) output.copyWithin(to, to - distance, to - distance + length)
  else for (let i = to, end = to + length; i < end; i++) output[i] = output[i - distance] as number
}

function next(input: Uint8Array, at: number): number {
  const byte = input[at]
  if (byte === undefined) throw new Error('an lz4 block ends early')
  return byte
}

/** Decompresses Parquet's LZ4_RAW: one block. */
export function decompressLz4Raw(input: Uint8Array, size: number): Uint8Array {
  const output = new Uint8Array(size)
  return output.subarray(0, decompressLz4Block(input, output))
}

/** Decompresses Parquet's LZ4: Hadoop's blocks with two big-endian lengths before each, or else what writers mistook for it. */
export function decompressLz4Hadoop(input: Uint8Array, size: number): Uint8Array {
  const blocks = hadoopBlocks(input, size)
  if (blocks === undefined) {
    return input.length > 4 && readUint32(input, 0) === frameMagic
      ? decompressLz4Frame(input)
      : decompressLz4Raw(input, size)
  }
  const output = new Uint8Array(size)
  let to = 0
  for (const block of blocks) to = decompressLz4Block(block, output, to)
  return output.subarray(0, to)
}

function hadoopBlocks(input: Uint8Array, size: number): Uint8Array[] | undefined {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength)
  const blocks: Uint8Array[] = []
  let total = 0
  let at = 0
  while (at + 8 <= input.length) {
    total += view.getUint32(at)
    const length = view.getUint32(at + 4)
    if (at + 8 + length > input.length || total > size) return undefined
    blocks.push(input.subarray(at + 8, at + 8 + length))
    at += 8 + length
  }
  return at === input.length && total === size ? blocks : undefined
}

const frameMagic = 0x184d2204

const readUint32 = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true)

/** Decompresses one standard LZ4 frame; checksums are not verified. */
export function decompressLz4Frame(input: Uint8Array): Uint8Array {
  if (readUint32(input, 0) !== frameMagic) throw new Error('not an lz4 frame')
  const flags = next(input, 4)
  const hasContentSize = (flags & 8) !== 0
  let at = 7 + (hasContentSize ? 8 : 0) + ((flags & 1) !== 0 ? 4 : 0)
  const blockLimit = 1 << (8 + 2 * ((next(input, 5) >> 4) & 7))
  let output = new Uint8Array(hasContentSize ? readUint32(input, 6) : blockLimit)
  let to = 0
  for (;;) {
    const header = readUint32(input, at)
    at += 4
    if (header === 0) return output.subarray(0, to)
    const block = input.subarray(at, at + (header & 0x7fffffff))
    if (to + blockLimit > output.length && !hasContentSize) output = grown(output, to + blockLimit)
    if (header > 0x7fffffff) {
      if (to + block.length > output.length) throw new Error('an lz4 frame is larger than it says')
      output.set(block, to)
      to += block.length
    } else to = decompressLz4Block(block, output, to)
    at += block.length + ((flags & 16) !== 0 ? 4 : 0)
  }
}

function grown(bytes: Uint8Array, atLeast: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(bytes.length * 2, atLeast))
  larger.set(bytes)
  return larger
}
