// Who waits for a worker: those of a higher priority first; among equals the owner with the fewest running tasks, then
// its job with the fewest, then the task that came first. Bounded, and every wait can be given up.
// It never chooses a worker: it only hands over what it is offered.

import { CancelledError, ResourceError } from '../../functions/errors.ts'
import type { Isolation, TaskShare } from '../backend.ts'
import { FewestRunning } from './fewest-running.ts'

/** What a task asks for. */
export interface Claim {
  readonly isolation: Isolation
  readonly priority: number
  readonly share: TaskShare
}

interface Waiter<T> {
  readonly isolation: Isolation
  resolve(item: T): void
  reject(error: Error): void
}

/** Those of one priority. */
interface Level<T> {
  readonly priority: number
  readonly owners: FewestRunning<Owner<T>>
}

/** Whoever has tasks running or waiting, with its jobs. */
interface Owner<T> {
  running: number
  readonly jobs: Map<string, Job<T>>
  readonly waiting: Map<Level<T>, FewestRunning<Job<T>>>
}

interface Job<T> {
  running: number
  readonly share: TaskShare
  readonly owner: Owner<T>
  readonly waiting: Map<Level<T>, Set<Waiter<T>>>
}

/** What tasks have in common that say nothing of their share: they go in the order they came. */
export const oneShare: TaskShare = { owner: '', job: '' }

export class TaskQueue<T> {
  readonly #maxLength: number
  readonly #owners = new Map<string, Owner<T>>()
  /** Where somebody waits, the highest priority first. */
  readonly #levels: Level<T>[] = []
  #length = 0

  constructor(maxLength: number) {
    this.#maxLength = maxLength
  }

  get length(): number {
    return this.#length
  }

  /** What the first in line wants; undefined if nobody waits. */
  get next(): Isolation | undefined {
    return this.#first?.waiter.isolation
  }

  /**
   * Waits for its turn.
   *
   * @throws {ResourceError} `queue_full` at once when the queue has its full length.
   * @throws {CancelledError} `cancelled` when `signal` is aborted first.
   */
  async wait({ isolation, priority, share }: Claim, signal: AbortSignal): Promise<T> {
    if (signal.aborted) throw gaveUp(signal)
    if (this.#length >= this.#maxLength) throw full(this.#maxLength)
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const waiter = { isolation, resolve, reject }
    const [level, job] = [this.#level(priority), this.#job(share)]
    const onAbort = () => {
      this.#remove(waiter, level, job)
      reject(gaveUp(signal))
    }
    this.#add(waiter, level, job)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await promise
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  /**
   * Hands `item` to the first in line.
   *
   * @returns Whose task it was; undefined if nobody waits.
   */
  serve(item: T): TaskShare | undefined {
    const first = this.#first
    if (first === undefined) return undefined
    this.#remove(first.waiter, first.level, first.job)
    first.waiter.resolve(item)
    return first.job.share
  }

  /** A task is running, whether or not it had to wait: its owner's and its job's turns come later. */
  started(share: TaskShare): void {
    this.#count(this.#job(share), 1)
  }

  /** A task is running no more. */
  ended(share: TaskShare): void {
    this.#count(this.#job(share), -1)
  }

  /** Sends everybody away. */
  refuse(error: Error): void {
    for (let first = this.#first; first !== undefined; first = this.#first) {
      this.#remove(first.waiter, first.level, first.job)
      first.waiter.reject(error)
    }
  }

  get #first(): { readonly waiter: Waiter<T>; readonly level: Level<T>; readonly job: Job<T> } | undefined {
    const level = this.#levels[0]
    const job = level?.owners.first?.waiting.get(level)?.first
    for (const waiter of (level && job?.waiting.get(level)) ?? []) if (level && job) return { waiter, level, job }
    return undefined
  }

  #level(priority: number): Level<T> {
    const at = this.#levels.findIndex((level) => level.priority <= priority)
    const found = this.#levels[at]
    if (found?.priority === priority) return found
    const level = { priority, owners: new FewestRunning<Owner<T>>() }
    this.#levels.splice(at < 0 ? this.#levels.length : at, 0, level)
    return level
  }

  #job(share: TaskShare): Job<T> {
    const owner = this.#owners.get(share.owner) ?? { running: 0, jobs: new Map(), waiting: new Map() }
    const job = owner.jobs.get(share.job) ?? { running: 0, share, owner, waiting: new Map() }
    this.#owners.set(share.owner, owner)
    owner.jobs.set(share.job, job)
    return job
  }

  #add(waiter: Waiter<T>, level: Level<T>, job: Job<T>): void {
    const { owner } = job
    this.#length += 1
    const own = job.waiting.get(level)
    if (own !== undefined) {
      own.add(waiter)
      return
    }
    job.waiting.set(level, new Set([waiter]))
    const jobs = owner.waiting.get(level) ?? new FewestRunning()
    if (jobs.isEmpty) level.owners.place(owner)
    owner.waiting.set(level, jobs)
    jobs.place(job)
  }

  #remove(waiter: Waiter<T>, level: Level<T>, job: Job<T>): void {
    const { owner } = job
    const own = job.waiting.get(level)
    const jobs = owner.waiting.get(level)
    if (own?.delete(waiter) !== true || jobs === undefined) return
    this.#length -= 1
    if (own.size > 0) return
    job.waiting.delete(level)
    jobs.remove(job)
    if (jobs.isEmpty) {
      owner.waiting.delete(level)
      level.owners.remove(owner)
    }
    if (level.owners.isEmpty) this.#levels.splice(this.#levels.indexOf(level), 1)
    this.#forget(job)
  }

  #count(job: Job<T>, change: 1 | -1): void {
    const { owner } = job
    job.running += change
    owner.running += change
    for (const level of job.waiting.keys()) owner.waiting.get(level)?.place(job)
    for (const level of owner.waiting.keys()) level.owners.place(owner)
    this.#forget(job)
  }

  /** Nobody is kept in mind who has nothing here. */
  #forget({ share, owner, running, waiting }: Job<T>): void {
    if (running > 0 || waiting.size > 0) return
    owner.jobs.delete(share.job)
    if (owner.jobs.size === 0) this.#owners.delete(share.owner)
  }
}

function gaveUp(signal: AbortSignal): CancelledError {
  return new CancelledError('cancelled', 'Cannot run the task: it was cancelled while it waited for a worker', {
    cause: signal.reason,
  })
}

function full(maxLength: number): ResourceError {
  const message = `Cannot run the task: ${maxLength} tasks wait already; try again later or raise maxQueue`
  return new ResourceError('queue_full', message, { details: { maxQueue: maxLength } })
}
