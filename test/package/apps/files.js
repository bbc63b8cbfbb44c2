// Every kind of file is written by the workers and read back; the Arrow bytes are those that any copy of apache-arrow reads.

import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as arrow from 'apache-arrow'
import * as other from 'other-arrow'
import { SessionContext } from 'volley'

const commonJs = createRequire(import.meta.url)('apache-arrow')
const directory = await mkdtemp(join(tmpdir(), 'volley-files-'))
const path = (name) => join(directory, name)
const ctx = new SessionContext({ workers: 1 })
const sales = ctx.fromColumns({ region: ['n', 's', 'n'], net: [1.5, 2, 3] })

await sales.writeParquet(path('sales.parquet'))
await sales.writeArrow(path('sales.arrow'))
await sales.writeCsv(path('sales.csv'))
await sales.writeJson(path('sales.ndjson'))
const { files } = await sales.writeParquet(path('by-region'), { partitionBy: 'region' })
const back = {
  parquet: ctx.readParquet(path('sales.parquet')),
  arrow: ctx.readArrow(path('sales.arrow')),
  csv: ctx.readCsv(path('sales.csv')),
  ndjson: ctx.readJson(path('sales.ndjson')),
  partitions: ctx.readParquet(path('by-region/**/*.parquet')),
}
for (const [name, frame] of Object.entries(back)) {
  console.log(
    name,
    JSON.stringify(await frame.aggregate([], ['sum(net) as net', 'count(*) as n']).toRows({ json: true })),
  )
}

const bytes = await sales.toIPC()
const read = [arrow, commonJs, other].map(({ tableFromIPC }) => tableFromIPC(bytes).numRows)
const table = await sales.collect({ arrow: commonJs })
const own = [table instanceof commonJs.Table, commonJs.tableFromIPC(commonJs.tableToIPC(table)).numRows]
const older = await sales.collect({ arrow: other })
const oldest = [older instanceof other.Table, other.tableFromIPC(other.tableToIPC(older)).numRows]
console.log('out', JSON.stringify({ files: files.length, read, own, oldest }))
await ctx.close()
await rm(directory, { recursive: true })
