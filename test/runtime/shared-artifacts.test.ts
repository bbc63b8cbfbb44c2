// What the tasks of jobs and calls share is sent to each worker once: programs, and the bodies of functions.

import { type Test, test } from 'tap'
import { type Backend, col, functions as f, float64, SessionContext, type TaskRequest, udf, WorkerPool } from 'volley'
import { InProcessBackend } from '../../runtime/in-process.ts'
import { submitJob } from '../../runtime/scheduler/submit.ts'
import { contextModule } from './context/with-session.ts'
import { slicedTable } from './with-jobs.ts'

const options = { timeout: 240_000 }

const weights = new Float64Array(2000).fill(2)
const weigh = udf((id: number) => id * (weights[0] ?? 0), [float64], float64, { name: 'weigh' })
const weighed = weigh(col('id')).alias('x')

/** A pool and a session on it. */
function onPool(t: Test, more: Parameters<typeof WorkerPool.fork>[0] = {}) {
  const pool = WorkerPool.fork({ workers: 1, ...more })
  t.teardown(() => pool.close())
  return { pool, ctx: new SessionContext({ backend: pool.backend }) }
}

test('a worker is sent a program and its functions once, however many tasks there are', options, async (t) => {
  const { pool, ctx } = onPool(t, { workers: 2 })
  const rows = await slicedTable(ctx, 40, 2).select(weighed).toRows({ partitions: 40 })
  t.strictSame(
    rows.map(({ x }) => x),
    Array.from({ length: 80 }, (_, id) => id * 2),
  )
  const { sentArtifacts, sentBytes } = pool.stats()
  t.ok(sentArtifacts === 2 || sentArtifacts === 4, `${sentArtifacts} artifacts to one or two workers`)
  t.ok(sentBytes < 2 * weights.byteLength + 40 * 2000 + 5000, `${sentBytes} bytes, with the rows of the table`)
})

test('a job that was run before sends no artifacts', options, async (t) => {
  const { pool, ctx } = onPool(t)
  const frame = slicedTable(ctx, 3, 2).select(weighed)
  await frame.toRows()
  const { sentArtifacts, sentBytes } = pool.stats()
  await frame.toRows()
  t.equal(sentArtifacts, 2)
  t.equal(pool.stats().sentArtifacts, 2)
  t.ok(pool.stats().sentBytes - sentBytes < sentBytes / 2)
})

test('two programs with one function share its body', options, async (t) => {
  const { pool, ctx } = onPool(t)
  const table = slicedTable(ctx, 1, 3)
  await table.select(weighed).toRows()
  const { sentBytes } = pool.stats()
  t.strictSame(
    await table
      .filter(weigh(col('id')).gt(2))
      .select('id')
      .toRows(),
    [{ id: 2 }],
  )
  t.equal(pool.stats().sentArtifacts, 3, 'a body and two programs')
  t.ok(pool.stats().sentBytes - sentBytes < weights.byteLength)
})

test('partial and final tasks of a job share what they can', options, async (t) => {
  const { pool, ctx } = onPool(t)
  const frame = slicedTable(ctx, 4, 2)
    .aggregate([col('slice')], [f.max(weigh(col('id'))).alias('most')])
    .sort('slice')
  const rows = await frame.toRows({ partitions: 4 })
  t.strictSame(
    rows.map(({ most }) => most),
    [2, 6, 10, 14],
  )
  const { sentArtifacts } = pool.stats()
  await frame.toRows({ partitions: 4 })
  t.equal(pool.stats().sentArtifacts, sentArtifacts)
})

test('map() sends the body of its function once to each worker', options, async (t) => {
  const { pool } = onPool(t, { workers: 2 })
  const table = new Float64Array(2000).fill(3)
  const items = Array.from({ length: 40 }, (_, at) => at)
  const times = (item: number) => item * (table[0] ?? 0)
  t.strictSame(
    await pool.map(times, items),
    items.map((item) => item * 3),
  )
  const { sentArtifacts, sentBytes } = pool.stats()
  t.ok(sentArtifacts <= 2, `${sentArtifacts} artifacts`)
  t.ok(sentBytes < sentArtifacts * (table.byteLength + 5000) + 40 * 500, `${sentBytes} bytes`)
})

