// The writing end of fd 3. It counts what each task writes, because the count is what tells the pool where one
// task's bytes end. Nothing but a running task's result may ever be written here.

import { Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { InternalError } from '../../functions/errors.ts'
import { resultFd } from '../pool/protocol.ts'

/** How long a task may keep the event loop to itself before a write lets control messages in. */
const turnMs = 10

export class ResultWriter {
  readonly #socket = new Socket({ fd: resultFd, readable: false, writable: true })
  #count = 0
  #open = false
  #pending: Promise<void> = Promise.resolve()
  #turnStart = 0

  constructor() {
    // A pool that is gone closes the control channel as well; that ends the process.
    this.#socket.on('error', () => {})
  }

  /** Bytes of the current task so far. */
  get count(): number {
    return this.#count
  }

  begin(): void {
    this.#count = 0
    this.#open = true
    this.#turnStart = performance.now()
  }

  /** Resolves when all of it is written, so that a `done` never overtakes the bytes it counts. */
  async end(signal: AbortSignal): Promise<void> {
    await abortable(this.#pending, signal)
    this.#open = false
  }

  /** A late write of this task must not reach the next one. */
  abandon(): void {
    this.#open = false
  }

  async write(chunks: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (!this.#open) throw new InternalError('Cannot write a result: its task has ended')
    const written = new Promise<void>((resolve, reject) => {
      const last = chunks.findLastIndex((chunk) => chunk.length > 0)
      if (last === -1) return resolve()
      this.#socket.cork()
      for (const [at, chunk] of chunks.entries()) {
        if (chunk.length === 0) continue
        this.#count += chunk.length
        this.#socket.write(chunk, at === last ? (error) => (error ? reject(error) : resolve()) : undefined)
      }
      this.#socket.uncork()
    })
    this.#pending = written
    written.catch(() => {})
    await abortable(written, signal)
    if (performance.now() - this.#turnStart < turnMs) return
    await nextTurn()
    this.#turnStart = performance.now()
    signal.throwIfAborted()
  }
}

async function abortable(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
