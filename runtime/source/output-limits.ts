// How much node:zlib may put out where the size of the output is stated beside the data.

interface OutputLimits {
  readonly chunkSize: number
  readonly maxOutputLength: number
}

/** What is made room for at once, per byte of input: a few bytes that state gigabytes shall not cost any. */
const likelyRatio = 64
const leastChunk = 64 * 1024

/**
 * Options for decompressing to `size` bytes. One byte more is let through, so that data that goes on is told from data
 * that ends.
 */
export function outputLimits(inputBytes: number, size: number): OutputLimits {
  // One chunk, where that is sensible: zlib otherwise works in steps of 16 KB and joins them.
  const chunkSize = Math.min(size + 1, Math.max(leastChunk, inputBytes * likelyRatio))
  return { chunkSize: Math.max(64, chunkSize), maxOutputLength: size + 1 }
}
