// What one attempt of a task writes: its rows, dealt out to directories where the sink is partitioned, into files of its
// own, which no other attempt of the same task has: the parent takes those that the last one tells of. Memory is bounded whatever the number of files: few descriptors are open at a time, and what waits to be encoded is limited.

import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Batch } from '../../functions/column/column.ts'
import { resolveDictionary, takeRows } from '../../functions/column/take.ts'
import type { Schema } from '../../functions/types/type.ts'
import type { TaskFile, TaskSink } from '../program/sink.ts'
import { optionsOf, type SinkFormat, sinkFormatOf, usualExtension } from './formats.ts'
import { OpenFile } from './open-file.ts'
import { writing } from './output-errors.ts'
import { fileSchema, PartitionPaths } from './partition-paths.ts'

const MAX_OPEN = 64
/** Values that wait to be encoded, over all files; the fullest are written once there are more. */
const MAX_WAITING = 4 * 1024 * 1024

export class TaskFiles implements AsyncDisposable {
  readonly #sink: TaskSink
  /** The directory of this attempt, below the tasks' directory. */
  readonly #attempt: string
  readonly #name: string
  readonly #isFirst: boolean
  readonly #format: SinkFormat
  readonly #options: ReturnType<typeof optionsOf>
  /** The columns of the files, and where they are among those of a batch. */
  readonly #schema: Schema
  readonly #columns: readonly number[]
  readonly #paths: PartitionPaths | undefined
  /** By directory. */
  readonly #files = new Map<string, OpenFile>()
  /** Those that may have a descriptor, least recently written first. */
  readonly #recent = new Set<OpenFile>()
  #waitingRows = 0

  /** @param index - The task's place among those that write. */
  constructor(sink: TaskSink, schema: Schema, index: number) {
    const { partitionBy = [] } = sink.spec
    this.#sink = sink
    this.#format = sinkFormatOf(sink.spec)
    this.#options = optionsOf(sink.spec)
    this.#isFirst = index === 0
    this.#attempt = `${index}-${randomUUID().slice(0, 8)}`
    this.#name = `part-${index}.${usualExtension(sink.spec)}`
    this.#columns = [...schema.keys()].filter((i) => !partitionBy.includes(schema[i]?.name ?? ''))
    this.#schema = fileSchema(schema, partitionBy)
    this.#paths = partitionBy.length === 0 ? undefined : new PartitionPaths(schema, partitionBy)
  }

  /** Makes the task's file, so that there is one even without rows; files of partitions are made as rows come. */
  async start(): Promise<void> {
    if (this.#paths === undefined) await this.#write('', { length: 0, columns: [] })
  }

  /** Takes rows, whose memory is this one's from then on. */
  async write(batch: Batch): Promise<void> {
    const columns = this.#columns.flatMap((i) => batch.columns[i] ?? [])
    if (this.#paths === undefined) return this.#write('', { length: batch.length, columns })
    const plain = columns.map(resolveDictionary)
    for (const [directory, rows] of this.#paths.rowsOf(batch)) {
      const own = plain.map((column) => takeRows(column, rows, rows.length))
      await this.#write(directory, { length: rows.length, columns: own })
    }
  }

  /** Writes what is left, and gives all that was written. */
  end(): Promise<readonly TaskFile[]> {
    return this.#writing(async () => {
      const files: TaskFile[] = []
      for (const file of this.#files.values()) {
        await this.#flush(file)
        if (this.#sink.writes === 'whole') {
          await file.end(await this.#format.end(this.#schema, this.#options as never, [file.written()]))
          await file.sync()
        }
        const written = file.written()
        files.push({ ...written, path: `${this.#attempt}/${written.path}` })
        this.#recent.delete(file)
        await file.close()
      }
      this.#files.clear()
      return files
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const file of this.#files.values()) await file.close().catch(() => {})
  }

  #write(directory: string, rows: Batch): Promise<void> {
    return this.#writing(async () => {
      const file = this.#files.get(directory) ?? (await this.#make(directory))
      await this.#beforeWriting(file)
      const before = file.waitingRows
      await file.add(rows)
      this.#waitingRows += file.waitingRows - before
      // A single file may hold a batch of its own size, however wide.
      if (this.#files.size > 1 && this.#waitingRows * this.#schema.length > MAX_WAITING) await this.#flushFullest()
    })
  }

  async #make(directory: string): Promise<OpenFile> {
    const encoder = await this.#format.encoder(this.#schema, this.#options as never)
    const path = directory === '' ? this.#name : `${directory}/${this.#name}`
    const file = new OpenFile(join(this.#sink.directory, this.#attempt), path, encoder)
    this.#files.set(directory, file)
    await this.#beforeWriting(file)
    await file.start(this.#sink.writes === 'whole' || this.#isFirst)
    return file
  }

  /** Makes room for a descriptor. */
  async #beforeWriting(file: OpenFile): Promise<void> {
    this.#recent.delete(file)
    this.#recent.add(file)
    const [oldest] = this.#recent
    if (this.#recent.size <= MAX_OPEN || oldest === undefined) return
    this.#recent.delete(oldest)
    await oldest.close()
  }

  /** Writes what waits in the fullest files, until half of it is gone. */
  async #flushFullest(): Promise<void> {
    const enough = this.#waitingRows / 2
    for (const file of [...this.#files.values()].toSorted((a, b) => b.waitingRows - a.waitingRows)) {
      if (this.#waitingRows <= enough) return
      await this.#flush(file)
    }
  }

  async #flush(file: OpenFile): Promise<void> {
    await this.#beforeWriting(file)
    this.#waitingRows -= file.waitingRows
    await file.flush()
  }

  #writing<Result>(operation: () => Promise<Result>): Promise<Result> {
    return writing(this.#sink.spec.path, operation)
  }
}
