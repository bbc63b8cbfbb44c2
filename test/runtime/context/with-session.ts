// What tests of worker contexts share: sessions and pools of real workers that are closed after the test.

import type { Test } from 'tap'
import { SessionContext, WorkerPool } from 'volley'

export const contextModule = (name: string): URL => new URL(`../../fixtures/contexts/${name}.ts`, import.meta.url)

/** A session on one forked worker with that worker context. */
export function sessionOf(t: Test, workerContext?: string): SessionContext {
  const ctx = new SessionContext({
    workers: 1,
    log: 'ignore',
    ...(workerContext === undefined ? {} : { workerContext: contextModule(workerContext) }),
  })
  t.teardown(() => ctx.close())
  return ctx
}

/** A pool of our own workers with that worker context. */
export function poolWith(t: Test, workerContext?: string): WorkerPool {
  const pool = WorkerPool.fork({
    workers: 1,
    ...(workerContext === undefined ? {} : { workerContext: contextModule(workerContext) }),
  })
  t.teardown(() => pool.close())
  return pool
}
