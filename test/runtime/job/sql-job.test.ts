// Queries evaluate their items once and sort what came out, as DataFusion does; expected rows are DataFusion's.

import t from 'tap'
import { DataFrame, SessionContext, udf } from 'volley'

t.setTimeout(240_000)

const ctx = new SessionContext({ backend: 'in-process' })
t.teardown(() => ctx.close())
ctx.registerTable(
  't',
  ctx.fromRows([
    { x: 3, g: 'a' },
    { x: 1, g: 'b' },
    { x: 2, g: 'a' },
  ]),
)
const rows = async (sql: string) => (await ctx.sql(sql).toRows({ json: true })).map((row) => Object.values(row))

t.test('ORDER BY sorts the values that the items gave', async (t) => {
  t.same(await rows('select x, g, row_number() over (order by g, x) r from t order by r desc'), [
    [1, 'b', '3'],
    [3, 'a', '2'],
    [2, 'a', '1'],
  ])
  const numbers = (await rows('select random() as r from t order by r')).map(([r]) => Number(r))
  t.same(
    numbers,
    numbers.toSorted((a, b) => a - b),
  )
  const doubled = await rows('select random() as r, x from t order by r * 2 + x desc limit 2')
  t.ok(
    doubled.every(
      ([r, x], i) => i === 0 || Number(r) * 2 + Number(x) <= Number(doubled[0]?.[0]) * 2 + Number(doubled[0]?.[1]),
    ),
  )
})

t.test('a function in an item that is sorted by is called once per row', async (t) => {
  let calls = 0
  const counted = udf(
    (x: number) => {
      calls += 10
      return x + calls
    },
    ['float64'],
    'float64',
    { name: 'counted_up' },
  )
  ctx.registerUdf(counted)
  t.same(await rows('select counted_up(x) as c from t order by c desc'), [[32], [21], [13]])
})

t.test('keys that are no items are sorted by and left out of the result', async (t) => {
  t.same(await rows('select g from t order by x'), [['b'], ['a'], ['a']])
  t.same(await rows('select g as x from t order by t.x desc limit 2'), [['a'], ['a']])
  t.same(await rows('select -x as x from t order by x'), [[-3], [-2], [-1]])
  t.same(await rows('select *, -x as y from t order by y, x'), [
    [3, 'a', -3],
    [2, 'a', -2],
    [1, 'b', -1],
  ])
  t.same(await rows('select *, g as x from t order by t.x'), [
    ['b', 'b'],
    ['a', 'a'],
    ['a', 'a'],
  ])
  t.same(await rows('select x from t order by row_number() over (order by g, x), g'), [[2], [3], [1]])
  t.same(await rows('select g, sum(x) s from t group by g order by count(*) desc, g'), [
    ['a', 5],
    ['b', 1],
  ])
})

t.test('SELECT DISTINCT is ordered by its items alone', async (t) => {
  t.same(await rows('select distinct g from t order by g desc'), [['b'], ['a']])
  t.throws(() => ctx.sql('select distinct g from t order by x'), {
    code: 'type_mismatch',
    message: 'Cannot order by x with SELECT DISTINCT: it is not an item of the query, add it',
  })
})

t.test('clauses that change nothing are refused where DataFusion refuses them', async (t) => {
  const refused = [
    ['select median(x) ignore nulls from t', 'type_mismatch', /^Cannot use IGNORE NULLS with "median"/],
    ['select mean(x) respect nulls from t', 'type_mismatch', /^Cannot use RESPECT NULLS with "avg"/],
    ['select nth_value(x, 1) ignore nulls from t', 'type_mismatch', /^Cannot use IGNORE NULLS with "nth_value"/],
    ['select approx_percentile_cont(x, 0.5, -100) from t', 'invalid_argument', /centroids from 1, got -100$/],
    ['select approx_percentile_cont(x, 0.5, 0) from t', 'invalid_argument', /centroids from 1, got 0$/],
  ] as const
  for (const [sql, code, message] of refused) await t.rejects(rows(sql), { code, message }, sql)
  t.same(await rows('select first_value(x) ignore nulls from t'), [[3]])
  t.same(await rows('select sum(x) ignore nulls over () as s from t'), [[6], [6], [6]])
})

