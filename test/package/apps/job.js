// A job as a user writes it: a function with a variable and a helper in it, in forked workers; calls in a pool, one of
// them with an expression that it captures.
import { tableFromArrays } from 'apache-arrow'
import { col, functions as f, float64, SessionContext, udf, WorkerPool } from 'volley'

// Node would print the line of the bundle too, which is the whole bundle: more than it can write while it exits.
process.once('uncaughtException', ({ message }) => {
  console.error(message)
  process.exitCode = 1
})

const rates = { books: 0.07, games: 0.19 }
const net = (price) => price / (1 + rates.games)
class Discount {
  constructor(share) {
    this.share = share
  }
  of(price) {
    return price * (1 - this.share)
  }
}
const discount = new Discount(0.5)

const rebate = udf((price) => discount.of(net(price)), [float64], float64, { name: 'rebate' })

const ctx = new SessionContext({ workers: 1 })
const table = tableFromArrays({ price: Float64Array.of(119, 238) })
const rows = await ctx
  .fromArrow(table)
  .select(rebate(col('price')).alias('r'))
  .aggregate([], [f.sum(col('r')).alias('s')])
  .toRows()
await ctx.close()
const pool = WorkerPool.fork({ workers: 1 })
const doubled = await pool.map((n) => n * 2 + Math.round(rates.books), [1, 2])
const rule = rebate(col('price')).mul(2)
const captured = await pool.run(async (prices) => [...(await rule.evaluate(prices))], table)
await pool.close()
console.log(JSON.stringify({ rows, doubled, captured }))
