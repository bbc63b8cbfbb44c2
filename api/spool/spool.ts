// Where results of jobs are between their workers and their readers, so that a worker is free when its task is done,
// whoever reads however slowly. Memory first, then files; all of them together have a quota.

import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import * as zlib from 'node:zlib'
import { CancelledError, InternalError } from '../../functions/errors.ts'
import { makeScratch, removeScratch } from '../../runtime/bytes/scratch.ts'
import { MemoryBudget } from './memory-chunks.ts'
import { Quota } from './quota.ts'
import { resultCorrupted } from './result-file.ts'
import { placeBlocks, type ResultIndex } from './result-index.ts'
import { type ResultPlace, SpooledResult } from './spooled-result.ts'

export interface SpoolOptions {
  /** Where retained results outlive this process. Default: a temporary directory, removed at the end. */
  readonly directory?: string
  /** Of one result in memory; beyond it goes to disk. Default: 1 MiB. */
  readonly memoryBytes?: number
  /** Of all results in memory. Default: 64 MiB. */
  readonly totalMemoryBytes?: number
  /** Of all results on disk. Default: 8 GiB. */
  readonly quotaBytes?: number
  /** How long a result waits for room on disk before it fails. Default: 30 seconds. */
  readonly quotaTimeoutMs?: number
}

const MiB = 1024 * 1024
const ending = '.arrow'

export class Spool implements AsyncDisposable {
  readonly #directory: string
  readonly #isDurable: boolean
  readonly #budget: MemoryBudget
  readonly #quota: Quota
  /** Those to end when this is closed. */
  readonly #results = new Set<SpooledResult>()

  private constructor(directory: string, options: SpoolOptions) {
    this.#directory = directory
    this.#isDurable = options.directory !== undefined
    this.#budget = new MemoryBudget(options.memoryBytes ?? MiB, options.totalMemoryBytes ?? 64 * MiB)
    this.#quota = new Quota(options.quotaBytes ?? 8 * 1024 * MiB, options.quotaTimeoutMs ?? 30_000)
  }

  static async open(options: SpoolOptions = {}): Promise<Spool> {
    if (options.directory === undefined) return new Spool(makeScratch('results'), options)
    const directory = join(options.directory, 'results')
    await mkdir(directory, { recursive: true, mode: 0o700 })
    return new Spool(directory, options)
  }

  get stats(): { readonly memoryBytes: number; readonly diskBytes: number } {
    return { memoryBytes: this.#budget.bytes, diskBytes: this.#quota.bytes }
  }

  /** A result that is to be written. One that is not retained is dropped as its one reader reads it. */
  create(id: string, { isRetained }: { readonly isRetained: boolean }): SpooledResult {
    const result: SpooledResult = SpooledResult.create(this.#place(id, isRetained, () => this.#results.delete(result)))
    this.#results.add(result)
    return result
  }

  /**
   * A retained result that was written before, maybe by another process.
   *
   * @throws {HttpError} `result_corrupted` when its file is missing, or not as long as it was.
   */
  async reopen(id: string, index: ResultIndex): Promise<SpooledResult> {
    if (index.inline !== undefined) checkInline(index)
    else {
      const found = await stat(this.#path(id)).catch(() => undefined)
      if (found === undefined) throw resultCorrupted('its file is missing')
      if (found.size !== index.bytes) throw resultCorrupted('its file is not as long as it was')
    }
    return SpooledResult.complete(
      this.#place(id, true, () => {}),
      index,
    )
  }

  /** Removes a retained result, whether or not it can be read. */
  async remove(id: string): Promise<void> {
    await rm(this.#path(id), { force: true })
    this.#quota.give(id)
  }

  /** Removes what earlier processes left, but for these results: those count towards the quota from now on. */
  async removeAllBut(ids: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(this.#directory)) {
      const id = name.slice(0, -ending.length)
      const path = join(this.#directory, name)
      if (name.endsWith(ending) && ids.has(id)) this.#quota.count(id, (await stat(path)).size)
      else await rm(path, { force: true })
    }
  }

  /** Ends whatever is being written or read. Complete results stay, if the spool has a directory of its own. */
  async close(): Promise<void> {
    const reason = new CancelledError('closed', 'The server is shutting down')
    await Promise.all([...this.#results].map((result) => result.remove(reason)))
    if (!this.#isDurable) await removeScratch(this.#directory)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #place(id: string, isRetained: boolean, onOver: () => void): ResultPlace {
    const path = this.#path(id)
    return { id, path, isRetained, isDurable: this.#isDurable, budget: this.#budget, quota: this.#quota, onOver }
  }

  #path(id: string): string {
    if (!/^[\w-][\w.-]*$/.test(id)) throw new InternalError(`Cannot name a file after "${id}"`)
    return join(this.#directory, id + ending)
  }
}

function checkInline({ inline = '', blocks, bytes }: ResultIndex): void {
  const content = Buffer.from(inline, 'base64')
  const isRight = placeBlocks(blocks).every(
    (block) => zlib.crc32(content.subarray(block.start, block.start + block.bytes)) === block.checksum,
  )
  if (content.length !== bytes || !isRight) throw resultCorrupted('its bytes are not those that were written')
}
