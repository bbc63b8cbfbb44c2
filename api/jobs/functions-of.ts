// What a job is made of besides its steps: the functions of users that it calls, the places that its rows come from.

import type { Udf } from '../../functions/contract/udf.ts'
import { walk } from '../../functions/expr/walk.ts'
import type { Job } from '../../runtime/job/job.ts'
import { nodesOf, stepKindOf } from '../../runtime/job/steps.ts'
import { udfOf } from '../../runtime/program/udfs-in.ts'
import type { SourceSpec } from '../../runtime/source/source.ts'

/** The functions of users that a job calls, those of the jobs within it too. */
export function functionsOf(job: Job): ReadonlySet<Udf> {
  const found = new Set<Udf>()
  for (const source of sourcesOf(job)) if (source.kind === 'function') found.add(source.udf)
  for (const node of nodesOf(job.steps)) {
    walk(node, (inner) => {
      const udf = udfOf(inner)
      if (udf !== undefined) found.add(udf)
      return true
    })
  }
  return found
}

/** Where a job's rows come from, and those of the jobs within it. */
export function sourcesOf({ source, steps }: Job): readonly SourceSpec[] {
  const within = steps.flatMap((step) => [...(stepKindOf(step).jobs?.(step) ?? [])])
  return [source, ...within.flatMap(sourcesOf)]
}
