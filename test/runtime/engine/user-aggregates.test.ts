// User-defined aggregates: what their accumulators are handed, in one phase and in two, over groups and over frames; and
// what is said when they do something else.

import { type RecordBatch, tableFromArrays } from 'apache-arrow'
import t from 'tap'
import {
  col,
  type DataFrame,
  date32,
  decimal128,
  field,
  float64,
  int64,
  list,
  SessionContext,
  udaf,
  utf8,
  windowFrame,
} from '../../../runtime/index.ts'

t.setTimeout(240_000)

const ctx = new SessionContext({ backend: 'in-process' })
t.teardown(() => ctx.close())

/** The mean of values by weight; rows without a weight are left out. */
class WeightedMean {
  #total = 0
  #weight = 0
  update(values: (number | null)[], weights: (number | null)[]): void {
    for (const [i, value] of values.entries()) this.#take(value, weights[i] ?? null, 1)
  }
  retract(values: (number | null)[], weights: (number | null)[]): void {
    for (const [i, value] of values.entries()) this.#take(value, weights[i] ?? null, -1)
  }
  #take(value: number | null, weight: number | null, times: number): void {
    if (value === null || weight === null) return
    this.#total += times * value * weight
    this.#weight += times * weight
  }
  merge(totals: number[], weights: number[]): void {
    totals.forEach((total, i) => {
      this.#total += total
      this.#weight += weights[i] ?? 0
    })
  }
  state(): number[] {
    return [this.#total, this.#weight]
  }
  evaluate(): number | null {
    return this.#weight === 0 ? null : this.#total / this.#weight
  }
}

const weightedMean = udaf(
  WeightedMean,
  [float64, float64],
  float64,
  [field('total', float64, false, { unit: 'EUR' }), field('weight', float64, false)],
  { name: 'weighted_mean' },
)

/** Four batches, so that partitions have something to share. */
function orders(rows = 40): DataFrame {
  return ctx.fromArrow(
    [0, 1, 2, 3].flatMap((part) => {
      const ids = Array.from({ length: rows / 4 }, (_, i) => part * (rows / 4) + i)
      return parts(ids)
    }),
  )
}

const parts = (ids: readonly number[]): readonly RecordBatch[] =>
  tableFromArrays({
    id: Float64Array.from(ids),
    price: Float64Array.from(ids, (id) => id % 7),
    amount: Float64Array.from(ids, (id) => (id % 5) + 1),
  }).batches

t.test('an accumulator is merged across partitions as in one', async (t) => {
  const frame = orders().aggregate(
    [col('id').mod(3).alias('k')],
    [weightedMean(col('price'), col('amount')).alias('mean')],
  )
  const expected = [0, 1, 2].map((k) => {
    const ids = Array.from({ length: 40 }, (_, i) => i).filter((id) => id % 3 === k)
    const weight = ids.reduce((sum, id) => sum + (id % 5) + 1, 0)
    return { k, mean: ids.reduce((sum, id) => sum + (id % 7) * ((id % 5) + 1), 0) / weight }
  })
  for (const partitions of [1, 2, 4]) {
    const rows = await frame.sort(col('k')).toRows({ partitions })
    t.same(
      rows.map((row) => row.k),
      [0, 1, 2],
    )
    rows.forEach((row, i) => {
      t.ok(Math.abs(Number(row.mean) - (expected[i]?.mean ?? 0)) < 1e-12)
    })
  }
})

t.test('an accumulator sees nulls, unless it asks to skip them', async (t) => {
  class Seen {
    rows: (string | null)[] = []
    add(name: string | null): void {
      this.rows.push(name)
    }
    merge(lists: string[][]): void {
      for (const names of lists) this.rows.push(...names)
    }
    state(): (string | null)[][] {
      return [this.rows]
    }
    evaluate(): string {
      return this.rows.join()
    }
  }
  const input = ctx.fromColumns({ name: ['a', null, 'b'] }, { name: utf8 })
  const all = udaf(Seen, [utf8], utf8, [list(utf8)], { name: 'all' })
  const some = udaf(Seen, [utf8], utf8, [list(utf8)], { name: 'some', nulls: 'skip' })
  const [row] = await input.aggregate([], [all(col('name')).alias('all'), some(col('name')).alias('some')]).toRows()
  t.same(row, { all: 'a,,b', some: 'a,b' })
})

