// How a job would run, and what would travel: the job, its plan and its functions, as plain data or as text. The source is
// opened; nothing runs.

import type { CodecContext } from '../../functions/contract/codec-context.ts'
import type { UdfShipment } from '../../functions/contract/udf-shipment.ts'
import { describeShipment } from '../codec/describe-shipment.ts'
import { inspectUdf } from '../codec/inspect.ts'
import { describeJob } from '../job/describe-job.ts'
import type { Job } from '../job/job.ts'
import { explainPlan, indented, type PlanExplanation, planLines } from '../plan/explain.ts'
import { planJob } from '../plan/plan.ts'
import { udfsIn } from '../program/udfs-in.ts'
import { checkSink } from '../sink/check-sink.ts'
import { openSource } from '../source/formats.ts'
import { inTurns } from '../turns/turns.ts'

export interface JobExplanation extends PlanExplanation {
  /** The job as it was written: its source, its steps, the files that it writes. */
  readonly steps: readonly string[]
  /** The functions of users that it calls, and how each travels. */
  readonly functions: readonly UdfShipment[]
}

/**
 * Explains a job.
 *
 * @param partitions - At most so many tasks.
 * @param context - What functions would be encoded under.
 * @throws {VolleyError} Whatever is wrong with the job before a row is read.
 */
export async function explainJob(job: Job, partitions: number, context: CodecContext): Promise<JobExplanation> {
  const source = await openSource(job.source)
  const plan = await inTurns(planJob(job, source, { partitions }))
  if (job.sink !== undefined) checkSink(job.sink, plan.schema)
  const udfs = new Set(plan.stages.flatMap(({ tasks }) => [...udfsIn(tasks[0]?.program ?? [])]))
  if (job.source.kind === 'function') udfs.add(job.source.udf)
  return {
    steps: describeJob(job),
    ...explainPlan(plan, source),
    functions: [...udfs].map((udf) => inspectUdf(udf, context)),
  }
}

/** The same for people. */
export function explanationText(explanation: JobExplanation): string {
  const { steps, functions } = explanation
  const travels = functions.flatMap((shipment) => describeShipment(shipment).trimEnd().split('\n'))
  return [
    'Job',
    ...indented(steps),
    ...planLines(explanation),
    ...(travels.length === 0 ? [] : ['Functions that travel', ...indented(travels)]),
  ].join('\n')
}
