// How a task's results name the task of the next stage they are for: runs of bytes, each after a header with its part
// and its length. Workers write headers, the parent reads them and nothing else.

import { WorkerError } from '../functions/errors.ts'

const HEADER_BYTES = 8

/** The header of `length` bytes for a part: two little-endian 32-bit numbers. */
export function partHeader(part: number, length: number): Uint8Array {
  const header = new DataView(new ArrayBuffer(HEADER_BYTES))
  header.setUint32(0, part, true)
  header.setUint32(4, length, true)
  return new Uint8Array(header.buffer)
}

/** Takes one task's results apart, however they are cut into chunks. */
export class DealtReader {
  readonly #parts: number
  readonly #header = new Uint8Array(HEADER_BYTES)
  #headerBytes = 0
  #part = 0
  #left = 0

  /** @param parts - How many parts there are. */
  constructor(parts: number) {
    this.#parts = parts
  }

  /**
   * @returns The bytes in a chunk and the parts they are for; they share the chunk's memory.
   * @throws {WorkerError} `protocol_error` when a header names no part.
   */
  *push(chunk: Uint8Array): Generator<{ readonly part: number; readonly bytes: Uint8Array }> {
    for (let at = 0; at < chunk.length; ) {
      if (this.#left === 0) {
        at += this.#readHeader(chunk.subarray(at))
        continue
      }
      const bytes = chunk.subarray(at, at + this.#left)
      at += bytes.length
      this.#left -= bytes.length
      yield { part: this.#part, bytes }
    }
  }

  /** @throws {WorkerError} `protocol_error` when the results end within a run. */
  end(): void {
    if (this.#left > 0 || this.#headerBytes > 0) throw refuse('they end in the middle of a part')
  }

  #readHeader(bytes: Uint8Array): number {
    const taken = bytes.subarray(0, HEADER_BYTES - this.#headerBytes)
    this.#header.set(taken, this.#headerBytes)
    this.#headerBytes += taken.length
    if (this.#headerBytes < HEADER_BYTES) return taken.length
    const header = new DataView(this.#header.buffer)
    this.#headerBytes = 0
    this.#part = header.getUint32(0, true)
    this.#left = header.getUint32(4, true)
    if (this.#part >= this.#parts) throw refuse(`they are for part ${this.#part} of ${this.#parts}`)
    return taken.length
  }
}

const refuse = (why: string): WorkerError =>
  new WorkerError('protocol_error', `Cannot take a task's results apart: ${why}`)
