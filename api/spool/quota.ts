// How much of the disk results may take together. Who wants more than is free waits its turn, first come, first served:
// nobody is overtaken by those who want less.

import { setTimeout as delay } from 'node:timers/promises'
import { HttpError } from '../errors.ts'

interface Waiting {
  readonly id: string
  readonly bytes: number
  readonly granted: PromiseWithResolvers<void>
}

export class Quota {
  readonly #limit: number
  readonly #timeoutMs: number
  readonly #taken = new Map<string, number>()
  #bytes = 0
  #waiting: Waiting[] = []

  constructor(limit: number, timeoutMs: number) {
    this.#limit = limit
    this.#timeoutMs = timeoutMs
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Counts what is there already, whether or not there is room for it. */
  count(id: string, bytes: number): void {
    this.#taken.set(id, (this.#taken.get(id) ?? 0) + bytes)
    this.#bytes += bytes
  }

  /**
   * Takes room for a result; waits until others have given theirs back.
   *
   * @param signal - Ends the waiting: nothing is taken then, and its reason is thrown.
   * @throws {HttpError} `storage_full` after the time limit, at once for what can never have room.
   */
  async take(id: string, bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#waiting.length === 0 && this.#bytes + bytes <= this.#limit) return this.count(id, bytes)
    if ((this.#taken.get(id) ?? 0) + bytes > this.#limit) throw storageFull('it is larger than all results may be')
    const waiting: Waiting = { id, bytes, granted: Promise.withResolvers() }
    this.#waiting.push(waiting)
    const timer = new AbortController()
    const either = AbortSignal.any([signal, timer.signal])
    const timeout = delay(this.#timeoutMs, undefined, { signal: either }).then(() => {
      throw storageFull(`there was no room for it within ${this.#timeoutMs} ms`)
    })
    try {
      await Promise.race([waiting.granted.promise, timeout])
    } catch (error) {
      this.#waiting = this.#waiting.filter((other) => other !== waiting)
      this.#grant()
      throw signal.aborted ? signal.reason : error
    } finally {
      timer.abort()
      timeout.catch(() => {})
    }
  }

  /** Gives room back; by default all that the result has. */
  give(id: string, bytes = this.#taken.get(id) ?? 0): void {
    const left = (this.#taken.get(id) ?? 0) - bytes
    if (left > 0) this.#taken.set(id, left)
    else this.#taken.delete(id)
    this.#bytes -= bytes
    this.#grant()
  }

  #grant(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (this.#bytes + first.bytes > this.#limit) return
      this.#waiting.shift()
      this.count(first.id, first.bytes)
      first.granted.resolve()
    }
  }
}

/** @param why - After "Cannot keep the result: ". */
export function storageFull(why: string, cause?: unknown): HttpError {
  const error = new HttpError(
    'storage_full',
    `Cannot keep the result: ${why}; try again when others have been read or removed, or ask for less`,
  )
  return cause === undefined ? error : Object.assign(error, { cause })
}
