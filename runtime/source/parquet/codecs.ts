// Decompressing pages. zstd, gzip and brotli are Node's own; snappy is hysnappy (behind snappy.ts), lz4 our own.
// The size that a page header states bounds every decompressor, and must be what comes out.

import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import type { CompressionCodec } from 'hyparquet'
import { decompressLz4Hadoop, decompressLz4Raw } from '../lz4.ts'
import { outputLimits } from '../output-limits.ts'
import { decompressSnappy } from './snappy.ts'

/** Pages beyond this are taken for damaged headers. */
const maxPageBytes = 2 ** 30

/**
 * Decompresses `input` to exactly `size` bytes.
 *
 * @throws {Error} When the codec is not known or the data does not give `size` bytes.
 */
export function decompress(codec: CompressionCodec, input: Uint8Array, size: number): Uint8Array {
  if (!(size >= 0 && size <= maxPageBytes)) throw new Error(`a page of ${size} bytes`)
  // Writers leave an empty page without even a frame of the codec.
  const output = size === 0 && input.length === 0 ? input : decompressKnown(codec, input, size)
  if (output.length !== size) {
    throw new Error(`a page states ${size} bytes and its ${codec.toLowerCase()} data holds ${output.length}`)
  }
  return output
}

function decompressKnown(codec: CompressionCodec, input: Uint8Array, size: number): Uint8Array {
  const options = outputLimits(input.length, size)
  switch (codec) {
    case 'UNCOMPRESSED':
      return input
    case 'ZSTD':
      return zstdDecompressSync(input, options)
    case 'GZIP':
      return input[0] === 0x78 ? inflateSync(input, options) : gunzipSync(input, options)
    case 'BROTLI':
      return brotliDecompressSync(input, options)
    case 'SNAPPY':
      return decompressSnappy(input, size)
    case 'LZ4':
      return decompressLz4Hadoop(input, size)
    case 'LZ4_RAW':
      return decompressLz4Raw(input, size)
    default:
      throw new Error(`pages are compressed with ${codec}, which this reader does not know`)
  }
}
