// The workers of a pool and those who wait for one: which worker gets a task, what replaces a worker that is lost or used
// up, and who is sent away when none can start. It decides by states alone: what a worker is, and how time passes, it is
// told (pool.ts gives it processes, the tests what they like).

import { type Isolation, maxTimerMs, type TaskShare } from '../backend.ts'
import type { Exit } from './exit.ts'
import { closed, disagrees, leftBeforeWork } from './faults.ts'
import { crashSignals } from './losses.ts'
import type { WorkerInfo } from './protocol.ts'
import { type Claim, TaskQueue } from './queue.ts'
import { type Clock, Restarts } from './restarts.ts'

/** What is seen here of a worker process. */
export interface PoolWorker {
  /** Resolves when the worker can take tasks; rejects with `start_failed` once it is gone. */
  readonly ready: Promise<WorkerInfo>
  /** Resolves when the process has ended. */
  readonly gone: Promise<Exit>
  /** It can take a task. */
  readonly isIdle: boolean
  /** Tasks it was given. */
  readonly served: number
  /** It ended though nobody had told it to. */
  readonly lost: boolean
  /** Stops what it is doing, with that error. */
  stop(error: Error): void
  /** Ends the process. */
  end(): Promise<void>
}

export interface WorkerSetOptions {
  /** Tasks that run at the same time. */
  readonly workers: number
  /** So many workers stay when there is nothing to do. */
  readonly minWorkers: number
  /** Workers beyond those end when they have had nothing to do for so long. */
  readonly idleTimeoutMs: number
  /** Further workers kept started ahead. */
  readonly spareWorkers: number
  /** Tasks that may wait. */
  readonly maxQueue: number
}

/** How a worker comes back from its task. */
export interface Return {
  /** It may serve others. */
  readonly isReusable: boolean
  /** It did the task. */
  readonly hasSucceeded: boolean
}

export class WorkerSet<Worker extends PoolWorker> {
  readonly #options: WorkerSetOptions
  readonly #clock: Clock
  readonly #launch: (number: number) => Worker
  readonly #queue: TaskQueue<Worker>
  readonly #restarts: Restarts
  readonly #workers = new Set<Worker>()
  /** Told to end, and not gone yet. */
  readonly #retired = new Set<Promise<void>>()
  readonly #awaitReady = new Set<PromiseWithResolvers<WorkerInfo>>()
  /** The one that has waited longest comes first. */
  #idle: Worker[] = []
  /** Since when they are idle, where that matters. */
  readonly #idleSince = new WeakMap<Worker, number>()
  #shrinking: Disposable | undefined
  #busy = 0
  #started = 0
  #lost = 0
  /** What the last worker that got ready told. */
  #info: WorkerInfo | undefined
  /** What the first worker told of its context: all others must tell the same. */
  #contextHash: string | undefined
  #state: 'open' | 'draining' | 'closed' = 'open'
  readonly #quiet = new Set<PromiseWithResolvers<void>>()

  /** @param launch - Starts a worker; they are numbered from 1. */
  constructor(options: WorkerSetOptions, launch: (number: number) => Worker, clock: Clock) {
    this.#options = options
    this.#clock = clock
    this.#launch = launch
    this.#queue = new TaskQueue(options.maxQueue)
    this.#restarts = new Restarts(clock, Math.max(1, this.#least), () => this.#dispatch())
    this.#fill()
  }

