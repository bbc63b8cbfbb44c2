// Results in formats other than Arrow's, written by a thread: a row may have a text or a list of many megabytes, and
// Parquet is written by row groups. Both take longer than the event loop may stand still.

import { MessageChannel, Worker } from 'node:worker_threads'
import { errorFromPlain, ResourceError } from '../../functions/errors.ts'
import { threadModule } from '../threads/thread-module.ts'
import type { FormatAnswer, FormatRequest } from './format-thread.ts'
import type { FormatParameters, ResultFormat } from './result-formats.ts'
import { TurnPort } from './turn-port.ts'

const MAX_HEAP_MB = 1024

/** Writes results in their formats, any number at a time. */
export class ResultEncoder implements AsyncDisposable {
  #thread: Promise<Worker> | undefined
  #isClosed = false

  /**
   * An Arrow stream in a format, at the pace of its reader.
   *
   * @throws {VolleyError} What the format has to refuse, or `size_limit`. What the stream throws comes through.
   */
  async *encode(
    format: ResultFormat,
    stream: AsyncIterable<Uint8Array>,
    parameters: FormatParameters,
  ): AsyncGenerator<Uint8Array, void> {
    if (format.isArrow) return yield* format.encode(stream, parameters)
    const { port1, port2 } = new MessageChannel()
    const port = new TurnPort<FormatAnswer>(port1)
    const input = stream[Symbol.asyncIterator]()
    try {
      const request: FormatRequest = { format: format.name, parameters, port: port2 }
      this.#thread ??= this.#start()
      const thread = await this.#thread
      thread.postMessage(request, [port2])
      for (;;) {
        if (this.#isClosed) throw unwritten(format, 'the server is shutting down')
        const answer = await port.answer().catch(() => {
          throw unwritten(format, this.#isClosed ? 'the server is shutting down' : 'it takes too much memory')
        })
        if (answer === 'end') return
        if (answer === 'more') {
          const { value, done } = await input.next()
          if (done === true) port.send('end')
          else port.sendCopy(value)
        } else if (answer instanceof Uint8Array) {
          yield answer
          port.send('more')
        } else {
          throw errorFromPlain(answer.error)
        }
      }
    } finally {
      port.close()
      await input.return?.()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    await (await this.#thread)?.terminate()
  }

  async #start(): Promise<Worker> {
    const thread = new Worker(await threadModule('formats/format-thread'), {
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    })
    // Ports keep the process alive while there is something to write, and tell when the thread has ended.
    thread.unref()
    thread.on('error', () => {})
    thread.on('exit', () => {
      this.#thread = undefined
    })
    return thread
  }
}

function unwritten({ name }: ResultFormat, why: string): ResourceError {
  return new ResourceError('size_limit', `Cannot write the result as ${name}: ${why}; ask for it as arrow`)
}
