// How a task's results name the partition of the next stage they are for: runs of bytes, each behind a header with its
// partition and its length. Workers write the headers; the parent reads them and nothing else.

import { WorkerError } from '../../functions/errors.ts'

const HEADER_BYTES = 8

/** The header of `length` bytes for a partition: two little-endian 32-bit numbers. */
export function frameHeader(partition: number, length: number): Uint8Array {
  const header = new DataView(new ArrayBuffer(HEADER_BYTES))
  header.setUint32(0, partition, true)
  header.setUint32(4, length, true)
  return new Uint8Array(header.buffer)
}

/** Takes one task's results apart, however they are cut into chunks. */
export class PartitionFrameReader {
  readonly #partitions: number
  readonly #header = new Uint8Array(HEADER_BYTES)
  #headerBytes = 0
  #partition = 0
  #left = 0

  /** @param partitions - How many partitions there are. */
  constructor(partitions: number) {
    this.#partitions = partitions
  }

  /**
   * @returns The bytes in a chunk and the partitions they are for; they share the chunk's memory.
   * @throws {WorkerError} `protocol_error` when a header names no partition.
   */
  *push(chunk: Uint8Array): Generator<{ readonly partition: number; readonly bytes: Uint8Array }> {
    for (let at = 0; at < chunk.length; ) {
      if (this.#left === 0) {
        at += this.#readHeader(chunk.subarray(at))
        continue
      }
      const bytes = chunk.subarray(at, at + this.#left)
      at += bytes.length
      this.#left -= bytes.length
      yield { partition: this.#partition, bytes }
    }
  }

  /** @throws {WorkerError} `protocol_error` when the results end within a run. */
  end(): void {
    if (this.#left > 0 || this.#headerBytes > 0) throw refuse('they end in the middle of a partition')
  }

  #readHeader(bytes: Uint8Array): number {
    const taken = bytes.subarray(0, HEADER_BYTES - this.#headerBytes)
    this.#header.set(taken, this.#headerBytes)
    this.#headerBytes += taken.length
    if (this.#headerBytes < HEADER_BYTES) return taken.length
    const header = new DataView(this.#header.buffer)
    this.#headerBytes = 0
    this.#partition = header.getUint32(0, true)
    this.#left = header.getUint32(4, true)
    if (this.#partition >= this.#partitions)
      throw refuse(`they are for partition ${this.#partition} of ${this.#partitions}`)
    return taken.length
  }
}

const refuse = (why: string): WorkerError =>
  new WorkerError('protocol_error', `Cannot take a task's results apart: ${why}`)
