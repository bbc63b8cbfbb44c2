// The bytes of a text file in order, decompressed by its name (.gz, .zst), checked to be UTF-8.
// Reads ahead of its reader by one buffer at most.

import type { FileHandle } from 'node:fs/promises'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { isVolleyError } from '../../../functions/errors.ts'
import { openFile, unreadable } from '../files.ts'
import { decompressZstd } from './zstd-frames.ts'

/** Reads a file from front to back. */
export interface ByteStream extends AsyncDisposable {
  /** Fills `into` from `at` on, at most to `end`; 0 at the end of the file. */
  read(into: Uint8Array, at: number, end: number): Promise<number>
  /** Bytes of the file (compressed) read so far. */
  readonly position: number
}

/** Whether the file cannot be read from the middle. */
export const isCompressed = (path: string): boolean => /\.(gz|zst)$/i.test(path)

/** Opens `path` at byte `start`, which must be 0 for compressed files. */
export async function openByteStream(path: string, start = 0): Promise<ByteStream> {
  const file = await openFile(path)
  return isCompressed(path) ? decompressed(file, path) : plain(file, path, start)
}

function plain(file: FileHandle, path: string, start: number): ByteStream {
  let position = start
  return {
    get position() {
      return position
    },
    async read(into, at, end) {
      const { bytesRead } = await file.read(into, at, end - at, position).catch((cause: unknown) => {
        throw unreadable(path, cause instanceof Error ? cause.message : String(cause), cause)
      })
      position += bytesRead
      return bytesRead
    },
    [Symbol.asyncDispose]: () => file.close(),
  }
}

function decompressed(file: FileHandle, path: string): ByteStream {
  const source = file.createReadStream({ autoClose: true, highWaterMark: 1 << 18 })
  const unpack = /\.gz$/i.test(path) ? createGunzip({ chunkSize: 1 << 18 }) : decompressZstd
  const output = new PassThrough({ highWaterMark: 1 << 20 })
  const done = pipeline(source, unpack, output)
  done.catch(() => {}) // the reader below meets the same error
  const chunks = output[Symbol.asyncIterator]()
  let chunk: Uint8Array = new Uint8Array(0)
  return {
    get position() {
      return source.bytesRead
    },
    async read(into, at, end) {
      try {
        while (chunk.length === 0) {
          const next = await chunks.next()
          if (next.done === true) return 0
          chunk = next.value
        }
      } catch (error) {
        if (isVolleyError(error)) throw error
        const why = error instanceof Error ? error.message : String(error)
        throw unreadable(
          path,
          `it cannot be decompressed (${why}); it seems damaged or truncated, compress it again`,
          error,
        )
      }
      const taken = chunk.subarray(0, end - at)
      into.set(taken, at)
      chunk = chunk.subarray(taken.length)
      return taken.length
    },
    async [Symbol.asyncDispose]() {
      source.destroy()
      output.destroy()
      await done.catch(() => {})
    },
  }
}
