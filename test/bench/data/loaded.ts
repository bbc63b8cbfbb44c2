// The generated tables in all engines at once, so that a workload asks for them in one line.

import type { DataFrame, LazyDataFrame } from 'nodejs-polars'
import { firstBatches, type MemoryTable, memoryTable } from '../measure/engine.ts'
import { duckdbTable } from '../peers/duckdb.ts'
import { polarsTable } from '../peers/polars.ts'
import { loadBatches, type TableName } from './files.ts'

/** One table everywhere. */
export interface Loaded {
  readonly rows: number
  readonly volley: MemoryTable
  /** The name of DuckDB's table. */
  readonly duckdb: string
  readonly polars: DataFrame
  lazy(): LazyDataFrame
}

const tables = new Map<string, Promise<MemoryTable>>()

/** A generated table with so many rows in every engine's memory; loaded once. */
export async function load(table: TableName, rows: number): Promise<Loaded> {
  const volley = await inMemory(table, rows)
  const polars = await polarsTable(table, rows)
  return {
    rows,
    volley,
    duckdb: await duckdbTable(table, rows),
    polars,
    lazy: () => polars.lazy(),
  }
}

/** The first rows of a table that is loaded, in whole batches. */
export async function loadFirst(table: TableName, rows: number, of: number): Promise<Loaded> {
  const whole = await load(table, of)
  const volley = firstBatches(whole.volley, rows)
  const polars = whole.polars.head(volley.rows).rechunk()
  return {
    rows: volley.rows,
    volley,
    duckdb: `(from ${whole.duckdb} limit ${volley.rows})`,
    polars,
    lazy: () => polars.lazy(),
  }
}

function inMemory(table: TableName, rows: number): Promise<MemoryTable> {
  const key = `${table}-${rows}`
  let loading = tables.get(key)
  if (loading === undefined) {
    loading = loadBatches(table, rows).then(memoryTable)
    tables.set(key, loading)
  }
  return loading
}
