// The pool: keeps a number of worker processes at hand, gives each task to one of them, replaces those that are lost
// or used up. It knows messages and bytes, never expressions; nothing of the engine may be loaded here.

import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CancelledError } from '../../functions/errors.ts'
import type { Backend, Isolation, RunOptions, TaskRequest, TaskRun } from '../backend.ts'
import { Child, type Traffic } from './child.ts'
import { disagrees, forkInWorker, leftBeforeWork } from './faults.ts'
import { type CheckedOptions, checkOptions, type PoolOptions } from './options.ts'
import type { WorkerInfo } from './protocol.ts'
import { TaskQueue } from './queue.ts'
import { makeScratch, removeScratch } from './scratch.ts'

export type { PoolOptions } from './options.ts'
export type { WorkerInfo } from './protocol.ts'

/** What a pool has now, and has had since it was made. */
export interface PoolStats {
  readonly starting: number
  readonly idle: number
  readonly busy: number
  readonly queued: number
  /** Processes started since the pool was made. */
  readonly started: number
  /** Processes that ended without having been told to. */
  readonly lost: number
  /** Artifacts that were sent: each once to a worker, as long as it keeps them. */
  readonly sentArtifacts: number
  /** What was sent to workers: tasks, their artifacts and inputs. */
  readonly sentBytes: number
}

export interface CloseOptions {
  /** How long running and waiting tasks may still take before they are cancelled. Default 0. */
  readonly drainMs?: number
}

const firstBackoffMs = 100
const maxBackoffMs = 5000

/**
 * Worker processes on this machine, as a backend.
 *
 * An idle pool does not keep the process alive; an open one with work does.
 *
 * @example
 *     await using pool = ForkPool.fork({ workers: 2 })
 *     const run = await pool.run({ task }, { signal: AbortSignal.timeout(10_000) })
 *     for await (const bytes of run.stream) process.stdout.write(bytes)
 *     const { rows } = await run.done
 */
export class ForkPool implements Backend, AsyncDisposable {
  readonly #options: CheckedOptions
  readonly #queue: TaskQueue<Child>
  readonly #directory = makeScratch()
  readonly #children = new Set<Child>()
  readonly #retired = new Set<Promise<void>>()
  readonly #sent: Traffic = { artifacts: 0, bytes: 0 }
  #idle: Child[] = []
  #busy = 0
  #started = 0
  #lost = 0
  #failures = 0
  #startAgainAt = 0
  #startError: Error | undefined
  /** What the first worker told of its context: all others must tell the same. */
  #contextHash: string | undefined
  #state: 'open' | 'draining' | 'closed' = 'open'
  #quiet: PromiseWithResolvers<void> | undefined
  #closed: Promise<void> | undefined

  private constructor(options: CheckedOptions) {
    this.#options = options
    this.#queue = new TaskQueue(options.maxQueue)
    this.#fill()
  }

  /**
   * Makes a pool and starts its workers, without waiting for them.
   *
   * @throws {RangeError} When an option is out of its range.
   * @throws {WorkerError} `start_failed` inside a worker.
   */
  static fork(options: PoolOptions = {}): ForkPool {
    if (process.env.VOLLEY_WORKER === '1') throw forkInWorker()
    return new ForkPool(checkOptions(options))
  }

