// Framing of the control channel: a 32-bit little-endian length, then that many bytes of JSON.
// Node's own IPC channel is not used because a child can crash its parent by writing garbage to it
// (docs/decisions/0011-result-channel.md). The reader never holds more than one message of bounded size.

import { WorkerError } from '../../functions/errors.ts'

/** No control message is longer; what is long travels on fd 3 or fd 4. */
export const maxMessageBytes = 1024 * 1024

const headerBytes = 4

/** One message, ready to be written. */
export function encodeFrame(message: object): Buffer {
  const text = JSON.stringify(message)
  const length = Buffer.byteLength(text)
  if (length > maxMessageBytes) {
    throw new WorkerError('protocol_error', `Cannot send a message of ${length} bytes: the limit is ${maxMessageBytes}`)
  }
  const frame = Buffer.allocUnsafe(headerBytes + length)
  frame.writeUInt32LE(length, 0)
  frame.write(text, headerBytes)
  return frame
}

/** Puts frames together from whatever pieces arrive; its memory is bounded, and so is its work per byte. */
export class FrameReader {
  readonly #header = Buffer.alloc(headerBytes)
  #headerFilled = 0
  #body: Buffer | undefined
  #bodyFilled = 0

  /**
   * @param chunk - The next bytes of the channel.
   * @returns The messages completed by them, parsed but not validated.
   * @throws {WorkerError} `protocol_error` for a length over the limit or a body that is not JSON.
   */
  push(chunk: Uint8Array): unknown[] {
    const messages: unknown[] = []
    let at = 0
    while (at < chunk.length) {
      if (this.#body === undefined) {
        const taken = Math.min(headerBytes - this.#headerFilled, chunk.length - at)
        this.#header.set(chunk.subarray(at, at + taken), this.#headerFilled)
        this.#headerFilled += taken
        at += taken
        if (this.#headerFilled < headerBytes) return messages
        this.#body = Buffer.allocUnsafe(checkLength(this.#header.readUInt32LE(0)))
      }
      const taken = Math.min(this.#body.length - this.#bodyFilled, chunk.length - at)
      this.#body.set(chunk.subarray(at, at + taken), this.#bodyFilled)
      this.#bodyFilled += taken
      at += taken
      if (this.#bodyFilled < this.#body.length) return messages
      const text = this.#body.toString()
      this.#body = undefined
      this.#headerFilled = 0
      this.#bodyFilled = 0
      messages.push(parse(text))
    }
    return messages
  }
}

function checkLength(length: number): number {
  if (length > 0 && length <= maxMessageBytes) return length
  throw new WorkerError(
    'protocol_error',
    `Cannot read a message: its length is given as ${length}, allowed are 1 to ${maxMessageBytes} bytes`,
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new WorkerError('protocol_error', 'Cannot read a message: it is not JSON', { cause })
  }
}
