// Polars as a yardstick: one thread, data frames in its own memory. It counts its threads when it is loaded, so the
// environment variable must be set before; that is why nothing else of the benchmark imports it.

import { tableFromIPC } from 'apache-arrow'
import type { DataFrame, LazyDataFrame } from 'nodejs-polars'
import { parquetFile, type TableName } from '../data/files.ts'
import { type Cells, cellsOfArrow } from '../measure/cells.ts'
import { type Variant, variant } from '../measure/workload.ts'

process.env.POLARS_MAX_THREADS ??= '1'
export const { default: pl } = await import('nodejs-polars')

const frames = new Map<string, DataFrame>()

/** A table as a data frame of one chunk per column. */
export async function polarsTable(table: TableName, rows: number): Promise<DataFrame> {
  const key = `${table}-${rows}`
  let frame = frames.get(key)
  if (frame === undefined) {
    frame = pl.readParquet(await parquetFile(table, rows)).rechunk()
    frames.set(key, frame)
  }
  return frame
}

/** A lazy query, optimised by Polars, whose result stays in its memory. */
export const polarsQuery = (query: () => LazyDataFrame, label = 'Polars'): Variant =>
  variant('polars', label, () => query().collectSync() as DataFrame, cellsOfPolars)

export const cellsOfPolars = (frame: DataFrame): Cells => cellsOfArrow(tableFromIPC(frame.writeIPCStream()))
