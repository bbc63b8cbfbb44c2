// Whether a server can take the next job, and if not, why: it is shutting down, has no worker, cannot write to its store.
// Everybody may ask, so the reasons are these texts and nothing of the errors behind them.

import type { PoolStats } from '../../runtime/pool/pool.ts'

/** What a server needs, and whether it has it. */
export interface Check {
  readonly name: 'accepting' | 'workers' | 'store'
  readonly status: 'ok' | 'failing'
  /** Why it is failing. */
  readonly reason?: string
}

/** What `GET /readyz` answers. */
export interface Readiness {
  readonly status: 'ok' | 'not ready'
  readonly checks: readonly Check[]
}

export interface ReadinessOptions {
  readonly isClosing: boolean
  readonly isStoreFailing: boolean
  /** Of the workers; undefined while there are none yet, null where tasks need none. */
  readonly workers: PoolStats | undefined | null
}

export function readinessOf({ isClosing, isStoreFailing, workers }: ReadinessOptions): Readiness {
  const checks = [
    check('accepting', !isClosing, 'the server is shutting down'),
    check(
      'workers',
      workers === null || hasWorker(workers),
      'no worker is idle or at work; the log says why if they cannot start',
    ),
    check('store', !isStoreFailing, 'the job store cannot be written to; the disk may be full'),
  ]
  return { status: checks.every(({ status }) => status === 'ok') ? 'ok' : 'not ready', checks }
}

/** A pool that may shrink to nothing has none while there is nothing to do, and starts one when there is. */
function hasWorker(stats: PoolStats | undefined): boolean {
  if (stats === undefined) return false
  return stats.idle + stats.busy > 0 || (stats.starting === 0 && !stats.isFailing)
}

const check = (name: Check['name'], isOk: boolean, reason: string): Check =>
  isOk ? { name, status: 'ok' } : { name, status: 'failing', reason }
