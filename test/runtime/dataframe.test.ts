// The DataFrame calls, in this process: what each gives, in expressions and in SQL text, and what it refuses.

import t from 'tap'
import { col, type ExprInput, functions as f, int64, lit, SessionContext, typeName, udf, when } from 'volley'

t.setTimeout(120_000)

const ctx = new SessionContext({ backend: 'in-process' })
t.teardown(() => ctx.close())

const sales = ctx.fromColumns({
  region: ['north', 'south', null, 'north', 'east', 'south'],
  net: [10, 5.5, 3, null, 8, 2],
  n: [1, 2, 3, 4, 5, 6],
})

t.test('select() gives exactly its columns, by expression and by text', async (t) => {
  const chosen = sales.select('n', col('net').mul(2).alias('double'), 'upper(region) as REGION', 'net + 1').limit(1)
  t.same(await chosen.toRows(), [{ n: 1n, double: 20, REGION: 'NORTH', 'net + Int64(1)': 11 }])
})

t.test('select() refuses two columns of one name', async (t) => {
  await t.rejects(sales.select('n', col('n').cast('float64')).collect(), { code: 'ambiguous_column' })
})

t.test('filter() passes the rows for which its condition is true, not null', async (t) => {
  t.same(await sales.filter(col('net').gt(4)).collectColumns(), {
    region: ['north', 'south', 'east'],
    net: [10, 5.5, 8],
    n: [1n, 2n, 5n],
  })
  t.same(await sales.filter("region <> 'north'").select('n').collectColumns(), { n: [2n, 5n, 6n] })
  t.same(await sales.filter(lit(false)).collectColumns(), { region: [], net: [], n: [] })
})

t.test('withColumn() adds a column or replaces one where it stands', async (t) => {
  t.same(await sales.withColumn('n', col('n').add(1)).withColumn('big', 'n > 6').limit(1, 5).toRows(), [
    { region: 'south', net: 2, n: 7n, big: true },
  ])
})

t.test('withColumns() sees the columns as they were before', async (t) => {
  const swapped = sales
    .withColumns({ net: col('n'), n: col('net') })
    .select('net', 'n')
    .limit(1)
  t.same(await swapped.toRows(), [{ net: 1n, n: 10 }])
})

t.test('dropColumns() leaves out columns', async (t) => {
  t.same(await sales.dropColumns('region', 'NET').limit(2).toRows(), [{ n: 1n }, { n: 2n }])
  t.equal(await sales.dropColumns('region', 'net', 'n').count(), 6, 'rows without columns are rows')
  await t.rejects(sales.dropColumns('nett').schema(), {
    code: 'unknown_column',
    message: 'No field named "nett". Did you mean "net"?',
  })
})

t.test('aggregate() gives a row per group, keys first', async (t) => {
  const grouped = sales
    .aggregate(['region'], [f.sum?.(col('net')).alias('total') ?? '', 'count(*) as n', 'max(n) - min(n) as span'])
    .sort('region')
  t.same(await grouped.toRows(), [
    { region: 'east', total: 8, n: 1n, span: 0n },
    { region: 'north', total: 10, n: 2n, span: 3n },
    { region: 'south', total: 7.5, n: 2n, span: 4n },
    { region: null, total: 3, n: 1n, span: 0n },
  ])
})

t.test('aggregate() without keys gives one row, also of no rows', async (t) => {
  const totals = [
    'count(*) as n',
    'count(net) as known',
    'sum(net) as total',
    'avg(net) as mean',
    'min(region) as first',
  ]
  t.same(await sales.aggregate([], totals).toRows(), [{ n: 6n, known: 5n, total: 28.5, mean: 5.7, first: 'east' }])
  t.same(await sales.filter('n > 99').aggregate([], totals).toRows(), [
    { n: 0n, known: 0n, total: null, mean: null, first: null },
  ])
})

t.test('aggregate() groups by expressions, and knows them again in its values', async (t) => {
  const odd = col('n').mod(2)
  const rows = sales.aggregate(
    [odd.eq(1).alias('odd')],
    [
      when(odd.eq(1), f.count?.() ?? 0)
        .otherwise(-1)
        .alias('n'),
      odd.eq(1).not().alias('even'),
    ],
  )
  t.same(await rows.sort('odd').toRows(), [
    { odd: false, n: -1n, even: true },
    { odd: true, n: 3n, even: false },
  ])
})

t.test('aggregate() takes FILTER and DISTINCT', async (t) => {
  const values = [
    'count(distinct region) as regions',
    'sum(n) filter (where net > 4) as some',
    'count(*) filter (where region is null) as unknown',
  ]
  t.same(await sales.aggregate([], values).toRows(), [{ regions: 3n, some: 8n, unknown: 1n }])
})

