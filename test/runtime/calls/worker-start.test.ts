// What workers call before they take work: whose arguments it gets, whom it concerns, what becomes of a worker in which
// it fails.

import { test } from 'tap'
import { col, float64, nativeUdf, runWithSenderCtx, SessionContext, setWorkerCtx, WorkerPool } from 'volley'

const options = { timeout: 120_000 }
const startedWith = (): unknown => process.env.STARTED_WITH

test(
  'every worker calls it once, with its arguments: those that follow, those of one call, those of actors',
  options,
  async (t) => {
    const suffix = '!'
    const onWorkerStart = async (greeting: string, double: (n: number) => number) => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      process.env.STARTED_WITH = `${process.env.STARTED_WITH ?? ''}${greeting}${double(2)}${suffix}`
    }
    await using pool = WorkerPool.fork({ workers: 1, onWorkerStart, initArgs: ['hello', (n: number) => n * 2] })
    t.equal(await pool.run(startedWith), 'hello4!')
    t.equal(pool.stats().workers[0]?.tasks, 1, 'it is none of the tasks')
    t.equal(await pool.run(startedWith), 'hello4!', 'not again')
    const pid = await pool.run(() => process.pid)
    await pool.run(() => process.exit(1)).catch(() => {})
    t.equal(await pool.run(startedWith), 'hello4!')
    t.not(await pool.run(() => process.pid), pid)
    t.equal(await pool.runWith({ isolation: 'job' }, startedWith), 'hello4!')
    class Teller {
      tell(): unknown {
        return process.env.STARTED_WITH
      }
    }
    await using teller = await pool.actor(Teller)
    t.equal(await teller.tell(), 'hello4!')
  },
)

test('a worker context that it sets is that of the worker', options, async (t) => {
  const onWorkerStart = (name: string) => {
    const context = new SessionContext()
    context.registerUdf(nativeUdf(name, Math.sqrt.bind(Math), [float64], float64))
    setWorkerCtx(context)
  }
  await using ctx = new SessionContext({ workers: 1, onWorkerStart, initArgs: ['root'] })
  const root = nativeUdf('root', Math.sqrt, [float64], float64)
  for (const n of [9, 16]) {
    const rows = await ctx
      .fromColumns({ n: [n] })
      .select(root(col('n')).alias('r'))
      .toRows()
    t.strictSame(rows, [{ r: Math.sqrt(n) }])
  }
})

test(
  'it may be an export of the worker context, which needs no name where it is called onWorkerStart',
  options,
  async (t) => {
    const source = `
    let started = 'not'
    export const onWorkerStart = (...args) => { started = 'default ' + args.join() }
    export const other = (...args) => { started = 'other ' + args.length }
    export const tell = () => started`
    const workerContext = new URL(`data:text/javascript,${encodeURIComponent(source)}`)
    const told = async (given: object): Promise<unknown> => {
      await using pool = WorkerPool.fork({ workers: 1, workerContext, ...given })
      return await pool.run('tell')
    }
    t.equal(await told({}), 'not')
    t.equal(await told({ initArgs: [1, 2] }), 'default 1,2')
    t.equal(await told({ onWorkerStart: 'other' }), 'other 0')
    const strict = new SessionContext().withUdfInlining({ enabled: false })
    t.equal(await runWithSenderCtx(strict, () => told({ onWorkerStart: 'other', initArgs: [3] })), 'other 1')
    const missing = await told({ onWorkerStart: 'othr' }).catch((error) => error)
    t.match(missing, {
      code: 'start_failed',
      message: /Cannot call "othr".*Did you mean "other"/,
      cause: { code: 'wire_not_registered' },
    })
  },
)

test('a worker in which it throws takes no work, and whoever waits for one is told why', options, async (t) => {
  await using pool = WorkerPool.fork({
    workers: 1,
    onWorkerStart: () => {
      throw new RangeError('no connection')
    },
  })
  const error = await pool.run(() => 1).catch((thrown) => thrown)
  t.match(error, { code: 'start_failed', message: /no connection/, cause: { code: 'udf_failed' } })
  t.match(String(error.details.stack), /worker-start\.test\.ts/)
  await t.rejects(pool.ready(), { code: 'start_failed' })
})

test('one that ends its process, or does not come back, is a start that failed', options, async (t) => {
  await using leaving = WorkerPool.fork({ workers: 1, onWorkerStart: () => process.exit(3) })
  await t.rejects(
    leaving.run(() => 1),
    { code: 'start_failed', message: /exited with code 3/ },
  )
  await using endless = WorkerPool.fork({
    workers: 1,
    startTimeoutMs: 2000,
    onWorkerStart: () => new Promise(() => {}),
  })
  await t.rejects(
    endless.run(() => 1),
    { code: 'start_failed', message: /it was not ready after 2000 ms/ },
  )
  await using closing = WorkerPool.fork({ workers: 1, onWorkerStart: () => new Promise(() => {}) })
  const waiting = closing.run(() => 1).catch((error) => error)
  await closing.close()
  t.match(await waiting, { code: 'closed' })
})

test('what cannot be called or cannot travel is refused before a worker is started', options, (t) => {
  const refused = (given: object, expected: { readonly code: string; readonly message?: RegExp }) => {
    t.throws(() => WorkerPool.fork(given), expected)
    t.throws(() => new SessionContext(given), expected)
  }
  refused({ onWorkerStart: 1 }, { code: 'invalid_argument', message: /Cannot call a number in a worker/ })
  refused({ onWorkerStart: 'connect' }, { code: 'invalid_argument', message: /no worker context/ })
  refused({ onWorkerStart: class {} }, { code: 'invalid_argument' })
  refused({ onWorkerStart: () => {}, initArgs: 'one' }, { code: 'invalid_argument', message: /initArgs = "one"/ })
  refused({ initArgs: [1] }, { code: 'invalid_argument', message: /give onWorkerStart/ })
  t.throws(() => WorkerPool.fork({ onWorkerStart: Math.max.bind(null) }), { code: 'closure_bound' })
  t.throws(() => new SessionContext({ backend: 'in-process', onWorkerStart: () => {} }), {
    code: 'invalid_argument',
    message: /this session starts no workers/,
  })
  const strict = new SessionContext().withUdfInlining({ enabled: false })
  runWithSenderCtx(strict, () => {
    t.throws(() => WorkerPool.fork({ onWorkerStart: () => {} }), { code: 'closure_inlining_off' })
  })
  t.end()
})
