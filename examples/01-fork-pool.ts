// A user function that captures variables, mapped over partitions by forked workers. The expression, the function in it
// and what the function captured travel to the workers; nothing is registered there.

import { tableFromArrays } from 'apache-arrow'
import { col, type Expr, float64, udf, utf8, WorkerPool } from 'volley'

// What the function captures: two variables and another function.
const rates = { books: 0.07, games: 0.19 }
const discount = 0.1
const reduced = (net: number) => net * (1 - discount)

const gross = udf(
  (net: number, kind: string) => reduced(net) * (1 + (rates[kind as keyof typeof rates] ?? 0)),
  [float64, utf8],
  float64,
  { name: 'gross' },
)
const expression = gross(col('net'), col('kind'))

// Four partitions, as they might come from four files.
const partitions = [1, 2, 3, 4].map((part) =>
  tableFromArrays({
    net: Float64Array.of(10 * part, 20 * part, 30 * part),
    kind: ['books', 'games', 'food'],
  }),
)

/** Runs in a worker: evaluates the expression over one partition. */
async function total(expr: Expr, partition: (typeof partitions)[number]): Promise<{ pid: number; sum: number }> {
  const values = await expr.evaluate(partition)
  let sum = 0
  for (const value of values) sum += value
  return { pid: process.pid, sum }
}

await using pool = WorkerPool.fork({ workers: 2 })
const totals = await pool.map((partition) => total(expression, partition), partitions)

console.log(`expression: ${expression}`)
for (const [i, { sum }] of totals.entries()) console.log(`partition ${i + 1}: ${sum.toFixed(2)}`)
console.log(`in other processes: ${totals.every(({ pid }) => pid !== process.pid)}`)
