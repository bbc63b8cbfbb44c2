// WorkerPool: the user's functions over the user's values, on forked workers. It encodes calls and reads results; which
// worker gets a call is ForkPool's business. No code is revived here.

import type { CodecContext } from '../../functions/contract/codec-context.ts'
import { isVolleyError, ResourceError } from '../../functions/errors.ts'
import { checkCallback, checkChoice, checkOptionNames, checkSignal, checkWhole } from '../../functions/options.ts'
import { inFunctions } from '../../functions/udf/failure.ts'
import { type Backend, cancelReason, type Isolation, inheritLog, type LogStream } from '../backend.ts'
import type { EncodedTask } from '../codec/artifacts.ts'
import { CallEncoder, type CallTarget, decodeResults, encodeCall, encodeTarget } from '../codec/call-codec.ts'
import { encodingContext } from '../codec/context-slots.ts'
import { type CloseOptions, ForkPool, type PoolOptions, type PoolStats, type WorkerInfo } from '../pool/pool.ts'
import { CallSource, ChunkSize } from './call-source.ts'
import { checkCallable, checkItems } from './check-callable.ts'

/** How calls are made, and what ends them early. */
export interface CallOptions {
  /**
   * Ends the calls when aborted: those that wait are dropped, those that run are stopped.
   *
   * @defaultValue none
   */
  readonly signal?: AbortSignal
  /**
   * Wall-clock limit of one call, in milliseconds from 1; beyond it the call fails with `timeout`.
   *
   * @defaultValue no limit
   */
  readonly timeoutMs?: number
  /**
   * `shared`: a worker serves call after call. `job`: each call gets a process of its own.
   *
   * @defaultValue `'shared'`
   */
  readonly isolation?: Isolation
  /**
   * The function's free names, given explicitly instead of read from its closure.
   *
   * @defaultValue read from its closure
   */
  readonly captures?: Readonly<Record<string, unknown>>
  /**
   * What functions are encoded under.
   *
   * @defaultValue the sender context, else by value
   */
  readonly context?: CodecContext
  /**
   * Limit of the size of one result, in bytes; beyond it the call fails with `size_limit`.
   *
   * @defaultValue 256 MiB
   */
  readonly maxResultBytes?: number
  /**
   * Gets what the function prints, chunk by chunk.
   *
   * @defaultValue it goes to this process's own stdout and stderr
   */
  onLog?(stream: LogStream, bytes: Uint8Array): void
}

/** How far a `map` has come. */
export interface MapProgress {
  /** Calls that have returned. */
  readonly done: number
  /** Items in all, once the last one is known. */
  readonly total?: number
}

/** How `map` makes its calls. */
export interface MapOptions extends CallOptions {
  /**
   * How many calls are in flight at a time, from 1.
   *
   * @defaultValue two per worker, so that no worker waits for its next call
   */
  readonly concurrency?: number
  /**
   * Called after each call that has returned.
   *
   * @defaultValue nobody is told
   */
  onProgress?(progress: MapProgress): void
}

const MAX_RESULT_BYTES = 256 * 1024 * 1024

/**
 * Worker processes that call functions: any function that can travel, over plain data, expressions, Arrow tables,
 * batches and vectors.
 *
 * A shipped function is code that runs as the worker's user: see docs/security.md.
 *
 * @example
 * import { WorkerPool } from 'volley'
 *
 * await using pool = WorkerPool.fork({ workers: 2 })
 * const rate = 1.19
 * await pool.map((net: number) => net * rate, [100, 200]) // => [119, 238]
 *
 * @see Python's `concurrent.futures.ProcessPoolExecutor`; docs/guide/distributing-work.md
 */
export class WorkerPool implements AsyncDisposable {
  readonly #pool: ForkPool

  /** What `fork` calls, and does the same: without types nobody is kept from calling it. */
  private constructor(options: PoolOptions) {
    this.#pool = ForkPool.fork(options)
  }

  /**
   * Makes a pool and starts its workers, without waiting for them.
   *
   * @param options - How many workers, what they load, their limits.
   * @throws {PlanError} `invalid_argument` for an option that there is not, or a value that it cannot have.
   * @throws {WorkerError} `start_failed` inside a worker.
   * @example
   * import { WorkerPool } from 'volley'
   *
   * await using pool = WorkerPool.fork({ workers: 2, maxOldSpaceMb: 512 })
   * pool.concurrency // => 2
   *
   * @see Node's `child_process.fork`
   */
  static fork(options: PoolOptions = {}): WorkerPool {
    return new WorkerPool(options)
  }

  /** The workers as a place that runs jobs: `new SessionContext({ backend: pool.backend })`. */
  get backend(): Backend {
    return this.#pool
  }

  /** How many calls run at the same time: one per worker. */
  get concurrency(): number {
    return this.#pool.concurrency
  }

