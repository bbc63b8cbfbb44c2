// Window functions through jobs: what they compute, how they combine with the other steps, and what is refused.

import t from 'tap'
import { windowFunctions } from '../../../functions/catalogue/catalogue.ts'
import type { WindowFrame } from '../../../functions/expr/node.ts'
import { col, functions as f, int64, lit, SessionContext, windowFrame } from '../../../runtime/index.ts'

t.setTimeout(240_000)

const ctx = new SessionContext({ backend: 'in-process' })
t.teardown(() => ctx.close())

const sales = () =>
  ctx.fromColumns(
    {
      region: ['n', 's', 'n', 's', 'n', null],
      day: [3, 1, 1, 2, 2, 1],
      net: [30, 5, 10, 7, null, 1],
    },
    { day: int64, net: int64 },
  )

t.test('over() ranks rows and leaves them in their order', async (t) => {
  const rows = await sales()
    .select(
      f
        .rowNumber()
        .over({ partitionBy: [col('region')], orderBy: [col('day')] })
        .alias('n'),
      f
        .rank()
        .over({ orderBy: [col('day')] })
        .alias('rank'),
      f
        .denseRank()
        .over({ orderBy: [col('day').desc()] })
        .alias('dense'),
    )
    .toRows()
  t.same(
    rows.map((row) => [row.n, row.rank, row.dense]),
    [
      [3n, 6n, 1n],
      [1n, 1n, 3n],
      [1n, 1n, 3n],
      [2n, 4n, 2n],
      [2n, 4n, 2n],
      [1n, 1n, 3n],
    ],
  )
})

t.test('a window is a value like others: arithmetic, several in one select, text', async (t) => {
  const rows = await sales()
    .select(
      'net * 100.0 / sum(net) over () as share',
      'coalesce(lag(net) over (partition by region order by day), -1) as previous',
      'upper(first_value(region) over (order by day desc)) as last',
    )
    .limit(2)
    .toRows()
  t.same(rows, [
    { share: 3000 / 53, previous: -1n, last: 'N' },
    { share: 500 / 53, previous: -1n, last: 'N' },
  ])
})

t.test('withColumn() keeps the columns and adds the window', async (t) => {
  const frame = sales().withColumn('total', f.sum(col('net')).over({ partitionBy: [col('region')] }))
  t.same(
    (await frame.schema()).map(({ name }) => name),
    ['region', 'day', 'net', 'total'],
  )
  t.same(
    (await frame.toRows()).map((row) => row.total),
    [40n, 12n, 40n, 12n, 40n, 1n],
  )
})

t.test('sort() takes a window as a key and gives the columns it got', async (t) => {
  const sorted = sales().sort(
    f
      .sum(col('net'))
      .over({ partitionBy: [col('region')] })
      .desc(),
    col('day'),
  )
  t.same(await sorted.collectColumns(), {
    region: ['n', 'n', 'n', 's', 's', null],
    day: [1n, 2n, 3n, 1n, 2n, 1n],
    net: [10n, null, 30n, 5n, 7n, 1n],
  })
})

t.test('windows stand over the results of an aggregation', async (t) => {
  const rows = await sales()
    .aggregate([col('region')], ['sum(net) as total', 'rank() over (order by sum(net) desc) as place'])
    .toRows()
  t.same(
    rows.map((row) => [row.region, row.total, row.place]),
    [
      ['n', 40n, 1n],
      ['s', 12n, 2n],
      [null, 1n, 3n],
    ],
  )
})

t.test('a filter before a window takes rows away from it, one after it does not', async (t) => {
  const before = sales().filter('net > 5').withColumn('n', 'count(*) over ()')
  const after = sales().withColumn('n', 'count(*) over ()').filter('net > 5')
  t.same(
    (await before.toRows()).map((row) => row.n),
    [3n, 3n, 3n],
  )
  t.same(
    (await after.toRows()).map((row) => row.n),
    [6n, 6n, 6n],
  )
})

t.test('a window over no rows gives no rows', async (t) => {
  t.same(await sales().filter(lit(false)).select('row_number() over (order by day)').toRows(), [])
})

