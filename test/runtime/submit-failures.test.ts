// Jobs that end early: cancelled, late, left, failed, or under a worker that dies. Each tells why, and the pool goes on.

import t, { type Test } from 'tap'
import { col, type DataFrame, float64, int32, type RunOptions, SessionContext, udf } from 'volley'
import { until } from './pool/with-pool.ts'
import { forkedSession, processesOf, slicedTable } from './with-jobs.ts'

t.setTimeout(240_000)

const ctx = forkedSession(t)

/** Blocks its worker, as a function that never returns does; the test ends long before. */
const hang = udf(
  (slice: number) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50_000)
    return slice
  },
  [int32],
  int32,
  { name: 'hang' },
)
const failAt = (bad: number) =>
  udf(
    (id: number) => {
      if (id === bad) throw new RangeError(`no ${id}`)
      return id
    },
    [float64],
    float64,
    { name: 'fail_at' },
  )

/** The pool serves the next job, on two living workers. */
async function serves(t: Test): Promise<void> {
  t.equal(await slicedTable(ctx, 4, 10).filter('id >= 10').count({ partitions: 4 }), 30, 'the next job runs')
  const pool = await processesOf(ctx)
  // One that takes the place of a killed worker has no process id until it is started.
  await until(() => pool.pids().length === 2, 60_000)
  t.equal(pool.pids().length, 2)
}

async function drain(frame: DataFrame, options: RunOptions): Promise<unknown> {
  const run = await frame.run(options)
  try {
    for await (const _ of run.stream);
    return undefined
  } catch (error) {
    await t.rejects(run.done, { code: (error as { code: string }).code }, 'done tells the same')
    return error
  }
}

t.test('a job that is aborted ends as cancelled, whatever its workers do', async (t) => {
  const controller = new AbortController()
  const frame = slicedTable(ctx, 6, 5).select(hang(col('slice')).alias('s'))
  const ended = drain(frame, { partitions: 6, signal: controller.signal })
  setTimeout(() => controller.abort(), 300)
  t.match(await ended, { name: 'CancelledError', code: 'cancelled', message: 'The job was cancelled' })
  await serves(t)
})

t.test('a job whose signal is aborted already never starts', async (t) => {
  const frame = slicedTable(ctx, 2, 2).select(hang(col('slice')).alias('s'))
  t.match(await drain(frame, { signal: AbortSignal.abort() }), { code: 'cancelled' })
  await serves(t)
})

t.test('a job that takes too long ends with its limit, its workers with it', async (t) => {
  // Long enough for both workers to hang by then: one that has not begun is cancelled and stays.
  const before = (await processesOf(ctx)).pids()
  const frame = slicedTable(ctx, 2, 2).select(hang(col('slice')).alias('s'))
  t.match(await drain(frame, { partitions: 2, timeoutMs: 2000 }), {
    name: 'ResourceError',
    code: 'timeout',
    message: 'The job did not end within 2000 ms: allow it more with timeoutMs',
    details: { timeoutMs: 2000 },
  })
  await serves(t)
  t.notOk(
    (await processesOf(ctx)).pids().some((pid) => before.includes(pid)),
    'those that hung are replaced',
  )
})

t.test('leaving the loop early ends the job', async (t) => {
  const run = await slicedTable(ctx, 8, 20_000).run({ partitions: 8 })
  for await (const chunk of run.stream) {
    t.ok(chunk.length > 0)
    break
  }
  await t.rejects(run.done, { code: 'cancelled', message: 'The result was not read to its end' })
  let batches = 0
  for await (const _ of slicedTable(ctx, 8, 20_000).stream({ partitions: 8 })) if (++batches === 2) break
  t.equal(batches, 2)
  await serves(t)
})

