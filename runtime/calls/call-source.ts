// The calls of a map on their way to workers: items become calls, and calls that are short become chunks that share a
// message. Encodes; sends nothing.

import type { CallEncoder } from '../codec/call-codec.ts'
import { type SpanRecorder, span } from '../trace/spans.ts'

/** What a chunk of calls is to take in a worker: far more than a message costs, far less than anybody waits for. */
const chunkMs = 4
/** However short calls are: the calls of a chunk wait for each other. */
const maxChunk = 16
/** Arguments beyond this make a chunk long enough to send. */
const maxChunkBytes = 128 * 1024

/** How many calls travel together, by how long the last ones took; or always as many, where that was asked for. */
export class ChunkSize {
  /** Size of the arguments beyond which no more calls are added. */
  readonly maxBytes: number
  readonly #workers: number
  readonly #fixed: number | undefined
  #size = 1

  /**
   * @param workers - Among whom the last calls are to be dealt.
   * @param fixed - So many in each chunk but the last, whatever their size.
   */
  constructor(workers: number, fixed?: number) {
    this.#workers = workers
    this.#fixed = fixed
    this.maxBytes = fixed === undefined ? maxChunkBytes : Number.POSITIVE_INFINITY
  }

  /** @param left - Calls still to be made, where that is known. */
  next(left: number | undefined): number {
    if (this.#fixed !== undefined) return this.#fixed
    const evenly = left === undefined ? maxChunk : Math.ceil(left / (2 * this.#workers))
    return Math.max(1, Math.min(this.#size, evenly))
  }

  /** Learns from calls that a worker has made. */
  took(calls: number, elapsedMs: number): void {
    const fitting = Math.floor(chunkMs / Math.max(elapsedMs / calls, chunkMs / maxChunk))
    this.#size = Math.max(1, Math.min(fitting, 2 * this.#size, maxChunk))
  }
}

/** Calls that travel together. */
export interface Chunk {
  readonly calls: CallEncoder
  /** Position of the first of their items. */
  readonly first: number
}

export class CallSource<Item> {
  readonly #items: Iterator<Item> | AsyncIterator<Item>
  readonly #isAsync: boolean
  readonly #known: number | undefined
  readonly #begin: () => CallEncoder
  readonly #trace: SpanRecorder | undefined
  /** An item that was taken from the source and has not travelled yet. */
  #next: IteratorResult<Item, unknown> | undefined
  #taken = 0
  #turn: Promise<unknown> = Promise.resolve()
  #isTaking = false
  #hasEnded = false
  #failure: { readonly error: unknown } | undefined

  /**
   * @param begin - Makes what calls are put into.
   * @param trace - Is told how long encoding takes.
   */
  constructor(items: Iterable<Item> | AsyncIterable<Item>, begin: () => CallEncoder, trace?: SpanRecorder) {
    this.#items = isAsync(items) ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
    this.#isAsync = isAsync(items)
    this.#known = Array.isArray(items) ? items.length : undefined
    this.#begin = begin
    this.#trace = trace
  }

  /** Items that calls were made of. */
  get taken(): number {
    return this.#taken
  }

  /** How many items there are, once the last one is known. */
  get total(): number | undefined {
    return this.#hasEnded ? this.#taken : undefined
  }

  /**
   * The next calls; undefined when there are no more. An async source must not be asked twice at once, so those who ask
   * wait for each other.
   *
   * @throws What the source throws, and `ShippingError` for an item that cannot travel; `taken` is its position.
   */
  take(size: ChunkSize): Promise<Chunk | undefined> {
    const chunk = this.#turn.then(() => this.#take(size))
    this.#turn = chunk.catch(() => {})
    return chunk
  }

  /** Tells the source that no more is wanted. One that is just being waited for may never answer. */
  async end(): Promise<void> {
    if (this.#hasEnded) return
    this.#hasEnded = true
    const told = Promise.resolve(this.#items.return?.())
    if (this.#isTaking) told.catch(() => {})
    else await told
  }

  async #take(size: ChunkSize): Promise<Chunk | undefined> {
    const calls = this.#begin()
    const first = this.#taken
    const count = size.next(this.#known === undefined ? undefined : this.#known - first)
    while (!this.#hasEnded && calls.count < count && calls.bytes < size.maxBytes && (await this.#add(calls))) {}
    if (calls.count > 0) return { calls, first }
    if (this.#failure !== undefined) throw this.#failure.error
    return undefined
  }

  /** @returns Whether the next item is a call now; what failed is kept for those who ask after the calls before it. */
  async #add(calls: CallEncoder): Promise<boolean> {
    if (this.#failure !== undefined) return false
    try {
      this.#next ??= await this.#read()
      if (this.#next.done === true) {
        this.#hasEnded = true
        return false
      }
      using _encoding = span(this.#trace, 'encode')
      if (!calls.add([this.#next.value, this.#taken])) return false
    } catch (error) {
      this.#failure = { error }
      return false
    }
    this.#next = undefined
    this.#taken += 1
    return true
  }

  async #read(): Promise<IteratorResult<Item, unknown>> {
    this.#isTaking = true
    try {
      const next = await this.#items.next()
      // As `for await` does: promises among the items of a sync source are awaited.
      return next.done === true || this.#isAsync ? next : { done: false, value: await next.value }
    } catch (error) {
      this.#hasEnded = true // an iterator that throws has ended itself
      throw error
    } finally {
      this.#isTaking = false
    }
  }
}

const isAsync = <Item>(items: Iterable<Item> | AsyncIterable<Item>): items is AsyncIterable<Item> =>
  Symbol.asyncIterator in Object(items)
