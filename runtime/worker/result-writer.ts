// The writing end of fd 3. It counts what each task writes, because the count is what tells the pool where one
// task's bytes end. Nothing but the running task's result may ever be written here, so every task writes through an
// object of its own, which is of no use after its end.

import { Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { InternalError, WorkerError } from '../../functions/errors.ts'
import { unlessAborted } from '../bytes/unless-aborted.ts'
import { resultFd } from '../pool/protocol.ts'

/** How long a task may keep the event loop to itself before a write lets control messages in. */
const turnMs = 10

/** Opens fd 3, once for all tasks. */
export function openResults(): Socket {
  const socket = new Socket({ fd: resultFd, readable: false, writable: true })
  // A pool that is gone closes the control channel as well; that ends the process.
  return socket.on('error', () => {})
}

export class ResultWriter {
  readonly #socket: Socket
  readonly #signal: AbortSignal
  #count = 0
  #isOpen = true
  #pending: Promise<void> = Promise.resolve()
  #turnStart = performance.now()

  constructor(socket: Socket, signal: AbortSignal) {
    this.#socket = socket
    this.#signal = signal
  }

  /** Bytes of the task so far. */
  get count(): number {
    return this.#count
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  async write(chunks: readonly Uint8Array[]): Promise<void> {
    this.#signal.throwIfAborted()
    if (!this.#isOpen) throw new InternalError('Cannot write a result: its task has ended')
    const written = this.#send(chunks.filter((chunk) => chunk.length > 0))
    written.catch(() => {})
    this.#pending = written
    await unlessAborted(written, this.#signal)
    if (performance.now() - this.#turnStart < turnMs) return
    await nextTurn()
    this.#turnStart = performance.now()
    this.#signal.throwIfAborted()
  }

  /** Resolves when all of it is written, so that a `done` never overtakes the bytes it counts. */
  async finish(): Promise<void> {
    await unlessAborted(this.#pending, this.#signal)
    this.close()
  }

  /** Takes no more. */
  close(): void {
    this.#isOpen = false
  }

  #send(chunks: readonly Uint8Array[]): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    if (chunks.length === 0) resolve()
    this.#socket.cork()
    for (const [at, chunk] of chunks.entries()) {
      this.#count += chunk.length
      const onWritten = (error?: Error | null) => (error ? reject(cutOff(error)) : resolve())
      this.#socket.write(chunk, at === chunks.length - 1 ? onWritten : undefined)
    }
    this.#socket.uncork()
    return promise
  }
}

function cutOff(cause: Error): WorkerError {
  const message = `Cannot write the result: its pipe was closed in the worker (${cause.message}); functions must leave fd ${resultFd} alone`
  return new WorkerError('protocol_error', message, { cause })
}
