// Reads a socket into large pieces of memory that are handed over, never reused: about twice as fast as 'data'
// events, which allocate 64 KiB for every read (docs/decisions/0011-result-channel.md).

import type { OnReadOpts } from 'node:net'

const slabBytes = 1024 * 1024
/** Less room than this at a slab's end is left unused. */
const minReadBytes = 128 * 1024
/** A chunk up to this size is copied, so that keeping it does not keep a slab. */
const maxCopiedBytes = 16 * 1024
const alignment = 64

/**
 * The `onread` option of a socket whose bytes go to `take`.
 *
 * Every chunk is memory of its own or a part of a slab that no other chunk overlaps: it belongs to its receiver.
 */
export function readIntoSlabs(take: (chunk: Uint8Array) => void): OnReadOpts {
  let slab = new Uint8Array(0)
  let at = 0
  return {
    buffer: () => {
      if (slab.length - at < minReadBytes) {
        slab = Buffer.allocUnsafeSlow(slabBytes)
        at = 0
      }
      return slab.subarray(at)
    },
    callback: (length, buffer) => {
      if (length <= maxCopiedBytes) take(Uint8Array.prototype.slice.call(buffer, 0, length))
      else {
        at = Math.ceil((at + length) / alignment) * alignment
        take(buffer.subarray(0, length))
      }
      return true
    },
  }
}
