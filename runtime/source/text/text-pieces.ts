// Cutting text files into byte ranges, and naming the line of an offset when something is wrong there.

import { type SourceFile, unreadable } from '../files.ts'
import type { SourcePiece } from '../partitions.ts'
import { isCompressed, openByteStream } from './byte-stream.ts'

/** Ranges below this cost more in starting tasks than they save. */
const leastBytes = 4 * 1024 * 1024

/** One piece per file; with a target, large uncompressed files are cut so that pieces are about equal. */
export function textPieces(files: readonly SourceFile[], target = 1): SourcePiece[] {
  const total = files.reduce((sum, file) => sum + file.bytes, 0)
  const wanted = Math.max(leastBytes, total / Math.max(1, target))
  return files.flatMap(({ bytes, ...file }): SourcePiece[] => {
    const parts = isCompressed(file.path) ? 1 : Math.max(1, Math.round(bytes / wanted))
    if (parts === 1) return [{ ...file, bytes }]
    const cut = (part: number) => Math.round((bytes * part) / parts)
    return Array.from({ length: parts }, (_, part) => ({
      ...file,
      range: [cut(part), cut(part + 1)],
      bytes: cut(part + 1) - cut(part),
    }))
  })
}

/** The line (from 1) that byte `offset` of the decompressed file is on. Reads the file up to there: for errors only. */
export async function lineAt(path: string, offset: number): Promise<number> {
  await using stream = await openByteStream(path)
  const buffer = new Uint8Array(1 << 20)
  let line = 1
  for (let at = 0; at < offset; ) {
    const read = await stream.read(buffer, 0, Math.min(buffer.length, offset - at))
    if (read === 0) break
    for (let i = buffer.indexOf(10); i >= 0 && i < read; i = buffer.indexOf(10, i + 1)) line++
    at += read
  }
  return line
}

/** Bytes of a text file from front to back, as a window that is moved and grown: what has been used makes room. */
export interface TextWindow extends AsyncDisposable {
  readonly bytes: Uint8Array
  /** The part of `bytes` that is filled and not used yet. */
  readonly from: number
  readonly to: number
  /** True once the file has no more bytes than those. */
  readonly isEnd: boolean
  /** Where in the decompressed file `bytes[0]` is. */
  readonly base: number
  /** Bytes of the file read so far, compressed. */
  readonly position: number
  /** Marks everything before `next` as used. */
  use(next: number): void
  /** Reads more; grows when nothing was used since the last time. */
  fill(): Promise<void>
}

/** Longer rows are taken for a quote that is not closed. */
const longestRow = 2 ** 29
/** Where only a sample is wanted, in the parent: a row that is longer is an error there already. */
export const longestSample = 2 ** 24

/** Opens a window at byte `start` of the file; a UTF-8 byte order mark at its beginning is skipped. */
export async function openWindow(path: string, start = 0, size = 1 << 20, most = longestRow): Promise<TextWindow> {
  const stream = await openByteStream(path, start)
  let bytes = new Uint8Array(size)
  let from = 0
  let to = 0
  let base = start
  let isEnd = false
  const window: TextWindow = {
    get bytes() {
      return bytes
    },
    get from() {
      return from
    },
    get to() {
      return to
    },
    get isEnd() {
      return isEnd
    },
    get base() {
      return base
    },
    get position() {
      return stream.position
    },
    use(next) {
      from = next
    },
    async fill() {
      if (from > 0) {
        bytes.copyWithin(0, from, to)
        base += from
        to -= from
        from = 0
      }
      // Two bytes stay free: scanners put an end mark after the last byte and look one further.
      if (to > bytes.length / 2) {
        if (bytes.length >= most) {
          throw unreadable(path, `its line at byte ${base} is longer than ${most} bytes; a quote may not be closed`)
        }
        const larger = new Uint8Array(bytes.length * 2)
        larger.set(bytes)
        bytes = larger
      }
      const isFirst = base === 0 && to === 0
      while (to < bytes.length - 2 && !isEnd) {
        const read = await stream.read(bytes, to, bytes.length - 2)
        if (read === 0) isEnd = true
        to += read
      }
      if (isFirst && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf && to >= 3) from = 3
    },
    [Symbol.asyncDispose]: () => stream[Symbol.asyncDispose](),
  }
  return window
}
