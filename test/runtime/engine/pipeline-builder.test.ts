// Pending projections are fused into what follows as long as their expressions stay small.

import t from 'tap'
import { type DataFrame, SessionContext } from 'volley'

t.setTimeout(120_000)

t.test('columns that are redefined over themselves many times grow no expression beyond bounds', async (t) => {
  const ctx = new SessionContext({ backend: 'in-process' })
  t.teardown(() => ctx.close())
  const redefined = (first: number | string, text: string, times: number) =>
    Array.from({ length: times }).reduce<DataFrame>(
      (df) => df.withColumn('x', text),
      ctx.fromRows([{ x: first, g: 1 }]),
    )
  t.same(await redefined(1, 'x + x', 60).toRows({ json: true }), [{ x: '1152921504606846976', g: 1 }])
  t.same(await redefined(1, 'x + x', 30).filter('x > 5').aggregate(['g'], ['sum(x) as s']).toRows({ json: true }), [
    { g: 1, s: 1_073_741_824 },
  ])
  t.same(await redefined(1, 'case when x > 1 then x else x end', 100).toRows({ json: true }), [{ x: 1, g: 1 }])
  t.same(await redefined('a', 'x || x', 16).select('length(x) as n').toRows({ json: true }), [{ n: 65_536 }])
})
