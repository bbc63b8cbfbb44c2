// Windows over any split of the rows: whatever the partitions, the result is that of one, rows in their order.

import { Float64, Int32, RecordBatch, Table, Utf8, vectorFromArray } from 'apache-arrow'
import fc from 'fast-check'
import t from 'tap'
import { SessionContext } from 'volley'

t.setTimeout(240_000)

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
const numRuns = Number(process.env.RUNS ?? 60)
t.comment(`SEED=${seed} repeats this run`)

const keys = ['g', 's', 'g % 2', 'upper(s)', 'x']
const calls = [
  'count(*)',
  'sum(i)',
  'avg(x)',
  'array_agg(i)',
  'first_value(i)',
  'row_number()',
  'rank()',
  'lag(i, 1, -1)',
  'ntile(3)',
  'max(s)',
]
const windowed = fc
  .record({
    call: fc.constantFrom(...calls),
    partitionBy: fc.subarray(keys, { maxLength: 2 }),
    orderBy: fc.constantFrom('', 'order by x', 'order by s desc, g'),
    frame: fc.constantFrom(
      '',
      'rows between 1 preceding and 1 following',
      'rows between unbounded preceding and current row',
    ),
  })
  .map(({ call, partitionBy, orderBy, frame }) => {
    const by = partitionBy.length === 0 ? '' : `partition by ${partitionBy.join(', ')}`
    const framed = orderBy !== '' && /^(count|sum|avg|array|max|first)/.test(call) ? frame : ''
    return `${call} over (${by} ${orderBy} ${framed})`
  })

interface Row {
  readonly g: number | null
  readonly s: string | null
  readonly x: number | null
}
const row: fc.Arbitrary<Row> = fc.record({
  g: fc.option(fc.integer({ min: -2, max: 3 }), { freq: 5 }),
  s: fc.option(fc.constantFrom('a', 'A', 'b', '', 'ü'), { freq: 5 }),
  x: fc.option(fc.constantFrom(0, -0, 1, 2.5, NaN, -Infinity), { freq: 5 }),
})
const slices = fc.array(fc.array(row, { minLength: 1, maxLength: 9 }), { minLength: 1, maxLength: 7 })
const after = fc.constantFrom('nothing', 'filter', 'sort', 'limit', 'aggregate')

/** A record batch per slice; `i` counts through. */
function tableOf(parts: readonly (readonly Row[])[]): Table {
  let next = 0
  const batches = parts.map((rows) => {
    const [batch] = new Table({
      i: vectorFromArray(
        rows.map(() => next++),
        new Int32(),
      ),
      g: vectorFromArray(
        rows.map(({ g }) => g),
        new Int32(),
      ),
      s: vectorFromArray(
        rows.map(({ s }) => s),
        new Utf8(),
      ),
      x: vectorFromArray(
        rows.map(({ x }) => x),
        new Float64(),
      ),
    }).batches
    if (!(batch instanceof RecordBatch)) throw new Error('a table of rows has a batch')
    return batch
  })
  return new Table(batches)
}

t.test('any split gives the rows of one partition, in their order', async (t) => {
  await using ctx = new SessionContext({ backend: 'in-process' })
  await fc.assert(
    fc.asyncProperty(
      slices,
      fc.array(windowed, { minLength: 1, maxLength: 3 }),
      after,
      async (parts, windows, next) => {
        const selected = ctx.fromArrow(tableOf(parts)).select('i', 'g', ...windows.map((text, w) => `${text} as w${w}`))
        const frame = {
          nothing: () => selected,
          filter: () => selected.filter('w0 is not null'),
          sort: () => selected.sort('w0', 'i desc'),
          limit: () => selected.limit(5, 2),
          aggregate: () => selected.aggregate(['g'], ['count(w0) as n', 'first_value(w0) as first']),
        }[next]()
        const rowsIn = async (partitions: number): Promise<string> => {
          const table = await frame.collect({ partitions })
          return table.toArray().map(String).join('\n')
        }
        return (await rowsIn(parts.length)) === (await rowsIn(1))
      },
    ),
    { seed, numRuns },
  )
  t.pass(`${numRuns} jobs`)
})