  get workers(): readonly Worker[] {
    return [...this.#workers]
  }

  get counts() {
    const idle = this.#idle.filter((worker) => worker.isIdle).length
    return {
      starting: this.#workers.size - this.#idle.length - this.#busy,
      idle,
      busy: this.#busy,
      queued: this.#queue.length,
      started: this.#started,
      lost: this.#lost,
    }
  }

  /** Workers cannot start: the last tries have all failed. */
  get isFailing(): boolean {
    return this.#restarts.proof !== undefined
  }

  /**
   * Starts something on the next free worker.
   *
   * @param start - Called with an idle worker, and with what to call, once, when the worker is through with it.
   * @throws {VolleyError} `queue_full`, `cancelled`, `closed`, or `start_failed` with what the workers said.
   */
  async run<Result>(
    claim: Claim,
    signal: AbortSignal,
    start: (worker: Worker, onReturn: (state: Return) => void) => Result,
  ): Promise<Result> {
    for (;;) {
      const worker = await this.#acquire(claim, signal)
      // Either may have happened since it was handed over.
      if (worker.isIdle && !signal.aborted) return start(worker, (state) => this.#release(worker, claim.share, state))
      this.#release(worker, claim.share, { isReusable: true, hasSucceeded: false })
    }
  }

  /** What a ready worker tells of itself. Rejects with `start_failed` if none starts. */
  ready(): Promise<WorkerInfo> {
    if (this.#state === 'closed') return Promise.reject(closed())
    if (this.#info !== undefined && this.#idle.length + this.#busy > 0) return Promise.resolve(this.#info)
    const waiting = Promise.withResolvers<WorkerInfo>()
    this.#awaitReady.add(waiting)
    this.#dispatch()
    return waiting.promise
  }

  /** Resolves when nobody has or wants a worker any more. */
  async quiet(): Promise<void> {
    if (this.#isQuiet) return
    const waiting = Promise.withResolvers<void>()
    this.#quiet.add(waiting)
    await waiting.promise
  }

  /** Takes no more tasks; resolves when nobody has or wants a worker any more. */
  drain(): Promise<void> {
    this.#state = 'draining'
    return this.quiet()
  }

  /** Sends everybody away and ends all workers. */
  async close(): Promise<void> {
    this.#state = 'closed'
    this.#restarts[Symbol.dispose]()
    this.#shrinking?.[Symbol.dispose]()
    this.#refuse(closed())
    for (const worker of this.#workers) {
      worker.stop(closed())
      this.#retire(worker)
    }
    await Promise.all(this.#retired)
  }

  get #isQuiet(): boolean {
    return this.#busy === 0 && this.#queue.length === 0
  }

  get #least(): number {
    return this.#options.minWorkers + this.#options.spareWorkers
  }

  /** One for each task there is, within the bounds, and the spare ones. */
  get #wanted(): number {
    const { minWorkers, workers, spareWorkers } = this.#options
    const tasks = this.#busy + Math.max(this.#queue.length, this.#awaitReady.size > 0 ? 1 : 0)
    return Math.max(minWorkers, Math.min(tasks, workers)) + spareWorkers
  }

  async #acquire(claim: Claim, signal: AbortSignal): Promise<Worker> {
    if (this.#state !== 'open') throw closed()
    const free = this.#queue.length === 0 && !signal.aborted ? this.#take(claim.isolation) : undefined
    if (free !== undefined) {
      this.#queue.started(claim.share)
      return free
    }
    const turn = this.#queue.wait(claim, signal)
    this.#dispatch()
    return turn
  }

  #release(worker: Worker, share: TaskShare, { isReusable, hasSucceeded }: Return): void {
    this.#busy -= 1
    this.#queue.ended(share)
    if (hasSucceeded) this.#restarts.succeeded()
    if (isReusable && worker.isIdle && this.#state !== 'closed') this.#rest(worker)
    else this.#retire(worker)
    this.#dispatch()
  }

  /** Hands free workers to those who wait, and sees that there are enough. */
  #dispatch(): void {
    for (;;) {
      const isolation = this.#queue.next
      const worker = isolation && this.#take(isolation)
      if (worker === undefined) break
      const share = this.#queue.serve(worker)
      if (share !== undefined) this.#queue.started(share)
    }
    if (this.#isQuiet) this.#endQuiet()
    this.#fill()
    this.#shrink()
    const { proof } = this.#restarts
    if (this.#workers.size === 0 && proof !== undefined) this.#refuse(proof)
    this.#restarts.await(this.#queue.length + this.#awaitReady.size > 0)
  }

  /** A free worker: a used one for a `shared` task if there is one, only a fresh one for a `job` task. */
  #take(isolation: Isolation): Worker | undefined {
    this.#idle = this.#idle.filter((worker) => worker.isIdle)
    if (this.#busy >= this.#options.workers) return undefined
    const used = this.#idle.findLast((worker) => worker.served > 0)
    const fresh = this.#idle.find((worker) => worker.served === 0)
    // With fewer than are wanted, another one is about to be started.
    const hasAll = this.#workers.size >= this.#wanted
    const makesRoom = isolation === 'job' && fresh === undefined && this.counts.starting === 0 && hasAll
    if (makesRoom && used !== undefined && this.#restarts.isDue) this.#retire(used)
    const worker = isolation === 'job' ? fresh : (used ?? fresh)
    if (worker === undefined) return undefined
    this.#idle = this.#idle.filter((other) => other !== worker)
    this.#busy += 1
    return worker
  }

  #fill(): void {
    if (this.#state === 'closed') return
    while (this.#workers.size < this.#wanted && this.#restarts.isDue) this.#start()
  }

  #rest(worker: Worker): void {
    this.#idle.push(worker)
    this.#idleSince.set(worker, this.#clock.now())
  }

  /** Ends workers that have had nothing to do for long, and looks again when the next may have. */
  #shrink(): void {
    this.#shrinking?.[Symbol.dispose]()
    this.#shrinking = undefined
    const { idleTimeoutMs } = this.#options
    for (const worker of this.#idle) {
      if (this.#workers.size <= this.#wanted || this.#state === 'closed') return
      const left = (this.#idleSince.get(worker) ?? 0) + idleTimeoutMs - this.#clock.now()
      if (left > 0) {
        const timer = this.#clock.setTimeout(() => this.#dispatch(), Math.min(Math.ceil(left), maxTimerMs))
        timer.unref()
        this.#shrinking = timer
        return
      }
      this.#retire(worker)
    }
  }

  #endQuiet(): void {
    for (const waiting of this.#quiet) waiting.resolve()
    this.#quiet.clear()
  }

  #start(): void {
    this.#started += 1
    const worker = this.#launch(this.#started)
    this.#workers.add(worker)
    let startError: Error | undefined
    worker.ready.then(
      (info) => {
        if (this.#workers.has(worker)) this.#welcome(worker, info)
      },
      (error) => {
        startError = error
      },
    )
    void worker.gone.then((exit) => {
      if (worker.lost) this.#lost += 1
      if (!this.#workers.delete(worker)) return
      this.#idle = this.#idle.filter((other) => other !== worker)
      const wasKilled = isKilledFromOutside(worker, exit)
      if (startError !== undefined && wasKilled) this.#restarts.killed(startError)
      else if (startError !== undefined) this.#restarts.failed(startError)
      else if (worker.served === 0 && !wasKilled) this.#restarts.failed(leftBeforeWork(exit))
      this.#dispatch()
    })
  }

  #welcome(worker: Worker, info: WorkerInfo): void {
    this.#contextHash ??= info.hash
    if (info.hash === this.#contextHash) {
      this.#restarts.started()
      this.#info = info
      this.#rest(worker)
      for (const waiting of this.#awaitReady) waiting.resolve(info)
      this.#awaitReady.clear()
    } else {
      this.#retire(worker)
      this.#restarts.failed(disagrees())
    }
    this.#dispatch()
  }

  #retire(worker: Worker): void {
    if (!this.#workers.delete(worker)) return
    this.#idle = this.#idle.filter((other) => other !== worker)
    const end = worker.end().finally(() => this.#retired.delete(end))
    this.#retired.add(end)
  }

  #refuse(error: Error): void {
    this.#queue.refuse(error)
    for (const waiting of this.#awaitReady) waiting.reject(error)
    this.#awaitReady.clear()
    if (this.#isQuiet || this.#state === 'closed') this.#endQuiet()
  }
}

/** Such an end says nothing about the worker: the next may well stay. */
function isKilledFromOutside(worker: PoolWorker, { signal }: Exit): boolean {
  return worker.lost && signal !== null && !crashSignals.has(signal)
}
