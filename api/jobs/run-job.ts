// From a parsed job to its result: it waits for its turn, runs, and its rows go into the spool as fast as workers give
// them, whoever reads them and however slowly. The record follows along.

import type { LogStream } from '../../runtime/backend.ts'
import type { SessionContext } from '../../runtime/context/session.ts'
import type { JobOptions } from '../../runtime/job/job.ts'
import type { ParsedJob } from '../../runtime/job/json-job.ts'
import type { JobReport } from '../../runtime/scheduler/job-metrics.ts'
import type { Admission } from '../admission/admission.ts'
import type { ResultIndex } from '../spool/result-index.ts'
import type { JobTrace } from '../tracing/job-trace.ts'
import type { JobRecord } from './job-record.ts'
import { StartLimit } from './start-limit.ts'

/** What a job runs on. */
export interface JobRunner {
  readonly session: SessionContext
  readonly admission: Admission
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
  { job, options, inlineCode }: ParsedJob,
  record: JobRecord,
  runner: JobRunner,
  trace: JobTrace | undefined,
): Promise<{ readonly report: JobReport; readonly index: ResultIndex }> {
  const { session, admission, publicError, onLog } = runner
  const { owner, id } = record
  const { priority = 0, queueTimeoutMs, startTimeoutMs, ...own } = options
  let signal = record.signal
  try {
    using _turn = await admission.enter({ owner, priority, queueTimeoutMs, signal })
    using start = new StartLimit(startTimeoutMs, signal)
    signal = start.signal
    trace?.admitted()
    record.start()
    const { concurrency } = await session.backend()
    const run = await session.submit(job, {
      ...optionsOf(own, inlineCode, runner.defaultTimeoutMs, concurrency),
      share: { owner, job: id },
      signal,
      recorder: trace,
      onStart: () => start.meet(),
      onProgress: (progress) => record.onProgress(progress),
      onRetry: (retry) => record.onRetry(retry, publicError(retry.error)),
      onLog: (stream, bytes) => {
        record.onLog(stream, bytes)
        onLog(id, stream, bytes)
      },
    })
    const index = await record.result.write(withPublicErrors(run.stream, publicError), signal)
    return { report: await run.done, index }
  } catch (thrown) {
    const error = signal.aborted ? signal.reason : publicError(thrown)
    // Whoever waits for the first batch of a job that did not get as far as its stream.
    await record.result.remove(error)
    throw error
  }
}

async function* withPublicErrors(
  stream: AsyncIterable<Uint8Array>,
  publicError: (error: unknown) => unknown,
): AsyncGenerator<Uint8Array> {
  try {
    yield* stream
  } catch (error) {
    throw publicError(error)
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
