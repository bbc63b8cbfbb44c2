import t from 'tap'
import { displayNode } from '../../../functions/expr/display.ts'
import type { ExprNode } from '../../../functions/expr/node.ts'
import type { SqlOptions } from '../../../functions/sql/options.ts'
import { parseSelect } from '../../../functions/sql/select.ts'

const texts = (nodes: readonly ExprNode[]) => nodes.map(displayNode)

/** The statement with its expressions displayed. */
function displayed(text: string, options?: SqlOptions) {
  const { items, groupBy, orderBy, where, having, outputNames, ...rest } = parseSelect(text, options)
  return {
    ...rest,
    items: texts(items),
    ...(where === undefined ? {} : { where: displayNode(where) }),
    ...(groupBy.length === 0 ? {} : { groupBy: texts(groupBy) }),
    ...(having === undefined ? {} : { having: displayNode(having) }),
    ...(outputNames.length === 0 ? {} : { outputNames }),
    ...(orderBy.length === 0 ? {} : { orderBy: texts(orderBy) }),
  }
}

t.test('parseSelect() gives the clauses as plain data', async (t) => {
  t.strictSame(
    displayed(
      'select origin, count(*) as n from flights where delay > 60 group by origin having n > 5 order by n desc limit 10 offset 2;',
    ),
    {
      from: 'flights',
      distinct: false,
      items: ['origin', 'count(*) AS n'],
      where: 'delay > Int64(60)',
      groupBy: ['origin'],
      having: 'count(*) > Int64(5)',
      outputNames: ['n'],
      orderBy: ['count(*) DESC NULLS FIRST'],
      limit: 10,
      offset: 2,
    },
  )
})

t.test('parseSelect() reads tables, stars and positions', async (t) => {
  const plain = { distinct: false }
  t.strictSame(displayed('select * from t'), { ...plain, from: 't', items: ['*'] })
  t.strictSame(displayed('select distinct f.* from "a b".flights as f'), {
    from: 'a b.flights',
    distinct: true,
    items: ['*'],
  })
  t.strictSame(displayed("select f.a x from 'some.parquet' f where f.a is distinct from 1 limit all"), {
    ...plain,
    from: 'some.parquet',
    items: ['a AS x'],
    where: 'a IS DISTINCT FROM Int64(1)',
  })
  t.strictSame(displayed('select a + 1 as b, sum(c) from t group by 1 order by 2, b'), {
    ...plain,
    from: 't',
    items: ['a + Int64(1) AS b', 'sum(c)'],
    groupBy: ['a + Int64(1)'],
    orderBy: ['sum(c) ASC NULLS LAST', 'a + Int64(1) ASC NULLS LAST'],
  })
})

t.test('parseSelect() reads keys that stand for several', async (t) => {
  const groupBy = (keys: string) =>
    displayed(`select upper(a) as b, c, sum(d) + 1 as e from t group by ${keys}`).groupBy
  t.strictSame(groupBy('all'), ['upper(a)', 'c'])
  t.strictSame(groupBy('a, rollup(b, (c, d))'), ['a', 'ROLLUP (upper(a), (c, d))'])
  t.strictSame(groupBy('cube (a, (b)), 2'), ['CUBE (a, upper(a))', 'c'])
  t.strictSame(groupBy('grouping sets ((a, d), d, (), (a + 1) * 2, cube(a))'), [
    'GROUPING SETS ((a, d), d, (), (a + Int64(1)) * Int64(2), CUBE (a))',
  ])
  t.strictSame(groupBy('rollup, cube'), ['rollup', 'cube'])
})

t.test('parseSelect() reads named windows', async (t) => {
  t.strictSame(
    displayed('select sum(a) over w, rank() over (w order by b) from t window w as (partition by c) order by a'),
    {
      from: 't',
      distinct: false,
      items: ['sum(a) PARTITION BY [c]', 'rank() PARTITION BY [c] ORDER BY [b ASC NULLS LAST]'],
      orderBy: ['a ASC NULLS LAST'],
    },
  )
})

