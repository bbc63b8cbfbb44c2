// One task's result bytes on their way from fd 3 to whoever reads them: bounded, counted, iterated once.
// It never looks into the bytes, and it alone decides whether the pipe may be read on.

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
  #chunks: Uint8Array[] = []
  #buffered = 0
  #received = 0
  #expected: number | undefined
  #failure: { readonly error: Error } | undefined
  #discarding = false
  #finished = false
  #iterated = false
  #waiting: PromiseWithResolvers<IteratorResult<Uint8Array>> | undefined

  constructor(hooks: ResultHooks) {
    this.#hooks = hooks
  }

  get received(): number {
    return this.#received
  }

  /** False when the pipe is to be left alone until `onRoom`. */
  get hasRoom(): boolean {
    return this.#discarding || this.#buffered < maxBufferedBytes
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
    if (!this.#discarding) {
      if (this.#waiting === undefined) {
        this.#chunks.push(chunk)
        this.#buffered += chunk.length
      } else {
        this.#waiting.resolve({ done: false, value: chunk })
        this.#waiting = undefined
      }
    }
    if (this.isComplete) this.#hooks.onComplete()
  }

  /** The worker says how many bytes the task has in all. */
  expect(bytes: number): void {
    this.#expected = bytes
    if (this.isComplete) this.#hooks.onComplete()
  }

  /** All bytes are here and the task is done: the consumer may see the end. */
  finish(): void {
    this.#finished = true
    this.#endIfConsumed()
  }

  /** Ends the stream with an error and drops what is and what will be on its way. The first error stays. */
  fail(error: Error): void {
    this.#failure ??= { error }
    this.#discarding = true
    this.#chunks = []
    this.#buffered = 0
    this.#waiting?.reject(error)
    this.#waiting = undefined
    this.#hooks.onRoom()
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    if (this.#iterated) throw new TypeError('Cannot iterate a result stream: it has been iterated before')
    this.#iterated = true
    return {
      next: () => this.#next(),
      return: async () => {
        if (!this.#finished || this.#chunks.length > 0) this.#hooks.onAbandoned()
        return { done: true, value: undefined }
      },
    } as AsyncIterator<Uint8Array, undefined>
  }

  #next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error)
    const chunk = this.#chunks.shift()
    if (chunk !== undefined) {
      const hadRoom = this.hasRoom
      this.#buffered -= chunk.length
      if (!hadRoom && this.hasRoom) this.#hooks.onRoom()
      this.#endIfConsumed()
      return Promise.resolve({ done: false, value: chunk })
    }
    if (this.#finished) return Promise.resolve({ done: true, value: undefined })
    if (this.#waiting !== undefined) {
      return Promise.reject(new TypeError('Cannot read a result stream: the last read is still waiting'))
    }
    this.#waiting = Promise.withResolvers()
    return this.#waiting.promise
  }

  #endIfConsumed(): void {
    if (!this.#finished || this.#chunks.length > 0) return
    this.#waiting?.resolve({ done: true, value: undefined })
    this.#waiting = undefined
    this.#hooks.onConsumed()
  }
}
