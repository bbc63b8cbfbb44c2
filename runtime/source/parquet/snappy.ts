// Snappy pages are decompressed by hysnappy: WebAssembly, made when the first such page appears. It holds a stream to the
// length that the stream itself states; a page that states more would be given what its memory held before.

import { snappyUncompressor } from 'hysnappy'

let uncompress: ReturnType<typeof snappyUncompressor> | undefined

/**
 * Decompresses a stream to exactly `size` bytes.
 *
 * @throws {Error} When the stream is damaged, or when it states or holds another number of bytes.
 */
export function decompressSnappy(input: Uint8Array, size: number): Uint8Array {
  const stated = statedLength(input)
  if (stated !== size) throw new Error(`a snappy stream of ${stated} bytes where ${size} are expected`)
  if (size > input.length * mostRatio) throw new Error(`${input.length} bytes of snappy cannot hold ${size}`)
  if (size === 0) return new Uint8Array(0)
  uncompress ??= snappyUncompressor()
  return uncompress(input, size)
}

/** Bytes of output that a byte of input can stand for: a copy of 64 takes three. */
const mostRatio = 22

/** The number that a stream begins with, seven bits a byte. */
function statedLength(input: Uint8Array): number {
  let length = 0
  for (let i = 0; i < 5; i++) {
    const byte = input[i]
    if (byte === undefined) break
    length += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return length
  }
  throw new Error('a snappy stream has no length')
}
