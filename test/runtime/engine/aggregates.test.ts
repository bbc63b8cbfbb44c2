// Sums, means and extremes where doubles, 64 bits and decimals end.

import t from 'tap'
import { col, type Expr, functions as f, SessionContext, typeName } from 'volley'
import { columnOf } from '../../../functions/column/output-buffer.ts'
import type { AggregateNode } from '../../../functions/expr/node.ts'
import {
  bool,
  type DataType,
  date32,
  decimal128,
  duration,
  field,
  float32,
  float64,
  int8,
  int64,
  list,
  timestamp,
  uint32,
  uint64,
  utf8,
} from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import type { AggregateOp } from '../../../runtime/program/program.ts'
import { schemaAfter } from '../../../runtime/program/schema.ts'
import { tableOf } from '../../conformance/jobs.ts'
import { rowsIn, runProgram } from './run-program.ts'

type Name = 'sum' | 'avg' | 'min' | 'max' | 'count'

/** The aggregate of one column's values, with its type; the same grouped by a constant, and in two phases. */
function aggregate(name: Name, values: readonly Value[], type: DataType) {
  const schema = [field('a', type)]
  const call = f[name](col('a')).node as AggregateNode
  const ungrouped: AggregateOp = { op: 'aggregate', phase: 'single', by: [], aggregates: [call], schema }
  const by = [{ name: 'k', node: col('a').isNull().isNull().node }]
  const grouped: AggregateOp = { ...ungrouped, by }
  const partial: AggregateOp = { ...ungrouped, phase: 'partial' }
  const batch = (part: readonly Value[]) => ({ length: part.length, columns: [columnOf(part, type)] })
  const half = Math.ceil(values.length / 2)
  const states = [values.slice(0, half), values.slice(half)].flatMap((part) =>
    runProgram(schema, [partial], [batch(part)]),
  )
  const results = [
    rowsIn(runProgram(schema, [ungrouped], [batch(values)]))[0]?.[0],
    rowsIn(runProgram(schema, [grouped], [batch(values)]))[0]?.[1],
    rowsIn(runProgram(schemaAfter(schema, partial), [{ ...ungrouped, phase: 'final' }], states))[0]?.[0],
  ]
  const [result] = schemaAfter(schema, ungrouped)
  return { results, type: result === undefined ? '' : typeName(result.type) }
}

const most = 2n ** 63n - 1n
const cases: readonly (readonly [Name, readonly Value[], DataType, Value, string])[] = [
  ['sum', [1, 2, null, 3], int8, 6n, 'int64'],
  ['sum', [127, 127, 127], int8, 381n, 'int64'],
  ['sum', [9007199254740993n, 1n, 9007199254740993n], int64, 18014398509481987n, 'int64'],
  ['sum', [most, 1n], int64, -most - 1n, 'int64'],
  ['sum', [most, most, most], int64, 9223372036854775805n, 'int64'],
  ['sum', [-most - 1n, -1n], int64, most, 'int64'],
  [
    'sum',
    Array.from({ length: 1000 }, (_, i) => 2n ** 52n - 1n - BigInt(i % 2)),
    int64,
    1000n * (2n ** 52n - 1n) - 500n,
    'int64',
  ],
  ['sum', [4294967295, 4294967295], uint32, 8589934590n, 'uint64'],
  ['sum', [2n ** 64n - 1n, 2n], uint64, 1n, 'uint64'],
  ['sum', [0.5, null, -0.25], float64, 0.25, 'float64'],
  ['sum', [Infinity, -Infinity], float64, NaN, 'float64'],
  ['sum', [1.5, 2.5], float32, 4, 'float64'],
  ['sum', [12345n, -45n], decimal128(7, 2), 12300n, 'decimal128(17,2)'],
  ['avg', [1n, 2n, null, 4n], int64, 7 / 3, 'float64'],
  ['avg', [NaN, 1], float64, NaN, 'float64'],
  ['avg', [100n, 101n], decimal128(7, 2), 1005000n, 'decimal128(11,6)'],
  ['avg', [-1n, 0n, 0n], decimal128(3, 0), -3333n, 'decimal128(7,4)'],
  ['min', [3, NaN, null, -1], float64, -1, 'float64'],
  ['min', [NaN, NaN], float64, NaN, 'float64'],
  ['max', [3, NaN, Infinity], float64, NaN, 'float64'],
  ['max', [-5, -3, null], int8, -3, 'int8'],
  ['max', [2n ** 64n - 1n, 3n], uint64, 2n ** 64n - 1n, 'uint64'],
  ['min', [9007199254740993n, 9007199254740992n], int64, 9007199254740992n, 'int64'],
  ['min', ['b', 'a', null, '\uffff', '😀'], utf8, 'a', 'utf8'],
  ['max', ['b', '\uffff', '😀'], utf8, '😀', 'utf8'],
  ['min', [true, false, null], bool, false, 'bool'],
  ['max', [10, -10], date32, 10, 'date32'],
  ['max', [10n, -10n], timestamp('ns'), 10n, 'timestamp(ns)'],
  ['max', [10n ** 30n, -(10n ** 37n)], decimal128(38, 0), 10n ** 30n, 'decimal128(38,0)'],
  ['max', [[1n, 2n], [1n, 3n], [1n]], list(int64), [1n, 3n], 'list<int64>'],
  ['sum', [5n, null, -7n], duration('ms'), -2n, 'duration(ms)'],
  ['avg', [5n, null, -8n], duration('us'), -1n, 'duration(us)'],
  ['avg', [null], duration('s'), null, 'duration(s)'],
  ['count', [1, null, 3], int8, 2n, 'int64'],
  ['sum', [null, null], int64, null, 'int64'],
  ['avg', [null], int64, null, 'float64'],
  ['min', [null], utf8, null, 'utf8'],
  ['count', [null], utf8, 0n, 'int64'],
]
for (const [name, values, type, wanted, resultType] of cases) {
  const shown = values.length > 6 ? `${values.length} values` : values.map(String).join(', ')
  t.test(`${name}() of ${typeName(type)} ${shown}`, (t) => {
    const { results, type: got } = aggregate(name, values, type)
    t.same(results, [wanted, wanted, wanted], 'without keys, with keys, in two phases')
    t.equal(got, resultType)
    t.end()
  })
}