t.test('an alias means the item it names, not another that is written alike', async (t) => {
  ctx.registerTable('many', ctx.fromColumns({ x: Array.from({ length: 200 }, (_, i) => i) }))
  for (const key of ['a', 'a + 0', '1', 'a desc']) {
    const found = (await rows(`select random() a, random() b from many order by ${key}`)).map(([a]) => Number(a))
    const sign = key.endsWith('desc') ? -1 : 1
    t.same(
      found,
      found.toSorted((a, b) => sign * (a - b)),
      `order by ${key}`,
    )
  }
})

t.test('HAVING tests the item that the result shows', async (t) => {
  const found = await rows('select x, random() r from many group by x having r > 0.5')
  t.ok(found.length > 0 && found.every(([, r]) => Number(r) > 0.5))
  let called = 0
  const numbered = udf(
    () => {
      called += 1
      return called
    },
    [],
    'float64',
    { name: 'numbered', volatility: 'volatile' },
  )
  ctx.registerUdf(numbered)
  t.same(await rows('select x, numbered() n from t group by x having n < 3 order by n'), [
    [3, 1],
    [1, 2],
  ])
})

t.test('windows that order or partition by one volatile expression are over one evaluation of it', async (t) => {
  const numbered = await rows('select rank() over w, row_number() over w from many window w as (order by random())')
  t.ok(numbered.every(([rank, row]) => rank === row))
  const apart = await rows(
    'select rank() over (order by random()) a, row_number() over (order by random()) b from many',
  )
  t.ok(apart.every(([rank, row]) => rank === row))
  const counts = await rows('select count(*) over (partition by random() < 0.5) from many')
  t.ok(new Set(counts.map(([count]) => count)).size <= 2)
})

t.test('DISTINCT in an aggregate is ordered by what it is distinct in', async (t) => {
  t.same(await rows('select array_agg(distinct g order by g desc) from t'), [[['b', 'a']]])
  await t.rejects(rows('select array_agg(distinct g order by x) from t'), { code: 'type_mismatch' })
  await t.rejects(rows("select string_agg(distinct g, ',' order by x) from t"), { code: 'type_mismatch' })
})

t.test('GROUP BY and HAVING mean columns before output names, once the columns are known', async (t) => {
  t.same(await rows('select g as k, sum(x) as s from t group by k having s > 1 order by k'), [['a', '5']])
  t.same(await rows('select x as g, g as x from t group by g, x order by 2, 1'), [
    [2, 'a'],
    [3, 'a'],
    [1, 'b'],
  ])
  const isColumn = (name: string) => ({
    code: 'type_mismatch',
    message: `Cannot use "${name}" for an item of the query: GROUP BY and HAVING mean the column of that name. Name the item otherwise, or repeat its expression there`,
    details: { column: name },
  })
  await t.rejects(rows('select upper(g) as x, count(*) from t group by x'), isColumn('x'))
  await t.rejects(rows('select x + 1 as k, count(*) as g from t group by k having G > 1'), isColumn('g'))
  await t.rejects(rows('select upper(g) as x from t group by rollup(x)'), isColumn('x'))
  const shadowed = ctx.sql('select upper(g) as x, count(*) from t group by x')
  await t.rejects(DataFrame.fromBytes(shadowed.toBytes(), ctx).toRows(), isColumn('x'))
})

t.test('what is over groups reads keys and aggregates', async (t) => {
  const outside = { code: 'type_mismatch', message: /^Cannot use column "x" in an aggregation: group by it/ }
  for (const text of [
    'select x from t group by g',
    'select g from t group by g order by x',
    'select max(x) from t having x > 1',
  ])
    t.throws(() => ctx.sql(text), outside, text)
  t.same(await rows('select G from t group by g order by g'), [['a'], ['b']])
})
