// The service that jobs are submitted to, and the story of one: accepted, run, its result handed on, its record kept for
// a while. Routes translate HTTP to these calls and back; nothing here knows of requests and replies.

import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { CancelledError } from '../../functions/errors.ts'
import { typeName } from '../../functions/types/type.ts'
import type { LogStream } from '../../runtime/backend.ts'
import { DataFrame } from '../../runtime/dataframe.ts'
import type { Admission } from '../admission/admission.ts'
import { HttpError, publicError } from '../errors.ts'
import type { Spool } from '../spool/spool.ts'
import type { SpooledResult } from '../spool/spooled-result.ts'
import { JobRecord, type JobResource } from './job-record.ts'
import { type DocumentContext, parseDocument } from './parse-document.ts'
import { runJob } from './run-job.ts'

/** What a service runs jobs on, and within which limits. */
export interface JobServiceOptions extends DocumentContext {
  /** Of jobs that set no `timeoutMs`. */
  readonly defaultTimeoutMs: number
  /** Whether function bodies are accepted from those who may send them. */
  readonly allowInlineUdfs: boolean
  readonly admission: Admission
  /** Opened when the first job runs. */
  spool(): Promise<Spool>
}

/** A job as it comes in. */
export interface Submission {
  /** The job document: its JSON, or `{ bytes }`. */
  readonly document: unknown
  /** The id that the client chose. */
  readonly id?: string | undefined
  /** Whether its sender may bring function bodies along. */
  readonly mayInline: boolean
  /** Whose job it is. */
  readonly owner: string
  /** Resolves when the reply has been sent, or its client has gone. */
  readonly answered: Promise<void>
  /** Gets what functions print, as the record does. */
  onLog(jobId: string, stream: LogStream, bytes: Uint8Array): void
}

/** A job that runs, and its result as it comes. */
export interface SubmittedJob {
  readonly record: JobRecord
  /** Resolves with the result once its first record batch is there. @throws Whatever was wrong until then. */
  begun(): Promise<SpooledResult>
}

/** How many jobs that have ended are remembered. */
const MAX_ENDED = 200

export class JobService {
  readonly #options: JobServiceOptions
  readonly #records = new Map<string, JobRecord>()
  #isClosing = false

  constructor(options: JobServiceOptions) {
    this.#options = options
  }

  get isClosing(): boolean {
    return this.#isClosing
  }

  /**
   * Parses a job and accepts it; it runs once its result is asked for.
   *
   * @throws {VolleyError} Whatever is wrong with its document; `closed` once the service is closing.
   * @throws {HttpError} `job_id_taken`.
   */
  async submit({ document, id, mayInline, owner, answered, onLog }: Submission): Promise<SubmittedJob> {
    const { allowInlineUdfs, defaultTimeoutMs, admission, session, spool } = this.#options
    const parsed = await parseDocument(document, allowInlineUdfs && mayInline, this.#options)
    const record = this.#accept(id, answered)
    return {
      record,
      begun: async () =>
        runJob(parsed, session, record, {
          defaultTimeoutMs,
          spool: await spool(),
          share: { owner, job: record.id },
          enter: () => admission.enter({ owner, priority: 0, signal: record.signal }),
          publicError: (error) => publicError(error, (text) => this.#hide(text)),
          onLog: (stream, bytes) => onLog(record.id, stream, bytes),
        }),
    }
  }

  /**
   * How a job would run; nothing does.
   *
   * @throws {VolleyError} Whatever is wrong with its document, its expressions or its source.
   */
  async explain(
    document: unknown,
    mayInline: boolean,
  ): Promise<{ readonly plan: string; readonly columns: readonly object[] }> {
    const { allowInlineUdfs, session } = this.#options
    const { job, options } = await parseDocument(document, allowInlineUdfs && mayInline, this.#options)
    try {
      const frame = new DataFrame(session, job)
      const { partitions } = options
      const plan = await frame.explain(partitions === undefined ? {} : { partitions })
      const columns = (await frame.schema()).map((column) => ({ ...column, type: typeName(column.type) }))
      return { plan: this.#hide(plan), columns }
    } catch (error) {
      throw publicError(error, (text) => this.#hide(text))
    }
  }

  /** Clients know files by their paths below the roots, and tables by their names. */
  #hide(text: string): string {
    const { session, roots, writeRoots } = this.#options
    let shown = writeRoots.hide(roots.hide(text))
    for (const name of session.tableNames()) {
      const { source } = session.findTable(name) ?? {}
      if (source !== undefined && 'paths' in source)
        for (const path of source.paths) shown = shown.replaceAll(path, name)
    }
    return shown
  }

  /** @throws {HttpError} `not_found`. */
  get(id: string): JobResource {
    const record = this.#records.get(id)
    if (record !== undefined) return record.toResource()
    throw new HttpError('not_found', `Cannot find job "${id}": there is none, or it ended too long ago`)
  }

  /**
   * Takes no more jobs, lets those that run and their replies go on for `drainMs`, then cancels them and waits until they
   * have ended.
   */
  async close(drainMs: number): Promise<void> {
    this.#isClosing = true
    const records = [...this.#records.values()]
    const settled = Promise.all(records.flatMap(({ ended, answered }) => [ended, answered]))
    const timer = new AbortController()
    await Promise.race([settled, delay(drainMs, undefined, { signal: timer.signal }).catch(() => {})])
    timer.abort()
    for (const record of records) record.cancel(new CancelledError('closed', 'The server is shutting down'))
    await Promise.all(records.map(({ ended }) => ended))
  }

  #accept(id: string = randomUUID(), answered: Promise<void>): JobRecord {
    if (this.#isClosing) throw new CancelledError('closed', 'Cannot run the job: the server is shutting down')
    if (this.#records.has(id)) {
      throw new HttpError('job_id_taken', `Cannot run the job as "${id}": there is one of that id`, {
        details: { jobId: id },
      })
    }
    const record = new JobRecord(id, answered)
    this.#records.set(id, record)
    this.#forget()
    return record
  }

  #forget(): void {
    const over = [...this.#records.values()].filter((record) => record.isOver)
    for (const { id } of over.slice(0, Math.max(0, over.length - MAX_ENDED))) this.#records.delete(id)
  }
}
