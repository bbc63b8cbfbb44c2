// The reading end of fd 4: whole artifacts and tasks by length, then a task's input in chunks up to the end mark.
// The pipe outlives the task, so nothing here may read past a task's end or leave any of it unread.

import { Socket } from 'node:net'
import { WorkerError } from '../../functions/errors.ts'
import { ByteQueue } from '../bytes/byte-queue.ts'
import { readIntoSlabs } from '../bytes/slab-reader.ts'
import { inputFd, type Placement } from '../pool/protocol.ts'

const maxBufferedBytes = 256 * 1024
const headerBytes = 4

export class InputReader {
  readonly #socket: Socket
  readonly #queue = new ByteQueue(() => this.#resumeIfEmpty())
  /** Bytes of the current chunk not yet read. */
  #left = 0
  #endMark = false
  #turn = 0

  constructor() {
    const onread = readIntoSlabs((chunk) => {
      this.#queue.push(chunk)
      if (this.#queue.bytes > maxBufferedBytes) this.#socket.pause()
    })
    this.#socket = new Socket({ fd: inputFd, readable: true, writable: false, onread })
    const end = () => this.#queue.end()
    this.#socket.on('end', end).on('close', end).on('error', end)
  }

  /** The bytes that belong to a message: those of its frame, or so many that are next on fd 4. */
  async content(placement: Placement, inFrame: Uint8Array): Promise<Uint8Array> {
    return placement === 'in-frame' ? inFrame : this.#take(placement)
  }

  /** Reads exactly `length` bytes. */
  async #take(length: number): Promise<Uint8Array> {
    const chunks: Uint8Array[] = []
    for (let missing = length; missing > 0; ) {
      const chunk = await this.#next(missing)
      chunks.push(chunk)
      missing -= chunk.length
    }
    return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length)
  }

  /** The chunks of the next task's input; of no use after that task. Call `skip` at its end in any case. */
  begin(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    this.#left = 0
    this.#endMark = false
    this.#turn += 1
    return this.#input(this.#turn, signal)
  }

  async *#input(turn: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    for (;;) {
      signal.throwIfAborted()
      const chunk = turn === this.#turn ? await this.#nextOfInput() : undefined
      if (chunk === undefined) return
      yield chunk
    }
  }

  /** Discards what a task left of its input. */
  async skip(): Promise<void> {
    this.#turn += 1
    while ((await this.#nextOfInput()) !== undefined) {}
  }

  async #nextOfInput(): Promise<Uint8Array | undefined> {
    if (this.#endMark) return undefined
    if (this.#left === 0) {
      this.#left = Buffer.from(await this.#take(headerBytes)).readUInt32LE(0)
      this.#endMark = this.#left === 0
      if (this.#endMark) return undefined
    }
    const chunk = await this.#next(this.#left)
    this.#left -= chunk.length
    return chunk
  }

  async #next(maxBytes: number): Promise<Uint8Array> {
    this.#resumeIfEmpty()
    const chunk = await this.#queue.next(maxBytes)
    if (chunk === undefined) throw new WorkerError('protocol_error', 'Cannot read the task: its channel has ended')
    return chunk
  }

  #resumeIfEmpty(): void {
    if (this.#queue.bytes === 0) this.#socket.resume()
  }
}