  /**
   * What the first worker that is ready says about itself. Rejects with `start_failed` if none starts.
   *
   * @example
   * import { WorkerPool } from 'volley'
   *
   * await using pool = WorkerPool.fork({ workers: 1 })
   * const { node } = await pool.ready()
   * node === process.version // => true
   */
  ready(): Promise<WorkerInfo> {
    return this.#pool.ready()
  }

  /**
   * How many workers and tasks there are now, and have been.
   *
   * @example
   * import { WorkerPool } from 'volley'
   *
   * await using pool = WorkerPool.fork({ workers: 1 })
   * await pool.run(() => 1)
   * pool.stats().started // => 1
   */
  stats(): PoolStats {
    return this.#pool.stats()
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const { starting, idle, busy, queued } = this.stats()
    return `WorkerPool { workers: ${this.concurrency}, starting: ${starting}, idle: ${idle}, busy: ${busy}, queued: ${queued} }`
  }

  /**
   * Process ids of the workers there are; one that is just being started has none yet.
   *
   * @example
   * import { WorkerPool } from 'volley'
   *
   * await using pool = WorkerPool.fork({ workers: 1 })
   * const pid = await pool.run(() => process.pid)
   * pool.pids().includes(pid) // => true
   */
  pids(): readonly number[] {
    return this.#pool.pids()
  }

  /**
   * Calls a function in a worker.
   *
   * @param fn - A function that can travel: see docs/guide/distributing-work.md.
   * @param args - Plain data, expressions, Arrow tables, batches and vectors.
   * @returns What it returns, awaited there if it is a promise.
   * @throws {PlanError} `invalid_argument` when it cannot be called: a class, a generator function, an aggregate.
   * @throws {ShippingError} When the function, an argument or the result cannot travel.
   * @throws {UdfError} `udf_failed` when it throws, with its file and line.
   * @example
   * import { WorkerPool } from 'volley'
   *
   * await using pool = WorkerPool.fork({ workers: 1 })
   * await pool.run((a: number, b: number) => a + b, 1, 2) // => 3
   *
   * @see Python's `Executor.submit`
   */
  run<Args extends readonly unknown[], Result>(fn: (...args: Args) => Result, ...args: Args): Promise<Awaited<Result>> {
    return this.runWith({}, fn, ...args)
  }

