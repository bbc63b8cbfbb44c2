// The part of a result that is in memory: chunks in the order of their positions, without gaps.

import { blockAt } from './result-index.ts'

interface Chunk {
  readonly start: number
  readonly bytes: Uint8Array
}

/** Chunks come as views of larger memory; one that uses less than this part of it is copied, not to keep the rest. */
const leastUse = 1 / 4

/** What all results together have in memory. */
export class MemoryBudget {
  readonly #perResult: number
  readonly #total: number
  bytes = 0

  constructor(perResult: number, total: number) {
    this.#perResult = perResult
    this.#total = total
  }

  /** What one result may have: less and less the fuller the memory is, so that there is always some for small ones. */
  get allowance(): number {
    return Math.min(this.#perResult, Math.max(0, this.#total - this.bytes) / 8)
  }
}

export class MemoryChunks {
  readonly #budget: MemoryBudget
  #chunks: Chunk[] = []
  #end: number
  #bytes = 0

  /** @param end - The position of the first byte that is to come. */
  constructor(budget: MemoryBudget, end = 0) {
    this.#budget = budget
    this.#end = end
  }

  /** How many bytes are here. */
  get bytes(): number {
    return this.#bytes
  }

  /** The position after the last byte that ever came. */
  get end(): number {
    return this.#end
  }

  /** The position of the first byte that is here. */
  get start(): number {
    return this.#chunks[0]?.start ?? this.#end
  }

  /** What is here, in order. */
  get all(): readonly Uint8Array[] {
    return this.#chunks.map(({ bytes }) => bytes)
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    const own = bytes.length < bytes.buffer.byteLength * leastUse ? Uint8Array.from(bytes) : bytes
    this.#chunks.push({ start: this.#end, bytes: own })
    this.#end += bytes.length
    this.#account(bytes.length)
  }

  /** The bytes from `position` to the end of their chunk. */
  at(position: number): Uint8Array | undefined {
    if (position < this.start || position >= this.#end) return undefined
    const chunk = blockAt(this.#chunks, position)
    return chunk?.bytes.subarray(position - chunk.start)
  }

  /** Drops the chunks that end at or before `position`. */
  dropBefore(position: number): void {
    const kept = this.#chunks.findIndex(({ start, bytes }) => start + bytes.length > position)
    const dropped = this.#chunks.splice(0, kept === -1 ? this.#chunks.length : kept)
    const bytes = dropped.reduce((sum, chunk) => sum + chunk.bytes.length, 0)
    this.#account(-Math.min(bytes, this.#bytes))
  }

  /** What is here belongs to somebody else from now on, who accounts for it. */
  handOver(): void {
    this.#account(-this.#bytes)
  }

  #account(bytes: number): void {
    this.#bytes += bytes
    this.#budget.bytes += bytes
  }
}