t.test('a task that fails ends the others, and the job with its error', async (t) => {
  const table = slicedTable(ctx, 11, 10)
  const error = await drain(table.select(failAt(34)(col('id')).alias('x')), { partitions: 11 })
  t.match(error, {
    name: 'UdfError',
    code: 'udf_failed',
    message: /^Function "fail_at" threw in row 4 at .*submit-failures\.test\.ts:\d+:\d+: no 34$/,
    details: { udf: 'fail_at', row: 4, message: 'no 34', file: /submit-failures\.test\.ts$/, line: Number },
  })
  const last = failAt(9)(col('id')).add(hang(col('slice').add(1)).mul(0))
  t.match(await drain(table.select(last.alias('x')).limit(1), { partitions: 11, timeoutMs: 500 }), { code: 'timeout' })
  const first = table.filter(failAt(0)(col('id')).gte(0)).filter(hang(col('slice')).gte(0))
  t.match(await drain(first, { partitions: 11 }), { code: 'udf_failed', details: { row: 0 } }, 'though another hangs')
  await serves(t)
})

t.test('an error in the merge ends the job', async (t) => {
  const summed = slicedTable(ctx, 3, 4)
    .aggregate(['slice'], ['sum(id) as s'])
    .select('slice', '1 / (slice - slice) as x')
  t.match(await drain(summed, { partitions: 3 }), { name: 'DataError', code: 'division_by_zero' })
  await serves(t)
})

t.test('an error before anything runs is thrown by run() itself', async (t) => {
  await t.rejects(slicedTable(ctx, 2, 2).select('idd').run(), {
    name: 'PlanError',
    code: 'unknown_column',
    message: 'No field named "idd". Did you mean "id"?',
  })
  await t.rejects(ctx.readParquet('no-such-file.parquet').count(), { code: 'source_not_found' })
  const native = udf(Math.max.bind(null, 1), [float64], float64, { name: 'at_least_one' })
  await t.rejects(
    slicedTable(ctx, 2, 2)
      .select(native(col('id')).alias('x'))
      .run(),
    { name: 'ShippingError' },
  )
  await serves(t)
})

t.test('a worker that dies in the middle fails its job by name', async (t) => {
  const die = udf(
    (id: number) => {
      if (id === 7) process.kill(process.pid, 'SIGKILL')
      return id
    },
    [float64],
    float64,
    { name: 'die' },
  )
  t.match(await drain(slicedTable(ctx, 4, 5).select(die(col('id')).alias('x')), { partitions: 4 }), {
    name: 'WorkerError',
    code: 'worker_lost',
    details: { signal: 'SIGKILL', pid: Number },
  })
  await serves(t)
})

t.test("jobs at the same time do not mix, nor does one's failure touch the other", async (t) => {
  const table = slicedTable(ctx, 5, 200)
  const [good, bad, other] = await Promise.allSettled([
    table.filter('slice = 3').collectColumns({ partitions: 5 }),
    table.select(failAt(450)(col('id')).alias('x')).collect({ partitions: 5 }),
    table.aggregate([], ['sum(id) as s']).collectColumns({ partitions: 5 }),
  ])
  t.match(good, { status: 'fulfilled', value: { id: Array.from({ length: 200 }, (_, i) => 600 + i) } })
  t.match(bad, { status: 'rejected', reason: { code: 'udf_failed', details: { row: 50 } } })
  t.match(other, { status: 'fulfilled', value: { s: [499_500] } })
})

t.test('in this process a job fails, is cancelled and is left alike', async (t) => {
  const here = new SessionContext({ backend: 'in-process' })
  const table = slicedTable(here, 4, 10)
  t.match(await drain(table.select(failAt(25)(col('id')).alias('x')), { partitions: 4 }), {
    code: 'udf_failed',
    details: { row: 5 },
  })
  t.match(await drain(table, { signal: AbortSignal.abort() }), { code: 'cancelled' })
  const run = await table.run({ partitions: 4 })
  for await (const _ of run.stream) break
  await t.rejects(run.done, { code: 'cancelled' })
  t.equal(await table.count({ partitions: 4 }), 40)
  await here.close()
})
