// One job as others see it while it runs: status, progress, attempts, what it printed last, how it ended. It records what
// happens and does nothing itself, except that it can be asked to end the job.

import { CancelledError, isVolleyError } from '../../functions/errors.ts'
import type { LogStream } from '../../runtime/backend.ts'
import type { JobProgress, JobReport, JobRetry } from '../../runtime/scheduler/job-metrics.ts'
import { type Problem, problemOf } from '../errors.ts'
import { resultFormats } from '../formats/result-formats.ts'
import type { ResultIndex } from '../spool/result-index.ts'
import type { SpooledResult } from '../spool/spooled-result.ts'
import type { Upload } from '../uploads/uploads.ts'
import { JobEvents } from './job-events.ts'

/** How far a job has come. The last three are final. */
export type JobStatus = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'

/** All of them. */
export const jobStatuses: readonly JobStatus[] = ['queued', 'running', 'succeeded', 'failed', 'cancelled']

/** Whether a job has ended. */
export const isFinal = (status: JobStatus): boolean => status !== 'queued' && status !== 'running'

/** A task's attempt that ended with its worker. */
export interface JobAttempt {
  /** Which of the job's tasks, from 0. */
  readonly task: number
  /** Which of the task's attempts, from 1. */
  readonly attempt: number
  /** The process id of the worker. */
  readonly pid?: number
  /** When the worker took it, as ISO 8601 in UTC. */
  readonly startedAt: string
  /** When it was found to be lost, as ISO 8601 in UTC. */
  readonly endedAt: string
  /** What became of it. */
  readonly error: Problem
}

/** A result that the server keeps. */
export interface StoredResult {
  /** The media types that it can be had in. */
  readonly formats: readonly string[]
  /** As an Arrow stream. */
  readonly bytes: number
  /** Record batches, for `fromBatch`. */
  readonly batches: number
  /** How many rows it has. */
  readonly rows: number
  /** Until when it is kept, as ISO 8601 in UTC. */
  readonly expiresAt: string
}

/** What `GET /v1/jobs/:id` answers. */
export interface JobResource {
  /** The id that the client gave, or that the server made. */
  readonly id: string
  /** Whose token it came with. */
  readonly owner: string
  /** How far it has come. */
  readonly status: JobStatus
  /** When the job came in, as ISO 8601 in UTC. */
  readonly createdAt: string
  /** When its first task could run, as ISO 8601 in UTC. */
  readonly startedAt?: string
  /** When it ended, however it did, as ISO 8601 in UTC. */
  readonly endedAt?: string
  /** Rows and tasks so far, once it is running. */
  readonly progress?: JobProgress
  /** How often it has been begun: more than once where the server was restarted. */
  readonly runs: number
  /** Its tasks that were run again because their workers were lost; the latest 100. */
  readonly attempts: readonly JobAttempt[]
  /** The metrics, once it has succeeded. */
  readonly report?: JobReport
  /** What went wrong, once it has failed. */
  readonly error?: Problem
  /** Its result, once it has succeeded and while it is kept. */
  readonly result?: StoredResult
  /** The last of what its functions printed, 64 KiB at most, and how many bytes they printed in all. */
  readonly logs: { readonly text: string; readonly bytes: number }
}

/** What a record begins with. */
export interface JobIdentity {
  readonly id: string
  readonly owner: string
  readonly createdAt: Date
  /** How often it has been begun, this time included. */
  readonly runs: number
  /** How long its reader may pause, if it says so. */
  readonly idleTimeoutMs?: number | undefined
  /** The request that it came with; absent where an earlier process had that. */
  readonly requestId?: string | undefined
  /** What came with it. */
  readonly upload?: Upload | undefined
}

const MAX_LOG_BYTES = 64 * 1024
const MAX_ATTEMPTS = 100

export class JobRecord {
  readonly id: string
  readonly owner: string
  readonly createdAt: Date
  /** How long its reader may pause, if it says so. */
  readonly idleTimeoutMs: number | undefined
  readonly requestId: string | undefined
  /** What came with it. */
  readonly upload: Upload | undefined
  readonly events: JobEvents
  /** Where its rows go. */
  readonly result: SpooledResult
  /** Resolves when the job has ended, however it ended. */
  readonly ended: Promise<void>
  readonly #ended = Promise.withResolvers<void>()
  readonly #controller = new AbortController()
  readonly #runs: number
  #attempts: readonly JobAttempt[] = []
  #status: JobStatus = 'queued'
  #startedAt: Date | undefined
  readonly #madeMs = performance.now()
  #begunMs: number | undefined
  #endedMs = Number.NaN
  #endedAt: Date | undefined
  #progress: JobProgress | undefined
  #report: JobReport | undefined
  #error: Problem | undefined
  #stored: StoredResult | undefined
  #log = Buffer.alloc(0)
  #logBytes = 0

