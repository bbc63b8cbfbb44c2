// How long a client waits before it tries again: longer each time, and never in step with others.

import { setTimeout as delay } from 'node:timers/promises'

const FIRST_MS = 100
const LONGEST_MS = 10_000

export class Backoff {
  readonly #retries: number
  readonly #signal: AbortSignal | undefined
  #tries = 0

  /** @param retries - How often in a row it is tried again. */
  constructor(retries: number, signal: AbortSignal | undefined) {
    this.#retries = retries
    this.#signal = signal
  }

  /** There was progress: the next failure is the first one again. */
  reset(): void {
    this.#tries = 0
  }

  /**
   * Waits until it is time for another try.
   *
   * @param error - What went wrong.
   * @param leastMs - What the server asks to wait.
   * @throws `error`, once it was tried often enough; the reason of the signal, when that is aborted.
   */
  async pause(error: unknown, leastMs = 0): Promise<void> {
    this.#signal?.throwIfAborted()
    if (this.#tries >= this.#retries) throw error
    const longestMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#tries)
    this.#tries += 1
    const waitMs = Math.max(leastMs, longestMs * (0.5 + Math.random() / 2))
    await delay(waitMs, undefined, this.#signal && { signal: this.#signal }).catch(() => this.#signal?.throwIfAborted())
  }
}
