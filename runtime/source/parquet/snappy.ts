// Snappy pages are decompressed by hysnappy (WebAssembly, made when the first such page appears), which hands on whatever
// its memory held where a stream does not write. So the elements of every stream are added up before. Throws a plain Error.

import { snappyUncompressor } from 'hysnappy'

let uncompress: ReturnType<typeof snappyUncompressor> | undefined

/**
 * Decompresses a stream to exactly `size` bytes.
 *
 * @throws {Error} When the stream is damaged, or when it states or holds another number of bytes.
 */
export function decompressSnappy(input: Uint8Array, size: number): Uint8Array {
  const { stated, start } = readLength(input)
  if (stated !== size) throw new Error(`a snappy stream of ${stated} bytes where ${size} are expected`)
  const held = countBytes(input, start)
  if (held !== size) throw new Error(`a snappy stream states ${size} bytes and holds ${held}`)
  uncompress ??= snappyUncompressor()
  return uncompress(input, size)
}

function readLength(input: Uint8Array): { stated: number; start: number } {
  let stated = 0
  for (let i = 0; i < 5; i++) {
    const byte = input[i]
    if (byte === undefined) break
    stated += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return { stated, start: i + 1 }
  }
  throw new Error('a snappy stream has no length')
}

/** The bytes that literals and copies write, in order: no literal may go beyond the stream, no copy may reach before it. */
function countBytes(input: Uint8Array, at: number): number {
  let written = 0
  while (at < input.length) {
    const tag = input[at++] ?? 0
    let length = (tag >> 2) + 1
    switch (tag & 3) {
      case 0:
        if (length > 60) {
          const bytes = length - 60
          length = littleEndian(input, at, bytes) + 1
          at += bytes
        }
        at += length
        break
      case 1:
        length = ((tag >> 2) & 7) + 4
        checkDistance(((tag >> 5) << 8) | (input[at] ?? 0), written)
        at++
        break
      case 2:
        checkDistance((input[at] ?? 0) | ((input[at + 1] ?? 0) << 8), written)
        at += 2
        break
      default:
        checkDistance(littleEndian(input, at, 4), written)
        at += 4
    }
    written += length
  }
  if (at !== input.length) throw new Error('a snappy stream ends early')
  return written
}

function checkDistance(distance: number, written: number): void {
  if (distance === 0 || distance > written) throw new Error('a snappy copy reaches before its stream')
}

function littleEndian(input: Uint8Array, at: number, bytes: number): number {
  let value = 0
  for (let i = bytes - 1; i >= 0; i--) value = value * 256 + (input[at + i] ?? 0)
  return value
}
