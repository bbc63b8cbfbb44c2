// A thread that writes results in their formats, several at a time. Each has a port of its own: Arrow bytes are asked for
// and come in, bytes of the format go out, never more than a reader is behind. A port that closes ends its result.

import { type MessagePort, parentPort } from 'node:worker_threads'
import { CancelledError, InternalError, type PlainError } from '../../functions/errors.ts'
import { ByteQueue } from '../../runtime/bytes/byte-queue.ts'
import { plainError } from '../threads/plain-error.ts'
import { type FormatParameters, resultFormats } from './result-formats.ts'

/** A result that is to be written. */
export interface FormatRequest {
  /** The name of its format. */
  readonly format: string
  readonly parameters: FormatParameters
  readonly port: MessagePort
}

/** What comes to a thread about a result: bytes of it, its end, how many bytes of the format have been taken. */
export type FormatInput =
  | { readonly kind: 'chunk'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }
  | { readonly kind: 'taken'; readonly bytes: number }

/** What a thread says about a result: that it wants more of it; bytes of the format; how it ended. */
export type FormatOutput =
  | { readonly kind: 'more' }
  | { readonly kind: 'chunk'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }
  | { readonly kind: 'error'; readonly error: PlainError }

/** Of a format, on their way to a reader. */
const AHEAD_BYTES = 256 * 1024

parentPort?.on('message', ({ format, parameters, port }: FormatRequest) => {
  const found = resultFormats.find(({ name }) => name === format)
  if (found === undefined) throw new InternalError(`There is no format "${format}"`)
  void answer(new Wire(port), (stream) => found.encode(stream, parameters))
})

async function answer(wire: Wire, encode: (stream: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>) {
  try {
    for await (const chunk of encode(wire.input())) await wire.give(chunk)
    wire.say({ kind: 'end' })
  } catch (error) {
    wire.say({ kind: 'error', error: plainError(error) })
  }
}

/** One result's port. */
class Wire {
  readonly #port: MessagePort
  readonly #input = new ByteQueue()
  #left: CancelledError | undefined
  #ahead = 0
  #taken: PromiseWithResolvers<void> | undefined

  constructor(port: MessagePort) {
    this.#port = port
    port.on('message', (message: FormatInput) => this.#receive(message))
    port.on('close', () => this.#leave())
  }

  async *input(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      this.say({ kind: 'more' })
      const chunk = await this.#input.next()
      if (chunk === undefined) return
      yield chunk
    }
  }

  /** Hands bytes over; waits while the reader is behind. @throws When nobody reads any more. */
  async give(chunk: Uint8Array): Promise<void> {
    const bytes = ownBytes(chunk)
    this.#ahead += bytes.length
    this.say({ kind: 'chunk', bytes }, [bytes.buffer])
    while (this.#ahead > AHEAD_BYTES && this.#left === undefined) {
      this.#taken = Promise.withResolvers()
      await this.#taken.promise
    }
    if (this.#left !== undefined) throw this.#left
  }

  say(message: FormatOutput, transfer: readonly ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer)
  }

  #receive(message: FormatInput): void {
    if (message.kind === 'chunk') this.#input.push(message.bytes)
    else if (message.kind === 'end') this.#input.end()
    else {
      this.#ahead -= message.bytes
      this.#taken?.resolve()
    }
  }

  #leave(): void {
    this.#left = new CancelledError('cancelled', 'The result is not read any further')
    this.#input.fail(this.#left)
    this.#taken?.resolve()
  }
}

/** Bytes in memory of their own, which can change hands. What shares its memory is copied. */
function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes
  return buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length
    ? new Uint8Array(buffer)
    : new Uint8Array(bytes)
}
