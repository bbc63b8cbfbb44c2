// A limit for readers that take nothing: their reply is broken off, never ended as if it were whole, and what it holds is
// free again. A reader that is slow but takes something goes on; a reply that waits for its job is not idle.

import type { ServerResponse } from 'node:http'

/** What must be taken within the limit. */
const PIECE_BYTES = 64 * 1024

/** The bytes of a reply; destroys the response once none of them were taken for `idleMs`. */
export async function* withIdleLimit(
  bytes: AsyncIterable<Uint8Array>,
  response: ServerResponse,
  idleMs: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const limit = new IdleLimit(response, idleMs)
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      limit.start()
      yield chunk.subarray(at, at + PIECE_BYTES)
      limit.stop()
    }
  }
  limit.untilClosed()
}

export class IdleLimit {
  readonly #response: ServerResponse
  readonly #idleMs: number
  #timer: NodeJS.Timeout | undefined

  constructor(response: ServerResponse, idleMs: number) {
    this.#response = response
    this.#idleMs = idleMs
    response.once('close', () => this.stop())
  }

  /** From now on something has to be taken. */
  start(): void {
    this.stop()
    if (!this.#response.closed) this.#timer = setTimeout(() => this.#response.destroy(), this.#idleMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  /** All of the reply has been handed over: what is on its way to the socket is still to be taken. */
  untilClosed(): void {
    this.#response.on('drain', () => this.start())
    this.start()
  }
}
