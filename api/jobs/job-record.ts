// One job as others see it while it runs and for a while after: status, progress, what it printed last, how it ended.
// It records what happens and does nothing itself, except that it can be asked to end the job.

import { CancelledError, isVolleyError } from '../../functions/errors.ts'
import type { LogStream } from '../../runtime/backend.ts'
import type { JobProgress, JobReport, JobRetry } from '../../runtime/scheduler/job-metrics.ts'
import { type Problem, problemOf } from '../errors.ts'

/** How far a job has come. The last three are final. */
export type JobStatus = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'

/** A task's attempt that ended with its worker. */
export interface JobAttempt {
  /** Which of the job's tasks, from 0. */
  readonly task: number
  /** Which of the task's attempts, from 1. */
  readonly attempt: number
  /** The process id of the worker. */
  readonly pid?: number
  /** What became of it. */
  readonly error: Problem
}

/** What `GET /v1/jobs/:id` answers. */
export interface JobResource {
  /** The id that the client gave, or that the server made. */
  readonly id: string
  /** How far it has come. */
  readonly status: JobStatus
  /** When the job came in, as ISO 8601 in UTC. */
  readonly createdAt: string
  /** When it ended, however it did, as ISO 8601 in UTC. */
  readonly endedAt?: string
  /** Rows and tasks so far, once it is running. */
  readonly progress?: JobProgress
  /** Its tasks that were run again because their workers were lost; the latest 100. */
  readonly attempts: readonly JobAttempt[]
  /** The metrics, once it has succeeded. */
  readonly report?: JobReport
  /** What went wrong, once it has failed. */
  readonly error?: Problem
  /** The last of what its functions printed, 64 KiB at most, and how many bytes they printed in all. */
  readonly logs: { readonly text: string; readonly bytes: number }
}

const MAX_LOG_BYTES = 64 * 1024
const MAX_ATTEMPTS = 100

export class JobRecord {
  readonly id: string
  /** Resolves when the job has ended, however it ended. */
  readonly ended: Promise<void>
  /** Resolves when its reply has been sent, or its client has gone. */
  readonly answered: Promise<void>
  readonly #ended = Promise.withResolvers<void>()
  readonly #controller = new AbortController()
  readonly #createdAt = new Date()
  #status: JobStatus = 'queued'
  #endedAt: Date | undefined
  #progress: JobProgress | undefined
  #report: JobReport | undefined
  #error: Problem | undefined
  #log = Buffer.alloc(0)
  #logBytes = 0
  #attempts: readonly JobAttempt[] = []

  constructor(id: string, answered: Promise<void>) {
    this.id = id
    this.answered = answered
    this.ended = this.#ended.promise
  }

  /** Aborted when somebody wants the job to end. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get isOver(): boolean {
    return this.#endedAt !== undefined
  }

  /** Asks for the end of the job. */
  cancel(reason: CancelledError): void {
    this.#controller.abort(reason)
  }

  onProgress(progress: JobProgress): void {
    this.#status = this.isOver ? this.#status : 'running'
    this.#progress = progress
  }

  onLog(_stream: LogStream, bytes: Uint8Array): void {
    this.#logBytes += bytes.length
    this.#log = Buffer.concat([this.#log, bytes.subarray(-MAX_LOG_BYTES)]).subarray(-MAX_LOG_BYTES)
  }

  /** @param error - What clients get to see of the retry's error. */
  onRetry({ task, attempt, pid }: JobRetry, error: unknown): void {
    const lost = { task, attempt, ...(pid === undefined ? {} : { pid }), error: problemOf(error, this.id) }
    this.#attempts = [...this.#attempts, lost].slice(-MAX_ATTEMPTS)
  }

  succeed(report: JobReport): void {
    this.#report = report
    this.#progress = report
    this.#end('succeeded')
  }

  fail(error: unknown): void {
    if (this.isOver) return
    this.#error = problemOf(error, this.id)
    this.#end(isVolleyError(error) && error instanceof CancelledError ? 'cancelled' : 'failed')
  }

  toResource(): JobResource {
    return {
      id: this.id,
      status: this.#status,
      createdAt: this.#createdAt.toISOString(),
      ...(this.#endedAt === undefined ? {} : { endedAt: this.#endedAt.toISOString() }),
      ...(this.#progress === undefined ? {} : { progress: this.#progress }),
      attempts: this.#attempts,
      ...(this.#report === undefined ? {} : { report: this.#report }),
      ...(this.#error === undefined ? {} : { error: this.#error }),
      logs: { text: this.#log.toString(), bytes: this.#logBytes },
    }
  }

  #end(status: JobStatus): void {
    if (this.isOver) return
    this.#status = status
    this.#endedAt = new Date()
    this.#ended.resolve()
  }
}
