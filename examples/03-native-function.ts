// A function that cannot travel, here of WebAssembly: every worker has it already, from its worker context, and the
// expression carries nothing but its name and types.

import { col, float64, nativeUdf, SessionContext, udf } from 'volley'
import { square } from './contexts/geometry.ts'

await using ctx = new SessionContext({ workers: 1, workerContext: new URL('./contexts/geometry.ts', import.meta.url) })

const squared = nativeUdf('square', square, [float64], float64)
const area = squared(col('side')).alias('area')
const rows = await ctx
  .fromColumns({ side: [1.5, 2, 3] })
  .select(col('side'), area)
  .toRows()
for (const row of rows) console.log(`side ${row.side}: area ${row.area}`)

const [{ kind } = { kind: undefined }] = area.explainShipping()
console.log(`travels ${kind}: ${area.toBytes().length < 150}`)

// As an ordinary function it is refused before anything is sent.
try {
  udf(square, [float64], float64, { name: 'square' })(col('side')).toBytes()
} catch (error) {
  console.log(error instanceof Error && 'code' in error ? error.code : error)
}