t.test('windowFrame() builds the frames of SQL text', async (t) => {
  const over = (frame: WindowFrame) => f.count().over({ orderBy: [col('day')], frame })
  const pairs: readonly (readonly [WindowFrame, string])[] = [
    [windowFrame('rows', { preceding: 1 }), 'rows 1 preceding'],
    [windowFrame('range', 'unbounded', { following: 1 }), 'range between unbounded preceding and 1 following'],
    [windowFrame('groups', 'current row', 'unbounded'), 'groups between current row and unbounded following'],
  ]
  for (const [frame, text] of pairs) {
    const parsed = ctx.parseExpr(`count(*) over (order by day ${text})`)
    t.equal(over(frame).canonicalName(), parsed.canonicalName())
    t.same(await sales().select(over(frame).alias('n')).toRows(), await sales().select(parsed.alias('n')).toRows())
  }
  t.throws(() => windowFrame('rows', { preceding: col('n') }), {
    message: 'Cannot frame by n: a distance is a literal',
  })
  for (const wrong of [
    {},
    { preceeding: 1 },
    { preceding: 1, following: 1 },
    'unbounded preceding',
    1,
    null,
  ] as never[]) {
    t.throws(() => windowFrame('rows', wrong), {
      code: 'invalid_argument',
      message: /^Cannot take start = .*: it is 'unbounded', 'current row', \{ preceding: n \} or \{ following: n \}$/,
    })
    t.throws(() => windowFrame('rows', 'unbounded', wrong), {
      code: 'invalid_argument',
      message: /^Cannot take end = /,
    })
  }
  t.throws(() => windowFrame('row' as never, 'unbounded'), {
    code: 'invalid_argument',
    message: 'Cannot take units = "row": it is one of rows, range, groups',
  })
  const backwards = windowFrame('rows', { following: 1 }, { preceding: 1 })
  await t.rejects(sales().select(over(backwards)).schema(), {
    message: 'Cannot use a frame that ends before it starts',
  })
})

t.test('FILTER and DISTINCT apply inside a window', async (t) => {
  const rows = await sales()
    .select('count(*) filter (where net > 5) over (partition by region) as big', 'count(distinct day) over () as days')
    .toRows()
  t.same(
    rows.map((row) => [row.big, row.days]),
    [
      [2n, 3n],
      [1n, 3n],
      [2n, 3n],
      [1n, 3n],
      [2n, 3n],
      [0n, 3n],
    ],
  )
})

t.test('lists and texts of frames follow their order', async (t) => {
  const rows = await sales()
    .filter("region = 'n'")
    .select('array_agg(net) over (order by day rows between 1 preceding and 1 following) as near')
    .toRows()
  t.same(
    rows.map((row) => row.near),
    [
      [null, 30n],
      [10n, null],
      [10n, null, 30n],
    ],
  )
})

t.test('an infinite value leaves the sum when it leaves the frame', async (t) => {
  const frame = ctx
    .fromColumns({ i: [1, 2, 3, 4], x: [1, Number.POSITIVE_INFINITY, 2, 3] })
    .select('sum(x) over (order by i rows 1 preceding) as s', 'avg(x) over (order by i rows 1 preceding) as a')
  t.same(await frame.collectColumns(), {
    s: [1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 5],
    a: [1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 2.5],
  })
})

for (const [sql, message] of [
  ['sum(sum(net) over ()) over ()', 'Cannot use a window function inside'],
  ['sum(net) over (groups 1 preceding)', 'Cannot frame GROUPS without an order: add ORDER BY'],
  ['sum(net) over (order by region, day range 1 preceding)', 'with 2 sort keys: it takes exactly one'],
  ["sum(net) over (order by day range interval '1 day' preceding)", 'Cannot frame a RANGE of Int64'],
  ['rank() ignore nulls over (order by day)', 'Cannot use IGNORE NULLS with "rank"'],
  ['rank() filter (where net > 1) over (order by day)', 'Cannot use FILTER with "rank"'],
  ['ntile(0) over (order by day)', 'Function "ntile" takes 1 or more buckets, got 0'],
  ['lag(net, day) over (order by day)', 'Function "lag" takes an integer literal as argument 2'],
] as const) {
  t.test(`${sql} is refused`, async (t) => {
    await t.rejects(sales().select(sql).schema(), { message: new RegExp(message.replaceAll(/[()]/g, '\\$&')) })
  })
}

t.test('a window in a filter says what to do instead', async (t) => {
  await t.rejects(sales().filter('row_number() over () = 1').schema(), {
    code: 'type_mismatch',
    message: 'Cannot use row_number() here: add it as a column with select() or withColumn() first',
  })
  const first = sales().withColumn('n', 'row_number() over (order by day, net)').filter('n = 1').select('net')
  t.same(await first.toRows(), [{ net: 1n }])
})

const oneRow = ctx.fromColumns({ x: [1] })
for (const [sql, result] of windowFunctions.flatMap(({ examples }) => examples)) {
  t.test(`${sql} gives ${result}`, async (t) => {
    const [row] = await oneRow.select(`${sql} as got`, `${result} as wanted`).toRows()
    t.equal(Number(row?.got), Number(row?.wanted))
  })
}
