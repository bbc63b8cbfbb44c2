// A job on a server as a command waits for it: a bar on terminals, what its functions print on stderr, its error where it
// fails.

import { errorOf } from '../../client/failures.ts'
import type { RemoteJob } from '../../client/remote-job.ts'
import type { JobResource } from '../../jobs/job-record.ts'
import { ProgressLine } from '../progress-line.ts'

/** @returns The job when it has ended, however it did. */
export async function followJob(job: RemoteJob, signal: AbortSignal): Promise<JobResource> {
  using progress = new ProgressLine()
  for await (const { event, data } of job.events({ signal })) {
    if (event === 'progress') progress.update(data)
    if (event !== 'log') continue
    progress.clear()
    process.stderr.write(data.text)
  }
  return job.status({ signal })
}

/** @throws {VolleyError} What the job failed with. */
export function throwFailure({ error }: JobResource): void {
  if (error !== undefined) throw errorOf(error)
}
