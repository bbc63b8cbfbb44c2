// Aggregates that keep values count them in the memory limit, in groups and over frames, and say which of them it was.

import { tableFromArrays } from 'apache-arrow'
import t from 'tap'
import { type DataFrame, float64, SessionContext, udaf, utf8 } from '../../../runtime/index.ts'

t.setTimeout(240_000)

const MIB = 1024 * 1024
const rows = 200_000

const ctx = new SessionContext({ backend: 'in-process' })
t.teardown(() => ctx.close())

const numbers = Array.from({ length: 4 }, (_, part) =>
  tableFromArrays({
    x: Float64Array.from({ length: rows / 4 }, (_, i) => part * (rows / 4) + i),
    k: Int32Array.from({ length: rows / 4 }, (_, i) => i % 3),
  }),
).flatMap(({ batches }) => batches)
const input = (): DataFrame => ctx.fromArrow(numbers)

/** Calls that keep every value, and how errors name them; 200,000 numbers take more than a MiB. */
const keeping: Readonly<Record<string, string>> = {
  'array_agg(x)': 'array_agg(x)',
  'median(x)': 'median(x)',
  'percentile_cont(x, 0.9)': 'percentile_cont(x, Float64(0.9))',
  "string_agg(cast(x as string), ',')": 'string_agg(CAST(x AS Utf8), Utf8(","))',
  'count(distinct x)': 'count(DISTINCT x)',
  'sum(distinct x)': 'sum(DISTINCT x)',
  'count(distinct x, k)': 'count(DISTINCT x, k)',
  'array_agg(x order by x desc)': 'array_agg(x) ORDER BY [x DESC NULLS FIRST]',
}

for (const [call, name] of Object.entries(keeping)) {
  t.test(`${call} of many values is counted in the memory limit`, async (t) => {
    const values = input().aggregate([], [`${call} as v`])
    const error = await values.toRows({ partitions: 1, maxMemoryBytes: MIB }).catch((thrown: Error) => thrown)
    t.match(error, { code: 'memory_limit', details: { limitBytes: MIB } })
    t.match((error as Error).message, 'the limit is 1 MiB. Raise maxMemoryBytes')
    t.match((error as Error).message, `Cannot hold the values of ${name} in 1 group: `)
    t.equal((await values.toRows({ partitions: 1, maxMemoryBytes: 64 * MIB })).length, 1)
  })
}

t.test('values are counted in all groups together', async (t) => {
  const values = input().aggregate(['k'], ['sum(x) as s', 'array_agg(x) as v'])
  await t.rejects(values.toRows({ partitions: 1, maxMemoryBytes: MIB }), {
    code: 'memory_limit',
    message: /^Cannot hold the values of array_agg\(x\) in 3 groups: /,
  })
  t.equal((await values.toRows({ partitions: 1, maxMemoryBytes: 64 * MIB })).length, 3)
})

t.test('aggregates that keep no values take what their groups take, however many rows there are', async (t) => {
  const totals = input().aggregate(['k'], ['sum(x)', 'stddev(x)', 'max(x)', 'approx_median(x)'])
  t.equal((await totals.toRows({ partitions: 1, maxMemoryBytes: MIB })).length, 3)
})

t.test('rows that wait for a user accumulator are counted, what it keeps itself is not', async (t) => {
  class Texts {
    count = 0
    update(texts: unknown[]): void {
      this.count += texts.length
    }
    merge(counts: number[]): void {
      for (const count of counts) this.count += count
    }
    state(): number[] {
      return [this.count]
    }
    evaluate(): number {
      return this.count
    }
  }
  const texts = udaf(Texts, [utf8], float64, [float64], { name: 'texts' })
  const waiting = (groups: string) =>
    input().aggregate([groups], [texts("concat(cast(x as string), repeat('-', 40))").alias('n')])
  await t.rejects(waiting('cast(x as bigint) % 5000').toRows({ partitions: 1, maxMemoryBytes: 4 * MIB }), {
    code: 'memory_limit',
    message: /^Cannot hold the values of texts\(.*\) in 5000 groups: /,
  })
  t.equal((await waiting('cast(x as bigint) % 5').toRows({ partitions: 1, maxMemoryBytes: 4 * MIB })).length, 5)
})

t.test('what aggregates keep over frames is counted, and so are results that are lists', async (t) => {
  const rowsOfWindow = 11 * MIB
  const over = (call: string, frame: string) => input().select(`${call} over (order by x ${frame}) as v`).limit(1)
  for (const [call, frame] of [
    ['median(x)', 'rows between unbounded preceding and unbounded following'],
    ['array_agg(x)', 'rows between unbounded preceding and current row'],
    ['array_agg(x)', 'rows between 99 preceding and current row'],
    ["string_agg(cast(x as string), ',')", 'rows between 9 preceding and current row'],
  ] as const) {
    await t.rejects(
      over(call, frame).toRows({ maxMemoryBytes: rowsOfWindow }),
      { code: 'memory_limit', message: / over frames: \d+ MiB are needed, the limit is 11 MiB/ },
      `${call} ${frame}`,
    )
  }
  for (const [call, frame] of [
    ['median(x)', 'rows between 9 preceding and current row'],
    ['sum(x)', 'rows between 99 preceding and current row'],
    ['max(x)', 'rows between 99 preceding and current row'],
  ] as const) {
    t.equal((await over(call, frame).toRows({ maxMemoryBytes: rowsOfWindow })).length, 1, `${call} ${frame}`)
  }
})