t.test('values are handed over as users know them, and state comes back as it was given', async (t) => {
  class Latest {
    day: Date | null = null
    add(day: Date | null, price: string | null, count: number | null): void {
      if (typeof price !== 'string' || typeof count !== 'number') throw new TypeError('not as users know them')
      if (this.day === null || (day !== null && day > this.day)) this.day = day
    }
    merge(days: (Date | null)[]): void {
      for (const day of days) if (day !== null && (this.day === null || day > this.day)) this.day = day
    }
    state(): (Date | null)[] {
      return [this.day]
    }
    evaluate(): Date | null {
      return this.day
    }
  }
  const latest = udaf(Latest, [date32, decimal128(8, 2), int64], date32, [date32], {
    name: 'latest',
    int64As: 'number',
  })
  const input = ctx.fromColumns(
    { day: ['2024-03-01', '2024-01-01'], price: ['1.50', '2.25'], n: [1, 2] },
    { day: date32, price: decimal128(8, 2), n: int64 },
  )
  const result = await input
    .aggregate([], [latest(col('day'), col('price'), col('n')).alias('day')])
    .toRows({ json: true })
  t.same(result, [{ day: '2024-03-01' }])
})

t.test('FILTER, DISTINCT and ORDER BY apply to a user-defined aggregate', async (t) => {
  ctx.registerUdaf(
    udaf(
      () => {
        const names: string[] = []
        return {
          add: (name: string | null) => names.push(name ?? ''),
          merge: (lists: string[][]) => names.push(...lists.flat()),
          state: () => [names],
          evaluate: () => names.join(''),
        }
      },
      [utf8],
      utf8,
      [list(utf8)],
      { name: 'chain' },
    ),
  )
  const input = ctx.fromColumns({ s: ['b', 'a', 'b', 'c'], n: [1, 2, 3, 4] })
  t.same(
    await input
      .aggregate(
        [],
        ['chain(s) filter (where n > 1) as f', 'chain(distinct s) as d', 'chain(s order by s desc, n) as o'],
      )
      .toRows(),
    [{ f: 'abc', d: 'bac', o: 'cbba' }],
  )
  t.equal(ctx.udaf('chain').definition.name, 'chain')
  t.throws(() => ctx.udaf('chian'), { code: 'unknown_function', message: /Did you mean "chain"\?/ })
})

t.test('an accumulator with retract slides over frames, one without is refused', async (t) => {
  const sliding = await orders(8)
    .select(
      'id',
      weightedMean(col('price'), col('amount'))
        .over({
          orderBy: [col('id')],
          frame: windowFrame('rows', { preceding: 1 }),
        })
        .alias('m'),
    )
    .toRows({ partitions: 1 })
  t.same(
    sliding.map((row) => Number(Number(row.m).toFixed(4))),
    [0, 0.6667, 1.6, 2.5714, 3.5556, 4.1667, 5.6667, 2.4],
  )
  class Last {
    value: number | null = null
    add(value: number | null): void {
      this.value = value
    }
    merge(values: number[]): void {
      this.value = values.at(-1) ?? this.value
    }
    state(): (number | null)[] {
      return [this.value]
    }
    evaluate(): number | null {
      return this.value
    }
  }
  const last = udaf(Last, [float64], float64, [float64], { name: 'last' })
  const growing = await orders(4)
    .select(
      last(col('id'))
        .over({ orderBy: [col('id')] })
        .alias('l'),
    )
    .toRows()
  t.same(growing, [{ l: 0 }, { l: 1 }, { l: 2 }, { l: 3 }])
  await t.rejects(
    orders(4)
      .select(last(col('id')).over({ orderBy: [col('id')], frame: windowFrame('rows', { preceding: 1 }) }))
      .schema(),
    {
      code: 'invalid_argument',
      message: /^Cannot slide a frame over "last": its accumulator has no retract\(\)/,
    },
  )
})

t.test('a state or a result of the wrong kind is an error that names it', async (t) => {
  const accumulator = (state: unknown, result: unknown) => () => ({
    add: () => {},
    merge: () => {},
    state: () => state,
    evaluate: () => result,
  })
  const run = (state: unknown, result: unknown, partitions: number) => {
    const odd = udaf(accumulator(state, result) as () => never, [float64], float64, [field('n', float64)], {
      name: 'odd',
    })
    return orders()
      .aggregate([], [odd(col('id'))])
      .toRows({ partitions })
  }
  await t.rejects(run([1], 'text', 1), { code: 'udf_wrong_result', message: /"odd" returned the string "text"/ })
  await t.rejects(run(1, 1, 2), {
    message: 'Function "odd" returned number from state(), its declared state is an array of 1',
  })
  await t.rejects(run(['x'], 1, 2), { code: 'udf_wrong_result', message: /"odd\.state\(\)\.n"/ })
})

t.test('udaf() refuses what is no accumulator', (t) => {
  class Half {
    add(): void {}
    evaluate(): number {
      return 0
    }
  }
  // @ts-expect-error: it lacks methods
  t.throws(() => udaf(Half, [float64], float64, [float64]), {
    message: 'Cannot make UDAF "Half": its class has no merge()',
  })
  t.throws(() => udaf(WeightedMean as never, [float64], float64, []), { message: /its state must have a field$/ })
  t.throws(() => udaf(() => ({}) as never, [float64], float64, [float64]), { message: /without a name/ })
  t.end()
})
