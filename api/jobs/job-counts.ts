// The metrics of jobs: how many there are, and what became of those that have ended.

import type { Admission } from '../admission/admission.ts'
import type { Metrics } from '../metrics/definitions.ts'
import type { Spool } from '../spool/spool.ts'
import type { JobRecord } from './job-record.ts'

/** @param spool - Undefined until it is open. */
export function measureJobs(metrics: Metrics, admission: Admission, spool: () => Spool | undefined): void {
  metrics.onRead('jobs', () => [
    [admission.stats.queued, 'queued'],
    [admission.stats.running, 'running'],
  ])
  metrics.onRead('spoolBytes', () => {
    const { memoryBytes = 0, diskBytes = 0 } = spool()?.stats ?? {}
    return [
      [memoryBytes, 'memory'],
      [diskBytes, 'disk'],
    ]
  })
}

/** Counts a job that has ended, once. */
export function countEnd(metrics: Metrics, { status, errorCode = '', times, report }: JobRecord): void {
  metrics.add('jobsEnded', [status, errorCode])
  metrics.observe('jobQueueSeconds', times.queuedMs / 1000)
  metrics.observe('jobRunSeconds', times.ranMs / 1000, [status])
  metrics.add('rowsRead', [], report.rowsRead ?? 0)
  metrics.add('tasks', [], report.tasksDone ?? 0)
  metrics.add('taskRetries', [], report.retries ?? 0)
  metrics.add('resultRows', [], report.rows ?? 0)
  metrics.add('resultBytes', [], report.bytes ?? 0)
}
