// Reading files into Arrow record batches of this process, and writing them.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as arrow from 'apache-arrow'
import { SessionContext } from '../../../runtime/context/session.ts'
import { openSource, readPartition } from '../../../runtime/source/formats.ts'
import type { SourceSpec } from '../../../runtime/source/source.ts'
import { csvFile, flightsFile } from '../data/files.ts'
import { cellsOfArrow } from '../measure/cells.ts'
import { type Variant, variant, type Workload, type WorkloadMaker, workload } from '../measure/workload.ts'
import { duckdb, duckdbQuery, duckdbToArrays } from '../peers/duckdb.ts'
import { cellsOfPolars, pl } from '../peers/polars.ts'

const flightRows = 3_000_000

export const parquetAll: WorkloadMaker = ({ quick }) =>
  parquet('parquet', 'Parquet, all 5 columns', ['date', 'delay', 'distance', 'origin', 'destination'], quick)

export const parquetTwo: WorkloadMaker = ({ quick }) =>
  parquet('parquet-two', 'Parquet, 2 of 5 columns', ['delay', 'origin'], quick)

async function parquet(name: string, title: string, columns: readonly string[], quick: boolean): Promise<Workload> {
  const spec: SourceSpec = { kind: 'parquet', paths: [flightsFile] }
  const sql = `select ${columns} from '${flightsFile}'`
  const options = { columns: [...columns] }
  const variants = [
    variant('volley', 'Volley → Arrow', () => readBatches(spec, columns, 'decode'), cellsOfBatches),
    variant(
      'polars',
      'Polars → IPC → Arrow',
      () => arrow.tableFromIPC(pl.readParquet(flightsFile, options).writeIPCStream()),
      cellsOfArrow,
    ),
    variant('volley', 'Volley → Arrow, dictionaries kept', () => readBatches(spec, columns, 'keep'), cellsOfBatches, {
      aside: true,
    }),
    variant('polars', 'Polars, in its own memory', () => pl.readParquet(flightsFile, options), cellsOfPolars, {
      aside: true,
    }),
    // A million strings a second: too slow for a quick run, and for comparing its cells.
    ...(quick ? [] : [aside(await duckdbQuery(sql, 'DuckDB, in its own memory'), false), toArrays(sql)]),
  ]
  return workload({
    name,
    title,
    work: '3 million flights, every batch kept; DuckDB has no way to Arrow here and is an aside',
    unit: 'ms',
    size: flightRows,
    variants,
  })
}

export const csv: WorkloadMaker = async ({ quick, rows }) => {
  const csvRows = quick ? rows : 1_000_000
  const path = await csvFile('lineitem', csvRows)
  const spec: SourceSpec = { kind: 'csv', paths: [path] }
  const sql = `select * from read_csv('${path}', nullstr = '')`
  const read = () => pl.readCSV(path, { tryParseDates: true })
  return workload({
    name: 'csv',
    title: 'CSV',
    work: '13 columns, types inferred (dates as well), every batch kept; DuckDB has no way to Arrow here and is an aside',
    size: csvRows,
    goals: [{ against: 'polars', factor: 1.5 }],
    variants: [
      variant('volley', 'Volley → Arrow', () => readBatches(spec, undefined, 'decode'), cellsOfBatches),
      variant('polars', 'Polars → IPC → Arrow', () => arrow.tableFromIPC(read().writeIPCStream()), cellsOfArrow),
      variant('polars', 'Polars, in its own memory', read, cellsOfPolars, { aside: true }),
      ...(quick ? [] : [aside(await duckdbQuery(sql, 'DuckDB, in its own memory')), toArrays(sql)]),
    ],
  })
}

/** From one Parquet file to another. What was written is read for the comparison. */
export const parquetWrite: WorkloadMaker = async () => {
  const session = new SessionContext({ workers: 1 })
  const directory = await mkdtemp(join(tmpdir(), 'volley-bench-'))
  const connection = await duckdb()
  const written = (name: string): string => join(directory, `${name}.parquet`)
  const cells = async (name: string) => cellsOfArrow(await session.readParquet(written(name)).collect())
  return workload({
    name: 'parquet-write',
    title: 'Parquet written, all 5 columns',
    work: '3 million flights from Parquet to one Parquet file, snappy; Volley flushes it to the disk, the peers do not',
    unit: 'ms',
    size: flightRows,
    variants: [
      variant(
        'volley',
        'Volley, 1 worker',
        () => session.readParquet(flightsFile).writeParquet(written('volley'), { overwrite: true }),
        () => cells('volley'),
      ),
      variant(
        'duckdb',
        'DuckDB',
        () => connection.run(`copy (from '${flightsFile}') to '${written('duckdb')}' (format parquet)`),
        () => cells('duckdb'),
      ),
      variant(
        'polars',
        'Polars',
        () => pl.readParquet(flightsFile).writeParquet(written('polars'), { compression: 'snappy' }),
        () => cells('polars'),
      ),
    ],
    close: async () => {
      await session.close()
      await rm(directory, { recursive: true })
    },
  })
}

async function readBatches(
  spec: SourceSpec,
  columns: readonly string[] | undefined,
  dictionaries: 'keep' | 'decode',
): Promise<readonly arrow.RecordBatch[]> {
  const source = await openSource(spec)
  const [partition] = source.partitions(1)
  if (partition === undefined) throw new Error('A file of the benchmark has no partition')
  const batches: arrow.RecordBatch[] = []
  const options = { columns: columns ?? source.schema.map(({ name }) => name), dictionaries }
  for await (const batch of readPartition(spec, partition, options)) batches.push(batch)
  return batches
}

const cellsOfBatches = (batches: readonly arrow.RecordBatch[]) => cellsOfArrow(new arrow.Table([...batches]))

const aside = (from: Variant, compared = true): Variant =>
  compared ? { ...from, aside: true } : { ...from, aside: true, cells: () => undefined }

const toArrays = (sql: string): Variant =>
  variant(
    'duckdb',
    'DuckDB → JavaScript arrays',
    () => duckdbToArrays(sql),
    () => undefined,
    { aside: true },
  )
