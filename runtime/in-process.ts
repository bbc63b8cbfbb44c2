// The in-process backend: tasks run here, one after the other, through the same bytes as in a worker. For tests, tiny
// data, and sessions inside a worker, which must not fork workers of their own. User code runs in this process.

import type { CodecContext } from '../functions/contract/codec-context.ts'
import { CancelledError } from '../functions/errors.ts'
import type { Backend, TaskOptions, TaskRequest, TaskRun, TaskStats } from './backend.ts'
import { ByteQueue } from './bytes/byte-queue.ts'
import { unlessAborted } from './bytes/unless-aborted.ts'
import { TraceFile } from './trace/trace-file.ts'
import type { TaskIo } from './worker/task-io.ts'

export class InProcessBackend implements Backend {
  readonly concurrency = 1
  /** The timeline, if there is to be one. */
  readonly trace: TraceFile | undefined
  readonly #context: CodecContext | undefined

  /**
   * @param context - What tasks are decoded under; its registrations stand for a worker context's.
   * @param trace - File for a timeline.
   */
  constructor(context?: CodecContext, trace?: string | URL) {
    this.#context = context
    this.trace = trace === undefined ? undefined : TraceFile.open(trace)
  }

  async run(request: TaskRequest, options: TaskOptions): Promise<TaskRun> {
    // Loaded on first use: a parent that only forks never loads the engine.
    const { runTask } = await import('./worker/run-task.ts')
    const startedAt = performance.now()
    const result = new InProcessResult()
    const controller = new AbortController()
    const signal = AbortSignal.any([options.signal, controller.signal])
    const artifacts = new Map(request.artifacts?.map(({ hash, bytes }) => [hash, bytes]))
    const io: TaskIo = {
      input: copiesOf(request.input?.read() ?? emptyInput()),
      artifact: (hash) => artifacts.get(hash),
      signal,
      write: async (chunks) => {
        // The task reuses its memory once the write resolves: the reader gets a copy.
        for (const chunk of chunks) await result.write(chunk.slice(), signal)
      },
      progress: (progress) => options.onProgress?.(progress),
      trace: this.trace,
    }
    options.onStart?.(process.pid)
    const done = runTask(request.task, io, this.#context).then(
      (report): TaskStats => {
        result.end()
        return { ...report, bytes: result.bytes, elapsedMs: performance.now() - startedAt }
      },
      (error) => {
        result.fail(error)
        throw error
      },
    )
    done.catch(() => {})
    const leave = (): void => controller.abort(new CancelledError('cancelled', 'The result is not read any further'))
    return { pid: process.pid, stream: result.read(leave), done }
  }

  async close(): Promise<void> {
    await this.trace?.close()
  }
}

async function* emptyInput(): AsyncGenerator<Uint8Array> {}

/** Batches share the memory of the chunks they are read from. */
async function* copiesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield Uint8Array.prototype.slice.call(chunk)
}

/** A task's result: each chunk waits for the reader to take it, and the task waits with it. */
class InProcessResult {
  readonly #queue = new ByteQueue(() => this.#taken.resolve())
  #taken = Promise.withResolvers<void>()
  #bytes = 0

  /** How many bytes were written so far. */
  get bytes(): number {
    return this.#bytes
  }

  async write(chunk: Uint8Array, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.#bytes += chunk.length
    this.#taken = Promise.withResolvers()
    this.#queue.push(chunk)
    await unlessAborted(this.#taken.promise, signal)
  }

  end(): void {
    this.#queue.end()
  }

  fail(error: unknown): void {
    this.#queue.fail(error)
  }

  async *read(onLeave: () => void): AsyncGenerator<Uint8Array> {
    try {
      for (let chunk = await this.#queue.next(); chunk !== undefined; chunk = await this.#queue.next()) yield chunk
    } finally {
      if (!this.#queue.isDrained) onLeave()
    }
  }
}
