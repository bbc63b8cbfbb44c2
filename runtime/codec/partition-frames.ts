// How a task's results name the task of the next stage they are for: runs of bytes, each after a header with its share
// and its length. Workers write headers, the parent reads them and nothing else.

import { WorkerError } from '../../functions/errors.ts'

const HEADER_BYTES = 8

/** The header of `length` bytes for a share: two little-endian 32-bit numbers. */
export function shareHeader(share: number, length: number): Uint8Array {
  const header = new DataView(new ArrayBuffer(HEADER_BYTES))
  header.setUint32(0, share, true)
  header.setUint32(4, length, true)
  return new Uint8Array(header.buffer)
}

/** Takes one task's results apart, however they are cut into chunks. */
export class DealtReader {
  readonly #shares: number
  readonly #header = new Uint8Array(HEADER_BYTES)
  #headerBytes = 0
  #share = 0
  #left = 0

  /** @param shares - How many shares there are. */
  constructor(shares: number) {
    this.#shares = shares
  }

  /**
   * @returns The bytes in a chunk and the shares they are for; they share the chunk's memory.
   * @throws {WorkerError} `protocol_error` when a header names no share.
   */
  *push(chunk: Uint8Array): Generator<{ readonly share: number; readonly bytes: Uint8Array }> {
    for (let at = 0; at < chunk.length; ) {
      if (this.#left === 0) {
        at += this.#readHeader(chunk.subarray(at))
        continue
      }
      const bytes = chunk.subarray(at, at + this.#left)
      at += bytes.length
      this.#left -= bytes.length
      yield { share: this.#share, bytes }
    }
  }

  /** @throws {WorkerError} `protocol_error` when the results end within a run. */
  end(): void {
    if (this.#left > 0 || this.#headerBytes > 0) throw refuse('they end in the middle of a share')
  }

  #readHeader(bytes: Uint8Array): number {
    const taken = bytes.subarray(0, HEADER_BYTES - this.#headerBytes)
    this.#header.set(taken, this.#headerBytes)
    this.#headerBytes += taken.length
    if (this.#headerBytes < HEADER_BYTES) return taken.length
    const header = new DataView(this.#header.buffer)
    this.#headerBytes = 0
    this.#share = header.getUint32(0, true)
    this.#left = header.getUint32(4, true)
    if (this.#share >= this.#shares) throw refuse(`they are for share ${this.#share} of ${this.#shares}`)
    return taken.length
  }
}

const refuse = (why: string): WorkerError =>
  new WorkerError('protocol_error', `Cannot take a task's results apart: ${why}`)
