// One job's result between its workers and its readers: in memory first, on disk beyond what it may have there. Writing
// goes on without readers, and readers read at their own pace. Whatever ends the job ends them with its error, never with
// an end that looks regular.

import { CancelledError, InternalError } from '../../functions/errors.ts'
import { unlessAborted } from '../../runtime/bytes/unless-aborted.ts'
import { type MemoryBudget, MemoryChunks } from './memory-chunks.ts'
import { MessageScanner } from './message-scanner.ts'
import type { Quota } from './quota.ts'
import { type ReadableResult, type ReadOptions, readResult } from './read-result.ts'
import { FileReader, ResultFile } from './result-file.ts'
import { type PlacedBlock, placeBlocks, type ResultIndex } from './result-index.ts'

/** A retained result of at most so many bytes is a part of its index, and has no file. */
const inlineBytes = 64 * 1024
/** Of an unretained result: files of this size are removed as they have been read. */
const segmentBytes = 8 * 1024 * 1024

/** What a result shares with the others, and what it is. */
export interface ResultPlace {
  readonly id: string
  readonly path: string
  readonly isRetained: boolean
  /** Whether it must outlive a power failure once it is written. */
  readonly isDurable: boolean
  readonly budget: MemoryBudget
  readonly quota: Quota
  /** Called when it needs nobody any more who ends it: it is complete and retained, or nothing is left of it. */
  onOver(): void
}

export class SpooledResult implements ReadableResult {
  readonly #place: ResultPlace
  readonly #memory: MemoryChunks
  readonly #file: ResultFile
  readonly #scanner = new MessageScanner()
  readonly #begun = Promise.withResolvers<void>()
  readonly #completed = Promise.withResolvers<void>()
  readonly #end = new AbortController()
  #blocks: readonly PlacedBlock[] = this.#scanner.blocks
  #index: ResultIndex | undefined
  #failure: { readonly error: unknown } | undefined
  #changed: PromiseWithResolvers<void> | undefined
  #relief: AbortController | undefined
  #writing: Promise<unknown> | undefined
  #isRead = false

  private constructor(place: ResultPlace, memory: MemoryChunks, file: ResultFile) {
    this.#place = place
    this.#memory = memory
    this.#file = file
    this.#begun.promise.catch(() => {})
    this.#completed.promise.catch(() => {})
  }

  /** One that is to be written. */
  static create(place: ResultPlace): SpooledResult {
    const file = new ResultFile(place.path, place.isRetained ? Number.POSITIVE_INFINITY : segmentBytes)
    return new SpooledResult(place, new MemoryChunks(place.budget), file)
  }

  /** One that was written before, maybe by another process. */
  static complete(place: ResultPlace, index: ResultIndex): SpooledResult {
    const bytes = index.inline === undefined ? undefined : Buffer.from(index.inline, 'base64')
    const memory = new MemoryChunks(place.budget, bytes === undefined ? index.bytes : 0)
    if (bytes !== undefined) memory.push(bytes)
    memory.handOver()
    const result = new SpooledResult(
      place,
      memory,
      ResultFile.existing(place.path, bytes === undefined ? index.bytes : 0),
    )
    result.#blocks = placeBlocks(index.blocks)
    result.#index = index
    result.#begun.resolve()
    result.#completed.resolve()
    return result
  }

  /** Once it is complete. */
  get index(): ResultIndex | undefined {
    return this.#index
  }

  /** Resolves once a record batch, or the end, is there; rejects with the stream's error until then. */
  get begun(): Promise<void> {
    return this.#begun.promise
  }

  /** Resolves once all of it is there; rejects with the stream's error. */
  get completed(): Promise<void> {
    return this.#completed.promise
  }

