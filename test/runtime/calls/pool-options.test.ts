// What a pool can be told of its size and its workers, and what it tells of itself.

import { test } from 'tap'
import { SessionContext, WorkerPool } from 'volley'

const options = { timeout: 120_000 }

test('a pool grows and shrinks between its bounds, and tells what its workers did', options, async (t) => {
  await using pool = WorkerPool.fork({ minWorkers: 0, maxWorkers: 2, idleTimeoutMs: 2000, execArgv: ['--expose-gc'] })
  t.equal(pool.concurrency, 2)
  t.equal(pool.pids().length, 0)
  const sleep = async (ms: number) => {
    await new Promise((resolve) => setTimeout(resolve, ms))
    return typeof globalThis.gc
  }
  const calls = [pool.run(sleep, 200), pool.run(sleep, 200), pool.run(sleep, 200)]
  let drained = false
  const drain = pool.drain().then(() => {
    drained = true
  })
  t.strictSame(await Promise.all(calls), ['function', 'function', 'function'])
  await drain
  t.ok(drained)
  const { runMs, waitMs, started, workers } = pool.stats()
  t.equal(started, 2)
  t.match([runMs.count, waitMs.count], [3, 3])
  t.ok(runMs.p50 >= 150 && runMs.max >= runMs.p99 && runMs.p99 >= runMs.p50 && runMs.mean > 100)
  t.equal(
    workers.reduce((sum, { tasks }) => sum + tasks, 0),
    3,
  )
  t.ok(workers.every(({ pid, tasks, busyMs }) => pid > 0 && busyMs > 0 === tasks > 0))
  while (pool.pids().length > 0) await new Promise((resolve) => setTimeout(resolve, 20))
  t.equal(await pool.run(() => 1), 1, 'and starts again')
})

test('calls of high priority go before others that wait', options, async (t) => {
  await using pool = WorkerPool.fork({ workers: 1 })
  await pool.ready()
  const order: string[] = []
  const call = (name: string, priority?: number) =>
    pool.runWith(priority === undefined ? {} : { priority }, (n: string) => n, name).then((n) => order.push(n))
  await Promise.all([call('first'), call('last', -1), call('second'), call('high', 1)])
  t.strictSame(order, ['first', 'high', 'second', 'last'])
  await pool.drain()
})

test('sizes and flags that contradict each other are refused', options, (t) => {
  const refused = (given: object, message: RegExp) =>
    t.throws(() => WorkerPool.fork(given), { code: 'invalid_argument', message })
  refused({ workers: 2, maxWorkers: 4 }, /workers = 2: with minWorkers or maxWorkers there is no fixed number/)
  refused({ minWorkers: 3, maxWorkers: 2 }, /minWorkers = 3: maxWorkers is 2/)
  refused({ maxWorkers: 0 }, /maxWorkers = 0/)
  refused({ execArgv: '--expose-gc' }, /execArgv/)
  refused({ execArgv: [], nodeOptions: [] }, /another name for execArgv/)
  t.throws(() => new SessionContext({ execArgv: [1] } as never), { code: 'invalid_argument', message: /execArgv/ })
  t.end()
})
