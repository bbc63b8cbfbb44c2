// Runs of bytes out of chunks that are cut anywhere.

/** Takes runs of bytes out of chunks; remembers whether it was their source that failed. */
export class ChunkReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #pending: Uint8Array[] = []
  #available = 0
  #failure: { readonly error: unknown } | undefined

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** The next `length` bytes; undefined when there are none any more. Makes room only for bytes that have come. */
  async take(length: number): Promise<Uint8Array | undefined> {
    while (this.#available < length) {
      const chunk = await this.#next()
      if (chunk === undefined) {
        if (this.#available === 0) return undefined
        throw new Error(`${this.#available} bytes of ${length} come before the end`)
      }
      this.#pending.push(chunk)
      this.#available += chunk.length
    }
    this.#available -= length
    const [first] = this.#pending
    if (first !== undefined && first.length > length) {
      this.#pending[0] = first.subarray(length)
      return first.subarray(0, length)
    }
    return this.#join(length)
  }

  async takeAll(length: number): Promise<Uint8Array> {
    const bytes = await this.take(length)
    if (bytes === undefined) throw new Error(`0 bytes of ${length} come before the end`)
    return bytes
  }

  #join(length: number): Uint8Array {
    const parts: Uint8Array[] = []
    for (let missing = length; missing > 0; ) {
      const part = this.#pending.shift() ?? new Uint8Array(0)
      if (part.length > missing) this.#pending.unshift(part.subarray(missing))
      parts.push(part.subarray(0, missing))
      missing -= Math.min(part.length, missing)
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)
  }

  /** What the source threw. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure
  }

  async #next(): Promise<Uint8Array | undefined> {
    try {
      const next = await this.#chunks.next()
      return next.done === true ? undefined : next.value
    } catch (error) {
      this.#failure = { error }
      throw error
    }
  }

  /** Leaves the source. */
  async close(): Promise<void> {
    await this.#chunks.return?.()
  }
}
