// WorkerPool.map: a function called for each item, in workers. Items are plain data with expressions and Arrow tables
// anywhere inside; results come back in the order of the items.

import { type Table, tableFromArrays } from 'apache-arrow'
import { col, type Expr, float64, udf, WorkerPool } from 'volley'

const rates = new Map([
  ['DE', 0.19],
  ['CH', 0.081],
])

interface Audit {
  readonly country: string
  readonly sales: Table
  readonly rules: Map<string, Expr>
}

const audits = [...rates].map(([country, rate]): Audit => {
  const tax = udf((net: number) => net * rate, [float64], float64, { name: 'tax' })
  return {
    country,
    sales: tableFromArrays({ net: Float64Array.of(100, 200, -50) }),
    rules: new Map([
      ['refunds', col('net').lt(0)],
      ['large tax', tax(col('net')).gt(15)],
    ]),
  }
})

await using pool = WorkerPool.fork({ workers: 2 })
const findings = await pool.map(
  async ({ country, sales, rules }: Audit) => {
    const lines: string[] = []
    for (const [name, rule] of rules) {
      const hits = [...(await rule.evaluate(sales))].filter(Boolean).length
      lines.push(`${country}: ${hits} ${name}`)
    }
    return lines
  },
  audits,
  { onProgress: ({ done }) => console.log(`${done} of ${audits.length} done`) },
)
for (const line of findings.flat()) console.log(line)
