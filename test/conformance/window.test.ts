// Window functions answered as DataFusion answers them, through jobs: over one partition, and over two whose rows meet
// in the merge.

import { tableFromIPC } from 'apache-arrow'
import t from 'tap'
import { fromRecordBatch } from '../../functions/column/arrow.ts'
import { valueAt } from '../../functions/column/column.ts'
import { sliceBatch } from '../../functions/column/slice.ts'
import { fromArrowSchema } from '../../functions/types/arrow.ts'
import { BatchEncoder } from '../../runtime/batch-encoder.ts'
import { SessionContext } from '../../runtime/context/session.ts'
import { type ConformanceCase, inputOf, pending, readCases } from './cases.ts'
import { type Outcome, verdict } from './run.ts'

t.setTimeout(60_000)

/** The input as a table of one record batch per partition. */
function tableOf(test: ConformanceCase, partitions: number) {
  const { schema, batch } = inputOf(test)
  const encoder = new BatchEncoder(schema)
  const size = Math.ceil(batch.length / partitions)
  const parts = Array.from({ length: partitions }, (_, i) =>
    sliceBatch(batch, Math.min(i * size, batch.length), Math.min((i + 1) * size, batch.length)),
  )
  const chunks = [...encoder.start(), ...parts.flatMap((part) => encoder.batch(part)), ...encoder.end()]
  return tableFromIPC(Buffer.concat(chunks))
}

async function evaluate(ctx: SessionContext, test: ConformanceCase, partitions: number): Promise<Outcome> {
  let phase: 'plan' | 'exec' = 'plan'
  try {
    const input = ctx.fromArrow(tableOf(test, partitions))
    const rows = ctx.parseExpr(test.sql, await input.schema())
    const frame = test.where === undefined ? input.select(rows) : input.filter(test.where).select(rows)
    const type = (await frame.schema())[0]!.type
    phase = 'exec'
    const table = await frame.collect({ partitions })
    const schema = fromArrowSchema(table.schema)
    const values = table.batches.flatMap((batch) => {
      const { columns, length } = fromRecordBatch(batch, schema)
      return Array.from({ length }, (_, row) => valueAt(columns[0]!, row))
    })
    return { type, values }
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
