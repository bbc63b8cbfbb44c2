// Snappy's raw format, as Parquet uses it. node:zlib has none. Throws a plain Error on damaged input, never reads or
// writes outside its arrays.

import { copyMatch } from './lz4.ts'

/**
 * Decompresses `input` to at most `size` bytes.
 *
 * @throws {Error} When the input is damaged or larger than `size`.
 */
export function decompressSnappy(input: Uint8Array, size: number): Uint8Array {
  const output = new Uint8Array(size)
  const end = input.length
  let at = 0
  while (at < end && (input[at++] as number) > 127); // the length that follows from `size`
  let to = 0
  while (at < end) {
    const tag = input[at++] as number
    const kind = tag & 3
    if (kind === 0) {
      let length = (tag >> 2) + 1
      if (length > 60) {
        const extra = length - 60
        length = 1
        for (let i = 0; i < extra; i++) length += (input[at++] as number) * 2 ** (8 * i)
      }
      if (!(at + length <= end && to + length <= size)) throw new Error('a snappy literal goes beyond its block')
      if (length > 24) output.set(input.subarray(at, at + length), to)
      else for (let i = 0; i < length; i++) output[to + i] = input[at + i] as number
      at += length
      to += length
      continue
    }
    let length = (tag >> 2) + 1
    let distance = 0
    if (kind === 1) {
      length = ((tag >> 2) & 7) + 4
      distance = ((tag >> 5) << 8) | (input[at++] as number)
    } else if (kind === 2) {
      distance = (input[at] as number) | ((input[at + 1] as number) << 8)
      at += 2
    } else {
      distance = (input[at] as number) | ((input[at + 1] as number) << 8) | ((input[at + 2] as number) << 16)
      distance += (input[at + 3] as number) * 2 ** 24
      at += 4
    }
    if (!(distance > 0 && distance <= to && to + length <= size && at <= end)) {
      throw new Error('a snappy copy goes beyond its block')
    }
    copyMatch(output, to, distance, length)
    to += length
  }
  return output.subarray(0, to)
}
