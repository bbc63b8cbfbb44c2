// Actors: instances of a class that live in worker processes, each with a session of its own. The program builds an
// expression, sends it to them with the function in it, and each evaluates it over its own share of the data. The counterpart of
// datafusion-python's examples/ray_pickle_expr.py.

import { col, type Expr, int64, lit, SessionContext, udf, WorkerPool } from 'volley'

const double = udf((value: bigint) => value * 2n, [int64], int64, { name: 'double' })
const expression = double(col('a')).add(lit(1n))

class ExpressionWorker {
  readonly #ctx = new SessionContext()

  /** The function in the expression came along with it: nothing is registered here. */
  async evaluate(given: Expr, values: readonly number[]): Promise<unknown[]> {
    const frame = this.#ctx.fromColumns({ a: [...values] }, { a: int64 })
    const rows = await frame.select(given.alias('result')).toRows()
    return rows.map(({ result }) => result)
  }
}

await using pool = WorkerPool.fork({ workers: 1 })
const workers = await Promise.all([pool.actor(ExpressionWorker), pool.actor(ExpressionWorker)])
const batches = [
  [1, 2, 3],
  [10, 20, 30],
  [100, 200, 300],
]
const results = await Promise.all(batches.map((batch, i) => workers[i % workers.length]?.evaluate(expression, batch)))
for (const [i, batch] of batches.entries()) console.log(`input ${batch.join(', ')} -> ${results[i]?.join(', ')}`)

// What an actor keeps, it keeps from call to call; what it costs to make, it costs once.
class Counter {
  #count: number
  constructor(start: number) {
    this.#count = start
  }
  add(more: number): number {
    this.#count += more
    return this.#count
  }
  crash(): void {
    process.exit(1)
  }
}

await using counter = await pool.actorWith({ restart: 1 }, Counter, 3)
console.log(await counter.add(1), await counter.add(1))

// When its process ends, its state is lost. One that may restart is made anew, with the arguments it had.
console.log(await counter.crash().catch((error: { code: string }) => error.code))
console.log(await counter.add(1))
