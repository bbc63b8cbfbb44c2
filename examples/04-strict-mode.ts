// Strict mode: a sender that sends functions by name only, and workers that take no others. What comes by value is
// refused before anything in it is parsed.

import { col, float64, SessionContext, udf } from 'volley'

await using inlining = new SessionContext({
  workers: 1,
  workerContext: new URL('./contexts/geometry.ts', import.meta.url),
})
const strict = inlining.withUdfInlining({ enabled: false })

const girth = udf((side: number) => side * 4, [float64], float64, { name: 'girth' })
const volume = udf((side: number) => side ** 3, [float64], float64, { name: 'volume' })

for (const [sender, ctx] of Object.entries({ inlining, strict })) {
  for (const fn of [girth, volume]) {
    const job = ctx.fromColumns({ side: [2] }, { side: float64 }).select(fn(col('side')).alias('result'))
    const outcome = await job.toRows().then(
      ([row]) => `${row?.result}`,
      (error) => error.code,
    )
    console.log(`${sender} sender, ${fn.name}: ${outcome}`)
  }
}
