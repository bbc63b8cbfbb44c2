// Arrow's objects of another copy where they travel: in closures, as arguments and results of calls in workers.

import { createRequire } from 'node:module'
import * as arrow from 'apache-arrow'
import * as arrow18 from 'arrow-18'
import t from 'tap'
import { col, convertArrow, SessionContext, udf, WorkerPool } from 'volley'

t.setTimeout(240_000)

const commonJs: typeof arrow = createRequire(import.meta.url)('apache-arrow')
const copies = { 'version 18': arrow18 as unknown as typeof arrow, 'CommonJS build': commonJs }

const pool = await WorkerPool.fork({ workers: 1 })
const ctx = new SessionContext({ backend: 'in-process' })
t.teardown(() => Promise.all([pool.close(), ctx.close()]))

for (const [name, copy] of Object.entries(copies)) {
  const table = copy.tableFromArrays({ n: Int32Array.of(1, 2), s: ['a', 'b'] })
  const vector = table.getChild('n') as arrow.Vector<arrow.Int32>
  const type = new copy.Int32()
  const held = {
    table,
    batch: table.batches[0],
    vector,
    data: vector.data[0],
    schema: table.schema,
    field: table.schema.fields[0],
    type,
  }

  t.test(`functions capture objects of ${name}`, async (t) => {
    const look = udf(
      (n: number) =>
        `${table.numRows} ${table.get(n)?.s} ${vector.get(n)} ${type} ${held.batch?.numRows} ${held.field?.name}`,
      ['int32'],
      'utf8',
      { name: 'look' },
    )
    const frame = ctx.fromColumns({ n: Int32Array.of(0, 1) }).select(look(col('n')).alias('seen'))
    t.strictSame((await frame.collectColumns()).seen, ['2 a 1 Int32 2 n', '2 b 2 Int32 2 n'])
  })

  t.test(`calls take objects of ${name}, and give them back`, async (t) => {
    const back = await pool.run(
      (given: typeof held) => ({ ...given, rows: given.table.numRows, sum: given.vector.toArray()[1] }),
      held,
    )
    t.equal(back.rows, 2)
    t.equal(back.sum, 2)
    t.ok(back.table instanceof arrow.Table, 'results are of the copy that is imported here')
    t.ok(back.data instanceof arrow.Data && back.type instanceof arrow.Int32 && back.schema instanceof arrow.Schema)
    const own = convertArrow(back.table, copy)
    t.equal(copy.tableFromIPC(copy.tableToIPC(own)).numRows, 2)
  })
}
