// `range` and `generate_series` in FROM, with the answers of DataFusion 54 where it has one.

import { test } from 'tap'
import { DataFrame, field, int64, SessionContext, udtf } from 'volley'

const ctx = new SessionContext({ backend: 'in-process' })
const options = { timeout: 120_000 }
const valuesOf = async (query: string): Promise<unknown[]> =>
  (await ctx.sql(query).toRows({ json: true })).map(({ value }) => value)

const integers: readonly (readonly [call: string, values: readonly unknown[]])[] = [
  ['generate_series(1, 3)', [1, 2, 3]],
  ['range(1, 3)', [1, 2]],
  ['range(3)', [0, 1, 2]],
  ['generate_series(0)', [0]],
  ['generate_series(3, 1)', []],
  ['generate_series(3, 1, -1)', [3, 2, 1]],
  ['range(3, 1, -1)', [3, 2]],
  ['range(0, 7, 3)', [0, 3, 6]],
  ['range(0, 6, 3)', [0, 3]],
  ['generate_series(1, null)', []],
  ['generate_series(null, 3, 1)', []],
  ['range(1, 1)', []],
  ['generate_series(1 + 1, 4)', [2, 3, 4]],
  ['GENERATE_SERIES(1, 2)', [1, 2]],
  // DataFusion's own overflows here, and its step runs over the end of the type.
  ['generate_series(1, 3, 9223372036854775807)', [1]],
  ['generate_series(9223372036854775806, 9223372036854775807)', ['9223372036854775806', '9223372036854775807']],
  ['range(-5000000000, 5000000000, 2500000000)', [-5e9, -2.5e9, 0, 2.5e9]],
  ['range(-9007199254740993, -9007199254740991)', ['-9007199254740993', '-9007199254740992']],
]

test('whole numbers, without nulls, in a column named value', options, async (t) => {
  for (const [call, values] of integers) t.strictSame(await valuesOf(`select * from ${call}`), values, call)
  t.strictSame(await ctx.sql('select s.value from range(2) as s').schema(), [field('value', int64, false)])
})

const months = ['2024-01-31', '2024-02-29', '2024-03-29', '2024-04-29']
const moments: readonly (readonly [call: string, dates: readonly string[]])[] = [
  [
    "generate_series(date '2024-01-01', date '2024-03-01', interval '1 month')",
    ['2024-01-01', '2024-02-01', '2024-03-01'],
  ],
  ["range(timestamp '2024-01-01', timestamp '2024-01-03', interval '1 day')", ['2024-01-01', '2024-01-02']],
  ["generate_series(timestamp '2024-01-31', timestamp '2024-05-01', interval '1 month')", months],
  ["generate_series(timestamp '2024-01-02', timestamp '2024-01-01', interval '-1 day')", ['2024-01-02', '2024-01-01']],
  ["generate_series(timestamp '2024-01-02', timestamp '2024-01-01', interval '1 day')", []],
  ["generate_series(timestamp '2024-01-01', null, interval '1 day')", []],
]

test('dates and timestamps by intervals are timestamps of nanoseconds', options, async (t) => {
  for (const [call, dates] of moments) {
    const texts = dates.map((date) => `${date}T00:00:00.000000000`)
    t.strictSame(await valuesOf(`select * from ${call}`), texts, call)
  }
  const zoned =
    "range(timestamp '2024-01-01' at time zone 'UTC', timestamp '2024-01-02' at time zone 'UTC', interval '1 day')"
  const [column] = await ctx.sql(`select * from ${zoned}`).schema()
  t.match(column?.type, { kind: 'timestamp', unit: 'ns', timezone: 'UTC' })
})

test('many numbers come from several tasks, and no more of them are made than are asked for', options, async (t) => {
  await using forked = new SessionContext({ workers: 2 })
  const sums = await forked
    .sql('select count(*) as n, sum(value) as s, max(value) as m from range(10, 3000010)')
    .toRows()
  t.strictSame(sums, [{ n: 3_000_000n, s: 4_500_028_500_000n, m: 3_000_009n }])
  const frame = forked.sql('select value from range(9007199254740991) where value > 2')
  t.strictSame(await frame.limit(2).toRows(), [{ value: 3n }, { value: 4n }])
  const ordered = await forked.sql('select value from range(200000)').toRows()
  t.ok(ordered.every(({ value }, i) => value === BigInt(i)))
  t.strictSame(await forked.tableFunction('range', 5).filter('value > 3').toRows(), [{ value: 4n }])
})

test('what has no rows that can be counted is refused, in the words of the call', options, async (t) => {
  const refused = (call: string, code: string, message: RegExp) =>
    t.throws(() => ctx.sql(`select * from ${call}`), { code, message }, call)
  refused('generate_series(1, 10, 0)', 'invalid_argument', /a step of 0 leads nowhere/)
  refused("range(date '2024-01-01', date '2024-02-01', interval '0 days')", 'invalid_argument', /a step of 0/)
  refused('generate_series(-9223372036854775807, 9223372036854775807)', 'invalid_argument', /at most 2\^53 - 1/)
  refused('generate_series(1.5, 3)', 'type_mismatch', /takes 1 to 3 integers, .* got Float64/)
  refused("generate_series('1', '3')", 'type_mismatch', /got Utf8/)
  refused('generate_series()', 'type_mismatch', /takes 1 to 3 arguments, got 0/)
  refused('range(1, 2, 3, 4)', 'type_mismatch', /got 4/)
  refused("range(date '2024-01-01', date '2024-01-03')", 'type_mismatch', /got 2 arguments/)
  refused('range(a)', 'unknown_column', /"a"/)
  refused('range(random())', 'type_mismatch', /known before the job runs/)
  refused('rang(3)', 'unknown_function', /Did you mean "range"\?/)
})

test('a registered function goes before the built-in of its name', options, async (t) => {
  const own = new SessionContext({ backend: 'in-process' })
  own.registerUdtf(udtf(() => [{ n: 7n }], [int64], [field('n', int64)], { name: 'range' }))
  t.strictSame(await own.sql('select * from range(3)').toRows(), [{ n: 7n }])
})

test('a series travels in a job as what it is, and what is none is refused', options, async (t) => {
  for (const call of ['range(2, 9, 2)', "generate_series(date '2024-01-01', date '2024-01-03', interval '1 day')"]) {
    const frame = ctx.sql(`select value from ${call}`)
    const back = DataFrame.fromBytes(frame.toBytes(), ctx)
    t.strictSame(await back.toRows(), await frame.toRows(), call)
  }
  const series = { kind: 'series', of: 'numbers', first: 0n, step: 1n, count: 3 } as const
  const forged = (source: object): Uint8Array => new DataFrame(ctx, { source: source as never, steps: [] }).toBytes()
  for (const change of [
    { count: -1 },
    { count: 1.5 },
    { first: 1 },
    { step: 2n ** 64n },
    { of: 'letters' },
    { more: 1 },
  ]) {
    t.throws(() => DataFrame.fromBytes(forged({ ...series, ...change }), ctx), { code: 'wire_damaged' })
  }
})
