// The results of one stage on their way to the tasks of the next: kept in memory while they are small, in one temporary
// file once they are not, so that this process stays small whatever the job. Bytes come in any order and are kept
// apart by the task they come from and the partition they are for; what they mean is not known here.

import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createError, type VolleyError } from '../../functions/errors.ts'
import type { TaskInput } from '../backend.ts'
import { isDiskFull, writeAt } from '../bytes/files.ts'
import { makeScratch, removeScratch } from '../bytes/scratch.ts'

const MEMORY_BYTES = 8 * 1024 * 1024
/** The size of one read and of one write. */
const READ_BYTES = 1024 * 1024
const WRITE_BYTES = 1024 * 1024

/** Bytes that came at once. */
interface Segment {
  /** The partition index of the task that wrote it. */
  readonly partitionIndex: number
  /** Its position in the file, if there is one. */
  readonly at: number
  readonly length: number
  /** Its bytes, until they are in the file. */
  bytes: Uint8Array | undefined
}

/**
 * Keeps what tasks write until other tasks have read it.
 *
 * Writing and reading throw `storage_failed` when the disk is full or the file cannot be written or read.
 */
export class ShuffleStore implements AsyncDisposable {
  readonly #partitions = new Map<number, Segment[]>()
  #bytes = 0
  /** The segments that are only in memory, in the order in which they will be in the file. */
  #unwritten: Segment[] = []
  #unwrittenBytes = 0
  #directory: string | undefined
  #file: Promise<FileHandle> | undefined

  /** Appends to what task `partitionIndex` has for a partition. The store owns the bytes from then on. */
  async write(partitionIndex: number, partition: number, bytes: Uint8Array): Promise<void> {
    const segment: Segment = { partitionIndex, at: this.#bytes, length: bytes.length, bytes }
    const segments = this.#partitions.get(partition)
    if (segments === undefined) this.#partitions.set(partition, [segment])
    else segments.push(segment)
    this.#bytes += bytes.length
    this.#unwritten.push(segment)
    this.#unwrittenBytes += bytes.length
    if (this.#unwrittenBytes > (this.#file === undefined ? MEMORY_BYTES : WRITE_BYTES)) await this.#flush()
  }

  /** Moves what is in memory to the file, in one write: a write per segment would cost more than the copy. */
  async #flush(): Promise<void> {
    const segments = this.#unwritten
    this.#unwritten = []
    this.#unwrittenBytes = 0
    this.#file ??= this.#open()
    try {
      await store(await this.#file, segments)
    } catch (cause) {
      throw storageFailed(this.#directory ?? tmpdir(), cause)
    }
  }

  async #open(): Promise<FileHandle> {
    this.#directory = makeScratch('store')
    return open(join(this.#directory, 'results'), 'w+')
  }

  /** What the first `tasks` tasks have for a partition, task after task. To be called once everything is written. */
  input(partition: number, tasks = Number.POSITIVE_INFINITY): TaskInput {
    const segments = (this.#partitions.get(partition) ?? [])
      .filter(({ partitionIndex }) => partitionIndex < tasks)
      .toSorted((a, b) => a.partitionIndex - b.partitionIndex)
    return {
      bytes: segments.reduce((sum, { length }) => sum + length, 0),
      read: () => this.#read(segments),
    }
  }

  async *#read(segments: readonly Segment[]): AsyncGenerator<Uint8Array> {
    // One buffer for all: new ones for everything that goes by would keep the garbage collector busy.
    let buffer: Uint8Array | undefined
    for (const { at, length, bytes } of joined(segments)) {
      if (bytes !== undefined) {
        yield bytes
        continue
      }
      const file = await this.#file
      for (let done = 0; done < length; ) {
        buffer ??= Buffer.allocUnsafeSlow(READ_BYTES)
        const { bytesRead = 0 } = (await file?.read(buffer, 0, Math.min(buffer.length, length - done), at + done)) ?? {}
        if (bytesRead === 0) throw storageFailed(this.#directory ?? tmpdir(), new Error('the file ends early'))
        done += bytesRead
        yield buffer.subarray(0, bytesRead)
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#partitions.clear()
    const file = await this.#file?.catch(() => undefined)
    await file?.close()
    if (this.#directory !== undefined) await removeScratch(this.#directory)
  }
}

function storageFailed(directory: string, cause: unknown): VolleyError {
  const { message, code } = cause as NodeJS.ErrnoException
  const why = isDiskFull(cause) ? 'there is no space left' : message
  return createError(
    'storage_failed',
    `Cannot keep the results between stages in "${directory}": ${why}; free some, or set TMPDIR to another directory`,
    { details: { directory, ...(code === undefined ? {} : { errno: code }) }, cause },
  )
}

/** Writes segments that follow one another. */
async function store(file: FileHandle, segments: readonly Segment[]): Promise<void> {
  await writeAt(
    file,
    segments.flatMap(({ bytes }) => bytes ?? []),
    segments[0]?.at ?? 0,
  )
  for (const segment of segments) segment.bytes = undefined
}

/** Joins neighbours in the file: fewer and longer reads. */
function joined(segments: readonly Segment[]): readonly Omit<Segment, 'partitionIndex'>[] {
  const runs: { at: number; length: number; bytes: Uint8Array | undefined }[] = []
  for (const { at, length, bytes } of segments) {
    const last = runs.at(-1)
    if (last !== undefined && !(bytes ?? last.bytes) && last.at + last.length === at) last.length += length
    else runs.push({ at, length, bytes })
  }
  return runs
}
