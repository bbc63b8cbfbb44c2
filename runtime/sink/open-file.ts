// One file that is being written, or one piece of one: rows are collected until they are worth being encoded together,
// and what is encoded is written at once.

import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Batch } from '../../functions/column/column.ts'
import { sliceBatch } from '../../functions/column/slice.ts'
import type { TaskFile } from '../program/sink.ts'
import type { Chunks, FileEncoder } from './file-encoder.ts'

export class OpenFile {
  /** Below the task's directory. */
  readonly path: string
  readonly #directory: string
  readonly #encoder: FileEncoder
  #handle: FileHandle | undefined
  #isMade = false
  #waiting: Batch[] = []
  #waitingRows = 0
  #rows = 0
  #bytes = 0

  constructor(directory: string, path: string, encoder: FileEncoder) {
    this.#directory = directory
    this.path = path
    this.#encoder = encoder
  }

  /** Rows that wait to be encoded. */
  get waitingRows(): number {
    return this.#waitingRows
  }

  /** @param isBeginning - Whether what is written is the beginning of a file. */
  start(isBeginning: boolean): Promise<void> {
    return this.#append(isBeginning ? this.#encoder.start() : [])
  }

  /** Takes rows, whose memory is the file's from then on, and writes as many as are worth it. */
  async add(batch: Batch): Promise<void> {
    const { batchRows } = this.#encoder
    let row = 0
    while (this.#waitingRows + batch.length - row >= batchRows) {
      const end = row + batchRows - this.#waitingRows
      this.#keep(sliceBatch(batch, row, end))
      await this.flush()
      row = end
    }
    if (row < batch.length) this.#keep(sliceBatch(batch, row, batch.length))
  }

  /** Writes all rows that wait. */
  async flush(): Promise<void> {
    if (this.#waitingRows === 0) return
    const [batches, rows] = [this.#waiting, this.#waitingRows]
    this.#waiting = []
    this.#waitingRows = 0
    await this.#append(this.#encoder.encode(batches))
    this.#rows += rows
  }

  /** What has been written. */
  written(): TaskFile {
    return { path: this.path, rows: this.#rows, bytes: this.#bytes, tail: this.#encoder.tail() }
  }

  /** Writes the end of the file. */
  end(chunks: Chunks): Promise<void> {
    return this.#append(chunks)
  }

  /** Resolves when the disk has all of it. */
  async sync(): Promise<void> {
    await (await this.#open()).datasync()
  }

  /** Lets go of the descriptor; writing more opens the file again. */
  async close(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close()
  }

  #keep(batch: Batch): void {
    this.#waiting.push(batch)
    this.#waitingRows += batch.length
  }

  async #append(chunks: Chunks): Promise<void> {
    const handle = await this.#open()
    for (const chunk of chunks) {
      // Writes all of it: `writev` may write less.
      await handle.writeFile(chunk)
      this.#bytes += chunk.byteLength
    }
  }

  async #open(): Promise<FileHandle> {
    if (this.#handle !== undefined) return this.#handle
    const path = join(this.#directory, this.path)
    if (!this.#isMade) await mkdir(dirname(path), { recursive: true })
    this.#handle = await open(path, this.#isMade ? 'a' : 'wx')
    this.#isMade = true
    return this.#handle
  }
}
