// A process that starts workers, has them do one task and ends. Its argument is the module of the package, built: what an
// installed package is loaded from. Not TypeScript, as nothing in an application's start is translated.

const { col, float64, udf, WorkerPool } = await import(process.argv[2])
const { tableFromArrays } = await import('apache-arrow')

const rate = 1.19
const gross = udf((net) => net * rate + 1, [float64], float64, { name: 'gross' })
const table = tableFromArrays({ net: Float64Array.from({ length: 1000 }, (_, row) => row) })

await using pool = WorkerPool.fork({ workers: 2 })
const result = await pool.run((expr, rows) => expr.evaluate(rows), gross(col('net')), table)
console.log(result.toArray().reduce((sum, value) => sum + value, 0))
