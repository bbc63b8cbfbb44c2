// The calls of a map on their way to workers: items become calls, and calls that are short become chunks that share a
// message. Encodes; sends nothing.

import type { CallEncoder } from '../codec/call-codec.ts'

/** What a chunk of calls is to take in a worker: far more than a message costs, far less than anybody waits for. */
const chunkMs = 4
/** However short calls are: the calls of a chunk wait for each other. */
const maxChunk = 16
/** Arguments beyond this make a chunk long enough to send. */
const maxChunkBytes = 128 * 1024

/** How many calls travel together, by how long the last ones took. */
export class ChunkSize {
  readonly #workers: number
  readonly #most: number
  #size = 1

  /**
   * @param workers - Among whom the last calls are to be dealt.
   * @param most - 1 when calls are not to travel together.
   */
  constructor(workers: number, most = maxChunk) {
    this.#workers = workers
    this.#most = most
  }

  /** @param left - Calls still to be made, where that is known. */
  next(left: number | undefined): number {
    const evenly = left === undefined ? maxChunk : Math.ceil(left / (2 * this.#workers))
    return Math.max(1, Math.min(this.#size, evenly))
  }

  /** Learns from calls that a worker has made. */
  took(calls: number, elapsedMs: number): void {
    const fitting = Math.floor(chunkMs / Math.max(elapsedMs / calls, chunkMs / maxChunk))
    this.#size = Math.max(1, Math.min(fitting, 2 * this.#size, this.#most))
  }
}

/** Calls that travel together. */
export interface Chunk {
  readonly calls: CallEncoder
  /** Position of the first of their items. */
  readonly first: number
}

export class CallSource<Item> {
  readonly #items: AsyncGenerator<Item, void, undefined>
  readonly #known: number | undefined
  readonly #begin: () => CallEncoder
  /** An item that was taken from the source and has not travelled yet. */
  #next: IteratorResult<Item, void> | undefined
  #taken = 0
  #turn: Promise<unknown> = Promise.resolve()
  #hasEnded = false

  /** @param begin - Makes what calls are put into. */
  constructor(items: Iterable<Item> | AsyncIterable<Item>, begin: () => CallEncoder) {
    this.#items = entriesOf(items)
    this.#known = Array.isArray(items) ? items.length : undefined
    this.#begin = begin
  }

  /** How many items there are, once the last one is known. */
  get total(): number | undefined {
    return this.#hasEnded ? this.#taken : undefined
  }

  /**
   * The next calls; undefined when there are no more. An async source must not be asked twice at once, so those who ask
   * wait for each other.
   *
   * @throws What the source throws, and `ShippingError` for an item that cannot travel, as `atItem` words it.
   */
  take(size: ChunkSize, atItem: (error: unknown, item: number) => unknown): Promise<Chunk | undefined> {
    const chunk = this.#turn.then(() => this.#take(size, atItem))
    this.#turn = chunk.catch(() => {})
    return chunk
  }

  /** Tells the source that no more is wanted. */
  async end(): Promise<void> {
    await this.#items.return()
  }

  async #take(size: ChunkSize, atItem: (error: unknown, item: number) => unknown): Promise<Chunk | undefined> {
    const calls = this.#begin()
    const first = this.#taken
    const count = size.next(this.#known === undefined ? undefined : this.#known - first)
    while (calls.count < count && calls.bytes < maxChunkBytes) {
      this.#next ??= await this.#items.next()
      if (this.#next.done === true) break
      if (!this.#add(calls, this.#next.value, atItem)) break
      this.#next = undefined
      this.#taken += 1
    }
    this.#hasEnded = this.#next?.done === true
    return calls.count === 0 ? undefined : { calls, first }
  }

  #add(calls: CallEncoder, item: Item, atItem: (error: unknown, item: number) => unknown): boolean {
    try {
      return calls.add([item, this.#taken])
    } catch (error) {
      throw atItem(error, this.#taken)
    }
  }
}

async function* entriesOf<Item>(items: Iterable<Item> | AsyncIterable<Item>): AsyncGenerator<Item, void, undefined> {
  yield* items
}
