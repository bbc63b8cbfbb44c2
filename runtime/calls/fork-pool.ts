// The one way to a pool of forked workers: what they call before they take work is captured before they are started.

import { inheritLog } from '../backend.ts'
import { ForkPool, type PoolOptions } from '../pool/pool.ts'
import { workerStartCall } from './worker-start.ts'

/**
 * Makes a pool and starts its workers, without waiting for them.
 *
 * @param log - Where that goes which `onWorkerStart` prints: to this process's own streams, or nowhere.
 * @throws {PlanError} `invalid_argument` for an option that there is not, or a value that it cannot have.
 * @throws {ShippingError} When `onWorkerStart` or one of `initArgs` cannot travel.
 */
export function forkPool(options: PoolOptions = {}, log: 'inherit' | 'ignore' = 'inherit'): ForkPool {
  const { signal } = new AbortController()
  const listener = log === 'ignore' ? {} : { onLog: inheritLog }
  return ForkPool.fork(options, workerStartCall(options, { signal, ...listener }))
}
