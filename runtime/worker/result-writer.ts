// The writing end of fd 3. It counts what each task writes, because the count is what tells the pool where one
// task's bytes end. Nothing but the running task's result may ever be written here, so every task writes through an
// object of its own, which is of no use after its end. A result that is small and soon complete is not written here at all:
// it goes along with the message that the task is done, which is one channel less to wait for.

import { fstatSync } from 'node:fs'
import { Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { InternalError, WorkerError } from '../../functions/errors.ts'
import { unlessAborted } from '../bytes/unless-aborted.ts'
import { resultFd } from '../pool/protocol.ts'

/** How long a task may keep the event loop to itself before a write lets control messages in. */
const turnMs = 10
/** What a result may have at most, for its beginning to be held back: it is copied. */
const maxHeldBytes = 64 * 1024
/** How long the beginning of a result waits for its end. */
const holdMs = 2

/** Opens fd 3, once for all tasks. */
export function openResults(): Socket {
  const socket = new Socket({ fd: resultFd, readable: false, writable: true })
  // A pool that is gone closes the control channel as well; that ends the process.
  return socket.on('error', () => {})
}

const noBytes = new Uint8Array(0)

export class ResultWriter {
  readonly #socket: Socket
  readonly #signal: AbortSignal
  #written = 0
  #isOpen = true
  /** Copies of the first chunks, until there are too many of them or they have waited too long. */
  #held: Uint8Array[] | undefined = []
  #heldBytes = 0
  #timer: NodeJS.Timeout | undefined
  #pending: Promise<void> = Promise.resolve()
  #turnStart = performance.now()

  constructor(socket: Socket, signal: AbortSignal) {
    this.#socket = socket
    this.#signal = signal
  }

  /** Bytes of the task so far. */
  get count(): number {
    return this.#written + this.#heldBytes
  }

  /** How many of them were put on fd 3. */
  get written(): number {
    return this.#written
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  async write(chunks: readonly Uint8Array[]): Promise<void> {
    this.#signal.throwIfAborted()
    if (!this.#isOpen) throw new InternalError('Cannot write a result: its task has ended')
    if (!this.#hold(chunks)) {
      this.#release()
      await unlessAborted(this.#send(chunks), this.#signal)
    }
    if (performance.now() - this.#turnStart < turnMs) return
    await nextTurn()
    this.#turnStart = performance.now()
    this.#signal.throwIfAborted()
  }

  /**
   * Resolves when all of it is written, so that a `done` never overtakes the bytes it counts.
   *
   * @returns The whole result, if none of it was written.
   */
  async finish(): Promise<Uint8Array> {
    const held = this.#held
    await unlessAborted(this.#pending, this.#signal)
    if (held !== undefined && !isResultPipeOpen()) throw cutOff()
    this.close()
    return held === undefined ? noBytes : Buffer.concat(held)
  }

  /** Takes no more; what was held is dropped. */
  close(): void {
    clearTimeout(this.#timer)
    this.#isOpen = false
  }

  /** Keeps chunks back, if they may still come to be all there is. */
  #hold(chunks: readonly Uint8Array[]): boolean {
    if (this.#held === undefined) return false
    const bytes = chunks.reduce((sum, { length }) => sum + length, 0)
    if (this.#heldBytes + bytes > maxHeldBytes) return false
    this.#timer ??= setTimeout(() => this.#release(), holdMs)
    for (const chunk of chunks) this.#held.push(Uint8Array.from(chunk))
    this.#heldBytes += bytes
    return true
  }

  #release(): void {
    clearTimeout(this.#timer)
    const held = this.#held ?? []
    this.#held = undefined
    this.#heldBytes = 0
    if (held.length > 0) void this.#send(held)
  }

  #send(chunks: readonly Uint8Array[]): Promise<void> {
    const written = this.#write(chunks.filter((chunk) => chunk.length > 0))
    written.catch(() => {})
    this.#pending = written
    return written
  }

  #write(chunks: readonly Uint8Array[]): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    if (chunks.length === 0) resolve()
    this.#socket.cork()
    for (const [at, chunk] of chunks.entries()) {
      this.#written += chunk.length
      const onWritten = (error?: Error | null) => (error ? reject(cutOff(error)) : resolve())
      this.#socket.write(chunk, at === chunks.length - 1 ? onWritten : undefined)
    }
    this.#socket.uncork()
    return promise
  }
}

/** What fd 3 was when this process started: only its inode tells it from a file that came to have its number. */
const resultPipe = identityOf(resultFd)

/** A function that closed it fails itself, also where its result would not have gone there, and not the next task. */
export const isResultPipeOpen = (): boolean => resultPipe !== undefined && identityOf(resultFd) === resultPipe

function identityOf(fd: number): string | undefined {
  try {
    const { dev, ino } = fstatSync(fd)
    return `${dev}:${ino}`
  } catch {
    return undefined
  }
}

function cutOff(cause?: Error): WorkerError {
  const reason = cause === undefined ? '' : ` (${cause.message})`
  const message = `Cannot write the result: its pipe was closed in the worker${reason}; functions must leave fd ${resultFd} alone`
  return new WorkerError('protocol_error', message, { cause })
}
