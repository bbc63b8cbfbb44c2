// The codecs that compressed Arrow IPC bodies use, given to apache-arrow's registry once. Every buffer states its size,
// which bounds the decompressor and must be what comes out.

import { zstdDecompressSync } from 'node:zlib'
import * as arrow from 'apache-arrow'
import { decompressLz4Frame } from '../lz4.ts'
import { outputLimits } from '../output-limits.ts'
import { DamagedMetadataError } from './verify.ts'

/** Makes apache-arrow read record batches compressed with lz4 or zstd. Versions before 21.1 have no such registry. */
export function installDecompression(): void {
  const { CompressionType, compressionRegistry: registry } = arrow as Partial<typeof arrow>
  if (registry === undefined || CompressionType === undefined) return
  if (registry.get(CompressionType.ZSTD) !== null) return
  registry.set(CompressionType.LZ4_FRAME, { decode: (data) => decompressBuffer(data, decompressLz4Frame) })
  registry.set(CompressionType.ZSTD, { decode: (data) => decompressBuffer(data, decompressZstd) })
}

const decompressZstd = (data: Uint8Array, size: number): Uint8Array =>
  zstdDecompressSync(data, outputLimits(data.length, size))

const prefixBytes = 8
/** Offsets into a buffer are 32-bit numbers. */
const mostBytes = 2n ** 31n - 1n

/** apache-arrow hands over the compressed bytes alone: the size that they state is in the eight bytes before. */
function decompressBuffer(data: Uint8Array, decode: (data: Uint8Array, size: number) => Uint8Array): Uint8Array {
  const stated = new DataView(data.buffer, data.byteOffset - prefixBytes, prefixBytes).getBigInt64(0, true)
  if (stated < 0n || stated > mostBytes) throw new DamagedMetadataError(`a buffer states ${stated} bytes`)
  const size = Number(stated)
  const output = size === 0 && data.length === 0 ? data : decode(data, size)
  if (output.length !== size) {
    throw new DamagedMetadataError(`a buffer states ${size} bytes and its data holds ${output.length}`)
  }
  return output
}
