// The spine: one job's way from its plan to its result bytes. It knows job, plan, codec and backend; never the engine,
// never a worker.

import type { CodecContext } from '../../functions/contract/codec-context.ts'
import { CancelledError, ResourceError } from '../../functions/errors.ts'
import { checkCallback, checkChoice, checkSignal, checkWhole } from '../../functions/options.ts'
import type { Schema } from '../../functions/types/type.ts'
import { inFunctions } from '../../functions/udf/failure.ts'
import { type Backend, cancelReason, maxTimerMs, type TaskRequest, type TaskShare } from '../backend.ts'
import { unlessAborted } from '../bytes/unless-aborted.ts'
import { TaskEncoder } from '../codec/task-codec.ts'
import type { Job, JobOptions } from '../job/job.ts'
import { type Plan, planJob, schemaOf } from '../plan/plan.ts'
import type { Program } from '../program/program.ts'
import type { SinkSpec, TaskFile } from '../program/sink.ts'
import type { Task } from '../program/task.ts'
import { udfsIn } from '../program/udfs-in.ts'
import { checkSink } from '../sink/check-sink.ts'
import { Output } from '../sink/output.ts'
import { encodeReport, taskFilesIn, writeReportSchema } from '../sink/write-report.ts'
import { readArrowBatches } from '../source/arrow/read-streams.ts'
import { narrowSource, openSource } from '../source/formats.ts'
import type { OpenedSource, SourceSpec } from '../source/source.ts'
import { both, clock, type JobRecorder, span } from '../trace/spans.ts'
import { inTurns, yieldTurn } from '../turns/turns.ts'
import { withRetries } from './attempts.ts'
import { type JobEvents, JobMetrics, type JobReport, type StartEvent } from './job-metrics.ts'
import { type StageRequests, stageResults } from './run-stages.ts'

export interface SubmitOptions extends JobOptions, JobEvents, StartEvent {
  readonly signal?: AbortSignal
  /** What functions are encoded under. Default: the sender context. */
  readonly context?: CodecContext
  /** Whose turn it is when many jobs want workers. Default: a job of its own, of nobody in particular. */
  readonly share?: TaskShare
  /** Takes what takes the job time, besides the backend's `trace`. Default: nobody. */
  readonly recorder?: JobRecorder | undefined
}

/** Jobs that nobody has named, so that none has to wait until another is through. */
let unnamedJobs = 0

/** A job that is running, or will be as soon as its stream is read. */
export interface JobRun {
  /** The columns of the result. */
  readonly schema: Schema
  /** The result, or a row for each file of the job's sink, as an Arrow IPC stream, to be read once. Not reading it pauses the workers; leaving it ends the job. */
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
  checkWhole('partitions', options.partitions, 1)
  checkWhole('timeoutMs', options.timeoutMs, 1)
  checkWhole('taskRetries', options.taskRetries, 0, 100)
  checkWhole('maxMemoryBytes', options.maxMemoryBytes, 1)
  checkChoice('isolation', options.isolation, ['shared', 'job'])
  checkSignal('signal', options.signal)
  checkCallback('onProgress', options.onProgress)
  checkCallback('onLog', options.onLog)
  checkCallback('onRetry', options.onRetry)
  const submittedAt = Date.now()
  const recorder = both(backend.trace, options.recorder)
  const planningAt = recorder && clock()
  const source = await opened(job.source, options)
  const partitions = options.partitions ?? 4 * backend.concurrency
  const output =
    job.sink === undefined ? undefined : await openOutput(job.sink, await inTurns(schemaOf(job.steps, source.schema)))
  const { maxMemoryBytes } = options
  const plan = await inTurns(planJob(job, source, { partitions, maxMemoryBytes, submittedAt, sink: output?.taskSink }))
  if (planningAt !== undefined) recorder?.add('plan', planningAt)
  const encoding = span(recorder, 'encode')
  const programs = programsOf(plan)
  const encoder = new TaskEncoder(programs, options.context)
  const share = options.share ?? { owner: '', job: `${++unnamedJobs}` }
  const functions = [...new Set([...programs].flatMap((program) => [...udfsIn(program)].map(({ name }) => name)))]
  if (job.source.kind === 'function') functions.push(job.source.udf.name)
  const stages: StageRequests[] = []
  for (const { tasks, ...stage } of plan.stages) {
    const requests: TaskRequest[] = []
    for (const task of tasks) {
      await yieldTurn()
      requests.push({ ...request(await narrowTask(task), encoder, options), share })
    }
    stages.push({ ...stage, requests })
  }
  encoding[Symbol.dispose]()
  const metrics = new JobMetrics(plan, options, options.recorder)
  // What a function may have done elsewhere cannot be taken back; each attempt has files of its own.
  const retries = options.taskRetries ?? (functions.length === 0 ? 2 : 0)
  const attempting = withRetries(backend, retries)
  const done = Promise.withResolvers<JobReport>()
  done.promise.catch(() => {})

