// A task that is run again where its worker is lost, as if nothing had happened: whoever reads its result sees each byte
// once. What was handed on before the loss is not taken back, so the next attempt has to begin with the same bytes; a
// checksum over them shows whether it does.

import zlib from 'node:zlib'
import { isVolleyError, type VolleyError } from '../../functions/errors.ts'
import type { Backend, TaskOptions, TaskRun, TaskStats } from '../backend.ts'

/**
 * A backend whose tasks are run again when their workers are lost, and for no other reason.
 *
 * @param retries - How often, each task. Only for tasks that leave nothing behind besides their result.
 */
export function withRetries(backend: Backend, retries: number): Backend {
  if (retries === 0) return backend
  return {
    concurrency: backend.concurrency,
    trace: backend.trace,
    run: async (request, options) => {
      const first = await backend.run(request, options)
      const done = Promise.withResolvers<TaskStats>()
      done.promise.catch(() => {})
      const again = (): Promise<TaskRun> => backend.run(request, options)
      return { pid: first.pid, stream: bytesOnce(first, again, { retries, options, done }), done: done.promise }
    },
    close: () => backend.close(),
  }
}

interface Attempts {
  readonly retries: number
  readonly options: TaskOptions
  readonly done: PromiseWithResolvers<TaskStats>
}

async function* bytesOnce(
  first: TaskRun,
  again: () => Promise<TaskRun>,
  { retries, options, done }: Attempts,
): AsyncGenerator<Uint8Array> {
  const given = new GivenBytes()
  let run = first
  let startedAt = new Date()
  let isSettled = false
  let loss: VolleyError | undefined
  try {
    for (let attempt = 1; !isSettled; attempt++) {
      run.done.catch(() => {})
      given.startOver()
      try {
        for await (const chunk of run.stream) {
          const news = given.unseen(chunk)
          if (news === undefined) throw loss
          if (news.length > 0) yield news
        }
        const stats = await run.done
        if (!given.isRepeated) throw loss
        isSettled = true
        done.resolve(stats)
      } catch (error) {
        if (error === loss || !isLoss(error) || attempt > retries || options.signal.aborted) throw error
        loss = error
        const { pid } = run
        options.onRetry?.({ attempt, ...(pid === undefined ? {} : { pid }), startedAt, endedAt: new Date(), error })
        run = await again()
        startedAt = new Date()
      }
    }
  } catch (error) {
    isSettled = true
    // The stream fails at once; the attempt's worker may take a while to stop.
    const reject = (): void => done.reject(error)
    run.done.then(reject, reject)
    throw error
  } finally {
    // Its reader has left, which ends the attempt.
    if (!isSettled) run.done.then(done.resolve, done.reject)
  }
}

const isLoss = (error: unknown): error is VolleyError => isVolleyError(error) && error.code === 'worker_lost'

/** The bytes that went to the reader, as far as it takes to know them again. */
class GivenBytes {
  #length = 0
  #checksum = 0
  /** Of these, what the present attempt has repeated. */
  #repeated = 0
  #repeatedChecksum = 0

  startOver(): void {
    this.#repeated = 0
    this.#repeatedChecksum = 0
  }

  /** The present attempt has given everything that was given before. */
  get isRepeated(): boolean {
    return this.#repeated === this.#length
  }

  /** What of a chunk the reader has not had yet; undefined when the bytes before it are not those that it has had. */
  unseen(chunk: Uint8Array): Uint8Array | undefined {
    const old = chunk.subarray(0, this.#length - this.#repeated)
    const news = chunk.subarray(old.length)
    if (old.length > 0) {
      this.#repeatedChecksum = zlib.crc32(old, this.#repeatedChecksum)
      this.#repeated += old.length
      if (this.isRepeated && this.#repeatedChecksum !== this.#checksum) return undefined
    }
    if (news.length > 0) {
      this.#checksum = zlib.crc32(news, this.#checksum)
      this.#length += news.length
      this.#repeated = this.#length
    }
    return news
  }
}
