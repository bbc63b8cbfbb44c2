// A custom aggregate: the average price weighted by volume. Each worker accumulates its partitions, the partial states are
// merged in another worker. The class travels by value, with the variable that it captures; because it can take rows back,
// it also slides over a window.

import { col, functions as f, field, float64, SessionContext, udaf, windowFrame } from 'volley'

const feePerShare = 0.05

class WeightedPrice {
  #paid = 0
  #volume = 0

  /** A partition's rows, in columns. */
  update(prices: (number | null)[], volumes: (number | null)[]): void {
    this.#take(prices, volumes, 1)
  }

  /** Rows that have left a window's frame. */
  retract(prices: (number | null)[], volumes: (number | null)[]): void {
    this.#take(prices, volumes, -1)
  }

  #take(prices: (number | null)[], volumes: (number | null)[], times: 1 | -1): void {
    for (const [i, price] of prices.entries()) {
      const volume = volumes[i] ?? null
      if (price === null || volume === null) continue
      this.#paid += times * (price + feePerShare) * volume
      this.#volume += times * volume
    }
  }

  /** The states of other partitions, a column per field. */
  merge(paid: number[], volumes: number[]): void {
    for (const amount of paid) this.#paid += amount
    for (const volume of volumes) this.#volume += volume
  }

  state(): number[] {
    return [this.#paid, this.#volume]
  }

  evaluate(): number | null {
    return this.#volume === 0 ? null : this.#paid / this.#volume
  }
}

const weightedPrice = udaf(
  WeightedPrice,
  [float64, float64],
  float64,
  [field('paid', float64, false, { unit: 'EUR' }), field('volume', float64, false)],
  { name: 'weighted_price' },
)

await using ctx = new SessionContext({ workers: 2 })

const count = 100_000
const trades = ctx.fromColumns({
  minute: Array.from({ length: count }, (_, i) => i),
  symbol: Array.from({ length: count }, (_, i) => ['AAA', 'BBB', 'CCC'][i % 3]),
  price: Array.from({ length: count }, (_, i) => 100 + (i % 50)),
  volume: Array.from({ length: count }, (_, i) => (i % 11 === 0 ? null : (i % 7) + 1)),
})

const bySymbol = trades
  .aggregate([col('symbol')], [weightedPrice(col('price'), col('volume')).alias('price'), f.count().alias('trades')])
  .sort('symbol')

const { stream, done } = await bySymbol.run({ partitions: 4 })
for await (const _ of stream); // The result as bytes; read below as rows.
const { pids } = await done
console.log(`in other processes: ${pids.every((pid) => pid !== process.pid)}`)

for (const { symbol, price, trades } of await bySymbol.toRows({ partitions: 4 })) {
  console.log(`${symbol}  ${Number(price).toFixed(4)}  ${trades} trades`)
}

const recent = weightedPrice(col('price'), col('volume')).over({
  partitionBy: [col('symbol')],
  orderBy: [col('minute')],
  frame: windowFrame('rows', { preceding: 2 }),
})
const rows = await trades.select('symbol', 'minute', recent.alias('recent')).filter("symbol = 'AAA'").limit(4).toRows()
for (const { minute, recent } of rows) {
  console.log(`minute ${minute}: ${recent === null ? 'nothing sold' : Number(recent).toFixed(4)}`)
}
