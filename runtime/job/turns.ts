// Long work on the event loop in pieces: between them others get their turn.

import { setImmediate as nextTurn } from 'node:timers/promises'

const LONGEST_MS = 8

export class Turns {
  #since = performance.now()

  /** Between two pieces of work: ends this turn when it has lasted long enough. */
  async pause(): Promise<void> {
    if (performance.now() - this.#since < LONGEST_MS) return
    await nextTurn()
    this.#since = performance.now()
  }
}
