// When a worker that did not start is tried again, and when it counts as proven that none can start. It counts and
// waits; what is started is the worker set's concern.

import { killedAtStart } from './faults.ts'

/** Time, so that tests can make it pass. */
export interface Clock {
  now(): number
  setTimeout(call: () => void, ms: number): Timer
}

export interface Timer extends Disposable {
  /** Whether this process waits for it before it exits by itself. */
  ref(): unknown
  unref(): unknown
}

export const systemClock: Clock = { now: () => performance.now(), setTimeout: (call, ms) => setTimeout(call, ms) }

const firstBackoffMs = 100
const maxBackoffMs = 5000
/** Somebody kills workers while they start: no fault of theirs, until it has no end. */
const maxKilledInRow = 20

export class Restarts implements Disposable {
  readonly #clock: Clock
  readonly #enough: number
  readonly #onDue: () => void
  #dueAt = 0
  #timer: Timer | undefined
  #isAwaited = false
  /** Since the last worker that got ready. */
  #failedInRow = 0
  #killedInRow = 0
  /** Since the last task that succeeded: what the next wait grows with. */
  #backoffs = 0
  #error: Error | undefined

  /**
   * @param enough - So many failures in a row prove that workers cannot start.
   * @param onDue - Called when a start may be tried again.
   */
  constructor(clock: Clock, enough: number, onDue: () => void) {
    this.#clock = clock
    this.#enough = enough
    this.#onDue = onDue
  }

  get isDue(): boolean {
    return this.#clock.now() >= this.#dueAt
  }

  /** Why workers cannot start, once that is proven; undefined again as soon as one does. */
  get proof(): Error | undefined {
    return this.#failedInRow >= this.#enough ? this.#error : undefined
  }

  /** A worker could not start, or did not stay. Each doubles the time until the next is tried. */
  failed(error: Error): void {
    this.#failedInRow += 1
    this.#error = error
    this.#wait(Math.min(firstBackoffMs * 2 ** this.#backoffs, maxBackoffMs))
    this.#backoffs += 1
  }

  /** A worker was killed from outside while it started. */
  killed(error: Error): void {
    this.#killedInRow += 1
    if (this.#killedInRow < maxKilledInRow) this.#wait(firstBackoffMs)
    else this.failed(killedAtStart(this.#killedInRow, error))
  }

  started(): void {
    this.#failedInRow = 0
    this.#killedInRow = 0
  }

  /** A worker did what it is there for. */
  succeeded(): void {
    this.#backoffs = 0
  }

  /** Whether somebody waits for a worker, so that this process must not exit before the next start. */
  await(isAwaited: boolean): void {
    this.#isAwaited = isAwaited
    this.#hold()
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
  }

  #wait(ms: number): void {
    this.#dueAt = Math.max(this.#dueAt, this.#clock.now() + ms)
    this.#timer?.[Symbol.dispose]()
    this.#timer = this.#clock.setTimeout(() => this.#onTimer(), Math.ceil(this.#dueAt - this.#clock.now()))
    this.#hold()
  }

  /** Timers may be a little early. */
  #onTimer(): void {
    this.#timer = undefined
    if (this.isDue) this.#onDue()
    else this.#wait(0)
  }

  #hold(): void {
    if (this.#isAwaited) this.#timer?.ref()
    else this.#timer?.unref()
  }
}
