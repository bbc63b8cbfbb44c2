// Whether running a job twice does no more than running it once: it decides about running it again.

import { walk } from '../../functions/expr/walk.ts'
import type { Job } from '../../runtime/job/job.ts'
import type { ParsedJob } from '../../runtime/job/json-job.ts'
import { nodesOf } from '../../runtime/job/steps.ts'
import { udfOf } from '../../runtime/program/udfs-in.ts'

/** Nothing but its result comes of it, as far as one can know, or its sender says that doing it twice is harmless. */
export function isRepeatable({ job, options }: ParsedJob): boolean {
  return options.idempotent === true || (job.sink === undefined && !callsUsers(job))
}

function callsUsers({ source, steps }: Job): boolean {
  if (source.kind === 'function') return true
  for (const node of nodesOf(steps)) {
    let found = false
    walk(node, (inner) => {
      found ||= udfOf(inner) !== undefined
      return !found
    })
    if (found) return true
  }
  return false
}