  async function* run(): AsyncGenerator<Uint8Array> {
    using limits = new JobLimits(options)
    let settled = false
    try {
      const results = stageResults(stages, attempting, (stage) => metrics.stage(stage), limits.signal)
      for await (const chunk of output === undefined ? results : writtenBy(results, output, limits.signal)) {
        metrics.bytes += chunk.length
        yield chunk
      }
      settled = true
      done.resolve(metrics.report())
    } catch (thrown) {
      const error = inFunctions(thrown, functions)
      settled = true
      done.reject(error)
      throw error
    } finally {
      if (!settled) done.reject(new CancelledError('cancelled', 'The result was not read to its end'))
    }
  }
  return { schema: output === undefined ? plan.schema : writeReportSchema, stream: once(run()), done: done.promise }
}

async function openOutput(sink: SinkSpec, schema: Schema): Promise<Output> {
  checkSink(sink, schema)
  return Output.to(sink, schema)
}

/** Gives what tasks write its name once all of it is there, and tells of it. */
async function* writtenBy(
  results: AsyncIterable<Uint8Array>,
  output: Output,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    await output.begin()
    const files: TaskFile[] = []
    for await (const batch of readArrowBatches(results)) files.push(...taskFilesIn(batch))
    signal.throwIfAborted()
    yield encodeReport(await output.commit(files))
  } finally {
    await output.discard()
  }
}

/** The source, opened. What somebody still writes may never come: waiting for it ends with the job. */
async function opened(spec: SourceSpec, { signal }: SubmitOptions): Promise<OpenedSource> {
  if (spec.kind !== 'pending' || signal === undefined) return openSource(spec)
  return unlessAborted(openSource(spec), signal).catch((error) => {
    throw signal.aborted ? cancelReason(signal, 'job') : error
  })
}

/** Read a second time, a stream that is through would look like one without rows. */
function once(chunks: AsyncGenerator<Uint8Array>): AsyncIterable<Uint8Array> {
  let isTaken = false
  return {
    [Symbol.asyncIterator]: () => {
      if (isTaken) throw new TypeError('Cannot read the result of a job: it has been read before, run the job again')
      isTaken = true
      return chunks
    },
  }
}

const programsOf = ({ stages }: Plan): ReadonlySet<Program> =>
  new Set(stages.flatMap(({ tasks }) => tasks.map(({ program }) => program)))

/** A task over a table in memory carries only its own rows. */
async function narrowTask(task: Task): Promise<Task> {
  const { source } = task
  return source.kind === 'results'
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
  readonly #stop = (): void => {
    if (this.#caller !== undefined) this.#controller.abort(cancelReason(this.#caller, 'job'))
  }

  constructor({ signal, timeoutMs }: SubmitOptions) {
    this.signal = this.#controller.signal
    this.#caller = signal
    if (signal?.aborted === true) this.#stop()
    signal?.addEventListener('abort', this.#stop, { once: true })
    if (timeoutMs !== undefined && timeoutMs <= maxTimerMs) {
      this.#timer = setTimeout(() => this.#controller.abort(timedOut(timeoutMs)), timeoutMs)
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#caller?.removeEventListener('abort', this.#stop)
  }
}

const timedOut = (timeoutMs: number): ResourceError =>
  new ResourceError('timeout', `The job did not end within ${timeoutMs} ms: allow it more with timeoutMs`, {
    details: { timeoutMs },
  })
