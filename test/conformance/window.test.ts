// Window functions answered as DataFusion answers them, through jobs: over one partition, and over two whose rows meet
// in the merge.

import t from 'tap'
import { SessionContext } from '../../runtime/context/session.ts'
import { type ConformanceCase, pending, readCases } from './cases.ts'
import { rowsOf, tableOf } from './jobs.ts'
import { type Outcome, verdict } from './run.ts'

t.setTimeout(240_000)

async function evaluate(ctx: SessionContext, test: ConformanceCase, partitions: number): Promise<Outcome> {
  let phase: 'plan' | 'exec' = 'plan'
  try {
    const input = ctx.fromArrow(tableOf(test, partitions))
    const frame = input.select(ctx.parseExpr(test.sql, await input.schema()))
    const type = (await frame.schema())[0]!.type
    phase = 'exec'
    const table = await frame.collect({ partitions })
    return { type, values: rowsOf(table).map(([value]) => value ?? null) }
  } catch (error) {
    return { phase, error }
  }
}

for (const partitions of [1, 2]) {
  t.test(`window functions answer the cases over ${partitions} partitions`, async (t) => {
    await using ctx = new SessionContext({ backend: 'in-process' })
    for (const test of readCases('window')) {
      const wrong = verdict(test, await evaluate(ctx, test, partitions))
      if (pending[test.id] === undefined) t.equal(wrong, undefined, `${test.id} ${test.sql}`)
      else t.not(wrong, undefined, `${test.id} is pending and passes: take it off the list`)
    }
  })
}
