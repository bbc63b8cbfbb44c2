// Forgets jobs and results that have had their time, now and then, whatever happens to the clock meanwhile.

import type { Spool } from '../spool/spool.ts'
import type { JobStore } from '../store/job-store.ts'
import type { Uploads } from '../uploads/uploads.ts'
import type { Retention } from './retention.ts'

const SWEEP_MS = 30_000
/** Clocks that are kept right move by less. */
const LEAST_DRIFT_MS = 1000

export class Sweeper {
  readonly #store: JobStore
  readonly #spool: Spool
  readonly #uploads: Uploads
  readonly #retention: Retention
  #timer: NodeJS.Timeout | undefined
  #sweptAt = { clock: Date.now(), ticks: performance.now() }

  constructor(store: JobStore, spool: Spool, uploads: Uploads, retention: Retention) {
    this.#store = store
    this.#spool = spool
    this.#uploads = uploads
    this.#retention = retention
  }

  /** Sweeps once, and from then on by a timer. @param onDefect - Told when it cannot. */
  async start(onDefect: (error: unknown, message: string) => void): Promise<void> {
    await this.#sweep()
    this.#timer = setInterval(() => {
      this.#sweep().catch((error) => onDefect(error, 'old jobs cannot be removed'))
    }, SWEEP_MS)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async #sweep(): Promise<void> {
    const clock = Date.now()
    const ticks = performance.now()
    // What the clock moved beyond the time that went by.
    const jump = clock - this.#sweptAt.clock - (ticks - this.#sweptAt.ticks)
    this.#sweptAt = { clock, ticks }
    const drift = Math.abs(jump) < LEAST_DRIFT_MS ? 0 : Math.round(jump)
    const { results, uploads } = await this.#store.call('sweep', clock, drift, this.#retention)
    for (const id of results) await this.#spool.remove(id)
    for (const id of uploads) await this.#uploads.remove(id)
  }
}
