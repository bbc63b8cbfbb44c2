// What one worker process keeps of the parts it was sent. This side alone decides it, and tells the worker: so both
// always agree, and nothing has to be asked for.

import type { TaskPart } from '../backend.ts'

/** What has to be said before a task, so that its worker has the parts of it. */
export interface Supply {
  readonly missing: readonly TaskPart[]
  /** Hashes of what the worker is to forget. */
  readonly dropped: readonly string[]
}

export class KeptParts {
  readonly #maxBytes: number
  /** Lengths by hash, least recently used first. */
  readonly #lengths = new Map<string, number>()
  #bytes = 0

  /** @param maxBytes - Beyond it the parts used least recently are dropped, never those of the task at hand. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** From here on they count as kept: whoever asks sends what is missing, whatever becomes of the task. */
  supply(parts: readonly TaskPart[]): Supply {
    const missing: TaskPart[] = []
    for (const part of parts) {
      const { hash, bytes } = part
      if (!this.#lengths.delete(hash)) {
        missing.push(part)
        this.#bytes += bytes.length
      }
      this.#lengths.set(hash, bytes.length)
    }
    return { missing, dropped: this.#bytes <= this.#maxBytes ? [] : this.#drop(parts) }
  }

  #drop(inUse: readonly TaskPart[]): readonly string[] {
    // Those in use were used last.
    const least = new Set(inUse.map(({ hash }) => hash)).size
    const dropped: string[] = []
    for (const [hash, length] of this.#lengths) {
      if (this.#bytes <= this.#maxBytes || this.#lengths.size <= least) break
      this.#lengths.delete(hash)
      this.#bytes -= length
      dropped.push(hash)
    }
    return dropped
  }
}