t.test('aggregate() tells functions of one name apart', async (t) => {
  const scale = (by: bigint) => udf((value: bigint) => value * by, [int64], int64, { name: 'scale' })
  const sums = [scale(2n), scale(3n)].map((scaled, i) => f.sum?.(scaled(col('n'))).alias(`s${i}`) ?? '')
  t.same(await sales.aggregate([], sums).toRows(), [{ s0: 42n, s1: 63n }])
})

t.test('aggregate() takes keys that are called like its inner columns', async (t) => {
  const rows = sales.aggregate([col('n').mod(2).alias('#0'), lit(7).alias('#0.sum')], ['sum(n)', 'count(*) as c'])
  t.same(await rows.sort('"#0"').toRows(), [
    { '#0': 0n, '#0.sum': 7n, 'sum(n)': 12n, c: 3n },
    { '#0': 1n, '#0.sum': 7n, 'sum(n)': 9n, c: 3n },
  ])
})

t.test('aggregate() refuses columns that have no one value in a group', async (t) => {
  await t.rejects(sales.aggregate(['region'], ['net']).schema(), {
    code: 'type_mismatch',
    message: /Cannot use column "net" in an aggregation: group by it/,
  })
  await t.rejects(sales.aggregate([f.sum?.(col('n')) ?? ''], []).schema(), { code: 'type_mismatch' })
})

t.test('sort() orders by keys with their directions, as text and as expressions', async (t) => {
  const names = async (...keys: readonly ExprInput[]): Promise<unknown> =>
    (await sales.sort(...keys).collectColumns()).n
  t.same(await names('region', 'n desc'), [5n, 4n, 1n, 6n, 2n, 3n])
  t.same(await names(col('region').desc(), col('net').asc()), [3n, 6n, 2n, 1n, 4n, 5n], 'descending puts nulls first')
  t.same(await names('region desc nulls last', 'net asc nulls first'), [6n, 2n, 4n, 1n, 5n, 3n])
  t.same(await names(col('n').mod(3)), [3n, 6n, 1n, 4n, 2n, 5n])
})

t.test('limit() gives at most so many rows, after leaving some out', async (t) => {
  const rows = async (count: number, offset?: number): Promise<unknown> =>
    (await sales.limit(count, offset).collectColumns()).n
  t.same(await rows(2), [1n, 2n])
  t.same(await rows(2, 5), [6n])
  t.same(await rows(0), [])
  t.same(await rows(9, 9), [])
  for (const wrong of [-1, 1.5, NaN, Infinity, '3' as never])
    t.throws(() => sales.limit(wrong), { code: 'invalid_argument', message: /whole number from 0$/ })
  t.throws(() => sales.limit(1, -1), { code: 'invalid_argument', message: /offset -1/ })
})

t.test('distinct() gives each row once, nulls being equal', async (t) => {
  const twice = ctx.fromColumns({ a: [1, null, 1, null, 2], b: ['x', 'x', 'x', 'x', null] })
  t.same(await twice.distinct().sort('a').toRows(), [
    { a: 1n, b: 'x' },
    { a: 2n, b: null },
    { a: null, b: 'x' },
  ])
})

t.test('schema() tells the columns of the result without reading rows', async (t) => {
  const failing = sales.withColumn('never', '1 / 0').aggregate(['region'], ['max(never) as m', 'count(*) as c'])
  t.same(
    (await failing.schema()).map(({ name, type, nullable }) => `${name}: ${typeName(type)}${nullable ? '?' : ''}`),
    ['region: utf8?', 'm: int64?', 'c: int64'],
  )
  await t.rejects(failing.collect(), { code: 'division_by_zero' })
})

t.test('count(), head(), collect() and stream() give the same rows', async (t) => {
  t.equal(await sales.filter('net > 4').count(), 3)
  t.equal(await sales.limit(0).count(), 0)
  t.equal((await sales.head(4)).numRows, 4)
  t.equal((await sales.head()).numRows, 6)
  const table = await sales.collect()
  t.same(table.schema.names, ['region', 'net', 'n'])
  t.same(table.get(1)?.toJSON(), { region: 'south', net: 5.5, n: 2n })
  let rows = 0
  for await (const batch of sales.stream()) rows += batch.numRows
  t.equal(rows, 6)
})

t.test('a DataFrame never changes', async (t) => {
  const filtered = sales.filter('n > 4')
  filtered.limit(1)
  filtered.withColumn('x', lit(1))
  t.same(await filtered.collectColumns(), { region: ['east', 'south'], net: [8, 2], n: [5n, 6n] })
  t.equal(sales.job.steps.length, 0)
})

t.test('text that is no expression is refused when it is given', async (t) => {
  t.throws(() => sales.filter('net >'), { name: 'PlanError', code: 'syntax_error', message: /position 5/ })
  t.throws(() => sales.select('uppr(region)'), { code: 'unknown_function', message: /Did you mean/ })
  t.throws(() => sales.select(5 as never), { code: 'invalid_argument' })
  t.throws(() => sales.select(undefined as never), { code: 'invalid_argument' })
  t.throws(() => sales.sort('n sideways'), { code: 'syntax_error' })
})
