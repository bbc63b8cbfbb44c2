// DataFrames as arguments, results and captured values of calls: in a worker a DataFrame belongs to the
// worker's session, which runs it there.

import { test } from 'tap'
import { col, DataFrame, float64, SessionContext, udf, WorkerPool } from 'volley'

test('DataFrames in calls', { timeout: 240_000 }, async (t) => {
  const pool = WorkerPool.fork({ workers: 1 })
  t.teardown(() => pool.close())
  const ctx = new SessionContext({ backend: 'in-process' })
  const rows = ctx.fromColumns({ id: [1, 2, 3], net: [10, 20, 30] })
  const rate = 1.5
  const gross = udf((net: number) => net * rate, [float64], float64, { name: 'gross' })
  const billed = rows.select('id', gross(col('net')).alias('gross'))

  await t.test('as an argument', async (t) => {
    t.equal(await pool.run((frame: DataFrame) => frame.count(), rows), 3)
    t.strictSame(await pool.run(async (frame: DataFrame) => frame.filter('id > 2').toRows({ json: true }), billed), [
      { id: 3, gross: 45 },
    ])
    const named = { jobs: new Map([['billed', billed]]) }
    t.strictSame(
      await pool.run(async ({ jobs }: typeof named) => (await jobs.get('billed')?.collectColumns())?.gross, named),
      [15, 30, 45],
    )
  })
  await t.test('as the items of a map', async (t) => {
    const counts = await pool.map((frame: DataFrame) => frame.count(), [rows, rows.limit(1), billed.filter('id > 1')])
    t.strictSame(counts, [3, 1, 2])
  })
  await t.test('captured by a function', async (t) => {
    t.equal(await pool.run(() => billed.count()), 3)
    const threshold = col('id').gt(1)
    t.equal(await pool.run(() => billed.filter(threshold).count()), 2)
  })
  await t.test('as a result', async (t) => {
    const back = await pool.run((frame: DataFrame) => frame.limit(1), billed)
    t.ok(back instanceof DataFrame)
    t.strictSame(await back.toJSON(), billed.limit(1).toJSON())
  })
  await t.test('with a source that is still to come they say so', async (t) => {
    const pending = ctx.fromArrow(rows.toReadableStream())
    await t.rejects(
      pool.run((frame: DataFrame) => frame.count(), pending),
      {
        code: 'closure_unserializable',
        message: /gather its rows first/,
      },
    )
  })
  await t.test('under a strict context they go without bodies, or not at all', async (t) => {
    const strict = ctx.withUdfInlining({ enabled: false })
    const count = (frame: DataFrame): Promise<number> => frame.count()
    await t.rejects(pool.runWith({ context: strict }, count, billed), { code: 'closure_inlining_off' })
  })
})
