// From a parsed job to its result: it waits for its turn, runs, and its rows go into the spool as fast as workers give
// them, whoever reads them and however slowly. The record follows along.

import type { LogStream } from '../../runtime/backend.ts'
import type { SessionContext } from '../../runtime/context/session.ts'
import type { JobOptions } from '../../runtime/job/job.ts'
import type { ParsedJob } from '../../runtime/job/json-job.ts'
import type { JobReport } from '../../runtime/scheduler/job-metrics.ts'
import type { JobRun } from '../../runtime/scheduler/submit.ts'
import type { ResultIndex } from '../spool/result-index.ts'
import type { JobTrace } from '../tracing/job-trace.ts'
import type { JobRecord } from './job-record.ts'
import { StartLimit } from './start-limit.ts'

/** What a job runs on. */
export interface JobRunner {
  readonly session: SessionContext
  /** When the job may run. */
  readonly turn: Promise<Disposable>
  readonly defaultTimeoutMs: number
  /** What clients get to see of an error. */
  publicError(error: unknown): unknown
  /** Gets what user functions print, as the record does. */
  onLog(jobId: string, stream: LogStream, bytes: Uint8Array): void
}

/**
 * Runs a job to its end.
 *
 * @throws What clients may see of whatever was wrong with it; readers of its result get the same.
 */
export async function runJob(
  parsed: ParsedJob,
  record: JobRecord,
  runner: JobRunner,
  trace: JobTrace | undefined,
): Promise<{ readonly report: JobReport; readonly index: ResultIndex }> {
  const { startTimeoutMs } = parsed.options
  const failPublicly = (error: unknown): never => {
    throw runner.publicError(error)
  }
  let signal = record.signal
  try {
    using _turn = await runner.turn
    using start = new StartLimit(startTimeoutMs, signal)
    signal = start.signal
    trace?.admitted()
    record.start()
    const run = await submit(parsed, record, runner, start, trace).catch(failPublicly)
    const index = await record.result.write(withPublicErrors(run.stream, failPublicly), signal)
    return { report: await run.done.catch(failPublicly), index }
  } catch (thrown) {
    const error = signal.aborted ? signal.reason : thrown
    // Whoever waits for the first batch of a job that did not get as far as its stream.
    await record.result.remove(error)
    throw error
  }
}

async function submit(
  { job, options, inlineCode }: ParsedJob,
  record: JobRecord,
  { session, defaultTimeoutMs, publicError, onLog }: JobRunner,
  start: StartLimit,
  trace: JobTrace | undefined,
): Promise<JobRun> {
  const { owner, id } = record
  // What was a matter of admission; a priority there is one among the owner's own jobs.
  const { priority, queueTimeoutMs, startTimeoutMs, ...own } = options
  const { concurrency } = await session.backend()
  return session.submit(job, {
    ...optionsOf(own, inlineCode, defaultTimeoutMs, concurrency),
    share: { owner, job: id },
    signal: start.signal,
    recorder: trace,
    onStart: () => start.meet(),
    onProgress: (progress) => record.onProgress(progress),
    onRetry: (retry) => record.onRetry(retry, publicError(retry.error)),
    onLog: (stream, bytes) => {
      record.onLog(stream, bytes)
      onLog(id, stream, bytes)
    },
  })
}

/** What the stream throws, as clients may see it: its readers get it as well as whoever drains it. */
async function* withPublicErrors(
  stream: AsyncIterable<Uint8Array>,
  failPublicly: (error: unknown) => never,
): AsyncGenerator<Uint8Array> {
  try {
    yield* stream
  } catch (error) {
    failPublicly(error)
  }
}

/** Jobs that bring code get workers of their own, with one task each: a fresh process costs more than a task saves. */
export function optionsOf(
  options: JobOptions,
  inlineCode: boolean,
  defaultTimeoutMs: number,
  workers: number,
): JobOptions {
  const isolation = inlineCode ? 'job' : options.isolation
  return {
    ...options,
    timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
    ...(isolation === undefined ? {} : { isolation }),
    ...(isolation === 'job' ? { partitions: options.partitions ?? workers } : {}),
  }
}
