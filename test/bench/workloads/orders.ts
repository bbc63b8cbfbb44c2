// Sorting: all rows by one column, and the first few by two.

import { desc } from 'arquero'
import { load } from '../data/loaded.ts'
import { volley } from '../measure/engine.ts'
import { type WorkloadMaker, workload } from '../measure/workload.ts'
import { arqueroQuery } from '../peers/arquero.ts'
import { duckdbQuery } from '../peers/duckdb.ts'
import { pl, polarsQuery } from '../peers/polars.ts'

export const sort: WorkloadMaker = async ({ rows }) => {
  const table = await load('lineitem', rows)
  return workload({
    name: 'sort',
    title: 'sort float64',
    work: 'one column sorted, all of it materialised',
    size: rows,
    goals: [
      { against: 'duckdb', factor: 0.5 },
      { against: 'polars', factor: 0.5 },
    ],
    variants: [
      volley(table.volley, (df) => df.select('l_extendedprice').sort('l_extendedprice')),
      await duckdbQuery(`select l_extendedprice from ${table.duckdb} order by l_extendedprice`),
      polarsQuery(() => table.lazy().select(pl.col('l_extendedprice')).sort('l_extendedprice')),
    ],
  })
}

export const topK: WorkloadMaker = async ({ rows }) => {
  const table = await load('lineitem', rows)
  const columns = ['l_extendedprice', 'l_orderkey', 'l_partkey']
  return workload({
    name: 'top',
    title: 'the first 100 rows by two keys',
    work: 'price descending, then order key, of three columns',
    size: rows,
    variants: [
      volley(table.volley, (df) =>
        df
          .select(...columns)
          .sort('l_extendedprice desc', 'l_orderkey')
          .limit(100),
      ),
      await duckdbQuery(`select ${columns} from ${table.duckdb} order by l_extendedprice desc, l_orderkey limit 100`),
      polarsQuery(() =>
        table
          .lazy()
          .select(...columns.map((name) => pl.col(name)))
          .sort([pl.col('l_extendedprice'), pl.col('l_orderkey')], [true, false])
          .limit(100),
      ),
      arqueroQuery(
        table.volley,
        columns,
        (flat) => flat.orderby(desc('l_extendedprice'), 'l_orderkey').slice(0, 100),
        'Arquero, full sort',
      ),
    ],
  })
}
