// What one worker process keeps of the artifacts it was sent. The pool alone decides it and tells the worker, so that both
// always agree and nothing has to be asked for.

import type { Artifact } from '../backend.ts'

/** What a worker must be told before a task, so that it has the artifacts of that task. */
export interface ArtifactUpdate {
  readonly missing: readonly Artifact[]
  /** Hashes of the artifacts it is to forget. */
  readonly dropped: readonly string[]
}

export class ArtifactCache {
  readonly #maxBytes: number
  /** Lengths by hash, least recently used first. */
  readonly #lengths = new Map<string, number>()
  #bytes = 0

  /** @param maxBytes - Beyond it the least recently used artifacts are dropped, never those of the task at hand. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** From here on the artifacts count as kept: the caller sends what is missing, whatever becomes of the task. */
  update(artifacts: readonly Artifact[]): ArtifactUpdate {
    const missing: Artifact[] = []
    for (const artifact of artifacts) {
      const { hash, bytes } = artifact
      if (!this.#lengths.delete(hash)) {
        missing.push(artifact)
        this.#bytes += bytes.length
      }
      this.#lengths.set(hash, bytes.length)
    }
    return { missing, dropped: this.#bytes <= this.#maxBytes ? [] : this.#drop(artifacts) }
  }

  #drop(inUse: readonly Artifact[]): readonly string[] {
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
