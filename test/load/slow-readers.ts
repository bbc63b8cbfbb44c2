// Clients that ask for large results and read them slowly, or not at all.

import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { flights, openJob } from '../api/with-server.ts'

/** More than sockets hold. */
const job = { source: flights, steps: [{ limit: 400_000 }] }
/** Of a slow reader, ten times a second. */
const PIECE_BYTES = 16 * 1024

export class SlowReaders implements Disposable {
  readonly jobIds: readonly string[]
  readonly #responses: readonly IncomingMessage[]
  #isOver = false

  private constructor(jobIds: readonly string[], responses: readonly IncomingMessage[]) {
    this.jobIds = jobIds
    this.#responses = responses
  }

  /** They read from now on: the head of each reply is there. */
  static async open(url: string, { slow, idle }: { readonly slow: number; readonly idle: number }) {
    const ids = Array.from({ length: slow + idle }, (_, i) => `reader-${i}`)
    const responses = await Promise.all(ids.map((id) => openJob(url, job, id)))
    const readers = new SlowReaders(ids, responses)
    for (const response of responses.slice(0, slow)) void readers.#read(response)
    return readers
  }

  /** How many have neither had all of their reply nor lost it. */
  get reading(): number {
    return this.#responses.filter(({ closed, readableEnded }) => !closed && !readableEnded).length
  }

  async #read(response: IncomingMessage): Promise<void> {
    while (!this.#isOver && !response.readableEnded && !response.closed) {
      if (response.read(PIECE_BYTES) === null)
        await Promise.race([once(response, 'readable').catch(() => {}), delay(100)])
      await delay(100)
    }
  }

  [Symbol.dispose](): void {
    this.#isOver = true
    for (const response of this.#responses) response.destroy()
  }
}
