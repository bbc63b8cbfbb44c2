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
    const token = input[at++] ?? 0
    let literals = token >> 4
    if (literals === 15) {
      let byte = 255
      while (byte === 255) literals += byte = next(input, at++)
    }
    if (at + literals > end || to + literals > output.length) throw new Error('an lz4 literal goes beyond its block')
    if (literals > 96) output.set(input.subarray(at, at + literals), to)
    else for (let i = 0; i < literals; i++) output[to + i] = input[at + i] ?? 0
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

/** Bytes of output that a byte of input can stand for at most. */
const mostRatio = 255

function allocate(input: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  if (size > input.length * mostRatio) throw new Error(`${input.length} bytes of lz4 cannot hold ${size}`)
  return new Uint8Array(size)
}

/** Repeats what lies `distance` bytes back; source and target may overlap. */
function copyMatch(output: Uint8Array, to: number, distance: number, length: number): void {
  if (length > 96 && distance >= length) output.copyWithin(to, to - distance, to - distance + length)
  else for (let i = to, end = to + length; i < end; i++) output[i] = output[i - distance] ?? 0
}

function next(input: Uint8Array, at: number): number {
  const byte = input[at]
  if (byte === undefined) throw new Error('an lz4 block ends early')
  return byte
}

/** Decompresses Parquet's LZ4_RAW: one block. What comes out may be shorter than `size`, here and below. */
export function decompressLz4Raw(input: Uint8Array, size: number): Uint8Array {
  const output = allocate(input, size)
  return output.subarray(0, decompressLz4Block(input, output))
}

/** Decompresses Parquet's LZ4: Hadoop's blocks with two big-endian lengths before each, or else what writers mistook for it. */
export function decompressLz4Hadoop(input: Uint8Array, size: number): Uint8Array {
  const blocks = hadoopBlocks(input, size)
  if (blocks === undefined) {
    return input.length > 4 && readUint32(input, 0) === frameMagic
      ? decompressLz4Frame(input, size)
      : decompressLz4Raw(input, size)
  }
  const output = allocate(input, size)
  let to = 0
  for (const { bytes, stated } of blocks) {
    const end = decompressLz4Block(bytes, output, to)
    if (end - to !== stated) throw new Error(`an lz4 block states ${stated} bytes and holds ${end - to}`)
    to = end
  }
  return output
}

interface HadoopBlock {
  readonly bytes: Uint8Array
  readonly stated: number
}

function hadoopBlocks(input: Uint8Array, size: number): HadoopBlock[] | undefined {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength)
  const blocks: HadoopBlock[] = []
  let total = 0
  let at = 0
  while (at + 8 <= input.length) {
    const stated = view.getUint32(at)
    const length = view.getUint32(at + 4)
    total += stated
    if (at + 8 + length > input.length || total > size) return undefined
    blocks.push({ bytes: input.subarray(at + 8, at + 8 + length), stated })
    at += 8 + length
  }
  return at === input.length && total === size ? blocks : undefined
}

const frameMagic = 0x184d2204

const readUint32 = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true)

/** Decompresses one standard LZ4 frame, whatever size it states itself; checksums are not verified. */
export function decompressLz4Frame(input: Uint8Array, size: number): Uint8Array {
  if (readUint32(input, 0) !== frameMagic) throw new Error('not an lz4 frame')
  const flags = next(input, 4)
  let at = 7 + ((flags & 8) !== 0 ? 8 : 0) + ((flags & 1) !== 0 ? 4 : 0)
  const output = allocate(input, size)
  let to = 0
  for (;;) {
    const header = readUint32(input, at)
    const length = header & 0x7fffffff
    at += 4
    if (header === 0) return output.subarray(0, to)
    if (at + length > input.length) throw new Error('an lz4 frame ends early')
    const block = input.subarray(at, at + length)
    if (header > 0x7fffffff) {
      if (to + length > size) throw new Error('an lz4 frame is larger than it should be')
      output.set(block, to)
      to += length
    } else to = decompressLz4Block(block, output, to)
    at += length + ((flags & 16) !== 0 ? 4 : 0)
  }
}
