// A column may have an empty name, as it may in DataFusion; Arrow's own writer would lose it.

import { RecordBatch, Schema, tableFromArrays, tableFromIPC, tableToIPC } from 'apache-arrow'
import t from 'tap'
import { SessionContext } from 'volley'
import { StreamWriter } from '../../runtime/source/arrow/stream-writer.ts'

t.setTimeout(120_000)

const ctx = new SessionContext({ backend: 'in-process' })
t.teardown(() => ctx.close())
const nameless = ctx.fromRows([{ '': 1, s: { '': 'x' }, l: [{ '': 2 }] }])

t.test('results have columns and fields with empty names', async (t) => {
  const table = await nameless.collect()
  t.same(
    table.schema.fields.map(({ name }) => name),
    ['', 's', 'l'],
  )
  t.equal(String(table.get(0)), '{"": 1, "s": {"":"x"}, "l": [{"":"2"}]}')
  t.same(await nameless.toRows({ json: true }), [{ '': 1, s: { '': 'x' }, l: [{ '': 2 }] }])
})

t.test('expressions and steps find them', async (t) => {
  t.same(await nameless.select('"" + 1 as y').toRows({ json: true }), [{ y: 2 }])
  t.same(await nameless.aggregate(['""'], ['count(*) as n']).toRows({ json: true }), [{ '': 1, n: 1 }])
  t.same(await nameless.withColumn('', '"" * 5').select('""').toRows({ json: true }), [{ '': 5 }])
})

t.test('StreamWriter() writes what the names are', (t) => {
  const { schema, batches } = tableFromArrays({ a: Int32Array.of(1) })
  for (const name of ['', 'null']) {
    const named = new Schema(schema.fields.map((field) => field.clone({ name })))
    const writer = new StreamWriter()
    writer.reset(undefined, named)
    for (const batch of batches) writer.write(new RecordBatch(named, batch.data))
    const read = tableFromIPC(writer.finish().toUint8Array(true))
    t.same([read.schema.fields[0]?.name, read.numRows], [name, 1])
  }
  t.end()
})

t.test('files that Arrow wrote without the names are read', async (t) => {
  const again = await ctx.fromArrow(tableFromIPC(tableToIPC(await nameless.collect()))).toRows({ json: true })
  t.equal(again.length, 1)
})
