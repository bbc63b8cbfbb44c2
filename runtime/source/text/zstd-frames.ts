// Decompresses zstd files of any number of frames: `cat a.zst b.zst` makes one of two, and so does every parallel
// compressor. Node's decompressor stops after the first frame and says nothing of what follows.

import { pipeline } from 'node:stream/promises'
import { createZstdDecompress } from 'node:zlib'
import { ChunkReader } from '../chunk-reader.ts'

const frameMagic = 0xfd2fb528
/** Frames of other data, with their length in four bytes; the last digit is free. */
const skippableMagic = 0x184d2a50
const skipBytes = 1 << 16

/** @throws {Error} When a frame is damaged or ends early, or when something else follows one. */
export async function* decompressZstd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = new ChunkReader(chunks)
  for (;;) {
    const start = await reader.take(4)
    if (start === undefined) return
    const magic = wordOf(start)
    if ((magic & 0xfffffff0) >>> 0 === skippableMagic) {
      for (let left = wordOf(await reader.takeAll(4)); left > 0; left -= skipBytes) {
        await reader.takeAll(Math.min(left, skipBytes))
      }
    } else if (magic === frameMagic) {
      yield* decompressFrame(frameBytes(reader, start))
    } else {
      throw new Error('no frame begins where one was expected')
    }
  }
}

async function* decompressFrame(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const unpack = createZstdDecompress({ chunkSize: 1 << 18 })
  const fed = pipeline(bytes, unpack)
  fed.catch(() => {}) // whoever reads meets the same error
  yield* unpack
  await fed
}

/** One frame: its header, then blocks behind headers of three bytes, the last of which says so. */
async function* frameBytes(reader: ChunkReader, start: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  const descriptor = await reader.takeAll(1)
  const flags = descriptor[0] ?? 0
  yield Buffer.concat([start, descriptor, await reader.takeAll(headerBytes(flags))])
  for (let isLast = false; !isLast; ) {
    const header = await reader.takeAll(3)
    const word = (header[0] ?? 0) | ((header[1] ?? 0) << 8) | ((header[2] ?? 0) << 16)
    isLast = (word & 1) === 1
    const isRepeated = ((word >> 1) & 3) === 1 // one byte stands for all
    // In one piece: every write costs a trip to the thread pool.
    yield Buffer.concat([header, await reader.takeAll(isRepeated ? 1 : word >> 3)])
  }
  if ((flags & 4) !== 0) yield await reader.takeAll(4)
}

/** Window, dictionary and content size, each as long as the flags say. */
function headerBytes(flags: number): number {
  const isSingleSegment = (flags & 0x20) !== 0
  const dictionary = [0, 1, 2, 4][flags & 3] ?? 0
  const content = [isSingleSegment ? 1 : 0, 2, 4, 8][flags >> 6] ?? 0
  return (isSingleSegment ? 0 : 1) + dictionary + content
}

const wordOf = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true)
