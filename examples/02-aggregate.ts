// The same idea as a job: a DataFrame with a user function, filtered, grouped and sorted. Each worker aggregates its
// partitions, the partial results are merged, and record batches stream back.

import { col, functions as f, float64, SessionContext, udf } from 'volley'

await using ctx = new SessionContext({ workers: 2 })

// 200,000 sales in four partitions.
const regions = ['north', 'south', 'east', 'west', null]
const count = 200_000
const sales = ctx.fromColumns({
  region: Array.from({ length: count }, (_, i) => regions[i % regions.length]),
  net: Float64Array.from({ length: count }, (_, i) => (i * 37) % 1000),
})

const taxRate = 0.19
const gross = udf((net: number) => Math.round(net * (1 + taxRate) * 100) / 100, [float64], float64, { name: 'gross' })

const report = sales
  .filter(col('net').gt(500))
  .withColumn('gross', gross(col('net')))
  .aggregate([col('region')], [f.count().alias('sales'), f.sum(col('gross')).alias('total'), 'max(gross) as largest'])
  .sort(col('total').desc(), 'region')

console.log(
  (await report.schema())
    .map(({ name }) => name.padEnd(name === 'total' ? 13 : 10))
    .join('')
    .trimEnd(),
)
for await (const batch of report.stream({ partitions: 4 })) {
  for (const row of batch) {
    const { region, sales, total, largest } = row.toJSON()
    console.log(
      `${String(region).padEnd(10)}${String(sales).padEnd(10)}${total.toFixed(2).padEnd(13)}${largest.toFixed(2)}`,
    )
  }
}
