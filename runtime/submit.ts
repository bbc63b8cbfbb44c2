// The spine: one job's way from its plan to its result bytes. It knows job, plan, codec and backend; never the engine,
// never a worker.

import { CancelledError, isVolleyError, ResourceError, type VolleyError } from '../functions/errors.ts'
import type { Schema } from '../functions/types/type.ts'
import type { Backend, LogStream, TaskEvents, TaskRequest, TaskStats } from './backend.ts'
import type { CodecContext } from './codec/context.ts'
import { TaskEncoder } from './codec/task-codec.ts'
import type { Job, JobOptions } from './job.ts'
import { type OrderedEvents, orderedResults } from './ordered-results.ts'
import { type Plan, planJob } from './plan.ts'
import { narrowSource, openSource } from './source/source.ts'
import { Spool } from './spool.ts'
import type { Task } from './task.ts'

/** How far a job has come. */
export interface JobProgress {
  readonly rowsRead: number
  /** Rows of the source, where it tells before it is read. */
  readonly rowsTotal?: number
  readonly tasksDone: number
  readonly tasks: number
}

/** What a finished job amounts to. */
export interface JobReport extends JobProgress {
  /** Rows of the result. */
  readonly rows: number
  /** Bytes of the result stream. */
  readonly bytes: number
  readonly elapsedMs: number
  /** The processes that worked on it, in order of their first task. */
  readonly pids: readonly number[]
}

export interface JobEvents {
  onProgress?(progress: JobProgress): void
  /** What user functions printed. */
  onLog?(stream: LogStream, bytes: Uint8Array): void
}

export interface SubmitOptions extends JobOptions, JobEvents {
  readonly signal?: AbortSignal
  /** What functions are encoded under. Default: the sender context. */
  readonly context?: CodecContext
}

/** A job that is running, or will be as soon as its stream is read. */
export interface JobRun {
  /** The columns of the result. */
  readonly schema: Schema
  /** The result as an Arrow IPC stream, to be read once. Not reading it pauses the workers; leaving it ends the job. */
  readonly stream: AsyncIterable<Uint8Array>
  /** Settles when the stream has been read to its end, or failed. */
  readonly done: Promise<JobReport>
}

/**
 * Plans a job and gets it ready to run.
 *
 * @throws {VolleyError} Whatever is wrong with the job before a row is read: its expressions, its source, functions
 * that cannot travel. What goes wrong later is thrown by the stream, and by `done`.
 */
export async function submitJob(job: Job, backend: Backend, options: SubmitOptions = {}): Promise<JobRun> {
  const source = await openSource(job.source)
  const partitions = options.partitions ?? 4 * backend.concurrency
  const plan = planJob(job, source, { partitions, maxMemoryBytes: options.maxMemoryBytes })
  const encoder = new TaskEncoder(options.context)
  const requests = await Promise.all(plan.tasks.map(async (task) => request(await narrowTask(task), encoder, options)))
  const merge = plan.merge === undefined ? undefined : request(plan.merge, encoder, options)
  const ledger = new Ledger(plan, options)
  const done = Promise.withResolvers<JobReport>()
  done.promise.catch(() => {})

  async function* run(): AsyncGenerator<Uint8Array> {
    using limits = new JobLimits(options)
    let settled = false
    const partials = orderedResults(requests, backend, ledger, limits.signal)
    try {
      const results = merge === undefined ? partials : mergedResults(partials, merge, backend, ledger, limits.signal)
      for await (const chunk of results) {
        ledger.bytes += chunk.length
        yield chunk
      }
      settled = true
      done.resolve(ledger.report())
    } catch (error) {
      settled = true
      done.reject(error)
      throw error
    } finally {
      if (!settled) done.reject(new CancelledError('cancelled', 'The result was not read to its end'))
    }
  }
  return { schema: plan.schema, stream: run(), done: done.promise }
}

/** Collects the results of all tasks, then runs the merge over them. */
async function* mergedResults(
  partials: AsyncIterable<Uint8Array>,
  merge: TaskRequest,
  backend: Backend,
  ledger: Ledger,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  await using spool = new Spool()
  for await (const chunk of partials) await spool.write(chunk)
  yield* orderedResults([{ ...merge, input: spool }], backend, ledger.merging(), signal)
}

