// Whether many small tasks leave anything behind: 100,000 of them through imapUnordered, and the memory of this process and
// of its workers after each tenth. Run: node --expose-gc test/bench/small-tasks-memory.ts [tasks]

import { RecordBatch, tableFromArrays } from 'apache-arrow'
import { col, float64, udf, WorkerPool } from '../../runtime/index.ts'

const tasks = Number(process.argv[2] ?? 100_000)
const rate = 1.19
const expr = udf((net) => net * rate, [float64], float64, { name: 'gross' })(col('net'))
const batch = tableFromArrays({ net: Float64Array.from({ length: 10 }, (_, row) => row) }).batches[0]
if (!(batch instanceof RecordBatch)) throw new Error('A table of ten rows has a batch')

const mb = (bytes: number): string => (bytes / 2 ** 20).toFixed(1).padStart(8)
await using pool = WorkerPool.fork({ workers: 2 })

function* numbers(): Generator<number> {
  for (let task = 0; task < tasks; task += 1) yield task
}

const seen = new Uint8Array(tasks)
let done = 0
console.log('   tasks   heap MB   all MB here   of a worker')
const results = pool.imapUnordered(async (task: number) => {
  const vector = await expr.evaluate(batch)
  return [task, vector.get(9) as number, process.memoryUsage.rss()] as const
}, numbers())
for await (const [task, last, rss] of results) {
  if (last !== 9 * rate) throw new Error(`Task ${task} gave ${last}`)
  seen[task] = (seen[task] ?? 0) + 1
  done += 1
  if (done % Math.ceil(tasks / 10) !== 0) continue
  globalThis.gc?.()
  const { heapUsed, rss: own } = process.memoryUsage()
  console.log(`${String(done).padStart(8)}  ${mb(heapUsed)}      ${mb(own)}      ${mb(rss)}`)
}
const wrong = seen.findIndex((times) => times !== 1)
if (wrong !== -1) throw new Error(`Task ${wrong} came ${seen[wrong]} times`)
console.log(`${done} tasks, none lost or doubled`)
