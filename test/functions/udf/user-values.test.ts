// Values as user functions get them, and what they may do with them.

import t from 'tap'
import {
  binary,
  col,
  type DataType,
  dictionary,
  type Expr,
  float64,
  list,
  map,
  SessionContext,
  struct,
  timestamp,
  udaf,
  udf,
  udwf,
  utf8,
} from 'volley'

t.setTimeout(120_000)

const ctx = new SessionContext({ backend: 'in-process' })
const result = async (value: unknown, type: DataType, ...columns: readonly Expr[]) =>
  (
    await ctx
      .fromColumns({ x: [value] }, { x: type })
      .select(...columns)
      .toRows()
  )[0]

const changes: readonly (readonly [DataType, value: unknown, change: (value: never) => unknown])[] = [
  [list(float64), [3, 1, 2], (xs: number[]) => xs.sort()],
  [struct({ a: float64 }), { a: 1 }, (at: { a: number }) => (at.a = 7)],
  [map(utf8, float64), [['a', 1]], (entries: [string, number][]) => entries.pop()],
  [binary, Uint8Array.of(1, 2), (bytes: Uint8Array) => bytes.fill(7)],
  [list(list(float64)), [[1, 2]], (lists: number[][]) => lists[0]?.reverse()],
]

for (const [type, value, change] of changes) {
  t.test(`a function that changes a ${type.kind} changes its own copy`, async (t) => {
    const first = udf((x) => (change(x as never) === x ? 1 : 2), [type], float64, { name: 'first' })
    const second = udf((x) => JSON.stringify(x), [type], utf8, { name: 'second' })
    const row = await result(value, type, first(col('x')).alias('a'), second(col('x')).alias('b'), col('x'))
    t.match(row, { b: JSON.stringify(value), x: value })
  })
}

t.test('a dictionary is its values, on the way in and out', async (t) => {
  const at = new Date('2024-02-29')
  const year = udf((day) => day.getUTCFullYear(), [dictionary(timestamp())], float64, { name: 'year' })
  const same = udf((day) => day, [timestamp()], dictionary(timestamp()), { name: 'same' })
  const vectors = udf((days) => days, [timestamp()], dictionary(timestamp()), { name: 'vectors', mode: 'vector' })
  const row = await result(
    at,
    timestamp(),
    year(col('x')).alias('a'),
    same(col('x')).alias('b'),
    vectors(col('x')).alias('c'),
  )
  t.strictSame(row, { a: 2024, b: at, c: at })
  const last = udaf(
    () => {
      let day: Date | null = null
      return {
        add: (next) => (day = next ?? day),
        merge: (days) => (day = days.at(-1) ?? day),
        state: () => [day],
        evaluate: () => day,
      }
    },
    [dictionary(timestamp())],
    dictionary(timestamp()),
    [dictionary(timestamp())],
    { name: 'last' },
  )
  const frame = ctx.fromColumns({ x: [null, at] }, { x: timestamp() })
  t.strictSame(await frame.aggregate([], [last(col('x')).alias('l')]).toRows({ partitions: 2 }), [{ l: at }])
  const each = udwf(() => ({ evaluateAll: ([days]) => days }), [timestamp()], dictionary(timestamp()), { name: 'each' })
  t.strictSame(await frame.select(each(col('x')).over({}).alias('e')).toRows(), [{ e: null }, { e: at }])
})
