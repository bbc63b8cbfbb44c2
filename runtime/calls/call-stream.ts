// The calls of map and imap: keeps some of them in flight, hands over what was made, in the order of the items or as it
// comes, and ends all of it at the first failure, or when nobody wants more. How a call is made it is told.

import { CancelledError } from '../../functions/errors.ts'
import { cancelReason } from '../backend.ts'
import { unlessAborted } from '../bytes/unless-aborted.ts'
import { atItem, type Made } from './call-outcome.ts'
import type { CallSource, Chunk, ChunkSize } from './call-source.ts'

export interface CallPlan<Item> {
  readonly source: CallSource<Item>
  readonly size: ChunkSize
  /** Chunks in flight. */
  readonly concurrency: number
  /** With so many results that wait to be taken, no more calls are begun. */
  readonly buffer: number
  readonly order: 'items' | 'completion'
  readonly signal: AbortSignal | undefined
  make(chunk: Chunk, signal: AbortSignal): Promise<Made>
}

/** Results of calls that travelled together. */
export interface MadeCalls {
  /** Position of the first of their items. */
  readonly first: number
  readonly results: readonly unknown[]
}

type Outcome = MadeCalls | { readonly error: unknown }

export class CallStream<Item> {
  readonly #plan: CallPlan<Item>
  readonly #stop = new AbortController()
  /** What waits for calls before it, by the position of its first item. */
  readonly #early = new Map<number, { readonly made: MadeCalls; readonly failure: Outcome | undefined }>()
  #ready: Outcome[] = []
  /** Position of the next result in the order of items. */
  #due = 0
  /** Results that were made and not taken. */
  #waiting = 0
  #running = 0
  #callers: Promise<unknown> | undefined
  #hasFailed = false
  #changed = Promise.withResolvers<void>()

  /** Nothing is called before something is taken. */
  constructor(plan: CallPlan<Item>) {
    this.#plan = plan
  }

  /**
   * What was made next; undefined when there is no more.
   *
   * @throws What the first failing call failed with, once nothing of the others is running.
   */
  async take(): Promise<MadeCalls | undefined> {
    this.#callers ??= this.#start()
    for (;;) {
      const next = this.#ready.shift()
      if (next !== undefined && 'error' in next) {
        await this.end().catch(() => {})
        throw next.error
      }
      if (next !== undefined) {
        this.#waiting -= next.results.length
        this.#wake()
        return next
      }
      if (this.#running === 0) break
      await this.#changed.promise
    }
    this.#stop.abort()
    return undefined
  }

  /** Stops what is running, tells the source that no more is wanted, and resolves when both have happened. */
  async end(): Promise<void> {
    this.#stopWith(new CancelledError('cancelled', 'The call was cancelled: nobody wants its result any more'))
    await this.#callers
    await this.#plan.source.end()
  }

  #start(): Promise<unknown> {
    const { concurrency, signal } = this.#plan
    const stop = (): void => this.#fail(cancelReason(signal as AbortSignal, 'call'))
    if (signal?.aborted === true) stop()
    else signal?.addEventListener('abort', stop, { once: true, signal: this.#stop.signal })
    this.#running = concurrency
    return Promise.all(Array.from({ length: concurrency }, () => this.#callNext()))
  }

  /** One after the other; never rejects. */
  async #callNext(): Promise<void> {
    const { source, size, buffer, make } = this.#plan
    const { signal } = this.#stop
    let first = 0
    try {
      for (;;) {
        while (this.#waiting >= buffer && !signal.aborted) await this.#changed.promise
        if (signal.aborted || this.#hasFailed) break
        const chunk = await unlessAborted(source.take(size), signal).catch((error) => {
          first = source.taken
          throw error
        })
        if (chunk === undefined) break
        first = chunk.first
        const { results, failure, elapsedMs } = await make(chunk, signal)
        size.took(chunk.calls.count, elapsedMs)
        this.#put({ first, results }, failure === undefined ? undefined : { error: atItem(failure, first) })
      }
    } catch (error) {
      this.#put({ first, results: [] }, { error: atItem(error, first) })
    }
    this.#running -= 1
    this.#wake()
  }

  #put(made: MadeCalls, failure: Outcome | undefined): void {
    if (this.#stop.signal.aborted) return
    this.#waiting += made.results.length
    this.#hasFailed ||= failure !== undefined
    if (this.#plan.order === 'completion') this.#hand(made, failure)
    else this.#early.set(made.first, { made, failure })
    for (let next = this.#early.get(this.#due); next !== undefined; next = this.#early.get(this.#due)) {
      this.#early.delete(this.#due)
      this.#due += next.made.results.length
      this.#hand(next.made, next.failure)
      if (next.failure !== undefined) this.#early.clear()
    }
    this.#wake()
  }

  #hand(made: MadeCalls, failure: Outcome | undefined): void {
    if (made.results.length > 0) this.#ready.push(made)
    if (failure !== undefined) this.#ready.push(failure)
  }

  /** Ends everything now, whatever was made already. */
  #fail(error: unknown): void {
    this.#stopWith(error)
    this.#ready = [{ error }]
    this.#plan.source.end().catch(() => {})
  }

  #stopWith(error: unknown): void {
    if (this.#stop.signal.aborted) return
    this.#stop.abort(error)
    this.#ready = []
    this.#early.clear()
    this.#wake()
  }

  #wake(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }
}
