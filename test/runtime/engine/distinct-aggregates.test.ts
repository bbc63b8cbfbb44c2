// Aggregates of distinct values: what they look at, with groups and FILTER, in one phase and in two.

import t from 'tap'
import { type DataFrame, float64, int32, SessionContext, utf8 } from '../../../runtime/index.ts'

t.setTimeout(240_000)

const ctx = new SessionContext({ backend: 'in-process' })
t.teardown(() => ctx.close())

const input = (): DataFrame =>
  ctx.fromColumns(
    {
      k: ['a', 'b', 'a', 'b', 'a', 'b', 'a'],
      n: [1, 2, 0, 2, 1, null, 5],
      x: [0, 1.5, -0, NaN, NaN, 1.5, null],
      s: ['one', 'one', '', null, 'one', 'two', ''],
    },
    { k: utf8, n: int32, x: float64, s: utf8 },
  )

t.test('each group counts its own distinct values, and no nulls', async (t) => {
  const counts = input().aggregate(
    ['k'],
    ['count(distinct n) as n', 'count(distinct x) as x', 'count(distinct s) as s', 'count(distinct n, s) as ns'],
  )
  t.same(await counts.sort('k').toRows(), [
    { k: 'a', n: 3n, x: 2n, s: 2n, ns: 3n },
    { k: 'b', n: 1n, x: 2n, s: 2n, ns: 1n },
  ])
})

t.test('sums and lists see each value where it comes first', async (t) => {
  const [row] = await input()
    .aggregate([], ['sum(distinct n) as sum', 'avg(distinct n) as avg', 'array_agg(distinct s) as list'])
    .toRows()
  t.same(row, { sum: 8n, avg: 2, list: ['one', '', null, 'two'] })
})

t.test('arguments are computed for the rows alone that pass FILTER', async (t) => {
  const [row] = await input().aggregate([], ['count(distinct 10 / n) filter (where n <> 0) as n']).toRows()
  t.same(row, { n: 3n })
})

t.test('a filter before an aggregation by groups leaves out rows of distinct values too', async (t) => {
  const rows = await input().filter('n > 0').aggregate(['k'], ['count(distinct n + 0) as n']).sort('k').toRows()
  t.same(rows, [
    { k: 'a', n: 2n },
    { k: 'b', n: 1n },
  ])
})

t.test('no rows have no distinct values', async (t) => {
  const none = input().filter('n > 100').aggregate([], ['count(distinct n) as n', 'sum(distinct x) as s'])
  t.same(await none.toRows(), [{ n: 0n, s: null }])
})
