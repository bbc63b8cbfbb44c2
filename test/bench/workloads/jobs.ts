// Whole jobs through worker processes, from the DataFrame to the result in this process. Workers are warm.

import { col, float64, udf } from '../../../functions/index.ts'
import { SessionContext } from '../../../runtime/context/session.ts'
import { arrowFile, flightsFile } from '../data/files.ts'
import { load } from '../data/loaded.ts'
import { cellsOfArrow, cellsOfColumns } from '../measure/cells.ts'
import { variant, type Workload, type WorkloadMaker, workload } from '../measure/workload.ts'
import { duckdb, duckdbQuery } from '../peers/duckdb.ts'
import { pl, polarsQuery } from '../peers/polars.ts'
import { flightDelays } from '../peers/polars-flights.ts'
import { cellsOfIpc, PolarsProcess } from '../peers/polars-process.ts'

const flightsSql = `select origin, count(*) as n, avg(delay) as mean_delay, max(delay) as longest
  from '${flightsFile}' where distance > 500 group by origin`

export const flights: WorkloadMaker = () => flightsJob(1)
export const flightsOnTwo: WorkloadMaker = () => flightsJob(2)

/** The flights file by origin: read, filtered, aggregated and merged. */
async function flightsJob(threads: number): Promise<Workload> {
  const session = new SessionContext({ workers: threads })
  const polars = threads === 1 ? undefined : new PolarsProcess(threads)
  const job = session
    .readParquet(flightsFile)
    .filter('distance > 500')
    .aggregate(['origin'], ['count(*) as n', 'avg(delay) as mean_delay', 'max(delay) as longest'])
  const label = (name: string) => (threads === 1 ? name : `${name}, ${threads} threads`)
  return workload({
    name: threads === 1 ? 'flights' : 'flights-two',
    title: `flights job, ${threads === 1 ? '1 worker' : `${threads} workers`}`,
    work: 'Parquet file of 3 million rows to an aggregate by origin, as an Arrow table in the parent (the peers: in their memory)',
    unit: 'ms',
    size: 3_000_000,
    order: 'any',
    variants: [
      variant(
        'volley',
        threads === 1 ? 'Volley, 1 worker' : `Volley, ${threads} workers`,
        () => job.collect(),
        cellsOfArrow,
      ),
      await duckdbQuery(flightsSql, label('DuckDB'), threads),
      polars === undefined
        ? polarsQuery(() => flightDelays(pl))
        : variant('polars', label('Polars'), () => polars.flightDelays(), cellsOfIpc),
    ],
    close: async () => {
      await session.close()
      await polars?.close()
    },
  })
}

/** The cost of everything around the rows. */
export const tinyJob: WorkloadMaker = async () => {
  const session = new SessionContext({ workers: 1 })
  const values = Array.from({ length: 10 }, (_, i) => 40_000 + i)
  const job = session.fromColumns({ price: values }, { price: float64 }).select('price * 1.07 as gross')
  const connection = await duckdb()
  await connection.run('create or replace table ten as select 40000.0::double + range as price from range(10)')
  const frame = pl.DataFrame({ price: Float64Array.from(values) })
  return workload({
    name: 'tiny-job',
    title: 'job of 10 rows, warm',
    work: 'planned, sent to a worker, run, its rows read back; the peers without a process in between',
    unit: 'µs',
    size: 10,
    repeat: 100,
    warmRounds: 15,
    goals: [{ against: 'duckdb', factor: 6 }],
    variants: [
      variant('volley', 'Volley, 1 worker', () => job.collect(), cellsOfArrow),
      variant(
        'duckdb',
        'DuckDB, in-process',
        async () => (await connection.runAndReadAll('select price * 1.07 as gross from ten')).getColumns(),
        (columns) => cellsOfColumns(columns),
      ),
      variant(
        'polars',
        'Polars, in-process',
        () => frame.lazy().select(pl.col('price').mul(1.07)).collectSync().toRecords(),
        (rows) => cellsOfColumns([rows.map((row) => row.price)]),
      ),
    ],
    close: () => session.close(),
  })
}

/** A UDF over every row, all results streamed to the parent. */
export const streamedJob: WorkloadMaker = async ({ rows }) => {
  const table = await load('lineitem', rows)
  const session = new SessionContext({ workers: 1 })
  const rate = 1.07
  const call = udf((price: number) => (price > 30_000 ? price * rate : 0), [float64], float64, { name: 'surcharged' })
  const job = session.readArrow(await arrowFile('lineitem', rows)).select(call(col('l_extendedprice')).alias('x'))
  const connection = await duckdb()
  const { DuckDBScalarFunction, DOUBLE } = await import('@duckdb/node-api')
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: 'surcharged',
      returnType: DOUBLE,
      parameterTypes: [DOUBLE],
      mainFunction: (_info, chunk, output) => {
        const prices = (chunk.getColumnVector(0) as unknown as { items: Float64Array }).items
        const results = (output as unknown as { items: Float64Array }).items
        for (let i = 0; i < chunk.rowCount; i++) {
          const price = prices[i] as number
          results[i] = price > 30_000 ? price * rate : 0
        }
        output.flush()
      },
    }),
  )
  return workload({
    name: 'streamed-job',
    title: 'UDF job, every row streamed back',
    work: 'a numeric UDF over an Arrow file in a worker, batches arriving in the parent; DuckDB in-process from its own table, chunk by chunk',
    size: rows,
    variants: [
      variant(
        'volley',
        'Volley, 1 worker',
        async () => {
          let count = 0
          for await (const batch of job.stream()) count += batch.numRows
          return count
        },
        (count) => cellsOfColumns([[count]]),
      ),
      variant(
        'duckdb',
        'DuckDB, in-process',
        async () => {
          const result = await connection.stream(`select surcharged(l_extendedprice) from ${table.duckdb}`)
          let count = 0
          for await (const chunk of result) count += chunk.rowCount
          return count
        },
        (count) => cellsOfColumns([[count]]),
      ),
    ],
    close: () => session.close(),
  })
}
