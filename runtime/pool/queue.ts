// Who waits for a worker: those of a higher priority first, among equals in the order they came. Bounded, and every wait can be given up.
// It never chooses a worker: it only hands over what it is offered.

import { CancelledError, ResourceError } from '../../functions/errors.ts'
import type { Isolation } from '../backend.ts'

interface Waiter<T> {
  readonly isolation: Isolation
  readonly priority: number
  resolve(item: T): void
  reject(error: Error): void
}

export class TaskQueue<T> {
  readonly #maxLength: number
  readonly #waiters: Waiter<T>[] = []

  constructor(maxLength: number) {
    this.#maxLength = maxLength
  }

  get length(): number {
    return this.#waiters.length
  }

  /** What the first in line wants; undefined if nobody waits. */
  get next(): Isolation | undefined {
    return this.#waiters[0]?.isolation
  }

  /**
   * Waits for its turn.
   *
   * @throws {ResourceError} `queue_full` at once when the queue has its full length.
   * @throws {CancelledError} `cancelled` when `signal` is aborted first.
   */
  async wait(isolation: Isolation, priority: number, signal: AbortSignal): Promise<T> {
    if (signal.aborted) throw gaveUp(signal)
    if (this.#waiters.length >= this.#maxLength) throw full(this.#maxLength)
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const waiter = { isolation, priority, resolve, reject }
    const onAbort = () => {
      const at = this.#waiters.indexOf(waiter)
      if (at >= 0) this.#waiters.splice(at, 1)
      reject(gaveUp(signal))
    }
    const behind = this.#waiters.findLastIndex((other) => other.priority >= priority)
    this.#waiters.splice(behind + 1, 0, waiter)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await promise
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  /** Hands `item` to the first in line. */
  serve(item: T): void {
    this.#waiters.shift()?.resolve(item)
  }

  /** Sends everybody away. */
  refuse(error: Error): void {
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error)
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
