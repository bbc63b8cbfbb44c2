// WorkerPool: the user's functions over the user's values, on forked workers. It encodes calls and reads results; which
// worker gets a call is ForkPool's business. No code is revived here.

import type { CodecContext } from '../../functions/contract/codec-context.ts'
import { refuseJson, uncloneable } from '../../functions/in-process-value.ts'
import { wrongOption } from '../../functions/options.ts'
import type { Backend } from '../backend.ts'
import { CallEncoder, type CallTarget, encodeCall, encodeExport, encodeTarget } from '../codec/call-codec.ts'
import { encodingContext } from '../codec/context-slots.ts'
import type { CloseOptions, ForkPool, PoolOptions, PoolStats, WorkerInfo } from '../pool/pool.ts'
import { span } from '../trace/spans.ts'
import { type Actor, type ActorClass, makeActor } from './actor.ts'
import type { ActorOptions } from './actor-options.ts'
import {
  type CallOptions,
  checkCallOptions,
  checkImapOptions,
  checkMapOptions,
  chunkSizeOf,
  giveAway,
  type ImapOptions,
  type ManyOptions,
  type MapOptions,
  type SingleCallOptions,
} from './call-options.ts'
import { withoutCall } from './call-outcome.ts'
import { CallResults } from './call-results.ts'
import { CallSource, type Chunk, ChunkSize } from './call-source.ts'
import { type CallPlan, CallStream } from './call-stream.ts'
import { checkCallable, checkItems, isExportName } from './check-callable.ts'
import type { AnyExports, ExportArgs, ExportName, ExportResult } from './exports.ts'
import { forkPool } from './fork-pool.ts'
import { makeCalls } from './make-calls.ts'

/** A function, or the name of one. */
type Callable = unknown

const insteadOfPool = 'its workers belong to this process; make one where it is needed, or write its stats()'

