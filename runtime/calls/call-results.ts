// What imap gives: the results of a CallStream one by one, as an async iterator that can be left at any time.

import type { CallStream } from './call-stream.ts'

export class CallResults<Result> implements AsyncIteratorObject<Result, undefined> {
  readonly #stream: CallStream<unknown>
  #made: Iterator<unknown> = [].values()
  #turn: Promise<unknown> = Promise.resolve()
  #hasEnded = false

  constructor(stream: CallStream<unknown>) {
    this.#stream = stream
  }

  /** Those who ask at the same time are answered one after the other. */
  next(): Promise<IteratorResult<Result, undefined>> {
    const next = this.#turn.then(() => this.#next())
    this.#turn = next.catch(() => {})
    return next
  }

  /** Ends the calls at once, even while a result is waited for. */
  async return(): Promise<IteratorReturnResult<undefined>> {
    if (!this.#hasEnded) {
      this.#hasEnded = true
      await this.#stream.end()
    }
    return done
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  async #next(): Promise<IteratorResult<Result, undefined>> {
    while (!this.#hasEnded) {
      const { done: isUsedUp, value } = this.#made.next()
      if (isUsedUp !== true) return { done: false, value: value as Result }
      const made = await this.#take()
      this.#hasEnded ||= made === undefined
      this.#made = (made?.results ?? []).values()
    }
    return done
  }

  async #take() {
    try {
      return await this.#stream.take()
    } catch (error) {
      this.#hasEnded = true
      throw error
    }
  }
}

const done: IteratorReturnResult<undefined> = { done: true, value: undefined }