/** A task of a table in memory carries its own rows only. */
async function narrowTask(task: Task): Promise<Task> {
  const { source } = task
  return source.kind === 'merge'
    ? task
    : { ...task, source: { ...source, ...(await narrowSource(source.spec, source.partition)) } }
}

function request(task: Task, encoder: TaskEncoder, options: SubmitOptions): TaskRequest {
  return {
    ...encoder.encode(task),
    ...(options.isolation === undefined ? {} : { isolation: options.isolation }),
  }
}

/** What ends a job from outside: the caller's signal and its time limit, as one signal with a coded reason. */
class JobLimits implements Disposable {
  readonly signal: AbortSignal
  readonly #controller = new AbortController()
  readonly #timer: NodeJS.Timeout | undefined
  readonly #caller: AbortSignal | undefined
  readonly #stop = (): void => this.#controller.abort(cancelReason(this.#caller?.reason))

  constructor({ signal, timeoutMs }: SubmitOptions) {
    this.signal = this.#controller.signal
    this.#caller = signal
    if (signal?.aborted === true) this.#stop()
    signal?.addEventListener('abort', this.#stop, { once: true })
    if (timeoutMs !== undefined) {
      const late = new ResourceError(
        'timeout',
        `The job did not end within ${timeoutMs} ms: allow it more with timeoutMs`,
        {
          details: { timeoutMs },
        },
      )
      this.#timer = setTimeout(() => this.#controller.abort(late), timeoutMs)
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#caller?.removeEventListener('abort', this.#stop)
  }
}

function cancelReason(reason: unknown): VolleyError {
  if (isVolleyError(reason)) return reason
  return new CancelledError('cancelled', 'The job was cancelled', { cause: reason })
}

/** Adds up what the tasks tell. */
class Ledger implements OrderedEvents {
  bytes = 0
  readonly #plan: Plan
  readonly #events: JobEvents
  readonly #startedAt = performance.now()
  readonly #rowsRead: number[] = []
  readonly #pids = new Set<number>()
  #tasksDone = 0
  #rows = 0

  constructor(plan: Plan, events: JobEvents) {
    this.#plan = plan
    this.#events = events
  }

  taskEvents(index: number): TaskEvents {
    return {
      ...this.#commonEvents(),
      onProgress: (progress) => {
        this.#rowsRead[index] = progress.rowsRead ?? 0
        this.#tell()
      },
    }
  }

  onTaskDone(index: number, stats: TaskStats): void {
    this.#tasksDone++
    this.#rowsRead[index] = stats.rowsRead ?? 0
    if (this.#plan.merge === undefined) this.#rows += stats.rows
    this.#tell()
  }

  /** The same for the merge task: it reads no rows of the source, and its rows are the job's. */
  merging(): OrderedEvents {
    return {
      taskEvents: () => this.#commonEvents(),
      onTaskDone: (_index, stats) => {
        this.#tasksDone++
        this.#rows = stats.rows
        this.#tell()
      },
    }
  }

  report(): JobReport {
    const elapsedMs = performance.now() - this.#startedAt
    return { ...this.#progress(), rows: this.#rows, bytes: this.bytes, elapsedMs, pids: [...this.#pids] }
  }

  #commonEvents(): TaskEvents {
    return {
      onStart: (pid) => {
        this.#pids.add(pid)
      },
      onLog: (stream, bytes) => this.#events.onLog?.(stream, bytes),
    }
  }

  #tell(): void {
    this.#events.onProgress?.(this.#progress())
  }

  #progress(): JobProgress {
    const { tasks, merge, rowsTotal } = this.#plan
    return {
      rowsRead: this.#rowsRead.reduce((sum, rows) => sum + (rows ?? 0), 0),
      ...(rowsTotal === undefined ? {} : { rowsTotal }),
      tasksDone: this.#tasksDone,
      tasks: tasks.length + (merge === undefined ? 0 : 1),
    }
  }
}
