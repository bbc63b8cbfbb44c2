// Table functions: what they may give, how they are called, and what is wrong with calls; by value and by name, in
// this process and in a worker.

import { tableFromArrays } from 'apache-arrow'
import t from 'tap'
import { col, type DataFrame, field, float64, int32, int64, lit, SessionContext, udtf, utf8 } from 'volley'

t.setTimeout(300_000)

const step = 2
const series = udtf(
  function* (from, to) {
    for (let n = from ?? 0; n <= (to ?? 0); n += step) yield { n, text: `#${n}` }
  },
  [int32, int32],
  [field('n', int32, false), field('text', utf8)],
  { name: 'series' },
)
const one = [field('n', float64)]

t.test('a table function gives rows, in a worker, with its closure', async (t) => {
  await using ctx = new SessionContext({ workers: 1, log: 'ignore' })
  const frame = ctx.tableFunction(series, 1, 7)
  t.same(
    await frame.toRows(),
    [1, 3, 5, 7].map((n) => ({ n, text: `#${n}` })),
  )
  t.same(
    (await frame.schema()).map(({ name, nullable }) => [name, nullable]),
    [
      ['n', false],
      ['text', true],
    ],
  )
  t.same(await frame.filter('n > 3').aggregate([], ['sum(n) as s']).toRows(), [{ s: 12n }])
  t.same(await frame.select('text').limit(1).toRows(), [{ text: '#1' }])
  ctx.registerUdtf(series)
  t.same(await ctx.sql('select s.n from SERIES(1, 2 + 3) s where n > 1 order by n desc').toRows(), [{ n: 5 }, { n: 3 }])
  t.same(await ctx.tableFunction('series', lit(1), 1).toRows(), [{ n: 1, text: '#1' }])
  const endless = udtf(
    function* () {
      for (let n = 0; ; n++) yield { n }
    },
    [],
    one,
    { name: 'endless' },
  )
  t.same(await ctx.tableFunction(endless).limit(2, 1).count(), 2, 'rows are taken as they are needed')
  t.same(await ctx.tableFunction(endless).limit(20_000).aggregate([], ['max(n) as m']).toRows(), [{ m: 19_999 }])
  const strict = ctx.withUdfInlining({ enabled: false })
  await t.rejects(strict.tableFunction(series, 1, 3).toRows(), { code: 'wire_not_registered' })
  const failing = udtf(
    function* (): Generator<{ n: number }> {
      yield { n: 1 }
      throw new RangeError('no more')
    },
    [],
    one,
    { name: 'failing' },
  )
  await t.rejects(ctx.tableFunction(failing).toRows(), {
    code: 'udf_failed',
    message: /^Function "failing" threw in row 1 at .*table-functions\.test\.ts:\d+:\d+: no more/,
  })
})

t.test('rows come in any of these ways', async (t) => {
  await using ctx = new SessionContext({ backend: 'in-process' })
  const rowsOf = (fn: () => unknown): Promise<unknown> =>
    ctx.tableFunction(udtf(fn as never, [], one, { name: 'given' })).toRows()
  const expected = [{ n: 1 }, { n: null }]
  t.same(await rowsOf(() => [{ n: 1 }, {}]), expected)
  t.same(await rowsOf(async () => [{ n: 1 }, { n: undefined }]), expected)
  t.same(
    await rowsOf(async function* () {
      yield* expected
    }),
    expected,
  )
  const table = tableFromArrays({ other: [1, 2], n: [1, null] })
  t.same(await rowsOf(() => table), expected)
  t.same(await rowsOf(() => table.batches), expected)
  t.same(await rowsOf(() => [table, { n: 3 }, table]), [...expected, { n: 3 }, ...expected])
  t.same(await rowsOf(() => []), [])
  for (const [given, message] of [
    [() => 5, /^Function "given" returned the number 5: a table function gives rows/],
    [() => [5], /gave the number 5 for row 0: a row is an object of values by column/],
    [() => [{ n: 'x' }], /"given\(\)\.n" returned .*, its declared type is Float64/],
    [() => [{ m: 1 }], /gave a row with "m": its columns are n/],
    [() => tableFromArrays({ m: [1] }), /gave a table without the column "n"/],
    [() => tableFromArrays({ n: Int32Array.of(1) }), /"given\(\)\.n" returned a vector of Int32/],
  ] as const) {
    await t.rejects(rowsOf(given), { code: 'udf_wrong_result', message })
  }
})

t.test('calls that do not fit are refused before anything runs', async (t) => {
  await using ctx = new SessionContext({ backend: 'in-process' })
  ctx.registerUdtf(series)
  const sql =
    (text: string): (() => DataFrame) =>
    () =>
      ctx.sql(text)
  t.throws(sql('select * from series(1)'), { code: 'type_mismatch', message: /takes 2 arguments, got 1/ })
  t.throws(sql("select * from series(1, 'x')"), { code: 'type_mismatch' })
  t.throws(sql('select * from series(1, random())'), { code: 'type_mismatch', message: /takes constants/ })
  t.throws(sql('select * from series(1, n)'), { code: 'unknown_column' })
  t.throws(sql('select * from serie(1, 2)'), {
    code: 'unknown_function',
    message: 'Table function "serie" is not known. Did you mean "series"?',
  })
  t.throws(sql('select * from series(1, 2'), { code: 'syntax_error' })
  t.throws(() => ctx.tableFunction(series, col('a'), 1), { code: 'unknown_column' })
  t.throws(() => ctx.tableFunction('nothing'), {
    code: 'unknown_function',
    message: 'Table function "nothing" is not known. Register it with registerUdtf',
  })
  t.throws(() => ctx.tableFunction(undefined as never), { code: 'invalid_argument' })
  t.throws(() => udtf(() => [], [], [], { name: 'empty' }), { code: 'invalid_argument', message: /must have a column/ })
  t.throws(() => udtf(() => [], [], [...one, ...one], { name: 'twice' }), { message: /two columns named "n"/ })
  t.throws(() => udtf(5 as never, [], one), { code: 'invalid_argument', message: /^Cannot make a UDTF of/ })
  t.same([ctx.udtfs(), ctx.udtf('series').definition === series.definition], [['series'], true])
  t.throws(() => ctx.udf('series'), { message: /It is registered as a table function/ })
  t.equal(ctx.deregisterUdtf('series'), true)
  t.throws(sql('select * from series(1, 2)'), { code: 'unknown_function' })
})

t.test('jobs of a table function travel as bytes, by value and by name', async (t) => {
  await using ctx = new SessionContext({ backend: 'in-process' })
  ctx.registerUdtf(series)
  const { DataFrame: Frames } = await import('volley')
  const strict = ctx.withUdfInlining({ enabled: false })
  const frame = ctx.tableFunction(series, 1, 3).select('n')
  t.same(await Frames.fromBytes(frame.toBytes(ctx), ctx).toRows(), [{ n: 1 }, { n: 3 }])
  t.throws(() => Frames.fromBytes(frame.toBytes(ctx), strict), {
    code: 'wire_inline_refused',
    message: /^Cannot accept table function "series" by value/,
  })
  const byName = frame.toBytes(strict)
  t.same(await Frames.fromBytes(byName, strict).toRows(), [{ n: 1 }, { n: 3 }])
  t.throws(() => Frames.fromBytes(byName, new SessionContext()), { code: 'wire_not_registered' })
  const big = udtf((n) => [{ n }], [int64], [field('n', int64)], { name: 'big', int64As: 'number' })
  t.same(await ctx.tableFunction(big, 7n).toRows(), [{ n: 7n }])
})
