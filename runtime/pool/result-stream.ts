// One task's result bytes on their way from fd 3 to whoever reads them: bounded, counted, iterated once.
// It never looks into the bytes, and it alone decides whether the pipe may be read on.

import { ByteQueue } from '../bytes/byte-queue.ts'

/** More than this waiting for the consumer, and the worker is paused. */
export const maxBufferedBytes = 1024 * 1024

export interface ResultHooks {
  /** There is room again: read on. */
  onRoom(): void
  /** As many bytes arrived as the worker announced. */
  onComplete(): void
  /** The consumer has read the last byte. */
  onConsumed(): void
  /** The consumer left before the end. */
  onAbandoned(): void
}

export class ResultStream implements AsyncIterable<Uint8Array> {
  readonly #hooks: ResultHooks
  readonly #queue = new ByteQueue((bytes) => this.#onTaken(bytes))
  #received = 0
  #expected: number | undefined
  #isDiscarding = false
  #isIterated = false

  constructor(hooks: ResultHooks) {
    this.#hooks = hooks
  }

  get received(): number {
    return this.#received
  }

  /** False when the pipe is to be left alone until `onRoom`. */
  get hasRoom(): boolean {
    return this.#isDiscarding || this.#queue.bytes < maxBufferedBytes
  }

  get isComplete(): boolean {
    return this.#received === this.#expected
  }

  /** More arrived than the worker announced. */
  get isOverfull(): boolean {
    return this.#expected !== undefined && this.#received > this.#expected
  }

  push(chunk: Uint8Array): void {
    this.#received += chunk.length
    if (!this.#isDiscarding) this.#queue.push(chunk)
    if (this.isComplete) this.#hooks.onComplete()
  }

  /** The worker says how many bytes the task has in all. */
  expect(bytes: number): void {
    this.#expected = bytes
    if (this.isComplete) this.#hooks.onComplete()
  }

  /** All bytes are here and the task is done: the consumer may see the end. */
  finish(): void {
    this.#queue.end()
    if (this.#queue.isDrained) this.#hooks.onConsumed()
  }

  /** Ends the stream with an error and drops what is and what will be on its way. The first error stays. */
  fail(error: Error): void {
    this.#isDiscarding = true
    this.#queue.clear()
    this.#queue.fail(error)
    this.#hooks.onRoom()
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    if (this.#isIterated) throw new TypeError('Cannot iterate a result stream: it has been iterated before')
    this.#isIterated = true
    return {
      next: async () => {
        const value = await this.#queue.next()
        return value === undefined ? { done: true, value } : { done: false, value }
      },
      return: async () => {
        if (!this.#queue.isDrained) this.#hooks.onAbandoned()
        return { done: true, value: undefined }
      },
    }
  }

  #onTaken(bytes: number): void {
    const hadRoom = this.#queue.bytes + bytes < maxBufferedBytes
    if (!hadRoom && this.hasRoom) this.#hooks.onRoom()
    if (this.#queue.isDrained) this.#hooks.onConsumed()
  }
}
