// One file that is being written, or one piece of one: rows are collected until they are worth being encoded together,
// and what is encoded is written at once.

import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Batch, Column } from '../../functions/column/column.ts'
import { sliceBatch } from '../../functions/column/slice.ts'
import type { TaskFile } from '../program/sink.ts'
import type { Chunks, FileEncoder } from './file-encoder.ts'

/** Bytes of text that wait: long texts are written in fewer rows at a time. */
const MAX_TEXT = 64 * 1024 * 1024

export class OpenFile {
  /** Below the task's directory. */
  readonly path: string
  readonly #directory: string
  readonly #encoder: FileEncoder
  #handle: FileHandle | undefined
  #isMade = false
  #waiting: Batch[] = []
  #waitingRows = 0
  #waitingText = 0
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
    const textPerRow = textBytes(batch) / Math.max(1, batch.length)
    const most = Math.max(1, Math.floor(MAX_TEXT / Math.max(1, textPerRow)))
    for (let row = 0; row < batch.length; ) {
      const end = Math.min(batch.length, row + most, row + this.#encoder.batchRows - this.#waitingRows)
      this.#waiting.push(sliceBatch(batch, row, end))
      this.#waitingRows += end - row
      this.#waitingText += (end - row) * textPerRow
      row = end
      if (this.#waitingRows >= this.#encoder.batchRows || this.#waitingText >= MAX_TEXT) await this.flush()
    }
  }

  /** Writes all rows that wait. */
  async flush(): Promise<void> {
    if (this.#waitingRows === 0) return
    const [batches, rows] = [this.#waiting, this.#waitingRows]
    this.#waiting = []
    this.#waitingRows = 0
    this.#waitingText = 0
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

/** The bytes of the texts in a batch, about. */
const textBytes = ({ columns }: Batch): number => columns.reduce((sum, column) => sum + columnTextBytes(column), 0)

function columnTextBytes(column: Column): number {
  if (column.storage === 'bytes') return (column.offsets[column.length] ?? 0) - (column.offsets[0] ?? 0)
  if (column.storage !== 'dictionary' || column.dictionary.length === 0) return 0
  return (columnTextBytes(column.dictionary) / column.dictionary.length) * column.length
}