  /**
   * Drains a job's Arrow stream. When it resolves, all of it is on disk for good, if the result is retained.
   *
   * @throws {HttpError} `storage_full` when there is no room for it.
   * @throws {WorkerError} `protocol_error` when it is no Arrow stream, or has no end.
   * @throws What the stream throws, the reason of `signal`, `cancelled` when it was removed or its only reader has left.
   * Nothing of it is left then.
   */
  write(stream: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<ResultIndex> {
    if (this.#writing !== undefined || this.#index !== undefined) throw new InternalError('A result is written once')
    const written = this.#write(stream, AbortSignal.any([signal, this.#end.signal]))
    this.#writing = written.catch(() => {})
    return written
  }

  async #write(stream: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<ResultIndex> {
    const chunks = stream[Symbol.asyncIterator]()
    try {
      for (let next = await unlessAborted(chunks.next(), signal); next.done !== true; ) {
        this.#scanner.push(next.value)
        this.#memory.push(next.value)
        if (this.#scanner.batches > 0) this.#begun.resolve()
        this.#notify()
        await this.#moveToDisk(() => this.#place.budget.allowance, signal)
        next = await unlessAborted(chunks.next(), signal)
      }
      return await this.#complete(signal)
    } catch (error) {
      this.#fail(error)
      // A stream that is waiting for its next chunk would not return before that.
      void Promise.resolve(chunks.return?.()).catch(() => {})
      await this.#discard()
      throw error
    }
  }

  /** Moves what is in memory to disk, if it is more than `allowance`, unless a reader takes it first. */
  async #moveToDisk(allowance: () => number, signal: AbortSignal): Promise<void> {
    const { id, quota } = this.#place
    while (this.#memory.bytes > allowance()) {
      const wanted = this.#memory.bytes
      const relief = new AbortController()
      this.#relief = relief
      try {
        await quota.take(id, wanted, AbortSignal.any([signal, relief.signal]))
      } catch (error) {
        if (relief.signal.aborted && !signal.aborted) continue
        throw error
      } finally {
        this.#relief = undefined
      }
      const { bytes, start, end, all } = this.#memory
      if (bytes < wanted) quota.give(id, wanted - bytes)
      if (bytes > 0) await this.#file.append(all, start)
      this.#memory.dropBefore(end)
      signal.throwIfAborted()
    }
  }

  async #complete(signal: AbortSignal): Promise<ResultIndex> {
    this.#scanner.finish()
    const { isRetained, isDurable } = this.#place
    const { rows, batches } = this.#scanner
    const isInline = isRetained && this.#file.isEmpty && this.#memory.end <= inlineBytes
    const inline = isInline ? Buffer.concat(this.#memory.all).toString('base64') : undefined
    if (isInline) this.#memory.handOver()
    else if (isRetained || !this.#file.isEmpty) await this.#moveToDisk(() => 0, signal)
    await this.#file.finish(isRetained && isDurable && !isInline)
    signal.throwIfAborted()
    this.#index = {
      bytes: this.#memory.end,
      rows,
      batches,
      blocks: this.#blocks.map(({ kind, bytes, messages, checksum }) => ({ kind, bytes, messages, checksum })),
      ...(inline === undefined ? {} : { inline }),
    }
    this.#begun.resolve()
    this.#completed.resolve()
    this.#notify()
    if (isRetained) this.#place.onOver()
    return this.#index
  }

  /**
   * Its bytes as an Arrow stream, as they come. A result that is not retained is read once, and what was read is freed.
   *
   * @throws The error that ended the job; the reason of `signal`; {HttpError} `result_corrupted` when the bytes are not those
   * that were written, `range_not_satisfiable` beyond the last batch.
   */
  async *read(options: ReadOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const { isRetained } = this.#place
    if (!isRetained && this.#isRead) throw new InternalError('A result that is not retained is read once')
    this.#isRead = true
    const file = new FileReader(this.#file)
    let isWhole = false
    try {
      yield* readResult(this, file, options)
      isWhole = true
    } finally {
      await file.close()
      if (!isRetained) await this.#leave(isWhole)
    }
  }

  /** Removes what there is of it. Who writes or reads it gets `cancelled`, or the given reason. */
  async remove(reason: unknown = new CancelledError('cancelled', 'The result was removed')): Promise<void> {
    this.#fail(reason)
    await this.#writing
    await this.#discard()
  }

  // What reading needs.

  get blocks(): readonly PlacedBlock[] {
    return this.#blocks
  }

  get batches(): number {
    return this.#index?.batches ?? this.#scanner.batches
  }

  get received(): number {
    return this.#memory.end
  }

  get isComplete(): boolean {
    return this.#index !== undefined
  }

  /** What is only in memory begins here. */
  get memoryStart(): number {
    return this.#memory.start
  }

  /** Bytes of a retained result are verified: they may have lain on disk for long. */
  get isVerified(): boolean {
    return this.#place.isRetained
  }

  inMemory(position: number): Uint8Array | undefined {
    return this.#memory.at(position)
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /** Resolves when more has come, or all, or it has failed. */
  change(): Promise<void> {
    this.#changed ??= Promise.withResolvers()
    return this.#changed.promise
  }

  async onTaken(position: number): Promise<void> {
    const { id, isRetained, quota, budget } = this.#place
    if (isRetained) return
    this.#memory.dropBefore(position)
    if (this.#memory.bytes <= budget.allowance) this.#relief?.abort()
    if (this.#file.isEmpty) return
    const freed = await this.#file.freeBefore(position)
    if (freed > 0) quota.give(id, freed)
  }

  async #leave(isWhole: boolean): Promise<void> {
    if (!isWhole) this.#fail(new CancelledError('cancelled', 'The result is not read any further'))
    await this.#writing
    await this.#discard()
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return
    this.#failure = { error }
    this.#begun.reject(error)
    this.#completed.reject(error)
    this.#end.abort(error)
    this.#notify()
  }

  #notify(): void {
    this.#changed?.resolve()
    this.#changed = undefined
  }

  async #discard(): Promise<void> {
    this.#memory.dropBefore(Number.POSITIVE_INFINITY)
    await this.#file.remove()
    this.#place.quota.give(this.#place.id)
    this.#place.onOver()
  }
}
