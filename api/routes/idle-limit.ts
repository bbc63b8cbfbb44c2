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
  let timer: NodeJS.Timeout | undefined
  const stop = (): void => clearTimeout(timer)
  const start = (): void => {
    stop()
    if (!response.closed) timer = setTimeout(() => response.destroy(), idleMs)
  }
  response.once('close', stop)
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      start()
      yield chunk.subarray(at, at + PIECE_BYTES)
      stop()
    }
  }
  // What is on its way to the socket is still to be taken.
  response.on('drain', start)
  start()
}
