// Where uploaded parts are kept: a directory for each upload, a file for each part, below the state directory or a temporary
// one. All of them together have a limit. Jobs read the files by their paths, which nobody else gets to name.

import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { syncDirectory } from '../../runtime/bytes/files.ts'
import { makeScratch, removeScratch } from '../../runtime/bytes/scratch.ts'
import type { PartFormat } from './part-format.ts'
import { uploadExpired, uploadFull } from './upload-errors.ts'

/** The parts that came with a job, as plain data. */
export interface Upload {
  readonly id: string
  readonly parts: readonly UploadedPart[]
}

/** One of them. Its name is that of its file. */
export interface UploadedPart extends PartFormat {
  readonly name: string
  readonly bytes: number
  /** Of its bytes, SHA-256 in hexadecimal. */
  readonly hash: string
}

export class Uploads {
  /** It is there from the beginning: the cage of the workers has to know it. */
  readonly directory: string
  readonly #outlivesProcess: boolean
  readonly #maxBytes: number
  readonly #bytesOf = new Map<string, number>()
  #bytes = 0
  /** Those that no job has claimed yet. */
  readonly #pending = new Set<string>()

  /**
   * @param stateDir - Where they outlive this process; absent, they end with it.
   * @param maxBytes - Of all uploads together.
   */
  constructor(stateDir: string | undefined, maxBytes: number) {
    this.#outlivesProcess = stateDir !== undefined
    this.directory = stateDir === undefined ? makeScratch('uploads') : resolve(stateDir, 'uploads')
    mkdirSync(this.directory, { recursive: true, mode: 0o700 })
    this.#maxBytes = maxBytes
  }

  /** What all of them take on disk, those that still arrive too. */
  get bytes(): number {
    return this.#bytes
  }

  /** Removes what earlier processes left, but for these uploads. */
  async open(kept: ReadonlySet<string>): Promise<void> {
    for (const id of await readdir(this.directory)) {
      if (kept.has(id)) this.#count(id, await bytesIn(join(this.directory, id)))
      else await this.remove(id)
    }
  }

  /** An id for an upload that is about to be received; it has no directory before its first part. */
  begin(): string {
    const id = randomUUID()
    this.#pending.add(id)
    return id
  }

  async makeDirectory(id: string): Promise<void> {
    await mkdir(join(this.directory, id), { mode: 0o700 })
  }

  pathOf(id: string, part: string): string {
    return join(this.directory, id, part)
  }

  /** Counts bytes that are about to be written. @throws {HttpError} `storage_full` */
  take(id: string, bytes: number): void {
    if (this.#bytes + bytes > this.#maxBytes) throw uploadFull(`all uploads together may have ${this.#maxBytes} bytes`)
    this.#count(id, bytes)
  }

  /** Hands an upload to a job, whose matter it is from now on. */
  claim({ id }: Upload): void {
    this.#pending.delete(id)
  }

  /** Removes an upload that no job has claimed. */
  async removeUnclaimed({ id }: Upload): Promise<void> {
    if (this.#pending.has(id)) await this.remove(id)
  }

  /** Makes sure that an upload outlives a power failure. */
  async sync({ id, parts }: Upload): Promise<void> {
    for (const { name } of parts) {
      await using file = await open(this.pathOf(id, name), 'r+')
      await file.sync()
    }
    await syncDirectory(join(this.directory, id))
    await syncDirectory(this.directory)
  }

  /** @throws {HttpError} `upload_expired` unless all of it is there. */
  async check({ id, parts }: Upload): Promise<void> {
    for (const { name, bytes } of parts) {
      const found = await stat(this.pathOf(id, name)).catch(() => undefined)
      if (found?.size !== bytes) throw uploadExpired()
    }
  }

  async remove(id: string): Promise<void> {
    this.#pending.delete(id)
    await rm(join(this.directory, id), { recursive: true, force: true })
    this.#bytes -= this.#bytesOf.get(id) ?? 0
    this.#bytesOf.delete(id)
  }

  /** A text in which parts go by their names. */
  hide(text: string): string {
    const directory = RegExp.escape(this.directory + sep)
    return text.replaceAll(new RegExp(`${directory}[0-9a-f-]{36}${RegExp.escape(sep)}`, 'g'), '')
  }

  /** Removes them, unless they outlive this process. */
  async close(): Promise<void> {
    if (!this.#outlivesProcess) await removeScratch(this.directory)
  }

  #count(id: string, bytes: number): void {
    this.#bytesOf.set(id, (this.#bytesOf.get(id) ?? 0) + bytes)
    this.#bytes += bytes
  }
}

async function bytesIn(directory: string): Promise<number> {
  const sizes = await Promise.all(
    (await readdir(directory)).map(async (name) => (await stat(join(directory, name))).size),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
