// Where the generated data lies: a cache folder outside version control, filled on first use and kept between runs.

import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as arrow from 'apache-arrow'
import { lineitem, lineitemSchema, remarks, remarksSchema } from './tables.ts'

/** Part of every file name: raise it when the data changes. */
const dataVersion = 1

const modules = new URL('../../../node_modules/', import.meta.url)
const cache = fileURLToPath(new URL('.cache/volley-bench/', modules))

/** Three million flights: date, delay, distance, origin, destination. */
export const flightsFile = fileURLToPath(new URL('vega-datasets/data/flights-3m.parquet', modules))

export type TableName = 'lineitem' | 'remarks'

const tables = {
  lineitem: { schema: lineitemSchema, make: lineitem },
  remarks: { schema: remarksSchema, make: remarks },
}

/** The Arrow stream of a table with so many rows, as a file; generated when it is not there. */
export async function arrowFile(table: TableName, rows: number): Promise<string> {
  return cached(`${table}-${rows}.arrows`, async (path) => {
    const { schema, make } = tables[table]
    const writer = new arrow.RecordBatchStreamWriter()
    writer.reset(undefined, schema)
    const file = openSync(path, 'w')
    const written = drain(writer, (chunk) => writeSync(file, chunk))
    for (const batch of make(rows)) {
      writer.write(batch)
      await new Promise(setImmediate)
    }
    writer.finish()
    await written
    closeSync(file)
  })
}

async function drain(chunks: AsyncIterable<Uint8Array>, write: (chunk: Uint8Array) => void): Promise<void> {
  for await (const chunk of chunks) write(chunk)
}

/** The table as this process holds it: record batches over one buffer. */
export async function loadBatches(table: TableName, rows: number): Promise<readonly arrow.RecordBatch[]> {
  return arrow.tableFromIPC(readFileSync(await arrowFile(table, rows))).batches
}

/** The table as Parquet, for the peers to load from. */
export async function parquetFile(table: TableName, rows: number): Promise<string> {
  const source = await arrowFile(table, rows)
  return cached(`${table}-${rows}.parquet`, async (path) => {
    const { default: pl } = await import('nodejs-polars')
    pl.readIPCStream(readFileSync(source)).writeParquet(path, { compression: 'snappy' })
  })
}

/** The table as CSV with a header. */
export async function csvFile(table: TableName, rows: number): Promise<string> {
  const source = await parquetFile(table, rows)
  return cached(`${table}-${rows}.csv`, async (path) => {
    const { DuckDBInstance } = await import('@duckdb/node-api')
    const connection = await (await DuckDBInstance.create()).connect()
    await connection.run(`copy (from '${source}') to '${path}' (format csv, header)`)
    connection.closeSync()
  })
}

/** A file of the cache. It gets its name when it is complete. */
async function cached(name: string, make: (path: string) => Promise<void>): Promise<string> {
  const path = join(cache, `v${dataVersion}-${name}`)
  if (existsSync(path)) return path
  mkdirSync(cache, { recursive: true })
  console.error(`making ${name} …`)
  const unfinished = `${path}.${process.pid}`
  await make(unfinished)
  renameSync(unfinished, path)
  return path
}
