// The results of several tasks as one stream of bytes, in the tasks' order. Tasks run side by side: those behind the
// first are read ahead into memory as far as a budget allows; beyond it their workers are paused. The first failure
// ends all.

import { CancelledError } from '../../functions/errors.ts'
import type { Backend, TaskEvents, TaskRequest, TaskRun, TaskStats } from '../backend.ts'
import { ByteQueue } from '../bytes/byte-queue.ts'
import { clock, type SpanRecorder } from '../trace/spans.ts'

/** Bytes read ahead of the consumer, over all tasks. */
const PREFETCH_BYTES = 8 * 1024 * 1024
/** Bytes read ahead of the consumer for the task it is reading: they pass through and do not pile up. */
const HEAD_BYTES = 1024 * 1024

export interface OrderedEvents {
  /** Events of the task at `index`. */
  taskEvents(index: number): TaskEvents
  onTaskDone(index: number, stats: TaskStats): void
}

/**
 * Runs tasks and gives their bytes one after another. Leaving the loop early, or aborting `signal`, ends them all.
 *
 * @throws The first failure, or the reason of `signal`.
 */
export async function* orderedResults(
  requests: readonly TaskRequest[],
  backend: Backend,
  events: OrderedEvents,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const end = new AbortController()
  const queues = requests.map((request, index) => new PrefetchQueue(request, events, index))
  const prefetcher = new Prefetcher(queues, backend, AbortSignal.any([signal, end.signal]), (reason) =>
    end.abort(reason),
  )
  let complete = false
  try {
    for (const queue of queues) {
      prefetcher.moveTo(queue)
      for (let chunk = await queue.next(); chunk !== undefined; chunk = await queue.next()) {
        prefetcher.start()
        yield chunk
      }
    }
    complete = true
  } finally {
    if (!complete) end.abort(new CancelledError('cancelled', 'The result is not read any further'))
    await prefetcher.settled()
  }
}

/**
 * Waits until a task's bytes are read and nothing of it is running: a stream fails at once, while the worker may still
 * write files.
 */
export async function taskEnd({ done }: TaskRun, reading: Promise<void>): Promise<TaskStats> {
  const [read, ended] = await Promise.allSettled([reading, done])
  if (read.status === 'rejected') throw read.reason
  if (ended.status === 'rejected') throw ended.reason
  return ended.value
}

/** Starts queues in order, as many as the backend runs at a time and the budget has room for. */
class Prefetcher {
  readonly #waiting: PrefetchQueue[]
  readonly #backend: Backend
  readonly #signal: AbortSignal
  readonly #abort: (reason: unknown) => void
  readonly #started: Promise<void>[] = []
  #head: PrefetchQueue | undefined
  #running = 0
  #buffered = 0

  constructor(
    queues: readonly PrefetchQueue[],
    backend: Backend,
    signal: AbortSignal,
    abort: (reason: unknown) => void,
  ) {
    this.#waiting = [...queues]
    this.#backend = backend
    this.#signal = signal
    this.#abort = abort
  }

  /** The consumer now reads this queue. */
  moveTo(queue: PrefetchQueue): void {
    this.#head = queue
    queue.wake()
    this.start()
  }

  start(): void {
    while (this.#running < this.#backend.concurrency && (this.#buffered < PREFETCH_BYTES || this.#running === 0)) {
      const queue = this.#waiting.shift()
      if (queue === undefined) return
      this.#running++
      this.#started.push(this.#run(queue))
    }
  }

  async #run(queue: PrefetchQueue): Promise<void> {
    const hasRoom = (): boolean => (queue === this.#head ? queue.bytes < HEAD_BYTES : this.#buffered < PREFETCH_BYTES)
    try {
      await queue.run(this.#backend, this.#signal, hasRoom, (bytes) => {
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
class PrefetchQueue {
  readonly #request: TaskRequest
  readonly #events: OrderedEvents
  readonly #index: number
  readonly #queue = new ByteQueue((bytes) => {
    this.#account(-bytes)
    this.wake()
  })
  #account: (bytes: number) => void = () => {}
  #taken = Promise.withResolvers<void>()

  constructor(request: TaskRequest, events: OrderedEvents, index: number) {
    this.#request = request
    this.#events = events
    this.#index = index
  }

  /** How many bytes wait for the consumer. */
  get bytes(): number {
    return this.#queue.bytes
  }

  /** The next chunk; undefined at the end. Throws what ended the job. */
  next(): Promise<Uint8Array | undefined> {
    return this.#queue.next()
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
      const stats = await taskEnd(run, this.#read(run, signal, hasRoom, backend.trace))
      this.#events.onTaskDone(this.#index, stats)
      this.#queue.end()
    } catch (error) {
      // When the job was ended from outside, that is the reason to report, not that this task was cancelled.
      this.#fail(signal.aborted ? signal.reason : error)
      throw error
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  async #read(
    run: TaskRun,
    signal: AbortSignal,
    hasRoom: () => boolean,
    trace: SpanRecorder | undefined,
  ): Promise<void> {
    let startedAt: number | undefined
    for await (const chunk of run.stream) {
      startedAt ??= trace && clock()
      this.#account(chunk.length)
      this.#queue.push(chunk)
      while (!hasRoom() && !signal.aborted) await this.#taken.promise
    }
    if (startedAt !== undefined) trace?.add('read', startedAt)
  }

  #fail(error: unknown): void {
    this.#queue.fail(error)
    this.wake()
  }
}
