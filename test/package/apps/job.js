// A job as a user writes it: a function with a variable and a helper in it, in forked workers; a call in a pool.
import { tableFromArrays } from 'apache-arrow'
import { col, functions as f, float64, SessionContext, udf, WorkerPool } from 'volley'

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
await pool.close()
console.log(JSON.stringify({ rows, doubled }))
