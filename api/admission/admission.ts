// Which jobs run and which wait: a bounded queue in which nobody waits for a stranger. Of those that wait, the owner
// with the fewest running jobs goes first, then among its own jobs the one of the highest priority: a priority says
// nothing about the jobs of others, so that nobody gets ahead of them by asking for it.

import { FewestRunning } from '../../runtime/pool/fewest-running.ts'
import { HttpError } from '../errors.ts'

/** How many jobs may run and wait. */
export interface AdmissionLimits {
  /** Default 64. */
  readonly maxRunningJobs?: number | undefined
  /** Default 10,000. */
  readonly maxQueuedJobs?: number | undefined
  /** Default half of `maxRunningJobs`, so that one owner leaves room for another. */
  readonly maxRunningPerOwner?: number | undefined
  /** Default `maxQueuedJobs`. */
  readonly maxQueuedPerOwner?: number | undefined
}

/** A job that wants to run. */
export interface AdmissionRequest {
  readonly owner: string
  /** Among the jobs of its owner the highest goes first, and of equals the one that came first. */
  readonly priority: number
  /** From 1; absent, it waits as long as it takes. */
  readonly queueTimeoutMs?: number | undefined
  readonly signal: AbortSignal
}

interface Waiter {
  readonly priority: number
  readonly turn: PromiseWithResolvers<Disposable>
}

/** Whoever has jobs here. */
interface Owner {
  readonly id: string
  running: number
  /** Its next one first. */
  readonly waiting: Waiter[]
}

export class Admission {
  readonly #maxRunning: number
  readonly #maxQueued: number
  readonly #maxRunningPerOwner: number
  readonly #maxQueuedPerOwner: number
  readonly #owners = new Map<string, Owner>()
  readonly #line = new FewestRunning<Owner>()
  readonly #pace = new Pace()
  #running = 0
  #queued = 0

  constructor(limits: AdmissionLimits = {}) {
    this.#maxRunning = limits.maxRunningJobs ?? 64
    this.#maxQueued = limits.maxQueuedJobs ?? 10_000
    this.#maxRunningPerOwner = limits.maxRunningPerOwner ?? Math.ceil(this.#maxRunning / 2)
    this.#maxQueuedPerOwner = limits.maxQueuedPerOwner ?? this.#maxQueued
  }

  get stats(): { readonly running: number; readonly queued: number } {
    return { running: this.#running, queued: this.#queued }
  }

  /**
   * Takes a place in the queue, at once or not at all.
   *
   * @returns When its turn comes: what to dispose of once the job has no more to do. It is rejected with `queue_timeout`,
   * which has `Retry-After`, when that takes too long, and with the reason of `signal`.
   * @throws {HttpError} `queue_full`, `too_many_jobs`, with `Retry-After`.
   * @throws The reason of `signal`.
   */
  enter(request: AdmissionRequest): Promise<Disposable> {
    request.signal.throwIfAborted()
    const { owner: id } = request
    const owner = this.#owners.get(id) ?? { id, running: 0, waiting: [] }
    if (this.#running < this.#maxRunning && owner.running < this.#maxRunningPerOwner)
      return Promise.resolve(this.#start(owner))
    this.#checkRoom(owner)
    return this.#wait(owner, request)
  }

  async #wait(owner: Owner, { priority, queueTimeoutMs, signal }: AdmissionRequest): Promise<Disposable> {
    const waiter: Waiter = { priority, turn: Promise.withResolvers() }
    const leave = (why: unknown): void => {
      const at = owner.waiting.indexOf(waiter)
      if (at >= 0) this.#take(owner, at)
      waiter.turn.reject(why)
    }
    const onAbort = (): void => leave(signal.reason)
    const timeOut = (): void =>
      leave(this.#refusal('queue_timeout', `its turn did not come within ${queueTimeoutMs} ms`))
    this.#queue(owner, waiter)
    signal.addEventListener('abort', onAbort, { once: true })
    const timer = queueTimeoutMs === undefined ? undefined : setTimeout(timeOut, queueTimeoutMs)
    try {
      return await waiter.turn.promise
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
  }

  #checkRoom({ waiting }: Owner): void {
    if (this.#queued >= this.#maxQueued) throw this.#refusal('queue_full', `${this.#queued} jobs wait already`)
    if (waiting.length < this.#maxQueuedPerOwner) return
    throw this.#refusal('too_many_jobs', `${waiting.length} jobs of this token wait already`)
  }

  #refusal(code: 'queue_full' | 'too_many_jobs' | 'queue_timeout', why: string): HttpError {
    const seconds = this.#pace.secondsFor(Math.max(1, this.#queued), this.#maxRunning)
    return new HttpError(code, `Cannot run the job: ${why}; try again in ${seconds} s`, {
      details: { queued: this.#queued, running: this.#running },
      headers: { 'retry-after': `${seconds}` },
    })
  }

  #queue(owner: Owner, waiter: Waiter): void {
    const behind = owner.waiting.findLastIndex(({ priority }) => priority >= waiter.priority)
    owner.waiting.splice(behind + 1, 0, waiter)
    this.#queued += 1
    this.#owners.set(owner.id, owner)
    if (owner.waiting.length === 1) this.#line.place(owner)
  }

  #take(owner: Owner, at: number): Waiter | undefined {
    const [waiter] = owner.waiting.splice(at, 1)
    this.#queued -= 1
    if (owner.waiting.length === 0) this.#line.remove(owner)
    this.#forget(owner)
    return waiter
  }

  #start(owner: Owner): Disposable {
    const startedAt = performance.now()
    let isOver = false
    this.#owners.set(owner.id, owner)
    this.#count(owner, 1)
    return {
      [Symbol.dispose]: () => {
        if (isOver) return
        isOver = true
        this.#pace.add(performance.now() - startedAt)
        this.#count(owner, -1)
        this.#forget(owner)
        this.#admit()
      },
    }
  }

  /** Lets those in whose turn it is. */
  #admit(): void {
    while (this.#running < this.#maxRunning) {
      const owner = this.#line.first
      // It has the fewest of all.
      if (owner === undefined || owner.running >= this.#maxRunningPerOwner) return
      const waiter = this.#take(owner, 0)
      waiter?.turn.resolve(this.#start(owner))
    }
  }

  #count(owner: Owner, change: 1 | -1): void {
    owner.running += change
    this.#running += change
    if (owner.waiting.length > 0) this.#line.place(owner)
  }

  #forget(owner: Owner): void {
    if (owner.running === 0 && owner.waiting.length === 0) this.#owners.delete(owner.id)
  }
}

const LEAST_SECONDS = 1
const MOST_SECONDS = 60
/** How much the latest job weighs in the mean. */
const LATEST_WEIGHT = 0.2

/** How fast jobs have gone of late. */
class Pace {
  #meanMs: number | undefined

  add(ms: number): void {
    this.#meanMs = this.#meanMs === undefined ? ms : this.#meanMs + LATEST_WEIGHT * (ms - this.#meanMs)
  }

  /** When so many jobs, so many at a time, will be through: whole seconds from 1 to 60. */
  secondsFor(jobs: number, atATime: number): number {
    const seconds = Math.ceil(((this.#meanMs ?? 0) * jobs) / atATime / 1000)
    return Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, seconds))
  }
}
