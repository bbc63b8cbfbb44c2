// Framing of the control channel: the length of a text and of its content (32 bits each, little-endian), the text, which is
// JSON, and the content, bytes that belong to the message. Node's own IPC channel is not used because a child can crash its
// parent by writing garbage to it (docs/decisions/0011-result-channel.md). The reader never holds more than one message of
// bounded size.

import { WorkerError } from '../../functions/errors.ts'

/** No text is longer. */
export const maxMessageBytes = 1024 * 1024
/** No content is longer; what is long travels on fd 3 or fd 4. */
export const maxContentBytes = 256 * 1024

const headerBytes = 8
const noContent = new Uint8Array(0)

/** A message and the bytes that belong to it. */
export interface Frame {
  readonly message: unknown
  readonly content: Uint8Array
}

/** One message, ready to be written. */
export function encodeFrame(message: object, content: Uint8Array = noContent): Buffer {
  const text = JSON.stringify(message)
  const length = Buffer.byteLength(text)
  if (length > maxMessageBytes) {
    throw new WorkerError('protocol_error', `Cannot send a message of ${length} bytes: the limit is ${maxMessageBytes}`)
  }
  const frame = Buffer.allocUnsafe(headerBytes + length + content.length)
  frame.writeUInt32LE(length, 0)
  frame.writeUInt32LE(content.length, 4)
  frame.write(text, headerBytes)
  frame.set(content, headerBytes + length)
  return frame
}

/** Puts frames together from whatever pieces arrive; its memory is bounded, and so is its work per byte. */
export class FrameReader {
  readonly #header = Buffer.alloc(headerBytes)
  #headerFilled = 0
  #textLength = 0
  #body: Buffer | undefined
  #bodyFilled = 0

  /**
   * @param chunk - The next bytes of the channel.
   * @returns The messages completed by them, parsed but not validated.
   * @throws {WorkerError} `protocol_error` for a length over its limit or a text that is not JSON.
   */
  push(chunk: Uint8Array): Frame[] {
    const frames: Frame[] = []
    let at = 0
    while (at < chunk.length) {
      if (this.#body === undefined) {
        const taken = Math.min(headerBytes - this.#headerFilled, chunk.length - at)
        this.#header.set(chunk.subarray(at, at + taken), this.#headerFilled)
        this.#headerFilled += taken
        at += taken
        if (this.#headerFilled < headerBytes) return frames
        this.#textLength = checkLength(this.#header.readUInt32LE(0), 1, maxMessageBytes)
        const contentLength = checkLength(this.#header.readUInt32LE(4), 0, maxContentBytes)
        this.#body = Buffer.allocUnsafeSlow(this.#textLength + contentLength)
      }
      const taken = Math.min(this.#body.length - this.#bodyFilled, chunk.length - at)
      this.#body.set(chunk.subarray(at, at + taken), this.#bodyFilled)
      this.#bodyFilled += taken
      at += taken
      if (this.#bodyFilled < this.#body.length) return frames
      const message = parse(this.#body.toString('utf8', 0, this.#textLength))
      frames.push({ message, content: this.#body.subarray(this.#textLength) })
      this.#body = undefined
      this.#headerFilled = 0
      this.#bodyFilled = 0
    }
    return frames
  }
}

function checkLength(length: number, least: number, most: number): number {
  if (length >= least && length <= most) return length
  throw new WorkerError(
    'protocol_error',
    `Cannot read a message: its length is given as ${length}, allowed are ${least} to ${most} bytes`,
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new WorkerError('protocol_error', 'Cannot read a message: it is not JSON', { cause })
  }
}
