// The codecs that compressed Arrow IPC bodies use, given to apache-arrow's registry once.

import { zstdDecompressSync } from 'node:zlib'
import { CompressionType, compressionRegistry } from 'apache-arrow'
import { decompressLz4Frame } from '../lz4.ts'

/** Makes apache-arrow read record batches compressed with lz4 or zstd. */
export function installDecompression(): void {
  if (compressionRegistry.get(CompressionType.ZSTD) !== null) return
  compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: decompressLz4Frame })
  compressionRegistry.set(CompressionType.ZSTD, { decode: (data) => zstdDecompressSync(data) })
}