t.test('a decimal sum or mean that does not fit its type is an overflow', (t) => {
  const all = 10n ** 38n - 1n
  t.throws(() => aggregate('sum', [all, 1n], decimal128(38, 2)), { name: 'DataError', code: 'overflow' })
  t.throws(() => aggregate('avg', [all], decimal128(38, 2)), { name: 'DataError', code: 'overflow' })
  t.same(aggregate('sum', [all, -all], decimal128(38, 2)).results[0], 0n, 'what it passes on the way does not matter')
  t.end()
})

const ctx = new SessionContext({ backend: 'in-process' })
t.teardown(() => ctx.close())
const floats = ctx.fromColumns({ a: [1, 2, 3], x: [2, Number.NaN, 4] }, { a: float32, x: float64 })

t.test('aggregates that add up the same in the same rows stay apart where rows or values differ', async (t) => {
  const frame = ctx.fromColumns(
    { k: ['a', 'b', 'a', 'b', 'a'], x: [1, null, 2, null, 4], y: [10, 20, null, 40, 50], n: [1, 2, 3, 4, null] },
    { k: utf8, x: float64, y: float64, n: int8 },
  )
  const calls = {
    'count(*)': { a: 3n, b: 2n, all: 5n },
    'count(*) filter (where y > 10)': { a: 1n, b: 2n, all: 3n },
    'count(x)': { a: 3n, b: 0n, all: 3n },
    'count(x, y)': { a: 2n, b: 0n, all: 2n },
    'sum(x)': { a: 7, b: null, all: 7 },
    'avg(x)': { a: 7 / 3, b: null, all: 7 / 3 },
    'sum(y)': { a: 60, b: 60, all: 120 },
    'sum(y) filter (where y > 10)': { a: 50, b: 60, all: 110 },
    'avg(y) filter (where y > 10)': { a: 50, b: 30, all: 110 / 3 },
    'avg(coalesce(x, 0.0))': { a: 7 / 3, b: 0, all: 7 / 5 },
    'sum(coalesce(x, 0.0))': { a: 7, b: 0, all: 7 },
    'sum(n)': { a: 4n, b: 6n, all: 10n },
    'avg(n)': { a: 2, b: 3, all: 2.5 },
    'count(n)': { a: 2n, b: 2n, all: 4n },
  }
  const texts = Object.keys(calls).map((call, i) => `${call} as c${i}`)
  const wanted = (of: 'a' | 'b' | 'all') =>
    Object.fromEntries(Object.values(calls).map((each, i) => [`c${i}`, each[of]]))
  t.same(await frame.aggregate([], texts).toRows(), [wanted('all')])
  t.same(await frame.aggregate(['k'], texts).toRows({ partitions: 1 }), [
    { k: 'a', ...wanted('a') },
    { k: 'b', ...wanted('b') },
  ])
  t.same(await frame.aggregate([], texts.toReversed()).toRows(), [wanted('all')])
})

t.test('an argument that fails does so, although its rows are counted already', async (t) => {
  const frame = ctx.fromColumns({ a: ['1', 'x'] }, { a: utf8 })
  await t.rejects(frame.aggregate([], ['count(*)', "count(cast(coalesce(a, '') as int))"]).toRows(), {
    code: 'invalid_cast',
  })
})

t.test('percentiles of a float32 are float32', async (t) => {
  const a = col('a')
  const calls: readonly Expr[] = [
    f.percentileCont(a, 0.3),
    f.approxPercentileCont(a, 0.5),
    f.approxPercentileContWithWeight(a, 1, 0.5),
    f.approxMedian(a),
    f.median(a),
  ]
  const frame = floats.aggregate([], calls)
  t.same(
    (await frame.schema()).map(({ type }) => typeName(type)),
    calls.map(() => 'float32'),
  )
  t.same(Object.values((await frame.toRows())[0] ?? {}), [Math.fround(1.6), 2, 2, 2, 2])
})

t.test('the correlation is null where a side is not finite', async (t) => {
  t.same(await floats.aggregate([], [f.corr(col('a'), col('x')).alias('r')]).toRows(), [{ r: null }])
})

t.test('count(DISTINCT *) is refused: it does not say which values', async (t) => {
  await t.rejects(floats.aggregate([], ['count(distinct *)']).schema(), {
    code: 'type_mismatch',
    message: 'Cannot compute count(DISTINCT *): name the columns whose values count, as in count(DISTINCT a, b)',
  })
})

t.test('partitions without rows give states that are lists of nothing', async (t) => {
  const frame = floats.filter('a > 10').aggregate(['a'], ['median(x) as m', 'sum(distinct x) as s'])
  t.same(await frame.toRows(), [])
  const input = [{ name: 'a', type: 'Int64', values: [1, 2, 11] }]
  const parts = ctx.fromArrow(tableOf({ id: '', sql: '', kind: 'aggregate', input }, 3))
  const values = ['median(a) as m', 'sum(distinct a) as s']
  t.same(await parts.filter('a > 10').aggregate(['a'], values).toRows({ partitions: 3 }), [{ a: 11n, m: 11, s: 11n }])
  t.same(await floats.filter('a > 10').aggregate(['a'], ['array_agg(x) as l']).toRows(), [])
})
