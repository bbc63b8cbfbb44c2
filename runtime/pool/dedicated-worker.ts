// A worker process that one holder has for itself, beside the workers of the pool: it runs that holder's tasks in their
// order, and what one leaves behind in the process the next one finds. Its first task makes what the others rely on; a
// process that is lost can be replaced, and the first task is run again. Like the worker set, it decides by states alone.

import type { TaskOptions, TaskRequest, TaskRun } from '../backend.ts'
import type { Exit } from './exit.ts'
import { ended, stateLost } from './faults.ts'
import type { FirstTask } from './first-task.ts'
import { oneShare, TaskQueue } from './queue.ts'
import type { PoolWorker } from './worker-set.ts'

/** What is seen here of a worker process. */
export interface TaskWorker extends PoolWorker {
  readonly pid: number
  /** Gives it a task; it must be idle. `onReleased` is told once whether it can take another. */
  run(request: TaskRequest, options: TaskOptions, onReleased: (clean: boolean) => void): TaskRun
}

/** What a worker is dedicated to. */
export interface Dedication {
  /** Whose it is, for messages: `actor "Counter"`. */
  readonly holder: string
  /** What a process runs before anything else. */
  readonly first: FirstTask
  /** How many processes may follow the first one, once that has run its first task. */
  readonly restarts: number
}

export class DedicatedWorker<Worker extends TaskWorker = TaskWorker> {
  /** Resolves when the first task was run; rejects when it failed, or no process started. */
  readonly ready: Promise<void>
  /** Resolves when no process is left and none will follow. */
  readonly gone: Promise<void>
  readonly #dedication: Dedication
  readonly #launch: () => Worker
  readonly #queue: TaskQueue<Worker>
  readonly #ready = Promise.withResolvers<void>()
  readonly #gone = Promise.withResolvers<void>()
  #worker: Worker
  /** The worker, while it has run its first task and has no other. */
  #free: Worker | undefined
  #restartsLeft: number
  #state: 'open' | 'draining' | 'ended' = 'open'
  /** Why there is nothing left to run tasks. */
  #over: Error | undefined
  /** Why the process is about to end, if a task was the reason. */
  #failure: Error | undefined
  #hasBegun = false
  #quiet: PromiseWithResolvers<void> | undefined

  /** @param launch - Starts a process. */
  constructor(dedication: Dedication, maxQueue: number, launch: () => Worker) {
    this.#dedication = dedication
    this.#launch = launch
    this.#restartsLeft = dedication.restarts
    this.#queue = new TaskQueue(maxQueue)
    this.ready = this.#ready.promise
    this.ready.catch(() => {})
    this.gone = this.#gone.promise
    this.#worker = this.#start()
  }

  /** Of the process that there is now; undefined while it starts, and when there is none. */
  get pid(): number | undefined {
    return this.#over !== undefined || this.#worker.pid === 0 ? undefined : this.#worker.pid
  }

  get state(): 'starting' | 'idle' | 'busy' | 'ended' {
    if (this.#over !== undefined) return 'ended'
    if (this.#free !== undefined) return 'idle'
    return this.#worker.served > 1 ? 'busy' : 'starting'
  }

  /** Tasks that wait. */
  get waiting(): number {
    return this.#queue.length
  }

  /** How many processes may still follow this one. */
  get restartsLeft(): number {
    return this.#restartsLeft
  }

  /**
   * Runs a task after those that were given before.
   *
   * @returns The running task, once its turn has come.
   * @throws {VolleyError} `queue_full`, `cancelled`, `closed`, or `actor_lost` when there is no process any more.
   */
  async run(request: TaskRequest, options: TaskOptions): Promise<TaskRun> {
    for (;;) {
      const worker = await this.#turn(options.signal)
      // Either may have happened since it was handed over.
      if (worker.isIdle && !options.signal.aborted) return this.#give(worker, request, options)
      this.#free = worker.isIdle ? worker : undefined
      this.#dispatch()
    }
  }

  /** Takes no more tasks; resolves when none runs or waits. */
  async drain(): Promise<void> {
    if (this.#state === 'open') this.#state = 'draining'
    this.#quiet ??= Promise.withResolvers()
    this.#dispatch()
    await this.#quiet.promise
  }

  /** Sends away those who wait, stops what runs, ends the process. */
  async end(error: Error = ended(this.#dedication.holder)): Promise<void> {
    this.#state = 'ended'
    this.#finish(error)
    this.#worker.stop(error)
    await this.#worker.end()
    this.#gone.resolve()
  }

  async #turn(signal: AbortSignal): Promise<Worker> {
    if (this.#over !== undefined) throw this.#over
    if (this.#state !== 'open') throw ended(this.#dedication.holder)
    const turn = this.#queue.wait({ isolation: 'shared', priority: 0, share: oneShare }, signal)
    this.#dispatch()
    return turn
  }

  #dispatch(): void {
    const worker = this.#free
    if (this.#queue.length === 0 && worker !== undefined) this.#quiet?.resolve()
    if (this.#queue.length === 0 || worker === undefined) return
    this.#free = undefined
    this.#queue.serve(worker)
  }

  #give(worker: Worker, request: TaskRequest, options: TaskOptions): TaskRun {
    let isClean = false
    const run = worker.run(request, options, (clean) => {
      isClean = clean
      if (clean) {
        this.#failure = undefined
        this.#free = worker
      } else void worker.end()
      this.#dispatch()
    })
    // The error is known before the process is gone.
    run.done.catch((error: Error) => {
      if (!isClean) this.#failure = error
    })
    return run
  }

  #start(): Worker {
    this.#failure = undefined
    const worker = this.#launch()
    worker.ready.then(
      () => this.#begin(worker),
      (error: Error) => {
        this.#failure = error
      },
    )
    void worker.gone.then((exit) => this.#onGone(exit))
    return worker
  }

  async #begin(worker: Worker): Promise<void> {
    if (this.#over !== undefined || !worker.isIdle) return
    const { request, options, begin } = this.#dedication.first
    const released = Promise.withResolvers<boolean>()
    try {
      const run = worker.run(request, options, released.resolve)
      run.done.catch(() => {}) // before anybody listens
      await begin(run)
      await run.done
    } catch (error) {
      this.#failure = error as Error
      if (await released.promise) this.#restartsLeft = 0 // another process would fare no better
    }
    if (this.#failure !== undefined || !(await released.promise)) {
      void worker.end()
      return
    }
    this.#hasBegun = true
    this.#ready.resolve()
    this.#free = worker
    this.#dispatch()
  }

  #onGone(exit: Exit): void {
    this.#free = undefined
    if (this.#over !== undefined) return
    if (this.#hasBegun && this.#restartsLeft > 0) {
      this.#restartsLeft -= 1
      this.#worker = this.#start()
      return
    }
    const error = stateLost(this.#dedication.holder, this.#worker.pid, exit, this.#failure)
    this.#ready.reject(this.#failure ?? error)
    this.#finish(error)
    this.#gone.resolve()
  }

  #finish(error: Error): void {
    this.#over ??= error
    this.#ready.reject(error)
    this.#queue.refuse(error)
    this.#quiet?.resolve()
  }
}
