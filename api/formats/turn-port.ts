// One end of a port at which both sides speak in turn: who has said something waits for the answer.

import type { MessagePort } from 'node:worker_threads'

/** @typeParam Answer - What the other end says. */
export class TurnPort<Answer> {
  readonly #port: MessagePort
  readonly #closed: Promise<never>

  constructor(port: MessagePort) {
    this.#port = port
    this.#closed = new Promise((_, reject) => {
      port.once('close', () => reject(new Error('The other end of the port is gone')))
    })
    this.#closed.catch(() => {})
  }

  send(message: unknown): void {
    this.#port.postMessage(message)
  }

  /** Sends a copy of bytes that somebody else may hold. */
  sendCopy(bytes: Uint8Array): void {
    const copy = new Uint8Array(bytes)
    this.#port.postMessage(copy, [copy.buffer])
  }

  /** What the other end says next. @throws {Error} When it is gone. */
  answer(): Promise<Answer> {
    return Promise.race([new Promise<Answer>((resolve) => this.#port.once('message', resolve)), this.#closed])
  }

  close(): void {
    this.#port.close()
  }
}
