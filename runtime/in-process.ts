// The in-process backend: tasks run here, one after the other, through the same bytes as in a worker. For tests, tiny
// data, and sessions inside a worker, which must not fork workers of their own. User code runs in this process.

import type { CodecContext } from '../functions/contract/codec-context.ts'
import { CancelledError } from '../functions/errors.ts'
import type { Backend, RunOptions, TaskRequest, TaskRun, TaskStats } from './backend.ts'
import type { TaskIo } from './worker/task-io.ts'

export class InProcessBackend implements Backend {
  readonly concurrency = 1
  readonly #context: CodecContext | undefined

  /** @param context - What tasks are decoded under; its registrations stand for a worker context's. */
  constructor(context?: CodecContext) {
    this.#context = context
  }

  async run(request: TaskRequest, options: RunOptions): Promise<TaskRun> {
    // Loaded on first use: a parent that only forks never loads the engine.
    const { runTask } = await import('./worker/run-task.ts')
    const startedAt = performance.now()
    const channel = new Channel()
    const controller = new AbortController()
    const signal = AbortSignal.any([options.signal, controller.signal])
    const artifacts = new Map(request.artifacts?.map(({ hash, bytes }) => [hash, bytes]))
    let bytes = 0
    const io: TaskIo = {
      input: copiesOf(request.input?.read() ?? emptyInput()),
      artifact: (hash) => artifacts.get(hash),
      signal,
      write: async (chunks) => {
        for (const chunk of chunks) {
          bytes += chunk.length
          // The task reuses its memory once the write resolves: the reader gets a copy.
          await channel.write(chunk.slice(), signal)
        }
      },
      progress: (progress) => options.onProgress?.(progress),
    }
    options.onStart?.(process.pid)
    const done = runTask(request.task, io, this.#context).then(
      (report): TaskStats => {
        channel.end()
        return { ...report, bytes, elapsedMs: performance.now() - startedAt }
      },
      (error) => {
        channel.fail(error)
        throw error
      },
    )
    done.catch(() => {})
    const leave = (): void => controller.abort(new CancelledError('cancelled', 'The result is not read any further'))
    return { pid: process.pid, stream: channel.read(leave), done }
  }

  async close(): Promise<void> {}
}

async function* emptyInput(): AsyncGenerator<Uint8Array> {}

/** Batches share the memory of the chunks they are read from. */
async function* copiesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield Uint8Array.prototype.slice.call(chunk)
}

/** One chunk at a time from the task to its reader: the next is taken when the reader asks for it. */
class Channel {
  #chunk: Uint8Array | undefined
  #ended = false
  #failure: { readonly error: unknown } | undefined
  #filled = Promise.withResolvers<void>()
  #emptied = Promise.withResolvers<void>()

  async write(chunk: Uint8Array, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.#chunk = chunk
    this.#filled.resolve()
    const stop = Promise.withResolvers<never>()
    const abort = (): void => stop.reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    try {
      await Promise.race([this.#emptied.promise, stop.promise])
    } finally {
      signal.removeEventListener('abort', abort)
    }
    this.#emptied = Promise.withResolvers()
  }

  end(): void {
    this.#ended = true
    this.#filled.resolve()
  }

  fail(error: unknown): void {
    this.#failure = { error }
    this.#filled.resolve()
  }

  async *read(onLeave: () => void): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        await this.#filled.promise
        if (this.#failure !== undefined) throw this.#failure.error
        const chunk = this.#chunk
        if (chunk === undefined && this.#ended) return
        this.#chunk = undefined
        if (!this.#ended) this.#filled = Promise.withResolvers()
        if (chunk !== undefined) yield chunk
        this.#emptied.resolve()
      }
    } finally {
      if (!this.#ended) onLeave()
    }
  }
}
