// The codecs that compressed Arrow IPC bodies use, given to apache-arrow's registry once.

import { zstdDecompressSync } from 'node:zlib'
import { CompressionType, compressionRegistry } from 'apache-arrow'

/** Makes apache-arrow read zstd-compressed record batches. */
export function installDecompression(): void {
  if (compressionRegistry.get(CompressionType.ZSTD) !== null) return
  compressionRegistry.set(CompressionType.ZSTD, { decode: (data) => zstdDecompressSync(data) })
}
