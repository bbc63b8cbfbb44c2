// The pool: worker processes as a place that runs tasks. Which worker gets a task, and what replaces it, the worker set
// decides. It knows messages and bytes, never expressions; nothing of the engine may be loaded here.

import { join } from 'node:path'
import type { Backend, TaskOptions, TaskRequest, TaskRun } from '../backend.ts'
import { makeScratch, removeLeftScratch, removeScratch } from '../bytes/scratch.ts'
import { settledWithin } from '../bytes/settled-within.ts'
import { both, clock } from '../trace/spans.ts'
import { TraceFile } from '../trace/trace-file.ts'
import { type CheckedOptions, checkOptions } from './check-options.ts'
import { Child, type ChildOptions, type Traffic } from './child.ts'
import { DedicatedWorker, type Dedication } from './dedicated-worker.ts'
import { closed, forkInWorker, noScratch, tooManyActors } from './faults.ts'
import type { FirstTask } from './first-task.ts'
import { Losses, type LossKind } from './losses.ts'
import type { PoolOptions } from './options.ts'
import type { WorkerInfo } from './protocol.ts'
import { oneShare } from './queue.ts'
import { systemClock } from './restarts.ts'
import { type TimeSummary, Times } from './times.ts'
import { WorkerSet } from './worker-set.ts'

export type { LossKind } from './losses.ts'
export type { PoolOptions, WorkerStartOptions } from './options.ts'
export type { WorkerInfo } from './protocol.ts'
export type { TimeSummary } from './times.ts'

/** What a pool has now, and has had since it was made. */
export interface PoolStats {
  /** Workers that are being started. */
  readonly starting: number
  /** Workers that wait for a task. */
  readonly idle: number
  /** Workers that have a task. */
  readonly busy: number
  /** Tasks that wait for a worker. */
  readonly queued: number
  /** Processes started since the pool was made. */
  readonly started: number
  /** Processes that ended without having been told to. */
  readonly lost: number
  /** How those ended, those of actors too. */
  readonly losses: Readonly<Record<LossKind, number>>
  /** Workers cannot start: the last tries have all failed. Tasks are refused with `start_failed` until one does. */
  readonly isFailing: boolean
  /** Artifacts that were sent: each once to a worker, as long as it keeps them. */
  readonly sentArtifacts: number
  /** Bytes that were sent to workers: tasks, their artifacts and inputs. */
  readonly sentBytes: number
  /** Actors that there are, each with a process beside the workers counted here. */
  readonly actors: number
  /** How long tasks waited for a worker. */
  readonly waitMs: TimeSummary
  /** How long tasks kept a worker busy. */
  readonly runMs: TimeSummary
  /** The workers there are. */
  readonly workers: readonly WorkerStats[]
}

/** What one worker has done. */
export interface WorkerStats {
  /** Its process id; 0 while it is being started. */
  readonly pid: number
  /** Tasks it was given; calls that travel together are one. */
  readonly tasks: number
  /** How long tasks kept it busy, in milliseconds. */
  readonly busyMs: number
  /** It waits for a task. */
  readonly isIdle: boolean
}

