// Functions of all kinds, from the package: an aggregate and a window function of classes, SQL text with a function in it,
// an expression that a function captures, one that crosses processes as bytes.

import {
  col,
  decodeExpr,
  encodeExpr,
  evaluateExpr,
  functions as f,
  float64,
  int64,
  SessionContext,
  udaf,
  udf,
  udwf,
  VolleyError,
  WorkerPool,
} from 'volley'

class Product {
  product = 1
  add(value) {
    this.product *= value
  }
  merge(products) {
    for (const value of products) this.product *= value
  }
  state() {
    return [this.product]
  }
  evaluate() {
    return this.product
  }
}
class Halves {
  evaluateAll([values]) {
    return Array.from(values, (value) => value / 2)
  }
}
const rate = 10
const product = udaf(Product, [float64], float64, [float64], { name: 'product' })
const halves = udwf(Halves, [float64], float64, { name: 'halves' })
const tenfold = udf((value) => value * rate, [float64], float64, { name: 'tenfold' })

const ctx = new SessionContext({ workers: 1 })
const sales = ctx.fromColumns({ region: ['n', 's', 'n'], net: [1.5, 2, 3] })
const print = (name, value) => console.log(name, JSON.stringify(value))
print('aggregate', await sales.aggregate([], [product(col('net')).alias('p')]).toRows())
const halved = halves(col('net')).over({ orderBy: [col('net').asc()] })
print('window', await sales.select(halved.alias('h')).sort('h').collectColumns())
ctx.registerUdf(tenfold)
ctx.registerTable('sales', sales)
print('sql', await ctx.sql('select region, sum(tenfold(net)) as t from sales group by region order by region').toRows())
const broken = udf((value) => value.missing.field, [float64], float64, { name: 'broken' })
const failing = sales.select(broken(col('net')).alias('x'))
const failed = await failing.toRows().catch((error) => [error instanceof VolleyError, error.code])
print('failure', failed)
const table = await ctx.fromColumns({ net: [1, 2] }).collect()
await ctx.close()

const rule = tenfold(f.abs(col('net'))).add(1)
const pool = WorkerPool.fork({ workers: 1 })
print(
  'captured',
  await pool.map(
    (times) =>
      rule
        .mul(times)
        .evaluate(table)
        .then((vector) => [...vector]),
    [1, 2],
  ),
)
print('imported', await pool.run(async () => [...(await evaluateExpr(col('net').cast(int64), table))].map(String)))
print('argument', await pool.run(async (expr) => [...(await expr.evaluate(table))], rule))
print('returned', String(await pool.run((name) => col(name).gt(2), 'net')))
await pool.close()
print('bytes', String(decodeExpr(encodeExpr(rule))))
