// UDFs in vector mode: called per batch with Arrow vectors.

import { type Vector, vectorFromArray } from 'apache-arrow'
import t from 'tap'
import { col, functions as f, float64, int64, SessionContext, udf, utf8, when } from 'volley'

t.setTimeout(120_000)

const ctx = new SessionContext({ backend: 'in-process' })
const table = ctx.fromColumns(
  { a: [1, 2, null, 4], b: [10, 20, 30, 40], s: ['x', 'yy', null, 'é'] },
  { a: float64, b: float64 },
)

const sum = udf(
  (a: Vector, b: Vector) => Float64Array.from({ length: a.length }, (_, i) => Number(a.get(i)) + Number(b.get(i))),
  [float64, float64],
  float64,
  { name: 'sum', mode: 'vector' },
)

t.test('udf() in vector mode gets vectors and may return a typed array; nulls propagate', async (t) => {
  t.same(await table.select(sum(col('a'), col('b')).alias('c')).toRows(), [
    { c: 11 },
    { c: 22 },
    { c: null },
    { c: 44 },
  ])
})

t.test('udf() in vector mode may return an array with nulls', async (t) => {
  const lengths = udf(
    (s: Vector) => Array.from(s, (text) => (text === 'yy' ? null : BigInt(String(text).length))),
    [utf8],
    int64,
    {
      name: 'lengths',
      mode: 'vector',
      nulls: 'call',
    },
  )
  t.same(await table.select(lengths(col('s')).alias('n')).toRows(), [{ n: 1n }, { n: null }, { n: 4n }, { n: 1n }])
})

t.test('udf() in vector mode may return a Vector of the declared type', async (t) => {
  const shout = udf(
    (s: Vector) => vectorFromArray(Array.from(s, (text) => (text === null ? null : `${text}!`))),
    [utf8],
    utf8,
    {
      name: 'shout',
      mode: 'vector',
    },
  )
  const rows = await table.select(shout(col('s')).alias('s')).toRows()
  t.same(rows, [{ s: 'x!' }, { s: 'yy!' }, { s: null }, { s: 'é!' }])
})

t.test('udf() in vector mode works inside expressions, filters and aggregates, over computed arguments', async (t) => {
  const doubled = sum(col('b'), col('b').mul(1))
  t.same(await table.filter(doubled.gt(50)).select(col('b'), doubled.add(1).alias('d')).toRows(), [
    { b: 30, d: 61 },
    { b: 40, d: 81 },
  ])
  t.same(await table.aggregate([], [f.sum(sum(col('a'), col('b'))).alias('s')]).toRows(), [{ s: 77 }])
  t.same(
    await table
      .select(
        when(col('b').gt(25), sum(col('b'), 1))
          .otherwise(0)
          .alias('w'),
      )
      .toRows(),
    [{ w: 0 }, { w: 0 }, { w: 31 }, { w: 41 }],
  )
})

t.test('a vector UDF that returns too few values, or none, is refused by name', async (t) => {
  const short = udf(() => [1], [float64], float64, { name: 'short', mode: 'vector' })
  await t.rejects(table.select(short(col('b'))).collect(), {
    code: 'udf_wrong_result',
    message: 'Function "short" returned 1 values for a batch of 4 rows, its declared type is Float64',
  })
  const one = udf(() => 1 as never, [float64], float64, { name: 'one', mode: 'vector' })
  await t.rejects(table.select(one(col('b'))).collect(), { code: 'udf_wrong_result', details: { udf: 'one' } })
})

t.test('a vector UDF that throws is named with the first row of the batch', async (t) => {
  const fails = udf(
    () => {
      throw new RangeError('no')
    },
    [float64],
    float64,
    { name: 'fails', mode: 'vector' },
  )
  await t.rejects(table.select(fails(col('b'))).collect(), {
    code: 'udf_failed',
    details: { udf: 'fails', row: 0, message: 'no' },
  })
})