  constructor({ id, owner, createdAt, runs, idleTimeoutMs, requestId, upload }: JobIdentity, result: SpooledResult) {
    this.id = id
    this.owner = owner
    this.createdAt = createdAt
    this.idleTimeoutMs = idleTimeoutMs
    this.requestId = requestId
    this.upload = upload
    this.result = result
    this.ended = this.#ended.promise
    this.#runs = runs
    this.events = JobEvents.ofRun(runs)
    this.events.add('status', { status: this.#status })
  }

  get status(): JobStatus {
    return this.#status
  }

  /** How long it waited and ran, in milliseconds, whatever the clock was set to meanwhile; of one that has ended. */
  get times(): { readonly queuedMs: number; readonly ranMs: number } {
    const begun = this.#begunMs ?? this.#endedMs
    return { queuedMs: begun - this.#madeMs, ranMs: this.#endedMs - begun }
  }

  /** What it was made of and what came of it, as far as it has come. */
  get report(): Partial<JobReport> {
    return this.#report ?? this.#progress ?? {}
  }

  /** The code of what went wrong. */
  get errorCode(): string | undefined {
    return this.#error?.code
  }

  /** Aborted when somebody wants the job to end. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get isOver(): boolean {
    return isFinal(this.#status)
  }

  /** Asks for the end of the job. */
  cancel(reason: CancelledError): void {
    this.#controller.abort(reason)
  }

  start(): void {
    if (this.#status !== 'queued') return
    this.#startedAt = new Date()
    this.#begunMs = performance.now()
    this.#setStatus('running')
  }

  onProgress(progress: JobProgress): void {
    if (this.isOver) return
    this.#progress = progress
    this.events.add('progress', progress)
  }

  /** @param error - What clients get to see of the retry's error. */
  onRetry({ task, attempt, pid, startedAt, endedAt }: JobRetry, error: unknown): void {
    const lost = {
      task,
      attempt,
      ...(pid === undefined ? {} : { pid }),
      startedAt: startedAt.toISOString(),
      endedAt: endedAt.toISOString(),
      error: problemOf(error, this.id),
    }
    this.#attempts = [...this.#attempts, lost].slice(-MAX_ATTEMPTS)
  }

  onLog(stream: LogStream, bytes: Uint8Array): void {
    this.#logBytes += bytes.length
    this.#log = Buffer.concat([this.#log, bytes.subarray(-MAX_LOG_BYTES)]).subarray(-MAX_LOG_BYTES)
    this.events.add('log', { stream, text: Buffer.from(bytes.subarray(-MAX_LOG_BYTES)).toString() })
  }

  /** @param keptUntil - If its result is kept. */
  succeed(report: JobReport, { bytes, batches, rows }: ResultIndex, keptUntil: Date | undefined): void {
    this.#report = report
    this.#progress = report
    if (keptUntil !== undefined) {
      const formats = resultFormats.map(({ contentType }) => contentType)
      this.#stored = { formats, bytes, batches, rows, expiresAt: keptUntil.toISOString() }
    }
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
      owner: this.owner,
      status: this.#status,
      createdAt: this.createdAt.toISOString(),
      ...(this.#startedAt === undefined ? {} : { startedAt: this.#startedAt.toISOString() }),
      ...(this.#endedAt === undefined ? {} : { endedAt: this.#endedAt.toISOString() }),
      ...(this.#progress === undefined ? {} : { progress: this.#progress }),
      runs: this.#runs,
      attempts: this.#attempts,
      ...(this.#report === undefined ? {} : { report: this.#report }),
      ...(this.#error === undefined ? {} : { error: this.#error }),
      ...(this.#stored === undefined ? {} : { result: this.#stored }),
      logs: { text: this.#log.toString(), bytes: this.#logBytes },
    }
  }

  #end(status: JobStatus): void {
    if (this.isOver) return
    this.#endedAt = new Date()
    this.#endedMs = performance.now()
    this.#setStatus(status)
    this.#ended.resolve()
  }

  #setStatus(status: JobStatus): void {
    this.#status = status
    this.events.add('status', { status, ...(this.#error === undefined ? {} : { error: this.#error }) })
  }
}
