// Different expressions to different workers: each task is an expression of its own, with its own threshold in its closure,
// and one is a custom aggregate. Nothing is registered in the workers. The counterpart of datafusion-python's
// examples/multiprocessing_pickle_expr.py.

import { col, type Expr, functions as f, field, int64, SessionContext, udaf, udf, WorkerPool } from 'volley'

// What every worker computes over. In real life it would be a file that the workers read.
const values = [3, 17, 42, 5, 88, 21, 9, 56, 4, 73, 12, 31]

/** 1 for a value above the threshold, else 0; the threshold travels in the closure. */
function above(threshold: bigint) {
  return udf((value: bigint) => (value > threshold ? 1n : 0n), [int64], int64, { name: `above_${threshold}` })
}

/** A custom aggregate, whose class travels as well. */
class Sum {
  #total = 0n

  update(column: readonly (bigint | null)[]): void {
    for (const value of column) this.#total += value ?? 0n
  }

  merge(totals: readonly bigint[]): void {
    for (const total of totals) this.#total += total
  }

  state(): readonly bigint[] {
    return [this.#total]
  }

  evaluate(): bigint {
    return this.#total
  }
}
const mySum = udaf(Sum, [int64], int64, [field('total', int64, false)], { name: 'my_sum' })

interface Task {
  readonly label: string
  readonly expr: Expr
}

/** Runs in a worker: the expression arrived with the task, functions and all. */
async function evaluateInWorker({ label, expr }: Task) {
  const ctx = new SessionContext()
  const [row] = await ctx
    .fromColumns({ value: values })
    .aggregate([], [expr.alias('result')])
    .toRows()
  return { label, result: row?.result, pid: process.pid }
}

const tasks: Task[] = [10n, 30n, 60n].map((threshold) => ({
  label: `count_above_${threshold}`,
  expr: f.sum(above(threshold)(col('value'))),
}))
tasks.push({ label: 'custom_sum', expr: mySum(col('value')) })

await using pool = WorkerPool.fork({ workers: 2 })
const results = await pool.map(evaluateInWorker, tasks)

for (const { label, result } of results) console.log(`${label.padEnd(16)} ${result}`)
console.log(`in other processes: ${results.every(({ pid }) => pid !== process.pid)}`)
