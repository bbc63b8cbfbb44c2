// The service that jobs are submitted to, and the story of one: accepted and on record, admitted, run, its result spooled,
// its end on record, forgotten after a while. Routes translate HTTP to these calls and back; nothing here knows of
// requests and replies.

import { randomUUID } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { CancelledError, InternalError } from '../../functions/errors.ts'
import { settledWithin } from '../../runtime/bytes/settled-within.ts'
import type { ParsedJob } from '../../runtime/job/json-job.ts'
import type { Admission } from '../admission/admission.ts'
import type { Documents, Payload } from '../bodies/documents.ts'
import { HttpError, publicError } from '../errors.ts'
import type { Metrics } from '../metrics/definitions.ts'
import type { ResultIndex } from '../spool/result-index.ts'
import { Spool } from '../spool/spool.ts'
import type { SpooledResult } from '../spool/spooled-result.ts'
import { JobStore } from '../store/job-store.ts'
import type { JobFilter, StoredJob } from '../store/store-calls.ts'
import { JobTrace } from '../tracing/job-trace.ts'
import { uploadExpired } from '../uploads/upload-errors.ts'
import type { Upload } from '../uploads/uploads.ts'
import { auditLine, contentsOf, type JobContents } from './audit.ts'
import { type ExplainedJob, explain } from './explain.ts'
import { countEnd, measureJobs } from './job-counts.ts'
import { JobEvents } from './job-events.ts'
import { JobRecord, type JobResource } from './job-record.ts'
import { type DocumentContext, parseDocument } from './parse-document.ts'
import type { Retention } from './retention.ts'
import { type JobRunner, runJob } from './run-job.ts'
import { isRepeatable } from './side-effects.ts'
import type { Asker, FoundJob, Idempotency, Repetition, Settings, Submission } from './submission.ts'
import { Sweeper } from './sweeper.ts'

/** What a service runs jobs on, where it keeps them, and within which limits. */
export interface JobServiceOptions extends DocumentContext, Omit<JobRunner, 'publicError' | 'turn'> {
  readonly admission: Admission
  /** Where jobs and results outlive this process. Absent, they end with it. */
  readonly stateDir: string | undefined
  /** Whether function bodies are accepted from those who may send them. */
  readonly allowInlineUdfs: boolean
  readonly retention: Retention
  /** Of all results on disk. */
  readonly maxSpoolBytes: number
  readonly documents: Documents
  readonly metrics: Metrics
  /** A job has ended: what the log is to keep of it. */
  onEnd(line: object): void
  /** Something went wrong that no caller waits for. */
  onDefect(error: unknown, message: string): void
}

/** A job that is on record, and that nothing but its turn keeps from running. */
interface AcceptedJob {
  readonly parsed: ParsedJob
  readonly payload: Payload | undefined
  readonly turn: Promise<Disposable>
  /** Whether its result outlives its reader. */
  readonly isKept: boolean
  readonly traceContext?: Submission['traceContext']
}

/** How often a job is begun that restarts interrupt. */
const MAX_RUNS = 3
/** Of documents that are kept so that the job can be run again. */
const MAX_KEPT_DOCUMENT = 1024 * 1024

export class JobService {
  readonly #options: JobServiceOptions
  readonly #store: JobStore
  #spool: Spool | undefined
  readonly #records = new Map<string, JobRecord>()
  readonly #runs = new Set<Promise<void>>()
  /** Replies that are on their way. */
  readonly #replies = new Set<Promise<void>>()
  #isClosing = false
  #sweeper: Sweeper | undefined

