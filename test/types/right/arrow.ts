// Arrow's objects of another version than Volley's own as they should compile: in by their shape, out as those of the copy.

import * as arrow from 'apache-arrow'
import * as arrow18 from 'arrow-18'
import { col, convertArrow, float64, SessionContext, udf } from 'volley'

const ctx = new SessionContext({ arrow: arrow18 })
const table = arrow18.tableFromArrays({ n: Int32Array.of(1) })
const [batch] = table.batches
const vector = table.getChild('n')
if (batch === undefined || vector === null) throw new TypeError('a table has a batch, and its column')

ctx.fromArrow(table)
ctx.fromArrow(batch)
ctx.fromArrow([batch])
ctx.fromArrow(arrow.tableFromArrays({ n: [1] }))
ctx.fromArrow(arrow.RecordBatchReader.from(new Uint8Array()))
ctx.fromArrow(Promise.resolve(table))
ctx.fromArrow(new Blob(['']).stream())
ctx.fromColumns({ n: vector }, { n: new arrow18.Int64() })
ctx.fromRows([{ n: 1 }], table.schema)
ctx.readCsv('a.csv', { schema: table.schema })
col('n').cast(new arrow18.Int64())
udf((x: number) => x, [float64], new arrow18.Field('x', new arrow18.Float64(), true))

const frame = ctx.fromArrow(table)
const own: arrow.Table = await frame.collect()
const theirs: arrow18.Table = await frame.collect({ arrow: arrow18, timeoutMs: 1000 })
for await (const each of frame.stream({ arrow: arrow18 })) each satisfies arrow18.RecordBatch
for await (const each of frame) each satisfies arrow.RecordBatch
const converted: arrow18.Table = convertArrow(own, arrow18)
const column: arrow18.Vector = convertArrow(await col('n').evaluate(theirs), arrow18)
new Response(ctx.fromArrow(converted).toArrowStream())
column.toArray()