test('map() sends a function in its arguments once, and shares it with jobs', options, async (t) => {
  const { pool, ctx } = onPool(t)
  const names = await pool.map((expr: ReturnType<typeof col>) => String(expr), Array(10).fill(weigh(col('a'))))
  t.strictSame(new Set(names), new Set(['weigh(a)']))
  t.equal(pool.stats().sentArtifacts, 2)
  await slicedTable(ctx, 1, 1).select(weighed).toRows()
  t.equal(pool.stats().sentArtifacts, 3, 'a program, no body')
})

test('a worker that was replaced is sent the artifacts of a job again', options, async (t) => {
  const { pool, ctx } = onPool(t)
  const frame = slicedTable(ctx, 1, 2).select(weighed)
  const rows = await frame.toRows()
  const crash = udf(() => process.exit(1), [float64], float64, { name: 'crash' })
  await t.rejects(
    slicedTable(ctx, 1, 2)
      .select(crash(col('id')).alias('x'))
      .toRows(),
    { code: 'worker_lost' },
  )
  const { sentArtifacts } = pool.stats()
  t.strictSame(await frame.toRows(), rows)
  t.equal(pool.stats().sentArtifacts, sentArtifacts + 2)
})

test('a worker that keeps next to nothing runs every job', options, async (t) => {
  const { pool, ctx } = onPool(t, { maxArtifactBytes: 0 })
  const [one, other] = [slicedTable(ctx, 2, 2).select(weighed), slicedTable(ctx, 2, 2).select('id + 1 as x')]
  for (let at = 0; at < 3; at += 1) {
    t.strictSame(
      (await one.toRows()).map(({ x }) => x),
      [0, 2, 4, 6],
    )
    t.strictSame(
      (await other.toRows()).map(({ x }) => x),
      [1, 2, 3, 4],
    )
  }
  t.equal(pool.stats().sentArtifacts, 9, 'each job anew')
})

test('a job in isolation is sent everything', options, async (t) => {
  const { ctx } = onPool(t)
  const rows = await slicedTable(ctx, 2, 2).select(weighed).toRows({ partitions: 2, isolation: 'job' })
  t.strictSame(
    rows.map(({ x }) => x),
    [0, 2, 4, 6],
  )
})

test('a strict worker refuses a body that is an artifact as one that is not', options, async (t) => {
  const { ctx } = onPool(t, { workerContext: contextModule('strict') })
  await t.rejects(slicedTable(ctx, 1, 2).select(weighed).toRows(), {
    code: 'wire_inline_refused',
    message: /^Cannot accept scalar function "weigh" by value: this context is strict\. Encode it by name/,
    details: { function: 'weigh', family: 'scalar' },
  })
})

test('the same tasks run in this process', options, async (t) => {
  const here = new SessionContext({ backend: 'in-process' })
  const rows = await slicedTable(here, 4, 2).select(weighed).toRows({ partitions: 4 })
  t.strictSame(
    rows.map(({ x }) => x),
    [0, 2, 4, 6, 8, 10, 12, 14],
  )
})

test('a backend that loses artifacts gives a coded error', options, async (t) => {
  const inner = new InProcessBackend()
  const forgetful: Backend = {
    concurrency: 1,
    run: ({ task }: TaskRequest, runOptions) => inner.run({ task }, runOptions),
    close: async () => {},
  }
  const { job } = slicedTable(new SessionContext(), 1, 1).select(weighed)
  const run = await submitJob(job, forgetful)
  await t.rejects(
    async () => {
      for await (const _ of run.stream) {
      }
    },
    { code: 'wire_missing_part', message: /^Cannot read the program of a task: its artifact [0-9a-f]{12} is not here/ },
  )
})
