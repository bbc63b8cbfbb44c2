// The results of a job's tasks on their way to its merge task: kept in memory while they are small, in a temporary file
// once they are not, so that this process stays small whatever the job.

import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TaskInput } from './backend.ts'

const MEMORY_BYTES = 8 * 1024 * 1024
const READ_BYTES = 1024 * 1024

export class Spool implements TaskInput, AsyncDisposable {
  #bytes = 0
  #chunks: Uint8Array[] = []
  #directory: string | undefined
  #file: FileHandle | undefined

  get bytes(): number {
    return this.#bytes
  }

  /** Appends a chunk, which is the spool's from then on. One write at a time. */
  async write(chunk: Uint8Array): Promise<void> {
    this.#bytes += chunk.length
    this.#chunks.push(chunk)
    if (this.#file !== undefined || this.#bytes > MEMORY_BYTES) await this.#flush()
  }

  async #flush(): Promise<void> {
    if (this.#file === undefined) {
      this.#directory = await mkdtemp(join(tmpdir(), 'volley-spool-'))
      this.#file = await open(join(this.#directory, 'partials'), 'w+')
    }
    const chunks = this.#chunks
    this.#chunks = []
    if (chunks.length > 0) await this.#file.writev(chunks)
  }

  async *read(): AsyncGenerator<Uint8Array> {
    if (this.#file === undefined) {
      yield* this.#chunks
      return
    }
    for (let at = 0; at < this.#bytes; ) {
      const buffer = new Uint8Array(Math.min(READ_BYTES, this.#bytes - at))
      const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, at)
      if (bytesRead === 0) return
      at += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#chunks = []
    await this.#file?.close()
    if (this.#directory !== undefined) await rm(this.#directory, { recursive: true, force: true })
  }
}
