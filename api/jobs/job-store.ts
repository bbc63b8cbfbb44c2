// The jobs that are running and the latest that have ended, in memory. Ended jobs are forgotten, oldest first; running
// ones never are.

import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { CancelledError } from '../../functions/errors.ts'
import { HttpError } from '../errors.ts'
import { JobRecord } from './job-record.ts'

export class JobStore {
  readonly #records = new Map<string, JobRecord>()
  readonly #maxEnded: number
  #isClosing = false

  /** @param maxEnded - How many ended jobs are remembered. */
  constructor(maxEnded = 200) {
    this.#maxEnded = maxEnded
  }

  get isClosing(): boolean {
    return this.#isClosing
  }

  /**
   * A new job.
   *
   * @param answered - Resolves when the reply has been sent.
   * @param id - As the client chose it; by default a new one.
   * @throws {HttpError} `job_id_taken`.
   * @throws {CancelledError} `closed` once the server is closing.
   */
  create(answered: Promise<void>, id: string = randomUUID()): JobRecord {
    if (this.#isClosing) throw new CancelledError('closed', 'Cannot run the job: the server is shutting down')
    if (this.#records.has(id)) {
      throw new HttpError('job_id_taken', `Cannot run the job as "${id}": there is one of that id`, {
        details: { jobId: id },
      })
    }
    const record = new JobRecord(id, answered)
    this.#records.set(id, record)
    this.#forget()
    return record
  }

  get(id: string): JobRecord | undefined {
    return this.#records.get(id)
  }

  /**
   * Takes no more jobs, lets those that run and their replies go on for `drainMs`, then cancels them and waits until they
   * have ended.
   */
  async close(drainMs: number): Promise<void> {
    this.#isClosing = true
    const records = [...this.#records.values()]
    const settled = Promise.all(records.flatMap(({ ended, answered }) => [ended, answered]))
    const timer = new AbortController()
    await Promise.race([settled, delay(drainMs, undefined, { signal: timer.signal }).catch(() => {})])
    timer.abort()
    for (const record of records) record.cancel(new CancelledError('closed', 'The server is shutting down'))
    await Promise.all(records.map(({ ended }) => ended))
  }

  #forget(): void {
    const over = [...this.#records.values()].filter((record) => record.isOver)
    for (const { id } of over.slice(0, Math.max(0, over.length - this.#maxEnded))) this.#records.delete(id)
  }
}