  /**
   * Gives a task to the next free worker.
   *
   * @returns The running task, once a worker took it.
   * @throws {VolleyError} `queue_full`, `cancelled`, `closed`, or `start_failed` with what the worker said.
   */
  async run(request: TaskRequest, options: RunOptions): Promise<TaskRun> {
    const isolation = request.isolation ?? 'shared'
    const child = await this.#acquire(isolation, options.signal)
    return child.run(request, options, (clean) => this.#release(child, clean && isolation === 'shared', clean))
  }

  /** What the first ready worker tells of itself. Rejects with `start_failed` if none starts. */
  async ready(): Promise<WorkerInfo> {
    this.#fill()
    const children = [...this.#children]
    if (children.length === 0) throw this.#startError ?? closed()
    return Promise.any(children.map((child) => child.ready)).catch((error: AggregateError) => {
      throw error.errors[0]
    })
  }

  get concurrency(): number {
    return this.#options.workers
  }

  stats(): PoolStats {
    return {
      starting: this.#children.size - this.#idle.length - this.#busy,
      idle: this.#idle.length,
      busy: this.#busy,
      queued: this.#queue.length,
      started: this.#started,
      lost: this.#lost,
      sentArtifacts: this.#sent.artifacts,
      sentBytes: this.#sent.bytes,
    }
  }

  /** Process ids of the workers there are; one that is just being started has none yet. */
  pids(): readonly number[] {
    return [...this.#children].map((child) => child.pid).filter((pid) => pid > 0)
  }

  /** Takes no more tasks, lets the present ones finish for `drainMs`, cancels what is left, ends all workers. */
  close({ drainMs = 0 }: CloseOptions = {}): Promise<void> {
    this.#closed ??= this.#close(drainMs)
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #acquire(isolation: Isolation, signal: AbortSignal): Promise<Child> {
    if (this.#state !== 'open') throw closed()
    const free = this.#queue.length === 0 && !signal.aborted ? this.#take(isolation) : undefined
    if (free !== undefined) return free
    const turn = this.#queue.wait(isolation, signal)
    this.#dispatch()
    const child = await turn
    if (!signal.aborted) return child
    this.#release(child, true, false)
    return this.#queue.wait(isolation, signal)
  }

  /** Hands free workers to those who wait, and sees that there are enough. */
  #dispatch(): void {
    for (;;) {
      const isolation = this.#queue.next
      const child = isolation && this.#take(isolation)
      if (child === undefined) break
      this.#queue.serve(child)
    }
    if (this.#busy === 0 && this.#queue.length === 0) this.#quiet?.resolve()
    this.#fill()
    if (this.#children.size === 0 && this.#startError !== undefined) this.#queue.refuse(this.#startError)
  }

  /** A free worker: a used one for a `shared` task if there is one, only a fresh one for a `job` task. */
  #take(isolation: Isolation): Child | undefined {
    this.#idle = this.#idle.filter((child) => child.isIdle)
    if (this.#busy >= this.#options.workers) return undefined
    const used = this.#idle.find((child) => child.served > 0)
    const fresh = this.#idle.find((child) => child.served === 0)
    if (isolation === 'job' && fresh === undefined && used !== undefined && this.stats().starting === 0)
      this.#retire(used)
    const child = isolation === 'job' ? fresh : (used ?? fresh)
    if (child === undefined) return undefined
    this.#idle = this.#idle.filter((other) => other !== child)
    this.#busy += 1
    return child
  }

  #release(child: Child, reusable: boolean, succeeded: boolean): void {
    this.#busy -= 1
    if (succeeded) this.#failures = 0
    if (reusable && child.isIdle && this.#state !== 'closed') this.#idle.push(child)
    else this.#retire(child)
    this.#dispatch()
  }

  #fill(): void {
    if (this.#state === 'closed') return
    const wanted = this.#options.workers + this.#options.spareWorkers
    while (this.#children.size < wanted && performance.now() >= this.#startAgainAt) this.#start()
  }

  #start(): void {
    this.#started += 1
    const child = new Child(this.#options, join(this.#directory, `${this.#started}`), this.#sent)
    this.#children.add(child)
    let wasReady = false
    child.ready.then(
      ({ hash }) => {
        wasReady = true
        if (!this.#children.has(child)) return
        this.#contextHash ??= hash
        if (hash === this.#contextHash) {
          this.#startError = undefined
          this.#idle.push(child)
        } else {
          this.#retire(child)
          this.#backOff(disagrees())
        }
        this.#dispatch()
      },
      (error) => this.#backOff(error),
    )
    void child.gone.then((exit) => {
      if (child.lost) this.#lost += 1
      if (!this.#children.delete(child)) return
      this.#idle = this.#idle.filter((other) => other !== child)
      if (wasReady && child.served === 0) this.#backOff(leftBeforeWork(exit.signal ?? `code ${exit.code}`))
      this.#dispatch()
    })
  }

  /** Each start that fails doubles the time until the next one. A start is tried again only when it is needed. */
  #backOff(error: Error): void {
    const backoffMs = Math.min(firstBackoffMs * 2 ** this.#failures, maxBackoffMs)
    this.#failures += 1
    this.#startError = error
    this.#startAgainAt = performance.now() + backoffMs
  }

  #retire(child: Child): void {
    if (!this.#children.delete(child)) return
    this.#idle = this.#idle.filter((other) => other !== child)
    const end = child.end().finally(() => this.#retired.delete(end))
    this.#retired.add(end)
  }

  async #close(drainMs: number): Promise<void> {
    this.#state = 'draining'
    if (drainMs > 0 && (this.#busy > 0 || this.#queue.length > 0)) await this.#drain(drainMs)
    this.#state = 'closed'
    this.#queue.refuse(closed())
    for (const child of this.#children) {
      child.stop(closed())
      this.#retire(child)
    }
    await Promise.all(this.#retired)
    await removeScratch(this.#directory)
  }

  async #drain(drainMs: number): Promise<void> {
    this.#quiet = Promise.withResolvers()
    const timer = new AbortController()
    await Promise.race([this.#quiet.promise, delay(drainMs, undefined, { signal: timer.signal }).catch(() => {})])
    timer.abort()
  }
}

function closed(): CancelledError {
  return new CancelledError('closed', 'Cannot run the task: the pool is closed')
}
