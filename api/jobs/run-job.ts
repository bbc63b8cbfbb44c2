// From a parsed job to the bytes of its reply: the steps of a request, in order. The job's record follows along.

import { CancelledError } from '../../functions/errors.ts'
import type { LogStream, TaskShare } from '../../runtime/backend.ts'
import type { SessionContext } from '../../runtime/context/session.ts'
import type { JobOptions } from '../../runtime/job/job.ts'
import type { ParsedJob } from '../../runtime/job/json-job.ts'
import type { Spool } from '../spool/spool.ts'
import type { SpooledResult } from '../spool/spooled-result.ts'
import type { JobRecord } from './job-record.ts'

export interface RunLimits {
  readonly defaultTimeoutMs: number
  readonly share: TaskShare
  /** Where the result waits for its reader. */
  readonly spool: Spool
  /** Waits until the job may run. @returns What to dispose of when it does not any more. */
  enter(): Promise<Disposable>
  /** What clients get to see of an error. */
  publicError(error: unknown): unknown
  /** Gets what user functions print, as the record does. */
  onLog(stream: LogStream, bytes: Uint8Array): void
}

/**
 * Waits for the job's turn, plans it, starts it and waits for its first record batch. The result goes into the spool as
 * fast as workers give it, whoever reads it however slowly.
 *
 * @throws {VolleyError} Whatever is wrong with it, or went wrong until then.
 */
export async function runJob(
  parsed: ParsedJob,
  session: SessionContext,
  record: JobRecord,
  limits: RunLimits,
): Promise<SpooledResult> {
  using entered = new DisposableStack()
  try {
    entered.use(await limits.enter())
    const { concurrency } = await session.backend()
    const run = await session.submit(parsed.job, {
      ...optionsOf(parsed, limits, concurrency),
      share: limits.share,
      signal: record.signal,
      onProgress: (progress) => record.onProgress(progress),
      onRetry: (retry) => record.onRetry(retry, limits.publicError(retry.error)),
      onLog: (stream, bytes) => {
        record.onLog(stream, bytes)
        limits.onLog(stream, bytes)
      },
    })
    const result = limits.spool.create(record.id, { isRetained: false })
    const stay = entered.move()
    result
      .write(run.stream, record.signal)
      .then(() => run.done)
      .then(
        (report) => record.succeed(report),
        (error) => record.fail(record.signal.aborted ? record.signal.reason : limits.publicError(error)),
      )
      .finally(() => stay.dispose())
    await result.begun
    return result
  } catch (thrown) {
    const error = limits.publicError(thrown)
    record.fail(error)
    throw error
  }
}

/** Jobs that bring code get workers of their own, with one task each: a fresh process costs more than a task saves. */
function optionsOf({ options, inlineCode }: ParsedJob, limits: RunLimits, concurrency: number): JobOptions {
  const isolation = inlineCode ? 'job' : options.isolation
  return {
    ...options,
    timeoutMs: options.timeoutMs ?? limits.defaultTimeoutMs,
    ...(isolation === undefined ? {} : { isolation }),
    ...(isolation === 'job' ? { partitions: options.partitions ?? concurrency } : {}),
  }
}

export const clientLeft = (): CancelledError => new CancelledError('cancelled', 'The client closed the connection')
