// The results of several tasks as one run of bytes, in the tasks' order. Tasks run side by side: those behind the first
// are read ahead into memory as far as a budget allows, then their workers are paused. The first failure ends all.

import { CancelledError } from '../../functions/errors.ts'
import type { Backend, TaskEvents, TaskRequest, TaskRun, TaskStats } from '../backend.ts'

/** Read ahead of the consumer, over all tasks. */
const AHEAD_BYTES = 8 * 1024 * 1024
/** Read ahead of the consumer for the task it is reading: bytes pass through, they do not pile up. */
const HEAD_BYTES = 1024 * 1024

export interface OrderedEvents {
  /** Events of the task at `index`. */
  taskEvents(index: number): TaskEvents
  onTaskDone(index: number, stats: TaskStats): void
}

/**
 * Runs tasks and gives their bytes one after another. Leaving the loop early, or aborting `signal`, ends them all.
 *
 * @throws What failed first, or the reason of `signal`.
 */
export async function* orderedResults(
  requests: readonly TaskRequest[],
  backend: Backend,
  events: OrderedEvents,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const end = new AbortController()
  const feeds = requests.map((request, index) => new Feed(request, events, index))
  const ahead = new ReadAhead(feeds, backend, AbortSignal.any([signal, end.signal]), (reason) => end.abort(reason))
  let complete = false
  try {
    for (const feed of feeds) {
      ahead.moveTo(feed)
      for (let chunk = await feed.next(); chunk !== undefined; chunk = await feed.next()) {
        ahead.start()
        yield chunk
      }
    }
    complete = true
  } finally {
    if (!complete) end.abort(new CancelledError('cancelled', 'The result is not read any further'))
    await ahead.settled()
  }
}

/** Starts feeds in order, as many as the backend runs at once and the budget has room for. */
class ReadAhead {
  readonly #waiting: Feed[]
  readonly #backend: Backend
  readonly #signal: AbortSignal
  readonly #abort: (reason: unknown) => void
  readonly #started: Promise<void>[] = []
  #head: Feed | undefined
  #running = 0
  #buffered = 0

  constructor(feeds: readonly Feed[], backend: Backend, signal: AbortSignal, abort: (reason: unknown) => void) {
    this.#waiting = [...feeds]
    this.#backend = backend
    this.#signal = signal
    this.#abort = abort
  }

  /** The consumer now reads this feed. */
  moveTo(feed: Feed): void {
    this.#head = feed
    feed.wake()
    this.start()
  }

  start(): void {
    while (this.#running < this.#backend.concurrency && (this.#buffered < AHEAD_BYTES || this.#running === 0)) {
      const feed = this.#waiting.shift()
      if (feed === undefined) return
      this.#running++
      this.#started.push(this.#run(feed))
    }
  }

  async #run(feed: Feed): Promise<void> {
    const hasRoom = (): boolean => (feed === this.#head ? feed.buffered < HEAD_BYTES : this.#buffered < AHEAD_BYTES)
    try {
      await feed.run(this.#backend, this.#signal, hasRoom, (bytes) => {
        this.#buffered += bytes
      })
    } catch (error) {
      this.#abort(error)
    } finally {
      this.#running--
      this.start()
    }
  }

  /** Resolves when nothing is running any more. */
  async settled(): Promise<void> {
    this.#waiting.length = 0
    await Promise.all(this.#started)
  }
}

/** One task's bytes between its worker and the consumer. */
class Feed {
  readonly #request: TaskRequest
  readonly #events: OrderedEvents
  readonly #index: number
  readonly #chunks: Uint8Array[] = []
  #account: (bytes: number) => void = () => {}
  #ended = false
  #failure: { readonly error: unknown } | undefined
  #arrived = Promise.withResolvers<void>()
  #taken = Promise.withResolvers<void>()
  buffered = 0

  constructor(request: TaskRequest, events: OrderedEvents, index: number) {
    this.#request = request
    this.#events = events
    this.#index = index
  }

  /** The next chunk; undefined at the end. Throws what ended the job. */
  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const chunk = this.#chunks.shift()
      if (chunk !== undefined) {
        this.buffered -= chunk.length
        this.#account(-chunk.length)
        this.wake()
        return chunk
      }
      if (this.#failure !== undefined) throw this.#failure.error
      if (this.#ended) return undefined
      await this.#arrived.promise
    }
  }

  /** Something changed that may have made room. */
  wake(): void {
    this.#taken.resolve()
    this.#taken = Promise.withResolvers()
  }

  async run(
    backend: Backend,
    signal: AbortSignal,
    hasRoom: () => boolean,
    account: (bytes: number) => void,
  ): Promise<void> {
    this.#account = account
    const stop = (): void => this.#fail(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    try {
      const run = await backend.run(this.#request, { signal, ...this.#events.taskEvents(this.#index) })
      await this.#read(run, signal, hasRoom)
      this.#events.onTaskDone(this.#index, await run.done)
      this.#ended = true
      this.#announce()
    } catch (error) {
      // When the job was ended from outside, that is the reason to tell, not this task's being cancelled.
      this.#fail(signal.aborted ? signal.reason : error)
      throw error
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  async #read(run: TaskRun, signal: AbortSignal, hasRoom: () => boolean): Promise<void> {
    run.done.catch(() => {})
    for await (const chunk of run.stream) {
      this.#chunks.push(chunk)
      this.buffered += chunk.length
      this.#account(chunk.length)
      this.#announce()
      while (!hasRoom() && !signal.aborted) await this.#taken.promise
    }
  }

  #announce(): void {
    this.#arrived.resolve()
    this.#arrived = Promise.withResolvers()
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#announce()
    this.wake()
  }
}