  constructor(options: JobServiceOptions) {
    this.#options = options
    this.#store = new JobStore(options.stateDir, options.metrics)
    measureJobs(options.metrics, options.admission, () => this.#spool)
  }

  /** @throws When it is not open yet, which nobody can ask for. */
  get #opened(): Spool {
    if (this.#spool === undefined) throw new InternalError('The job service is not open')
    return this.#spool
  }

  get isClosing(): boolean {
    return this.#isClosing
  }

  /** Whether the store has failed to write, the last time it was to. */
  get isStoreFailing(): boolean {
    return this.#store.isFailing
  }

  /** Finds what an earlier process left: results are kept, what was interrupted runs again or has failed. */
  async open(): Promise<void> {
    const { stateDir: directory, retention, uploads, roots, maxSpoolBytes: quotaBytes, onDefect } = this.#options
    const unfinished = await this.#store.call('unfinished')
    const spool = await Spool.open({ quotaBytes, ...(directory === undefined ? {} : { directory }) })
    this.#spool = spool
    await spool.removeAllBut(new Set(await this.#store.call('idsWithResult')))
    await uploads.open(new Set(await this.#store.call('uploads')))
    roots.close(await realpath(directory ?? uploads.directory))
    for (const job of unfinished) await this.#resume(job)
    this.#sweeper = new Sweeper(this.#store, spool, uploads, retention)
    await this.#sweeper.start(onDefect)
  }

  /**
   * Parses a job and accepts it: it is on record when this resolves, and runs.
   *
   * @throws {VolleyError} Whatever is wrong with its document; `closed` once the service is closing.
   * @throws {HttpError} `job_id_taken`, `idempotency_in_progress`; `queue_full`, `too_many_jobs`. What was uploaded with it is removed then.
   */
  async submit(submission: Submission): Promise<JobRecord> {
    const { upload } = submission
    if (upload === undefined) return this.#accept(submission)
    const { uploads } = this.#options
    uploads.claim(upload)
    return this.#accept(submission).catch(async (error: unknown) => {
      await uploads.remove(upload.id)
      throw error
    })
  }

  async #accept(submission: Submission): Promise<JobRecord> {
    const { document, payload, upload, id = randomUUID(), mayInline, owner } = submission
    const { isAsync, idempotency, requestId } = submission
    this.#refuseWhileClosing()
    const parsed = await this.#parse(document, mayInline, upload)
    this.#refuseWhileClosing()
    const isKept = isAsync || idempotency !== undefined || parsed.options.retention !== undefined
    if (this.#records.has(id)) throw idTaken(id)
    const { idleTimeoutMs } = parsed.options
    const identity = { id, owner, createdAt: new Date(), runs: 1, idleTimeoutMs, requestId, upload }
    const record = new JobRecord(identity, this.#opened.create(id, { isRetained: isKept }))
    this.#records.set(id, record)
    const settings: Settings = {
      isAsync,
      isRepeatable: isRepeatable(parsed),
      mayInline,
      ...(payload === undefined ? {} : { contentType: payload.contentType }),
      ...(upload === undefined ? {} : { upload }),
    }
    let turn: Promise<Disposable> | undefined
    try {
      turn = this.#enter(record, parsed)
      if (upload !== undefined && isKept) await this.#options.uploads.sync(upload)
      const { kind } = await this.#store.call('insert', {
        id,
        owner,
        createdAt: record.createdAt.getTime(),
        settings: JSON.stringify(settings),
        document: payload !== undefined && payload.bytes.length <= MAX_KEPT_DOCUMENT ? payload.bytes : undefined,
        resource: JSON.stringify(record.toResource()),
        idempotency,
        upload: upload?.id,
      })
      if (kind === 'id-taken') throw idTaken(id)
      if (kind === 'key-taken') throw inProgress(id)
    } catch (error) {
      this.#records.delete(id)
      void turn?.then(
        (place) => place[Symbol.dispose](),
        () => {},
      )
      await record.result.remove(error)
      throw error
    }
    this.#options.metrics.add('jobsAccepted')
    this.#begin(record, { parsed, payload, turn, isKept, traceContext: submission.traceContext })
    return record
  }

  /**
   * The job that an idempotency key belongs to.
   *
   * @throws {HttpError} `idempotency_key_reused` when it was sent with another payload.
   */
  async withKey(owner: string, { key, fingerprint }: Idempotency): Promise<FoundJob | undefined> {
    const found = await this.#store.call('withKey', owner, key)
    if (found === undefined) return undefined
    if (Buffer.compare(found.fingerprint, fingerprint) === 0) return this.find(found.id, { id: owner, isAdmin: false })
    throw new HttpError(
      'idempotency_key_reused',
      `Cannot run the job: its Idempotency-Key belongs to job "${found.id}", which was another one; choose a new key`,
      { details: { jobId: found.id } },
    )
  }

  /** @throws {HttpError} `not_found`, for the jobs of others as well. */
  async find(id: string, asker: Asker): Promise<FoundJob> {
    const record = this.#records.get(id)
    const resource = record?.toResource() ?? resourceOf(await this.#store.call('get', id))
    if (resource !== undefined && (asker.isAdmin || resource.owner === asker.id)) return { resource, record }
    throw new HttpError('not_found', `Cannot find job "${id}": there is none, or it ended too long ago`)
  }

  /** Jobs, newest first, and where the next page begins. */
  async list(filter: JobFilter): Promise<{ readonly jobs: readonly JobResource[]; readonly next: number | undefined }> {
    const { limit } = filter
    const stored = await this.#store.call('list', { ...filter, limit: limit + 1 })
    const page = stored.slice(0, limit)
    return {
      jobs: page.flatMap((job) => this.#records.get(job.id)?.toResource() ?? resourceOf(job) ?? []),
      next: stored.length > limit ? page.at(-1)?.position : undefined,
    }
  }

  /** Ends a job that has not ended, and waits for that. */
  async cancel(id: string, asker: Asker): Promise<JobResource> {
    const { resource, record } = await this.find(id, asker)
    if (record === undefined) return resource
    record.cancel(new CancelledError('cancelled', 'The job was cancelled'))
    await record.ended
    return record.toResource()
  }

  /**
   * Submits a job once more, as a new one.
   *
   * @throws {HttpError} `not_found`; `not_repeatable` when its document was not kept; `upload_expired` when what came with
   * it was not.
   */
  async rerun(id: string, asker: Asker & Repetition): Promise<JobRecord> {
    await this.find(id, asker)
    const { payload, upload } = await this.#sentAs(id)
    if (payload === undefined) {
      throw new HttpError('not_repeatable', `Cannot run job "${id}" again: its document was not kept, send it again`)
    }
    const { document } = await this.#options.documents.parse(payload)
    const { id: owner, isAdmin: _, ...rest } = asker
    return this.#accept({ ...rest, document, payload, upload, owner, isAsync: true })
  }

  /**
   * The result of a job, maybe one that is still growing.
   *
   * @throws {HttpError} `result_expired` when it is not kept, or not any more; `result_corrupted`.
   */
  async result({ resource, record }: FoundJob): Promise<SpooledResult> {
    const { id } = resource
    const stored = record === undefined || record.isOver ? await this.#store.call('get', id) : undefined
    if (stored?.resultIndex != null) return this.#opened.reopen(id, JSON.parse(stored.resultIndex) as ResultIndex)
    if (record !== undefined && (!record.isOver || resource.result !== undefined)) return record.result
    throw new HttpError(
      'result_expired',
      `Cannot give the result of job "${id}": it is not kept any more; run it again`,
    )
  }

  /** What happened to a job so far, and what happens yet. */
  async events({ resource, record }: FoundJob): Promise<JobEvents> {
    if (record !== undefined) return record.events
    return new JobEvents(JSON.parse(await this.#store.call('eventsOf', resource.id)))
  }

  /**
   * How a job would run; nothing does.
   *
   * @throws {VolleyError} Whatever is wrong with its document, its expressions or its source.
   */
  async explain(document: unknown, mayInline: boolean, upload: Upload | undefined): Promise<ExplainedJob> {
    const parsed = await this.#parse(document, mayInline, upload)
    try {
      return await explain(parsed, this.#options, (text) => this.#hide(text))
    } catch (error) {
      throw this.#publicError(error)
    }
  }

  /** A reply is on its way until then: closing waits for it. */
  replying(sent: Promise<void>): void {
    this.#replies.add(sent)
    void sent.then(() => this.#replies.delete(sent))
  }

  /**
   * Takes no more jobs, lets those that run and their replies go on for `drainMs`, then ends them. Those that nobody
   * waits for are left to the next process, where there can be one.
   */
  async close(drainMs: number): Promise<void> {
    this.#isClosing = true
    this.#sweeper?.stop()
    await settledWithin(this.#settled(), drainMs)
    for (const record of this.#records.values()) record.cancel(shutdown())
    await Promise.all(this.#runs)
    await this.#store.close()
    await this.#spool?.close()
    await this.#options.uploads.close()
  }

  async #settled(): Promise<void> {
    while (this.#runs.size + this.#replies.size > 0) await Promise.all([...this.#runs, ...this.#replies])
  }

  /** Function bodies need the leave of the server and of the sender. */
  #parse(document: unknown, mayInline: boolean, upload: Upload | undefined): Promise<ParsedJob> {
    return parseDocument(document, this.#options.allowInlineUdfs && mayInline, upload, this.#options)
  }

  /** Clients know files by their paths below the roots, and tables and parts by their names. */
  #hide(text: string): string {
    const { session, roots, writeRoots, uploads } = this.#options
    let shown = writeRoots.hide(roots.hide(uploads.hide(text)))
    for (const name of session.tableNames()) {
      const { source } = session.findTable(name) ?? {}
      if (source !== undefined && 'paths' in source)
        for (const path of source.paths) shown = shown.replaceAll(path, name)
    }
    return shown
  }

  #publicError(error: unknown): unknown {
    return publicError(error, (text) => this.#hide(text))
  }

  #refuseWhileClosing(): void {
    if (this.#isClosing) throw new CancelledError('closed', 'Cannot run the job: the server is shutting down')
  }

  /** @throws {HttpError} `queue_full`, `too_many_jobs`: before anybody is told that the job is accepted. */
  #enter({ owner, signal }: JobRecord, { options: { priority = 0, queueTimeoutMs } }: ParsedJob): Promise<Disposable> {
    const turn = this.#options.admission.enter({ owner, priority, queueTimeoutMs, signal })
    // It may fail before the job is on record, and whoever runs that hears of it.
    turn.catch(() => {})
    return turn
  }

  #begin(record: JobRecord, job: AcceptedJob): void {
    const trace = JobTrace.start(record.id, job.traceContext)
    const run = this.#run(record, job, trace)
    this.#runs.add(run)
    void run.finally(() => {
      this.#runs.delete(run)
      trace?.end(record.status, record.errorCode)
    })
  }

  async #run(
    record: JobRecord,
    { parsed, payload, turn, isKept }: AcceptedJob,
    trace: JobTrace | undefined,
  ): Promise<void> {
    const contents = contentsOf(parsed, payload, (text) => this.#hide(text))
    const { resultMs } = this.#options.retention
    const { retention } = parsed.options
    const longest = isKept ? resultMs : 0
    const keptMs = retention === undefined ? longest : Math.min(longest, retention.seconds * 1000)
    try {
      const runner = { ...this.#options, turn, publicError: (error: unknown) => this.#publicError(error) }
      const ended = await runJob(parsed, record, runner, trace)
      const keptUntil = new Date(Date.now() + keptMs)
      const index = keptMs > 0 ? ended.index : undefined
      record.succeed(ended.report, ended.index, index && keptUntil)
      await this.#recordEnd(record, contents, keptUntil, index)
    } catch (error) {
      record.fail(error)
      if (this.#isLeftToNext(error)) return
      await this.#recordEnd(record, contents, new Date(Date.now() + keptMs))
    }
  }

  /** Jobs that nobody waits for outlive this process, if they may. */
  #isLeftToNext(error: unknown): boolean {
    return (
      this.#options.stateDir !== undefined &&
      this.#isClosing &&
      (error as { readonly code?: unknown }).code === 'closed'
    )
  }

  /**
   * @param contents - Absent where the document could not be read any more.
   * @param keptUntil - Its result, if it has one, and what was uploaded with it.
   */
  async #recordEnd(
    record: JobRecord,
    contents: JobContents | undefined,
    keptUntil: Date,
    index?: ResultIndex,
  ): Promise<void> {
    const { retention, uploads, onDefect, metrics, onEnd } = this.#options
    countEnd(metrics, record)
    onEnd(auditLine(record, contents))
    try {
      await this.#store.call('end', record.id, {
        status: record.status,
        resource: JSON.stringify(record.toResource()),
        resultIndex: index === undefined ? undefined : JSON.stringify(index),
        resultBytes: index?.bytes ?? 0,
        resultExpiresAt: index && keptUntil.getTime(),
        uploadExpiresAt: keptUntil.getTime(),
        expiresAt: Date.now() + retention.jobMs,
        events: JSON.stringify(record.events.all),
        // A job that was cancelled or failed has done nothing that a second one must not do.
        releasesKey: record.status !== 'succeeded',
      })
      this.#records.delete(record.id)
      if (record.upload === undefined || keptUntil.getTime() > Date.now()) return
      const unneeded = await this.#store.call('releaseUpload', record.id)
      if (unneeded !== undefined) await uploads.remove(unneeded)
    } catch (error) {
      // It stays in memory, where it can be asked for until this process ends.
      onDefect(error, 'the end of a job cannot be recorded')
    }
  }

  /** Goes on with a job that an earlier process did not end. */
  async #resume(stored: StoredJob): Promise<void> {
    const settings = JSON.parse(stored.settings) as Settings
    const before = JSON.parse(stored.resource) as JobResource
    const runs = stored.runs + 1
    const { upload } = settings
    const identity = { id: stored.id, owner: stored.owner, createdAt: new Date(before.createdAt), runs, upload }
    const record = new JobRecord(identity, this.#opened.create(stored.id, { isRetained: true }))
    try {
      if (!settings.isAsync) throw interrupted('nobody waits for its result any more')
      if (!settings.isRepeatable) throw interrupted('running it again might do twice what its functions or files do')
      if (stored.runs >= MAX_RUNS) throw interrupted(`it was begun ${stored.runs} times`)
      const { payload } = await this.#sentAs(stored.id)
      if (payload === undefined) throw interrupted('its document was not kept')
      const { document } = await this.#options.documents.parse(payload)
      const parsed = await this.#parse(document, settings.mayInline, upload)
      await this.#store.call('restart', stored.id, JSON.stringify(record.toResource()))
      this.#records.set(stored.id, record)
      this.#begin(record, { parsed, payload, turn: this.#enter(record, parsed), isKept: true })
    } catch (error) {
      await record.result.remove(error)
      record.fail(this.#publicError(error))
      await this.#recordEnd(record, undefined, new Date(Date.now() + this.#options.retention.resultMs))
    }
  }

  /** What a job was sent as, as far as it was kept. @throws {HttpError} `upload_expired` */
  async #sentAs(id: string): Promise<Pick<Submission, 'payload' | 'upload'>> {
    const [bytes, stored] = await Promise.all([this.#store.call('documentOf', id), this.#store.call('get', id)])
    const { contentType, upload } = JSON.parse(stored?.settings ?? '{}') as Partial<Settings>
    if (upload !== undefined) {
      if (stored?.upload == null) throw uploadExpired()
      await this.#options.uploads.check(upload)
    }
    return { payload: bytes === undefined || contentType === undefined ? undefined : { bytes, contentType }, upload }
  }
}

const resourceOf = (stored: StoredJob | undefined): JobResource | undefined => {
  if (stored === undefined) return undefined
  const { result, ...resource } = JSON.parse(stored.resource) as JobResource
  return stored.resultIndex === null || result === undefined ? resource : { ...resource, result }
}

const shutdown = (): CancelledError => new CancelledError('closed', 'The server is shutting down')

const interrupted = (why: string) =>
  new HttpError('interrupted', `The job did not end before the server stopped, and was not run again: ${why}`)

const idTaken = (id: string): HttpError =>
  new HttpError('job_id_taken', `Cannot run the job as "${id}": there is one of that id`, { details: { jobId: id } })

const inProgress = (id: string): HttpError =>
  new HttpError('idempotency_in_progress', 'Cannot run the job: another request with its Idempotency-Key runs it', {
    details: { jobId: id },
    headers: { 'retry-after': '1' },
  })
