// A backend whose tasks the test drives: they write, end and fail when it says so.

import type { Backend, TaskOptions, TaskRequest, TaskRun, TaskStats } from '../../runtime/backend.ts'

const stats: TaskStats = { rows: 1, batches: 1, bytes: 1, elapsedMs: 1 }
/** One task under the test's control. */
export class DrivenTask {
  readonly name: string
  readonly signal: AbortSignal
  readonly request: TaskRequest
  readonly #done = Promise.withResolvers<TaskStats>()
  #chunks: (Uint8Array | undefined)[] = []
  #more = Promise.withResolvers<void>()
  /** Chunks that the consumer has taken over. */
  taken = 0

  constructor(request: TaskRequest, signal: AbortSignal) {
    this.request = request
    this.name = Buffer.from(request.task).toString()
    this.signal = signal
    this.#done.promise.catch(() => {})
    signal.addEventListener('abort', () => this.fail(signal.reason))
  }
  write(...chunks: readonly Uint8Array[]): void {
    this.#chunks.push(...chunks)
    this.#more.resolve()
  }
  end(rows = 1): void {
    this.#chunks.push(undefined)
    this.#more.resolve()
    this.#done.resolve({ ...stats, rows })
  }
  fail(error: unknown): void {
    this.#done.reject(error)
    this.#more.resolve()
  }
  get run(): TaskRun {
    return { pid: 1, stream: this.#stream(), done: this.#done.promise }
  }
  async *#stream(): AsyncGenerator<Uint8Array> {
    for (;;) {
      while (this.#chunks.length > 0) {
        const chunk = this.#chunks.shift()
        if (chunk === undefined) return
        this.taken++
        yield chunk
      }
      await Promise.race([this.#more.promise, this.#done.promise])
      this.#more = Promise.withResolvers()
    }
  }
}

export class DrivenBackend implements Backend {
  readonly concurrency: number
  readonly tasks: DrivenTask[] = []
  constructor(concurrency: number) {
    this.concurrency = concurrency
  }
  async run(request: TaskRequest, options: TaskOptions): Promise<TaskRun> {
    options.signal.throwIfAborted()
    const task = new DrivenTask(request, options.signal)
    this.tasks.push(task)
    return task.run
  }
  async close(): Promise<void> {}
  get started(): string {
    return this.tasks.map(({ name }) => name).join('')
  }
}

/** Lets everything that is ready run. */
export async function turns(count = 20): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** Requests named `a`, `b`, … */
export const namedRequests = (count: number, from = 'a'): readonly TaskRequest[] =>
  Array.from({ length: count }, (_, i) => ({ task: Buffer.from(String.fromCharCode(from.charCodeAt(0) + i)) }))