t.test('parseSelect() takes no output name in GROUP BY and HAVING for what must be a column', async (t) => {
  const swapped = displayed('select a as b, b as a from t group by a, b')
  t.match(swapped, { groupBy: ['a', 'b'] }, 'the items read both')
  t.match(displayed('select max(c) as a from t group by a'), { groupBy: ['a'] }, 'no key is an aggregate')
  t.match(displayed('select k as a, max(c) as x from t group by k, x having x > 3'), { having: 'x > Int64(3)' })
  t.match(displayed('select k as a from t where a > 1 group by a'), { groupBy: ['a'] })
  const { outputNames } = parseSelect('select k as A, sum(c) as s, d as e from t group by a having s > 1 order by e')
  t.same(outputNames, ['a', 's'], 'what has to be no column')
})

t.test('parseSelect() lets a column go before an output name in GROUP BY, not in ORDER BY', async (t) => {
  const text = 'select upper(name) as name from t group by name order by name'
  for (const options of [{}, { columns: ['name'] }])
    t.match(displayed(text, options), { groupBy: ['name'], orderBy: ['upper(name) ASC NULLS LAST'] })
  t.match(displayed('select a as b from t group by b', { columns: ['a', 'b'] }), { groupBy: ['b'] })
  t.match(displayed('select a as b from t group by b', { columns: ['a'] }), { groupBy: ['a'] })
})

t.test('parseSelect() reads queries without a table', async (t) => {
  t.strictSame(displayed('select 1 as one limit 1;'), { distinct: false, items: ['Int64(1) AS one'], limit: 1 })
  t.match(displayed('select extract(year from now()) where true'), { where: 'Boolean(true)' })
  for (const text of ['select name', 'select 1 where name', 'select 1 as one order by name'])
    t.throws(() => parseSelect(text), {
      code: 'unknown_column',
      message: /"name"\. There are no columns here: .* FROM/,
    })
})

t.test('parseSelect() says what is wrong and what is not supported', async (t) => {
  const cases = [
    ['update t', 'syntax_error', 0, 'expected SELECT, found "update"'],
    ['select 1 a t', 'syntax_error', 11, 'expected "," or FROM and a table after "a", found "t"'],
    ['select 1, *', 'syntax_error', 7, '* stands for the columns of a table'],
    ['select from t', 'syntax_error', 7, 'expected a value after "select", found "from"'],
    ['select a b c from t', 'syntax_error', 11, 'expected "," or FROM after "b", found "c"'],
    ['select a, from t', 'syntax_error', 10, 'expected a value after ",", found "from"'],
    ['select a from', 'syntax_error', 13, 'expected a table after "from", found the end'],
    ['select a from t where', 'syntax_error', 21, 'expected a value after "where", found the end'],
    ['select a from t limit x', 'syntax_error', 22, 'expected a whole number after "limit", found "x"'],
    ['select a from t limit 1 limit 2', 'syntax_error', 24, 'expected the next clause or the end'],
    ['select a from t order by 2', 'syntax_error', 25, 'there is no item 2 to take, the query has 1'],
    ['select u.* from t', 'syntax_error', 7, 'no table is named "u" here'],
    ['with x as (select 1) select a from x', 'not_implemented', 0, 'WITH is not supported'],
    ['select a from t join u', 'not_implemented', 16, 'joins are not supported'],
    ['select a from t, u', 'not_implemented', 15, 'joins are not supported'],
    ['select a from (select 1)', 'not_implemented', 14, 'queries inside FROM are not supported'],
    ['select a from range(1', 'syntax_error', 21, 'expected ")" to close'],
    ['select (select 1) from t', 'not_implemented', 7, 'queries inside expressions are not supported'],
    ['select a from t union select b from t', 'not_implemented', 16, 'UNION is not supported'],
    ['select a from t group by a with rollup', 'not_implemented', 27, 'GROUP BY … WITH ROLLUP is not supported'],
    ['select a from t group by rollup()', 'syntax_error', 32, 'expected a value'],
    ['select distinct on (a) a from t', 'not_implemented', 16, 'DISTINCT ON is not supported'],
  ] as const
  for (const [text, code, position, problem] of cases) {
    const start = `Cannot read the query at position ${position}: ${problem}`
    t.throws(() => parseSelect(text), { name: 'PlanError', code, details: { position } }, text)
    t.throws(() => parseSelect(text), { message: new RegExp(`^${start.replace(/[\\()."*+?,]/g, '\\$&')}`) }, text)
  }
})

t.test('parseSelect() refuses two windows of one name', async (t) => {
  t.throws(() => parseSelect('select sum(a) over w from t window w as (order by a), W as (order by b)'), {
    code: 'syntax_error',
    message: /the window "W" is defined twice/,
  })
})
