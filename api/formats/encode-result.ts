// Results in formats other than Arrow's, written by threads: a row may have a text or a list of many megabytes, and Parquet
// is written by row groups. Both take longer than the event loop may stand still. Never more of a result is on its way than
// its reader is behind; who leaves ends it; a thread that ends fails what it had.

import { availableParallelism } from 'node:os'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { CancelledError, errorFromPlain, InternalError, type VolleyError } from '../../functions/errors.ts'
import { ByteQueue } from '../../runtime/bytes/byte-queue.ts'
import { threadModule } from '../threads/thread-module.ts'
import type { FormatInput, FormatOutput, FormatRequest } from './format-thread.ts'
import type { FormatParameters, ResultFormat } from './result-formats.ts'

/** A thread, and how the results that it has are told of its end. */
interface FormatThread {
  readonly worker: Worker
  readonly failures: Set<(error: VolleyError) => void>
}

/** Writes results in their formats, any number at a time. */
export class ResultEncoder implements AsyncDisposable {
  readonly #maxThreads: number
  #threads: readonly FormatThread[] = []
  #isClosed = false

  /** @param maxThreads - They write what workers read: half of the cores keep up with the rest. */
  constructor(maxThreads = Math.max(1, Math.min(4, availableParallelism() >> 1))) {
    this.#maxThreads = maxThreads
  }

  /**
   * An Arrow stream in a format, at the pace of its reader.
   *
   * @throws {VolleyError} What the format has to refuse; `closed`. What the stream throws comes through.
   */
  async *encode(
    format: ResultFormat,
    stream: AsyncIterable<Uint8Array>,
    parameters: FormatParameters,
  ): AsyncGenerator<Uint8Array, void> {
    if (format.isArrow) return yield* format.encode(stream, parameters)
    const input = stream[Symbol.asyncIterator]()
    const { port1, port2 } = new MessageChannel()
    const output = new ByteQueue((bytes) => send(port1, { kind: 'taken', bytes }))
    const fail = (error: unknown): void => output.fail(error)
    port1.on('message', (message: FormatOutput) => {
      if (message.kind === 'more') sendNext(input, port1).catch(fail)
      else if (message.kind === 'chunk') output.push(message.bytes)
      else if (message.kind === 'end') output.end()
      else fail(errorFromPlain(message.error))
    })
    let thread: FormatThread | undefined
    try {
      thread = this.#leastBusy(await threadModule('formats/format-thread'))
      thread.failures.add(fail)
      thread.worker.ref()
      thread.worker.postMessage({ format: format.name, parameters, port: port2 } satisfies FormatRequest, [port2])
      for (let chunk = await output.next(); chunk !== undefined; chunk = await output.next()) yield chunk
    } finally {
      thread?.failures.delete(fail)
      if (thread?.failures.size === 0) thread.worker.unref()
      port1.close()
      await input.return?.()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()))
  }

  #leastBusy(module: URL): FormatThread {
    if (this.#isClosed) throw shuttingDown()
    const [idlest] = this.#threads.toSorted((a, b) => a.failures.size - b.failures.size)
    const isFree = idlest?.failures.size === 0 || this.#threads.length === this.#maxThreads
    return idlest !== undefined && isFree ? idlest : this.#start(module)
  }

  #start(module: URL): FormatThread {
    // Its heap has no limit of its own: a value of hundreds of megabytes that goes beyond it would end the process.
    const worker = new Worker(module)
    const thread: FormatThread = { worker, failures: new Set() }
    const end = (error: VolleyError): void => {
      this.#threads = this.#threads.filter((other) => other !== thread)
      for (const fail of thread.failures) fail(error)
    }
    worker.on('error', (cause) => end(new InternalError('The thread that writes results has failed', { cause })))
    worker.on('exit', () => end(shuttingDown()))
    this.#threads = [...this.#threads, thread]
    return thread
  }
}

async function sendNext(input: AsyncIterator<Uint8Array>, port: MessagePort): Promise<void> {
  const next = await input.next()
  if (next.done === true) return send(port, { kind: 'end' })
  // Others may read the same bytes: these are a copy, which changes hands.
  const bytes = new Uint8Array(next.value)
  send(port, { kind: 'chunk', bytes }, [bytes.buffer])
}

function send(port: MessagePort, message: FormatInput, transfer: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, transfer)
}

const shuttingDown = (): CancelledError => new CancelledError('closed', 'The server is shutting down')
