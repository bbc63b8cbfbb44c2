// The workers of a pool and those who wait for one: which worker gets a task, what replaces a worker that is lost or used
// up, and who is sent away when none can start. It decides by states alone: what a worker is, and how time passes, it is
// told (pool.ts gives it processes, the tests what they like).

import type { Isolation } from '../backend.ts'
import type { Exit } from './exit.ts'
import { closed, disagrees, leftBeforeWork } from './faults.ts'
import type { WorkerInfo } from './protocol.ts'
import { TaskQueue } from './queue.ts'
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
  readonly #launch: (number: number) => Worker
  readonly #queue: TaskQueue<Worker>
  readonly #restarts: Restarts
  readonly #workers = new Set<Worker>()
  /** Told to end, and not gone yet. */
  readonly #retired = new Set<Promise<void>>()
  readonly #awaitReady = new Set<PromiseWithResolvers<WorkerInfo>>()
  #idle: Worker[] = []
  #busy = 0
  #started = 0
  #lost = 0
  /** What the last worker that got ready told. */
  #info: WorkerInfo | undefined
  /** What the first worker told of its context: all others must tell the same. */
  #contextHash: string | undefined
  #state: 'open' | 'draining' | 'closed' = 'open'
  #quiet: PromiseWithResolvers<void> | undefined

  /** @param launch - Starts a worker; they are numbered from 1. */
  constructor(options: WorkerSetOptions, launch: (number: number) => Worker, clock: Clock) {
    this.#options = options
    this.#launch = launch
    this.#queue = new TaskQueue(options.maxQueue)
    this.#restarts = new Restarts(clock, this.#wanted, () => this.#dispatch())
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

  /**
   * Starts something on the next free worker.
   *
   * @param start - Called with an idle worker, and with what to call, once, when the worker is through with it.
   * @throws {VolleyError} `queue_full`, `cancelled`, `closed`, or `start_failed` with what the workers said.
   */
  async run<Result>(
    isolation: Isolation,
    signal: AbortSignal,
    start: (worker: Worker, onReturn: (state: Return) => void) => Result,
  ): Promise<Result> {
    for (;;) {
      const worker = await this.#acquire(isolation, signal)
      // Either may have happened since it was handed over.
      if (worker.isIdle && !signal.aborted) return start(worker, (state) => this.#release(worker, state))
      this.#release(worker, { isReusable: true, hasSucceeded: false })
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

  /** Takes no more tasks; resolves when nobody has or wants a worker any more. */
  async drain(): Promise<void> {
    this.#state = 'draining'
    this.#quiet = Promise.withResolvers()
    this.#dispatch()
    await this.#quiet.promise
  }

  /** Sends everybody away and ends all workers. */
  async close(): Promise<void> {
    this.#state = 'closed'
    this.#restarts[Symbol.dispose]()
    this.#refuse(closed())
    for (const worker of this.#workers) {
      worker.stop(closed())
      this.#retire(worker)
    }
    await Promise.all(this.#retired)
  }

  get #wanted(): number {
    return this.#options.workers + this.#options.spareWorkers
  }

  async #acquire(isolation: Isolation, signal: AbortSignal): Promise<Worker> {
    if (this.#state !== 'open') throw closed()
    const free = this.#queue.length === 0 && !signal.aborted ? this.#take(isolation) : undefined
    if (free !== undefined) return free
    const turn = this.#queue.wait(isolation, signal)
    this.#dispatch()
    return turn
  }

  #release(worker: Worker, { isReusable, hasSucceeded }: Return): void {
    this.#busy -= 1
    if (hasSucceeded) this.#restarts.succeeded()
    if (isReusable && worker.isIdle && this.#state !== 'closed') this.#idle.push(worker)
    else this.#retire(worker)
    this.#dispatch()
  }

  /** Hands free workers to those who wait, and sees that there are enough. */
  #dispatch(): void {
    for (;;) {
      const isolation = this.#queue.next
      const worker = isolation && this.#take(isolation)
      if (worker === undefined) break
      this.#queue.serve(worker)
    }
    if (this.#busy === 0 && this.#queue.length === 0) this.#quiet?.resolve()
    this.#fill()
    const { proof } = this.#restarts
    if (this.#workers.size === 0 && proof !== undefined) this.#refuse(proof)
    this.#restarts.await(this.#queue.length + this.#awaitReady.size > 0)
  }

  /** A free worker: a used one for a `shared` task if there is one, only a fresh one for a `job` task. */
  #take(isolation: Isolation): Worker | undefined {
    this.#idle = this.#idle.filter((worker) => worker.isIdle)
    if (this.#busy >= this.#options.workers) return undefined
    const used = this.#idle.find((worker) => worker.served > 0)
    const fresh = this.#idle.find((worker) => worker.served === 0)
    const makesRoom = isolation === 'job' && fresh === undefined && this.counts.starting === 0
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
      this.#idle.push(worker)
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
    this.#quiet?.resolve()
  }
}

/** Such an end says nothing about the worker: the next may well stay. */
function isKilledFromOutside(worker: PoolWorker, { signal }: Exit): boolean {
  return worker.lost && signal !== null && !crashSignals.has(signal)
}

/** Signals by which a process ends itself. */
const crashSignals: ReadonlySet<NodeJS.Signals> = new Set([
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGILL',
  'SIGSEGV',
  'SIGSYS',
  'SIGTRAP',
])
