// Whether running a job twice does no more than running it once: it decides about running it again.

import type { ParsedJob } from '../../runtime/job/json-job.ts'
import { functionsOf } from './functions-of.ts'

/** Nothing but its result comes of it, as far as one can know, or its sender says that doing it twice is harmless. */
export const isRepeatable = ({ job, options }: ParsedJob): boolean =>
  options.idempotent === true || (job.sink === undefined && functionsOf(job).size === 0)