/**
 * Worker processes that call functions: any function that can travel, over plain data, functions, expressions, DataFrames,
 * Arrow tables, batches and vectors.
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
export class WorkerPool<Exports extends object = AnyExports> implements AsyncDisposable {
  /** @internal */
  readonly uncloneable: symbol = uncloneable('WorkerPool', insteadOfPool)
  readonly #pool: ForkPool
  readonly #workerContext: URL | undefined
  /** Calls of `run` and `map` that have not settled. */
  readonly #begun = new Set<Promise<unknown>>()

  /** What `fork` calls, and does the same: without types nobody is kept from calling it. */
  private constructor(options: PoolOptions) {
    this.#pool = forkPool(options)
    this.#workerContext = options.workerContext
  }

  /**
   * Makes a pool and starts its workers, without waiting for them.
   *
   * @typeParam Exports - `typeof import('./worker-context.ts')`, so that its functions can be called by name with their types.
   * @typeParam StartArgs - What `onWorkerStart` takes.
   * @param options - How many workers, what they load and call when they start, their limits.
   * @throws {PlanError} `invalid_argument` for an option that there is not, or a value that it cannot have.
   * @throws {ShippingError} When `onWorkerStart` or one of `initArgs` cannot travel.
   * @throws {WorkerError} `start_failed` inside a worker.
   * @example
   * import { WorkerPool } from 'volley'
   *
   * await using pool = WorkerPool.fork({ workers: 2, maxOldSpaceMb: 512 })
   * pool.concurrency // => 2
   *
   * @see Node's `child_process.fork`
   */
  // biome-ignore lint/suspicious/noExplicitAny: where Exports is named, the arguments of `onWorkerStart` cannot be inferred
  static fork<Exports extends object = AnyExports, StartArgs extends readonly unknown[] = readonly any[]>(
    options: PoolOptions<StartArgs> = {},
  ): WorkerPool<Exports> {
    return new WorkerPool<Exports>(options as PoolOptions)
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

  /** @internal */
  toJSON(): never {
    return refuseJson('a WorkerPool', insteadOfPool)
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
   * @param fn - A function that can travel: see docs/guide/distributing-work.md. Or the name of one that the worker-context
   * module exports: then no code travels.
   * @param args - Plain data, functions, expressions, DataFrames, Arrow tables, batches and vectors.
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
  run<Args extends readonly unknown[], Result>(fn: (...args: Args) => Result, ...args: Args): Promise<Awaited<Result>>
  /**
   * Calls a function that the worker-context module exports, in a worker: no code travels.
   *
   * @param fn - Its name.
   * @param args - Plain data, functions, expressions, DataFrames, Arrow tables, batches and vectors.
   * @returns What it returns, awaited there if it is a promise.
   * @throws {VolleyError} What the call of a function throws; `wire_not_registered` for a name that is not exported.
   * @example
   * import { WorkerPool } from 'volley'
   *
   * const workerContext = new URL('data:text/javascript,export const double = (n) => 2 * n')
   * await using pool = WorkerPool.fork<{ double(n: number): number }>({ workers: 1, workerContext })
   * await pool.run('double', 4) // => 8
   */
  run<Name extends ExportName<Exports>>(
    fn: Name,
    ...args: ExportArgs<Exports, Name>
  ): Promise<ExportResult<Exports, Name>>
  run(fn: Callable, ...args: readonly unknown[]): Promise<unknown> {
    return this.#track(this.#run({}, fn, args))
  }

  /**
   * Calls a function in a worker, as `run` does, with options.
   *
   * @param options - A signal, a time limit, isolation, memory that is given away.
   * @param fn - A function that can travel, or the name of one that the worker-context module exports.
   * @param args - Plain data, functions, expressions, DataFrames, Arrow tables, batches and vectors.
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
  runWith<Args extends readonly unknown[], Result>(
    options: SingleCallOptions,
    fn: (...args: Args) => Result,
    ...args: Args
  ): Promise<Awaited<Result>>
  /**
   * Calls a function that the worker-context module exports, with options.
   *
   * @param options - A signal, a time limit, a priority.
   * @param fn - Its name.
   * @param args - Plain data, functions, expressions, DataFrames, Arrow tables, batches and vectors.
   * @returns What it returns, awaited there if it is a promise.
   * @throws {VolleyError} What the call of a function throws; `wire_not_registered` for a name that is not exported.
   * @example
   * import { WorkerPool } from 'volley'
   *
   * const workerContext = new URL('data:text/javascript,export const double = (n) => 2 * n')
   * await using pool = WorkerPool.fork<{ double(n: number): number }>({ workers: 1, workerContext })
   * await pool.runWith({ timeoutMs: 10_000 }, 'double', 4) // => 8
   */
  runWith<Name extends ExportName<Exports>>(
    options: SingleCallOptions,
    fn: Name,
    ...args: ExportArgs<Exports, Name>
  ): Promise<ExportResult<Exports, Name>>
  runWith(options: SingleCallOptions, fn: Callable, ...args: readonly unknown[]): Promise<unknown> {
    return this.#track(this.#run(options, fn, args))
  }

  /**
   * Calls a function for each item, in the workers.
   *
   * The function is captured once, at the beginning. The first call that fails ends the others.
   *
   * @param fn - A function that can travel, or the name of one that the worker-context module exports; it gets an item and
   * its position.
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
  map<Item, Result>(
    fn: (item: Item, index: number) => Result,
    items: Iterable<Item> | AsyncIterable<Item>,
    options?: MapOptions,
  ): Promise<Awaited<Result>[]>
  /**
   * Calls a function that the worker-context module exports for each item.
   *
   * @param fn - Its name.
   * @param items - Taken only as fast as calls are made.
   * @param options - As with a function.
   * @returns The results, in the order of the items.
   * @throws {VolleyError} What the call of a function throws; `wire_not_registered` for a name that is not exported.
   * @example
   * import { WorkerPool } from 'volley'
   *
   * const workerContext = new URL('data:text/javascript,export const double = (n) => 2 * n')
   * await using pool = WorkerPool.fork<{ double(n: number): number }>({ workers: 1, workerContext })
   * await pool.map('double', [1, 2]) // => [2, 4]
   */
  map<Name extends ExportName<Exports>>(
    fn: Name,
    items: Iterable<ExportArgs<Exports, Name>[0]> | AsyncIterable<ExportArgs<Exports, Name>[0]>,
    options?: MapOptions,
  ): Promise<ExportResult<Exports, Name>[]>
  map(fn: Callable, items: Iterable<unknown> | AsyncIterable<unknown>, options: MapOptions = {}): Promise<unknown[]> {
    return this.#track(this.#map(fn, items, options))
  }

  /**
   * Calls a function for each item, in the workers, and gives the results one by one, in the order of the items.
   *
   * Nothing is called before the first result is asked for. Leaving the loop ends the calls that are in flight and tells
   * the source that no more is wanted. The results before the first item that fails are given, then its error.
   *
   * @param fn - A function that can travel, or the name of one that the worker-context module exports; it gets an item and
   * its position.
   * @param items - Taken only as fast as results are.
   * @param options - How many calls at a time and in a message, how many results may wait, and what `runWith` takes.
   * @returns The results as an async iterator.
   * @throws {VolleyError} What `run` throws; `details.item` is the position of the item.
   * @example
   * import { WorkerPool } from 'volley'
   *
   * await using pool = WorkerPool.fork({ workers: 2 })
   * const squares = pool.imap((n: number) => n * n, [1, 2, 3, 4])
   * const first: number[] = []
   * for await (const square of squares) {
   *   first.push(square)
   *   if (first.length === 3) break
   * }
   * first // => [1, 4, 9]
   *
   * @see Python's `multiprocessing.Pool.imap`
   */
  imap<Item, Result>(
    fn: (item: Item, index: number) => Result,
    items: Iterable<Item> | AsyncIterable<Item>,
    options?: ImapOptions,
  ): AsyncIteratorObject<Awaited<Result>, undefined>
  /**
   * Calls a function that the worker-context module exports for each item, and gives the results one by one.
   *
   * @param fn - Its name.
   * @param items - Taken only as fast as calls are made.
   * @param options - As with a function.
   * @returns The results, in the order of the items.
   * @throws {VolleyError} What the call of a function throws; `wire_not_registered` for a name that is not exported.
   * @example
   * import { WorkerPool } from 'volley'
   *
   * const workerContext = new URL('data:text/javascript,export const double = (n) => 2 * n')
   * await using pool = WorkerPool.fork<{ double(n: number): number }>({ workers: 1, workerContext })
   * await Array.fromAsync(pool.imap('double', [1, 2])) // => [2, 4]
   */
  imap<Name extends ExportName<Exports>>(
    fn: Name,
    items: Iterable<ExportArgs<Exports, Name>[0]> | AsyncIterable<ExportArgs<Exports, Name>[0]>,
    options?: ImapOptions,
  ): AsyncIteratorObject<ExportResult<Exports, Name>, undefined>
  imap(
    fn: Callable,
    items: Iterable<unknown> | AsyncIterable<unknown>,
    options: ImapOptions = {},
  ): AsyncIteratorObject<unknown, undefined> {
    return this.#imap('items', fn, items, options)
  }

  /**
   * Calls a function for each item, in the workers, and gives the results as they come: one that takes long keeps no other
   * waiting. Otherwise as `imap`.
   *
   * @param fn - A function that can travel, or the name of one that the worker-context module exports; it gets an item and
   * its position, which it can give back.
   * @param items - Taken only as fast as results are.
   * @param options - How many calls at a time and in a message, how many results may wait, and what `runWith` takes.
   * @returns The results as an async iterator.
   * @throws {VolleyError} What `run` throws; `details.item` is the position of the item.
   * @example
   * import { WorkerPool } from 'volley'
   *
   * await using pool = WorkerPool.fork({ workers: 2 })
   * let sum = 0
   * for await (const length of pool.imapUnordered((word: string) => word.length, ['a', 'bb', 'ccc'])) sum += length
   * sum // => 6
   *
   * @see Python's `multiprocessing.Pool.imap_unordered`
   */
  imapUnordered<Item, Result>(
    fn: (item: Item, index: number) => Result,
    items: Iterable<Item> | AsyncIterable<Item>,
    options?: ImapOptions,
  ): AsyncIteratorObject<Awaited<Result>, undefined>
  /**
   * Calls a function that the worker-context module exports for each item, and gives the results as they come.
   *
   * @param fn - Its name.
   * @param items - Taken only as fast as calls are made.
   * @param options - As with a function.
   * @returns The results, in the order in which they come.
   * @throws {VolleyError} What the call of a function throws; `wire_not_registered` for a name that is not exported.
   * @example
   * import { WorkerPool } from 'volley'
   *
   * const workerContext = new URL('data:text/javascript,export const double = (n) => 2 * n')
   * await using pool = WorkerPool.fork<{ double(n: number): number }>({ workers: 1, workerContext })
   * const doubled = await Array.fromAsync(pool.imapUnordered('double', [1, 2]))
   * doubled.length // => 2
   */
  imapUnordered<Name extends ExportName<Exports>>(
    fn: Name,
    items: Iterable<ExportArgs<Exports, Name>[0]> | AsyncIterable<ExportArgs<Exports, Name>[0]>,
    options?: ImapOptions,
  ): AsyncIteratorObject<ExportResult<Exports, Name>, undefined>
  imapUnordered(
    fn: Callable,
    items: Iterable<unknown> | AsyncIterable<unknown>,
    options: ImapOptions = {},
  ): AsyncIteratorObject<unknown, undefined> {
    return this.#imap('completion', fn, items, options)
  }

  /**
   * Resolves when no call runs or waits, and all of `run` and `map` that had begun have settled; the pool goes on taking
   * calls. Results of `imap` that nobody takes do not keep it.
   *
   * @example
   * import { WorkerPool } from 'volley'
   *
   * await using pool = WorkerPool.fork({ workers: 1 })
   * const done: number[] = []
   * void pool.run(() => 1).then((one) => done.push(one))
   * await pool.drain()
   * done // => [1]
   */
  async drain(): Promise<void> {
    do {
      await Promise.allSettled(this.#begun)
      await this.#pool.quiet()
    } while (this.#begun.size > 0)
  }

  /**
   * Makes an instance of a class that lives in a worker process of its own, beside the pool's.
   *
   * Its methods are called there one after the other, in the order of the calls: what one leaves behind in the instance,
   * the next one finds.
   *
   * @param Class - A class that can travel, with its closure and private members; or the name of one that the worker
   * context exports: see docs/guide/actors.md.
   * @param args - What its constructor gets: plain data, expressions, Arrow tables, batches and vectors.
   * @returns The actor, once its constructor has returned: an object with the methods of the class, each of which gives a
   * promise.
   * @throws {PlanError} `invalid_argument` when it is no class, or has a method whose name actors use themselves.
   * @throws {ShippingError} When the class or an argument cannot travel.
   * @throws {UdfError} `udf_failed` when the constructor throws, with its file and line.
   * @throws {ResourceError} `actor_limit` when there are as many actors as `maxActors` allows.
   * @example
   * import { WorkerPool } from 'volley'
   *
   * class Counter {
   *   #count: number
   *   constructor(start: number) {
   *     this.#count = start
   *   }
   *   add(more: number): number {
   *     this.#count += more
   *     return this.#count
   *   }
   * }
   *
   * await using pool = WorkerPool.fork({ workers: 1 })
   * await using counter = await pool.actor(Counter, 3)
   * await counter.add(1) // => 4
   * await counter.add(1) // => 5
   *
   * @see Ray's actors; docs/guide/actors.md
   */
  actor<Args extends readonly unknown[], Instance extends object>(
    Class: ActorClass<Args, Instance> | string,
    ...args: Args
  ): Promise<Actor<Instance>> {
    return makeActor(this.#pool, {}, { given: Class, workerContext: this.#workerContext }, args)
  }

  /**
   * Makes an actor, as `actor` does, with options.
   *
   * @param options - Whether it is made anew when its process is lost, limits of its constructor.
   * @param Class - A class that can travel, or the name of one that the worker context exports.
   * @param args - What its constructor gets.
   * @returns The actor, once its constructor has returned.
   * @throws {VolleyError} What `actor` throws; `timeout` and `cancelled`.
   * @example
   * import { WorkerPool } from 'volley'
   *
   * class Log {
   *   #lines: string[] = []
   *   write(line: string): number {
   *     return this.#lines.push(line)
   *   }
   * }
   *
   * await using pool = WorkerPool.fork({ workers: 1 })
   * await using log = await pool.actorWith({ restart: 3 }, Log)
   * await log.write('begun') // => 1
   *
   * @see Ray's `max_restarts`; docs/guide/actors.md
   */
  actorWith<Args extends readonly unknown[], Instance extends object>(
    options: ActorOptions,
    Class: ActorClass<Args, Instance> | string,
    ...args: Args
  ): Promise<Actor<Instance>> {
    return makeActor(this.#pool, options, { given: Class, workerContext: this.#workerContext }, args)
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

  async #run(options: SingleCallOptions, fn: Callable, args: readonly unknown[]): Promise<unknown> {
    checkCallOptions(options)
    const context = encodingContext(options.context)
    const calls = this.#encode(fn, args, context, options)
    giveAway(options)
    const signal = options.signal ?? new AbortController().signal
    const { results } = await makeCalls(this.#pool, calls, context, options, signal).catch((error) => {
      throw withoutCall(error)
    })
    return results[0]
  }

  /** `drain` waits for it. */
  #track<Result>(call: Promise<Result>): Promise<Result> {
    this.#begun.add(call)
    const settled = (): void => void this.#begun.delete(call)
    call.then(settled, settled)
    return call
  }

  async #map(fn: Callable, items: Iterable<unknown> | AsyncIterable<unknown>, options: MapOptions): Promise<unknown[]> {
    checkMapOptions(options)
    const plan = this.#plan(fn, items, options)
    const results: unknown[] = []
    let done = 0
    const stream = new CallStream({ ...plan, order: 'completion', buffer: Number.POSITIVE_INFINITY })
    try {
      for (let made = await stream.take(); made !== undefined; made = await stream.take()) {
        for (const [i, result] of made.results.entries()) results[made.first + i] = result
        done += made.results.length
        const { total } = plan.source
        options.onProgress?.({ done, ...(total === undefined ? {} : { total }) })
      }
    } catch (error) {
      await stream.end().catch(() => {})
      throw error
    }
    return results
  }

  #encode(fn: Callable, args: readonly unknown[], context: CodecContext, options: CallOptions) {
    using _encoding = span(this.#pool.trace, 'encode')
    const target = this.#target(fn, context, options)
    return { task: encodeCall(target, args, context), count: 1, name: target.name }
  }

  #imap(
    order: CallPlan<unknown>['order'],
    fn: Callable,
    items: Iterable<unknown> | AsyncIterable<unknown>,
    options: ImapOptions,
  ): CallResults<unknown> {
    checkImapOptions(options)
    const plan = this.#plan(fn, items, options)
    return new CallResults(new CallStream({ ...plan, order, buffer: options.buffer ?? plan.concurrency }))
  }

  #plan(fn: Callable, items: Iterable<unknown> | AsyncIterable<unknown>, options: ManyOptions) {
    checkItems(items)
    const context = encodingContext(options.context)
    const target = this.#target(fn, context, options)
    return {
      source: new CallSource(items, () => new CallEncoder(target, context), this.#pool.trace),
      size: new ChunkSize(this.concurrency, chunkSizeOf(options, items)),
      concurrency: options.concurrency ?? 2 * this.concurrency,
      signal: options.signal,
      make: ({ calls }: Chunk, signal: AbortSignal) => {
        const encoded = { task: calls.finish(), count: calls.count, name: target.name }
        return makeCalls(this.#pool, encoded, context, options, signal)
      },
    }
  }

  /** The function is captured here: once, and as it is now. */
  #target(fn: Callable, context: CodecContext, { captures }: CallOptions): CallTarget {
    if (!isExportName(fn, this.#workerContext)) return encodeTarget(checkCallable(fn), context, captures)
    if (captures === undefined) return encodeExport(fn)
    throw wrongOption('captures', captures, `"${fn}" is an export of the worker context, which captures nothing`)
  }
}
