// The part of a result that is on disk: one file, or several that follow one another and are removed one after another as
// they have been read. Bytes are appended in large writes; every reader has a handle of its own.

import { type FileHandle, open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createError, isVolleyError } from '../../functions/errors.ts'
import { isDiskFull, syncDirectory, writeAt } from '../../runtime/bytes/files.ts'
import { HttpError } from '../errors.ts'
import { storageFull } from './quota.ts'

/** One read. */
const READ_BYTES = 256 * 1024

interface Segment {
  readonly path: string
  readonly start: number
  bytes: number
}

export class ResultFile {
  readonly #path: string
  readonly #segmentBytes: number
  #segments: Segment[] = []
  #made = 0
  /** Of the last segment. */
  #writer: FileHandle | undefined

  /** @param segmentBytes - A file of at least so many bytes is followed by another. */
  constructor(path: string, segmentBytes: number) {
    this.#path = path
    this.#segmentBytes = segmentBytes
  }

  /** A file that is there already. */
  static existing(path: string, bytes: number): ResultFile {
    const file = new ResultFile(path, Number.POSITIVE_INFINITY)
    file.#segments.push({ path, start: 0, bytes })
    return file
  }

  get isEmpty(): boolean {
    return this.#segments.length === 0
  }

  /**
   * Writes bytes whose place in the result is `start`.
   *
   * @throws {HttpError} `storage_full` when the disk is full.
   * @throws {ResourceError} `storage_failed` when it fails otherwise.
   */
  async append(chunks: readonly Uint8Array[], start: number): Promise<void> {
    try {
      const { writer, segment } = await this.#writable(start)
      await writeAt(writer, chunks, segment.bytes)
      segment.bytes += chunks.reduce((sum, { length }) => sum + length, 0)
    } catch (cause) {
      throw storageError(cause)
    }
  }

  async #writable(start: number): Promise<{ readonly writer: FileHandle; readonly segment: Segment }> {
    const last = this.#segments.at(-1)
    const follows = last !== undefined && last.start + last.bytes === start && last.bytes < this.#segmentBytes
    if (follows && this.#writer !== undefined) return { writer: this.#writer, segment: last }
    await this.#closeWriter()
    const path = this.#made === 0 ? this.#path : `${this.#path}.${this.#made}`
    const writer = await open(path, 'wx', 0o600)
    this.#made++
    this.#writer = writer
    const segment = { path, start, bytes: 0 }
    this.#segments.push(segment)
    return { writer, segment }
  }

  /** Where the byte at `position` is; undefined when it is not on disk. */
  segmentAt(position: number): Segment | undefined {
    return this.#segments.find(({ start, bytes }) => position >= start && position < start + bytes)
  }

  /** Removes files that end at or before `position`. Returns how many bytes they had. */
  async freeBefore(position: number): Promise<number> {
    const last = this.#segments.at(-1)
    const read = this.#segments.filter(
      (segment) => segment.start + segment.bytes <= position && (segment !== last || this.#writer === undefined),
    )
    if (read.length === 0) return 0
    this.#segments = this.#segments.filter((segment) => !read.includes(segment))
    for (const { path } of read) await rm(path, { force: true })
    return read.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Nothing is appended any more. @param isDurable - Whether all of it must outlive a power failure. */
  async finish(isDurable: boolean): Promise<void> {
    try {
      if (isDurable) await this.#writer?.sync()
      await this.#closeWriter()
      if (isDurable) await syncDirectory(dirname(this.#path))
    } catch (cause) {
      throw storageError(cause)
    }
  }

  async remove(): Promise<void> {
    const segments = this.#segments
    this.#segments = []
    await this.#closeWriter().catch(() => {})
    for (const { path } of segments) await rm(path, { force: true })
  }

  async #closeWriter(): Promise<void> {
    const writer = this.#writer
    this.#writer = undefined
    await writer?.close()
  }
}

/** Reads a file as long as it is needed, through one handle. */
export class FileReader {
  readonly #file: ResultFile
  #path: string | undefined
  #handle: FileHandle | undefined

  constructor(file: ResultFile) {
    this.#file = file
  }

  /** Some of the bytes at `position`, before `end`; undefined when they are not on disk. */
  async read(position: number, end: number): Promise<Uint8Array | undefined> {
    const segment = this.#file.segmentAt(position)
    if (segment === undefined) return undefined
    const length = Math.min(READ_BYTES, end - position, segment.start + segment.bytes - position)
    try {
      const buffer = Buffer.allocUnsafeSlow(length)
      const handle = await this.#open(segment.path)
      const { bytesRead } = await handle.read(buffer, 0, length, position - segment.start)
      if (bytesRead === 0) throw resultCorrupted('its file ends early')
      return buffer.subarray(0, bytesRead)
    } catch (cause) {
      if (cause instanceof HttpError) throw cause
      throw resultCorrupted('its file cannot be read', cause)
    }
  }

  async #open(path: string): Promise<FileHandle> {
    if (this.#path === path && this.#handle !== undefined) return this.#handle
    await this.close()
    this.#handle = await open(path, 'r')
    this.#path = path
    return this.#handle
  }

  async close(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close()
  }
}

/** @param why - After "Cannot read the result: ". */
export function resultCorrupted(why: string, cause?: unknown): HttpError {
  const error = new HttpError('result_corrupted', `Cannot read the result: ${why}; run the job again`)
  return cause === undefined ? error : Object.assign(error, { cause })
}

function storageError(cause: unknown): Error {
  if (isVolleyError(cause) || cause instanceof HttpError) return cause
  if (isDiskFull(cause)) return storageFull('the disk is full', cause)
  const { code, message } = cause as NodeJS.ErrnoException
  return createError('storage_failed', `Cannot keep the result: its file cannot be written (${code ?? message})`, {
    details: code === undefined ? {} : { errno: code },
    cause,
  })
}