/** How a pool ends. */
export interface CloseOptions {
  /**
   * How long running and waiting tasks may still take before they are cancelled, in milliseconds from 0.
   *
   * @defaultValue 0
   */
  readonly drainMs?: number
}

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
  /** The timeline, if there is to be one. */
  readonly trace: TraceFile | undefined
  readonly #options: CheckedOptions
  readonly #workers: WorkerSet<Child>
  readonly #directory = makeDirectory()
  readonly #sent: Traffic = { artifacts: 0, bytes: 0 }
  readonly #losses = new Losses()
  readonly #waitTimes = new Times()
  readonly #runTimes = new Times()
  readonly #dedicated = new Set<DedicatedWorker>()
  /** That there have been, restarts included. */
  #dedicatedChildren = 0
  #closed: Promise<void> | undefined

  /** What `fork` calls, and does the same. */
  private constructor(given: PoolOptions, first: FirstTask | undefined) {
    if (process.env.VOLLEY_WORKER === '1') throw forkInWorker()
    const options = { ...checkOptions(given), first }
    this.#options = options
    void removeLeftScratch()
    this.trace = options.trace === undefined ? undefined : TraceFile.open(options.trace)
    const launch = (number: number): Child => this.#launch(options, `${number}`)
    this.#workers = new WorkerSet(options, launch, systemClock)
  }

  /**
   * Makes a pool and starts its workers, without waiting for them.
   *
   * @param first - What each worker runs before it takes tasks.
   * @throws {PlanError} `invalid_argument` for an option that there is not, or a value that it cannot have.
   * @throws {WorkerError} `start_failed` inside a worker.
   */
  static fork(options: PoolOptions = {}, first?: FirstTask): ForkPool {
    return new ForkPool(options, first)
  }

  /**
   * Gives a task to the next free worker.
   *
   * @returns The running task, once a worker took it.
   * @throws {VolleyError} `queue_full`, `cancelled`, `closed`, or `start_failed` with what the worker said.
   */
  async run(request: TaskRequest, options: TaskOptions): Promise<TaskRun> {
    const { isolation = 'shared', priority = 0, share = oneShare } = request
    const recorder = both(this.trace, options.recorder)
    const queuedAt = recorder && clock()
    const askedAt = performance.now()
    return this.#workers.run({ isolation, priority, share }, options.signal, (child, onReturn) => {
      if (queuedAt !== undefined) recorder?.add('queue', queuedAt)
      const startedAt = performance.now()
      this.#waitTimes.add(startedAt - askedAt)
      return child.run(request, options, (clean) => {
        const elapsedMs = performance.now() - startedAt
        this.#runTimes.add(elapsedMs)
        child.busyMs += elapsedMs
        onReturn({ isReusable: clean && isolation === 'shared', hasSucceeded: clean })
      })
    })
  }

  /**
   * Starts a worker that its holder has for itself, beside those that `run` uses.
   *
   * @throws {VolleyError} `closed`, or `actor_limit` when there are as many as are allowed.
   */
  dedicate(dedication: Dedication): DedicatedWorker {
    const { maxActors, maxQueue } = this.#options
    if (this.#closed !== undefined) throw closed()
    if (this.#dedicated.size >= maxActors) throw tooManyActors(maxActors)
    const options = { ...this.#options, keepsState: true }
    const launch = (): Child => {
      this.#dedicatedChildren += 1
      return this.#launch(options, `dedicated-${this.#dedicatedChildren}`)
    }
    const worker = new DedicatedWorker(dedication, maxQueue, launch)
    this.#dedicated.add(worker)
    void worker.gone.then(() => this.#dedicated.delete(worker))
    return worker
  }

  /** What a ready worker tells of itself. Rejects with `start_failed` if none starts. */
  ready(): Promise<WorkerInfo> {
    return this.#workers.ready()
  }

  get concurrency(): number {
    return this.#options.workers
  }

  stats(): PoolStats {
    return {
      ...this.#workers.counts,
      losses: this.#losses.counts,
      isFailing: this.#workers.isFailing,
      sentArtifacts: this.#sent.artifacts,
      sentBytes: this.#sent.bytes,
      actors: this.#dedicated.size,
      waitMs: this.#waitTimes.summary,
      runMs: this.#runTimes.summary,
      workers: this.#workers.workers.map(({ pid, served, busyMs, isIdle }) => ({ pid, tasks: served, busyMs, isIdle })),
    }
  }

  /** Resolves when no task runs or waits. */
  quiet(): Promise<void> {
    return this.#workers.quiet()
  }

  /** Process ids of the workers there are; one that is just being started has none yet. */
  pids(): readonly number[] {
    return this.#workers.workers.map((child) => child.pid).filter((pid) => pid > 0)
  }

  /** Takes no more tasks, lets the present ones finish for `drainMs`, cancels what is left, ends all workers. */
  close({ drainMs = 0 }: CloseOptions = {}): Promise<void> {
    this.#closed ??= this.#close(drainMs)
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(drainMs: number): Promise<void> {
    if (drainMs > 0) {
      const drained = [this.#workers.drain(), ...[...this.#dedicated].map((worker) => worker.drain())]
      await settledWithin(Promise.all(drained), drainMs)
    }
    await Promise.all([this.#workers.close(), ...[...this.#dedicated].map((worker) => worker.end(closed()))])
    await this.trace?.close()
    await removeScratch(this.#directory)
  }

  #launch(options: CheckedOptions & Pick<ChildOptions, 'keepsState'>, name: string): Child {
    const child = new Child({ ...options, trace: this.trace }, join(this.#directory, name), this.#sent)
    void child.gone.then(() => {
      if (child.loss !== undefined) this.#losses.add(child.loss)
    })
    return child
  }
}

/** @throws {WorkerError} `start_failed` where none can be made. */
function makeDirectory(): string {
  try {
    return makeScratch('pool')
  } catch (cause) {
    throw noScratch(cause)
  }
}
