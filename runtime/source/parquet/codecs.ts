// Decompressing pages. zstd, gzip and brotli are Node's own; snappy is hysnappy (WASM,
// made when the first such page appears), lz4 our own.
// Every decompressor is bounded by the size that the page header states.

import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import type { CompressionCodec } from 'hyparquet'
import { snappyUncompressor } from 'hysnappy'
import { decompressLz4Hadoop, decompressLz4Raw } from '../lz4.ts'

/** Pages beyond this are taken for damaged headers. */
const maxPageBytes = 2 ** 30

/**
 * Decompresses `input` to exactly `size` bytes.
 *
 * @throws {Error} When the codec is not known or the data does not give `size` bytes.
 */
export function decompress(codec: CompressionCodec, input: Uint8Array, size: number): Uint8Array {
  if (codec === 'UNCOMPRESSED') return input
  if (!(size >= 0 && size <= maxPageBytes)) throw new Error(`a page of ${size} bytes`)
  if (size === 0) return new Uint8Array(0)
  const output = decompressKnown(codec, input, size)
  if (output.length !== size) throw new Error(`a page of ${size} bytes decompresses to ${output.length}`)
  return output
}

function decompressKnown(codec: CompressionCodec, input: Uint8Array, size: number): Uint8Array {
  // One output chunk: zlib otherwise works in steps of 16 KB and joins them. It needs one byte more to see the end.
  const options = { chunkSize: Math.max(64, size + 1), maxOutputLength: size + 1 }
  switch (codec) {
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

let snappy: ReturnType<typeof snappyUncompressor> | undefined

function decompressSnappy(input: Uint8Array, size: number): Uint8Array {
  snappy ??= snappyUncompressor()
  return snappy(input, size)
}
