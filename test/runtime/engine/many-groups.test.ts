// Grouping at size: the flights of three million rows, and as many groups as there are rows.

import { fileURLToPath } from 'node:url'
import { tableFromArrays } from 'apache-arrow'
import t from 'tap'
import { col, functions as f, SessionContext } from '../../../runtime/index.ts'

t.setTimeout(240_000)

const flights = fileURLToPath(new URL('../../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url))

t.test('sums by route over three million flights, in partitions', async (t) => {
  await using ctx = new SessionContext({ workers: 2 })
  const routes = ctx
    .readParquet(flights)
    .aggregate([col('origin'), col('destination')], [f.count().alias('flights'), f.sum(col('distance')).alias('miles')])
    .filter("(origin = 'JFK' and destination = 'LAX') or (origin = 'LAX' and destination in ('JFK', 'ORD'))")
    .sort('origin', 'destination')
  const rows = await routes.toRows()
  t.same(
    rows.map(({ origin, destination, flights, miles }) => [origin, destination, Number(flights), Number(miles)]),
    [
      ['JFK', 'LAX', 4359, 10_788_525],
      ['LAX', 'JFK', 4342, 10_746_450],
      ['LAX', 'ORD', 4960, 8_655_200],
    ],
  )
})

const groups = 1_500_000
const table = tableFromArrays({
  key: Int32Array.from({ length: groups }, (_, i) => (i * 7919) % groups),
  value: Float64Array.from({ length: groups }, (_, i) => i % 10),
})

t.test('1.5 million groups are counted within the memory limit', async (t) => {
  await using ctx = new SessionContext({ backend: 'in-process' })
  const grouped = ctx
    .fromArrow(table)
    .aggregate([col('key')], [f.count().alias('n'), f.sum(col('value')).alias('total')])
  const [row] = await grouped.aggregate([], ['count(*) as groups', 'sum(n) as rows', 'sum(total) as total']).toRows()
  t.same(row, { groups: 1_500_000n, rows: 1_500_000n, total: 6_750_000 })
})

t.test('more groups than the memory limit holds are an error that names the limit', async (t) => {
  await using ctx = new SessionContext({ backend: 'in-process' })
  const grouped = ctx.fromArrow(table).aggregate([col('key'), col('value')], [f.count().alias('n')])
  await t.rejects(grouped.toRows({ maxMemoryBytes: 16 * 1024 * 1024 }), {
    code: 'memory_limit',
    message: /^Cannot hold \d+ groups: \d+ MiB are needed, the limit is 16 MiB\. Raise maxMemoryBytes/,
  })
})

t.test('more rows of windows than the memory limit holds are an error that names the limit', async (t) => {
  await using ctx = new SessionContext({ backend: 'in-process' })
  const ranked = ctx.fromArrow(table).select(
    f
      .rowNumber()
      .over({ orderBy: [col('key')] })
      .alias('n'),
  )
  await t.rejects(ranked.toRows({ maxMemoryBytes: 16 * 1024 * 1024 }), {
    code: 'memory_limit',
    message: /^Cannot hold \d+ rows of windows: \d+ MiB are needed, the limit is 16 MiB/,
  })
})
