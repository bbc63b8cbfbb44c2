// How a job would run here, for people and for tools. Nothing does.

import type { ParsedJob } from '../../runtime/job/json-job.ts'
import { explainJob, explanationText, type JobExplanation } from '../../runtime/scheduler/explain-job.ts'
import { type JobRunner, optionsOf } from './run-job.ts'

export interface ExplainedJob extends JobExplanation {
  /** All of it as text. */
  readonly plan: string
}

/**
 * Explains a job as it would run.
 *
 * @param hide - Removes from a text what clients must not see of paths.
 * @throws {VolleyError} Whatever is wrong with the job before a row is read.
 */
export async function explain(
  { job, options, inlineCode }: ParsedJob,
  { session, defaultTimeoutMs }: Pick<JobRunner, 'session' | 'defaultTimeoutMs'>,
  hide: (text: string) => string,
): Promise<ExplainedJob> {
  const { concurrency } = await session.backend()
  const { partitions = session.taskTarget() } = optionsOf(options, inlineCode, defaultTimeoutMs, concurrency)
  const explained = await explainJob(job, partitions, session)
  return { plan: hide(explanationText(explained)), ...explained, steps: explained.steps.map(hide) }
}
