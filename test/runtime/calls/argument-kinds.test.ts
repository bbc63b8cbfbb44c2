// DataFrames and functions as arguments, results and captured values of calls: in a worker a DataFrame belongs to the
// worker's session, which runs it there.

import { MessageChannel } from 'node:worker_threads'
import { test } from 'tap'
import { col, DataFrame, type Expr, field, float64, int64, SessionContext, udf, udtf, WorkerPool } from 'volley'

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
  await t.test('functions of columns, as arguments and as results', async (t) => {
    const total = async (make: (column: Expr) => Expr, frame: DataFrame) => frame.select(make(col('net'))).count()
    t.equal(await pool.run(total, gross, rows), 3)
    const { again, same } = await pool.run(
      (given: { readonly made: typeof gross; readonly twice: typeof gross }) => ({
        again: given.made,
        same: given.made === given.twice,
      }),
      { made: gross, twice: gross },
    )
    t.ok(same)
    const twice = udtf((n) => [{ n }, { n }], ['int64'], [field('n', int64)], { name: 'twice' })
    const ran = await pool.run((fn: typeof twice) => new SessionContext().tableFunction(fn, 5).count(), twice)
    t.equal(ran, 2)
    t.strictSame(await rows.select(again(col('net')).alias('g')).toRows(), [{ g: 15 }, { g: 30 }, { g: 45 }])
  })
  await t.test('functions and classes, as arguments', async (t) => {
    const shift = 10
    const apply = (fn: (value: number) => number, values: readonly number[]): number[] => values.map(fn)
    t.strictSame(await pool.run(apply, (value) => value + shift, [1, 2]), [11, 12])
    class Shifted {
      readonly value: number
      constructor(value: number) {
        this.value = value + shift
      }
    }
    const make = (Made: typeof Shifted, fns: { readonly twice: readonly ((n: number) => number)[] }): unknown[] => [
      new Made(1).value,
      fns.twice[0] === fns.twice[1],
      fns.twice[1]?.(21),
    ]
    const double = (n: number): number => 2 * n
    t.strictSame(await pool.run(make, Shifted, { twice: [double, double] }), [11, true, 42])
    const sums = await pool.map((fn: (n: number) => number) => fn(2), [double, Math.sqrt, (n) => n + shift])
    t.strictSame(sums, [4, Math.SQRT2, 12])
  })
  await t.test('functions share with the one that is called what they share here', async (t) => {
    const seen: string[] = []
    const note = (text: string): number => seen.push(text)
    t.strictSame(
      await pool.run((fn: typeof note) => {
        fn('a')
        note('b')
        return seen
      }, note),
      ['a', 'b'],
    )
    t.strictSame(seen, [])
  })
  await t.test('functions that cannot travel say why', async (t) => {
    const call = (fn: () => unknown): unknown => fn()
    const held = { port: new MessageChannel().port1 }
    t.teardown(() => held.port.close())
    await t.rejects(pool.run(call, (() => 1).bind(null)), { code: 'closure_bound' })
    await t.rejects(
      pool.run(call, () => held.port),
      { code: 'closure_unserializable', message: /port/ },
    )
    await t.rejects(
      pool.run((value: number) => () => value, 1),
      { code: 'closure_unserializable', message: /result of function/ },
    )
    const strict = ctx.withUdfInlining({ enabled: false })
    await t.rejects(pool.runWith({ context: strict }, call as never, (() => 1) as never), {
      code: 'closure_inlining_off',
    })
  })
})
