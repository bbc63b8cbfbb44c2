// The hand-over of bytes from whoever has them to the one who reads them: in order, counted, ended once. How many may
// wait is for its owner to say, who sees `bytes` and is told of each chunk that was taken.

export class ByteQueue {
  readonly #onTaken: (bytes: number) => void
  #chunks: Uint8Array[] = []
  #bytes = 0
  #isEnded = false
  #failure: { readonly error: unknown } | undefined
  #reader: { readonly maxBytes: number; readonly chunk: PromiseWithResolvers<Uint8Array | undefined> } | undefined

  /** @param onTaken - Called after a chunk of so many bytes has gone to the reader: there may be room again. */
  constructor(onTaken: (bytes: number) => void = () => {}) {
    this.#onTaken = onTaken
  }

  /** How many bytes wait for the reader. */
  get bytes(): number {
    return this.#bytes
  }

  /** Whether the reader has had everything, and nothing will come. */
  get isDrained(): boolean {
    return this.#isEnded && this.#chunks.length === 0
  }

  /** Hands over a chunk, at once if the reader waits for it. */
  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    this.#serve()
  }

  /** Nothing will come after what is there. */
  end(): void {
    this.#isEnded = true
    this.#serve()
  }

  /** After what is there, the reader gets this error, and then again and again. The first error stays. */
  fail(error: unknown): void {
    this.#failure ??= { error }
    this.#serve()
  }

  /** Drops what is there. */
  clear(): void {
    this.#chunks = []
    this.#bytes = 0
  }

  /**
   * The next chunk, or as much of it as `maxBytes`; undefined at the end. One read at a time.
   *
   * @throws What `fail` was given.
   */
  next(maxBytes = Number.POSITIVE_INFINITY): Promise<Uint8Array | undefined> {
    if (this.#reader !== undefined)
      return Promise.reject(new TypeError('Cannot read the next bytes: the last read is still waiting'))
    const chunk = Promise.withResolvers<Uint8Array | undefined>()
    this.#reader = { maxBytes, chunk }
    this.#serve()
    return chunk.promise
  }

  #serve(): void {
    const reader = this.#reader
    if (reader === undefined) return
    const first = this.#chunks[0]
    if (first === undefined && this.#failure === undefined && !this.#isEnded) return
    this.#reader = undefined
    if (first !== undefined) reader.chunk.resolve(this.#take(first, reader.maxBytes))
    else if (this.#failure !== undefined) reader.chunk.reject(this.#failure.error)
    else reader.chunk.resolve(undefined)
  }

  #take(first: Uint8Array, maxBytes: number): Uint8Array {
    const chunk = first.length > maxBytes ? first.subarray(0, maxBytes) : first
    if (chunk === first) this.#chunks.shift()
    else this.#chunks[0] = first.subarray(maxBytes)
    this.#bytes -= chunk.length
    this.#onTaken(chunk.length)
    return chunk
  }
}
