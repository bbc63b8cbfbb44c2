// User-defined window functions: which method their traits choose, what it is handed, and what is said when it does
// something else.

import t from 'tap'
import { col, functions as f, float64, SessionContext, udwf, utf8 } from '../../../runtime/index.ts'

t.setTimeout(240_000)

const ctx = new SessionContext({ backend: 'in-process' })
t.teardown(() => ctx.close())

const prices = () =>
  ctx.fromColumns({
    symbol: ['x', 'y', 'x', 'y', 'x'],
    day: [3, 1, 1, 2, 2],
    price: [30, 5, 10, null, 20],
  })

const over = { partitionBy: [col('symbol')], orderBy: [col('day')] }

/** Tells what it was called with. */
const traced = (traits: Record<string, unknown>, name = 'traced') =>
  udwf(
    () => ({
      ...traits,
      evaluate: ([values]: unknown[][], [start, end]: [number, number]) =>
        `${start}-${end} of ${JSON.stringify(values)}`,
      evaluateAll: ([values]: unknown[][], rows: number) => (values ?? []).map((value) => `${value} of ${rows}`),
      evaluateAllWithRank: (rows: number, ranks: [number, number][]) =>
        ranks.flatMap(([start, end]) => Array.from({ length: end - start }, () => `${start}-${end} of ${rows}`)),
    }),
    [float64],
    utf8,
    { name },
  )

const run = async (traits: Record<string, unknown>, input = prices()) => {
  const rows = await input.select(traced(traits)(col('price')).over(over).alias('r')).toRows()
  return rows.map((row) => row.r)
}

t.test('without traits evaluateAll gets each partition in order', async (t) => {
  t.same(await run({}), ['30 of 3', '5 of 2', '10 of 3', 'null of 2', '20 of 3'])
})

t.test('includeRank calls evaluateAllWithRank with the ranges of peers', async (t) => {
  const input = ctx.fromColumns({ symbol: ['x', 'x', 'x', 'y'], day: [1, 2, 1, 9], price: [1, 2, 3, 4] })
  t.same(await run({ includeRank: true }, input), ['0-2 of 3', '2-3 of 3', '0-2 of 3', '0-1 of 1'])
})

t.test('usesWindowFrame calls evaluate with the frame of the query', async (t) => {
  t.same(await run({ usesWindowFrame: () => true, includeRank: true }), [
    '0-3 of [10,20,30]',
    '0-1 of [5,null]',
    '0-1 of [10,20,30]',
    '0-2 of [5,null]',
    '0-2 of [10,20,30]',
  ])
})

t.test('supportsBoundedExecution calls evaluate with the range that getRange gives', async (t) => {
  const near = {
    supportsBoundedExecution: true,
    getRange: (i: number, n: number) => [Math.max(0, i - 1), Math.min(n, i + 2)],
  }
  t.same(await run(near), [
    '1-3 of [10,20,30]',
    '0-2 of [5,null]',
    '0-2 of [10,20,30]',
    '0-2 of [5,null]',
    '0-3 of [10,20,30]',
  ])
})

t.test('a causal evaluator without getRange sees the rows up to its own', async (t) => {
  t.same((await run({ supportsBoundedExecution: true, isCausal: true })).slice(0, 3), [
    '0-3 of [10,20,30]',
    '0-1 of [5,null]',
    '0-1 of [10,20,30]',
  ])
})

t.test('memoize follows each evaluation of bounded execution', async (t) => {
  class Counting {
    supportsBoundedExecution = true
    #calls = 0
    evaluate(): number {
      return this.#calls
    }
    memoize(): void {
      this.#calls++
    }
  }
  const counting = udwf(Counting, [], float64)
  const rows = await prices().select(counting().over(over).alias('n')).toRows()
  t.same(
    rows.map((row) => row.n),
    [2, 0, 0, 1, 1],
  )
})

t.test('a registered window function is called in SQL text, also with IGNORE NULLS', async (t) => {
  class Told {
    readonly #ignoreNulls: boolean
    constructor({ ignoreNulls }: { ignoreNulls: boolean }) {
      this.#ignoreNulls = ignoreNulls
    }
    evaluateAll(_values: unknown, rows: number): string[] {
      return new Array(rows).fill(this.#ignoreNulls ? 'ignores' : 'respects')
    }
  }
  ctx.registerUdwf(udwf(Told, [float64], utf8, { name: 'told' }))
  const [row] = await prices()
    .select('told(price) over () as a', 'told(price) ignore nulls over (order by day) as b')
    .limit(1)
    .toRows()
  t.same(row, { a: 'respects', b: 'ignores' })
  t.equal(ctx.udwf('told').definition.family, 'window')
})

t.test('a captured variable travels with the evaluator, and windows mix with built-ins', async (t) => {
  const share = 0.5
  class Smooth {
    evaluateAll([values]: (number | null)[][]): number[] {
      let level = values?.[0] ?? 0
      return (values ?? []).map((value) => {
        level = share * level + (1 - share) * (value ?? level)
        return level
      })
    }
  }
  const smooth = udwf(Smooth, [float64], float64, { name: 'smooth' })
  const rows = await prices()
    .select(smooth(col('price')).over(over).mul(10).alias('s'), f.rowNumber().over(over).alias('n'))
    .toRows()
  t.same(rows, [
    { s: 225, n: 3n },
    { s: 50, n: 1n },
    { s: 100, n: 1n },
    { s: 50, n: 2n },
    { s: 150, n: 2n },
  ])
})

for (const [title, traits, message] of [
  [
    'a missing method',
    { usesWindowFrame: true, evaluate: undefined },
    /^Cannot run "traced": its evaluator has no evaluate\(\), which its traits ask for$/,
  ],
  ['too few results', { evaluateAll: () => ['a'] }, /"traced" returned 1 values from evaluateAll\(\) for 3 rows/],
  [
    'a range outside',
    { supportsBoundedExecution: true, getRange: () => [0, 9] },
    /returned \[0, 9\] from getRange\(\) for 3 rows/,
  ],
  ['a wrong value', { evaluateAll: () => [1, 2, 3] }, /"traced" returned the number 1, its declared type is Utf8/],
] as const) {
  t.test(`${title} is an error that names the function`, async (t) => {
    const broken = udwf(() => ({ evaluate: () => 'x', ...traits }) as object, [float64], utf8, { name: 'traced' })
    await t.rejects(
      prices()
        .select(broken(col('price')).over(over))
        .toRows(),
      { message },
    )
  })
}
