// DuckDB as a yardstick: an instance of one thread (or two), tables in its own memory. A query's result is materialised
// natively by `run`; reading it out happens for comparison only, unless a workload says otherwise.

import { type DuckDBConnection, DuckDBInstance, type DuckDBResult } from '@duckdb/node-api'
import { parquetFile, type TableName } from '../data/files.ts'
import { CellBuilder, type Cells } from '../measure/cells.ts'
import { type Variant, variant } from '../measure/workload.ts'

const instances = new Map<number, Promise<DuckDBConnection>>()
const loaded = new Map<string, Promise<unknown>>()

/** The connection of the instance with so many threads. */
export function duckdb(threads = 1): Promise<DuckDBConnection> {
  let connection = instances.get(threads)
  if (connection === undefined) {
    connection = DuckDBInstance.create(':memory:', { threads: `${threads}` }).then((instance) => instance.connect())
    instances.set(threads, connection)
  }
  return connection
}

/** Makes a table in DuckDB's memory, once; gives its name. */
export async function duckdbTable(table: TableName, rows: number): Promise<string> {
  const name = `${table}_${rows}`
  const connection = await duckdb()
  const made = loaded.get(name)
  const source = made === undefined ? await parquetFile(table, rows) : ''
  const making = made ?? connection.run(`create table ${name} as from '${source}'`)
  loaded.set(name, making)
  await making
  return name
}

/** A query whose result stays in DuckDB's memory. */
export async function duckdbQuery(sql: string, label = 'DuckDB', threads = 1): Promise<Variant> {
  const connection = await duckdb(threads)
  return variant('duckdb', label, () => connection.run(sql), cellsOfDuckdb)
}

export async function cellsOfDuckdb(result: DuckDBResult): Promise<Cells> {
  const chunks = await result.fetchAllChunks()
  const rows = chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0)
  const builders = Array.from({ length: result.columnCount }, () => new CellBuilder(rows))
  let start = 0
  for (const chunk of chunks) {
    builders.forEach((builder, at) => {
      const vector = chunk.getColumnVector(at) as Vector
      for (let row = 0; row < chunk.rowCount; row++) {
        const value = vector.getItem(row)
        builder.put(start + row, typeof value === 'object' && value !== null ? plainValue(value) : value)
      }
    })
    start += chunk.rowCount
  }
  return { rows, columns: builders.map((builder) => builder.column()) }
}

interface Vector {
  getItem(row: number): unknown
}

/** Dates and timestamps are objects around a count of days or microseconds. */
function plainValue(value: object): unknown {
  if ('days' in value) return value.days
  if ('micros' in value) return value.micros
  return String(value)
}

/** Streams a result into typed arrays of this process, a copy of each chunk; texts become an array of strings. */
export async function duckdbToArrays(sql: string, threads = 1): Promise<readonly (readonly ArrayLike<unknown>[])[]> {
  const result = await (await duckdb(threads)).stream(sql)
  const parts: ArrayLike<unknown>[][] = Array.from({ length: result.columnCount }, () => [])
  for (;;) {
    const chunk = await result.fetchChunk()
    if (chunk === null || chunk.rowCount === 0) return parts
    parts.forEach((part, at) => {
      const vector = chunk.getColumnVector(at) as Vector & { readonly items?: unknown }
      if (ArrayBuffer.isView(vector.items) && 'slice' in vector.items) part.push((vector.items as Int32Array).slice())
      else part.push(Array.from({ length: chunk.rowCount }, (_, row) => vector.getItem(row)))
    })
  }
}