  /**
   * Calls a function in a worker, as `run` does, with options.
   *
   * @param options - A signal, a time limit, isolation.
   * @param fn - A function that can travel.
   * @param args - Plain data, expressions, Arrow tables, batches and vectors.
   * @returns What it returns, awaited there if it is a promise.
   * @throws {VolleyError} What `run` throws; `timeout` and `cancelled`.
   * @example
   * import { WorkerPool } from 'volley'
   *
   * await using pool = WorkerPool.fork({ workers: 1 })
   * await pool.runWith({ timeoutMs: 10_000 }, (a: number, b: number) => a + b, 1, 2) // => 3
   *
   * @see Python's `Executor.submit`
   */
  async runWith<Args extends readonly unknown[], Result>(
    options: CallOptions,
    fn: (...args: Args) => Result,
    ...args: Args
  ): Promise<Awaited<Result>> {
    checkCallOptions(options, callOptions)
    const context = encodingContext(options.context)
    const target = encodeTarget(checkCallable(fn), context, options.captures)
    const task = encodeCall(target, args, context)
    const { results } = await this.#make(task, 1, target, context, options, options.signal).catch((error) => {
      throw withoutCall(error)
    })
    return results[0] as Awaited<Result>
  }

  /**
   * Calls a function for each item, in the workers.
   *
   * The function is captured once, at the beginning. The first call that fails ends the others.
   *
   * @param fn - A function that can travel; it gets an item and its position.
   * @param items - Taken only as fast as calls are made.
   * @param options - How many calls at a time, and what `runWith` takes.
   * @returns The results, in the order of the items.
   * @throws {VolleyError} What `run` throws; `details.item` is the position of the item.
   * @example
   * import { WorkerPool } from 'volley'
   *
   * await using pool = WorkerPool.fork({ workers: 2 })
   * await pool.map((word: string, i: number) => `${i}: ${word.toUpperCase()}`, ['a', 'b']) // => ['0: A', '1: B']
   *
   * @see Python's `Executor.map`
   */
  async map<Item, Result>(
    fn: (item: Item, index: number) => Result,
    items: Iterable<Item> | AsyncIterable<Item>,
    options: MapOptions = {},
  ): Promise<Awaited<Result>[]> {
    checkItems(items)
    checkCallOptions(options, mapOptions)
    const context = encodingContext(options.context)
    const target = encodeTarget(checkCallable(fn), context, options.captures)
    const stop = new AbortController()
    const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal])
    const results: Awaited<Result>[] = []
    const source = new CallSource(items, () => new CallEncoder(target, context))
    const size = new ChunkSize(this.concurrency, travelsAlone(options, items) ? 1 : undefined)
    let done = 0
    const callNext = async (): Promise<void> => {
      for (;;) {
        signal.throwIfAborted()
        const chunk = await source.take(size, atItem)
        if (chunk === undefined) return
        const { calls, first } = chunk
        const made = await this.#make(calls.finish(), calls.count, target, context, options, signal).catch((error) => {
          throw atItem(error, first)
        })
        for (const [i, result] of made.results.entries()) results[first + i] = result as Awaited<Result>
        size.took(calls.count, made.elapsedMs)
        done += calls.count
        const { total } = source
        options.onProgress?.({ done, ...(total === undefined ? {} : { total }) })
      }
    }
    const callers = Array.from({ length: checkConcurrency(options, this.concurrency) }, () =>
      callNext().catch((error) => {
        stop.abort(error)
        throw error
      }),
    )
    const outcomes = await Promise.allSettled(callers)
    if (outcomes.some(({ status }) => status === 'rejected')) {
      await source.end()
      throw options.signal?.aborted === true ? cancelReason(options.signal, 'call') : stop.signal.reason
    }
    return results
  }

  /**
   * Takes no more calls, lets the present ones finish for `drainMs`, cancels what is left, ends all workers.
   *
   * @param options - `drainMs`: milliseconds, default 0.
   * @example
   * import { WorkerPool } from 'volley'
   *
   * const pool = WorkerPool.fork({ workers: 1 })
   * const sum = pool.run((a: number, b: number) => a + b, 1, 2)
   * await pool.close({ drainMs: 10_000 })
   * await sum // => 3
   *
   * @see Python's `Executor.shutdown`
   */
  close(options?: CloseOptions): Promise<void> {
    return this.#pool.close(options)
  }

  /** What `await using` calls: `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Has a worker make calls, one after the other. */
  async #make(
    task: EncodedTask,
    calls: number,
    target: CallTarget,
    context: CodecContext,
    options: CallOptions,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly results: readonly unknown[]; readonly elapsedMs: number }> {
    const { bytes, elapsedMs } = await this.#send(task, calls, options, signal).catch((error) => {
      throw inFunctions(error, [target.name])
    })
    return { results: decodeResults(bytes, context), elapsedMs }
  }

  async #send(
    task: EncodedTask,
    calls: number,
    options: CallOptions,
    given: AbortSignal | undefined,
  ): Promise<{ readonly bytes: Uint8Array; readonly elapsedMs: number }> {
    const { timeoutMs, isolation, maxResultBytes = MAX_RESULT_BYTES } = options
    const signal = given ?? new AbortController().signal
    if (signal.aborted) throw cancelReason(signal, 'call')
    const request = {
      ...task,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(isolation === undefined ? {} : { isolation }),
    }
    const run = await this.#pool.run(request, { signal, onLog: options.onLog ?? inheritLog })
    run.done.catch(() => {})
    const chunks: Uint8Array[] = []
    let length = 0
    for await (const chunk of run.stream) {
      chunks.push(chunk)
      length += chunk.length
      if (length > maxResultBytes * calls) {
        throw new ResourceError(
          'size_limit',
          `Cannot take the result of a call: it is larger than ${maxResultBytes} bytes, allow more with maxResultBytes`,
          { details: { limit: maxResultBytes } },
        )
      }
    }
    const { elapsedMs } = await run.done
    return { bytes: chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks), elapsedMs }
  }
}

const callOptions: Readonly<Record<keyof CallOptions, true>> = {
  signal: true,
  timeoutMs: true,
  isolation: true,
  captures: true,
  context: true,
  maxResultBytes: true,
  onLog: true,
}
const mapOptions: Readonly<Record<keyof MapOptions, true>> = { ...callOptions, concurrency: true, onProgress: true }

function checkCallOptions(options: CallOptions, known: Readonly<Record<string, true>>): void {
  checkOptionNames(options, known, 'a call')
  checkWhole('timeoutMs', options.timeoutMs, 1)
  checkWhole('maxResultBytes', options.maxResultBytes, 0)
  checkChoice('isolation', options.isolation, ['shared', 'job'])
  checkSignal('signal', options.signal)
  checkCallback('onLog', options.onLog)
}

function checkConcurrency({ concurrency }: MapOptions, workers: number): number {
  checkWhole('concurrency', concurrency, 1)
  return concurrency ?? 2 * workers
}

/** Calls with a limit of their own, or a process of their own, do not share a message; nor do items that arrive in time. */
const travelsAlone = ({ timeoutMs, isolation, maxResultBytes }: CallOptions, items: object | string): boolean =>
  timeoutMs !== undefined || maxResultBytes !== undefined || isolation === 'job' || !(Symbol.iterator in Object(items))

/** The error with the position of its item: `first` and that of the call among those it travelled with. */
function atItem(error: unknown, first: number): unknown {
  if (!isVolleyError(error) || error.category === 'cancelled') return error
  const { call = 0, ...details } = error.details as { readonly call?: number }
  return Object.assign(error, { details: { ...details, item: first + call } })
}

function withoutCall(error: unknown): unknown {
  if (!isVolleyError(error)) return error
  const { call: _, ...details } = error.details as { readonly call?: number }
  return Object.assign(error, { details })
}
