// Arithmetic over columns of numbers: projections, filters with an aggregate, conditions, nulls.

import { op } from 'arquero'
import type { Expr } from 'nodejs-polars'
import { load } from '../data/loaded.ts'
import { cellsOfQuery, EngineQuery, volley } from '../measure/engine.ts'
import { variant, type WorkloadMaker, workload } from '../measure/workload.ts'
import { arqueroQuery } from '../peers/arquero.ts'
import { duckdbQuery } from '../peers/duckdb.ts'
import { pl, polarsQuery } from '../peers/polars.ts'

const one = (): Expr => pl.lit(1)
const day = (text: string): Expr => pl.lit(new Date(text)).cast(pl.Date)

export const projection: WorkloadMaker = async ({ rows }) => {
  const table = await load('lineitem', rows)
  const columns = ['l_extendedprice', 'l_discount', 'l_tax']
  const sql = 'l_extendedprice * (1 - l_discount) * (1 + l_tax)'
  const ours = new EngineQuery(table.volley, (df) => df.select(sql))
  const [price, discount, tax] = [pl.col('l_extendedprice'), pl.col('l_discount'), pl.col('l_tax')]
  return workload({
    name: 'projection',
    title: 'projection `a * (1 - b) * (1 + c)`',
    work: 'one float64 column, all of it materialised',
    size: rows,
    goals: [{ against: 'polars', factor: 1.3 }],
    variants: [
      variant('volley', 'Volley', () => ours.run(), cellsOfQuery),
      await duckdbQuery(`select ${sql} from ${table.duckdb}`),
      polarsQuery(() => table.lazy().select(price.mul(one().minus(discount)).mul(one().plus(tax)))),
      arqueroQuery(table.volley, columns, (flat) =>
        flat.derive({ net: (d: Lineitem) => d.l_extendedprice * (1 - d.l_discount) * (1 + d.l_tax) }).select('net'),
      ),
      variant('volley', 'Volley, compiled anew', () => ours.forget().run(), cellsOfQuery, { aside: true }),
      variant(
        'volley',
        'Volley, each batch handed on',
        () => void ours.stream(() => {}),
        () => undefined,
        { aside: true },
      ),
    ],
  })
}

export const tpchQ6: WorkloadMaker = async ({ rows }) => {
  const table = await load('lineitem', rows)
  const where = `l_shipdate >= date '1994-01-01' and l_shipdate < date '1995-01-01'
    and l_discount between 0.05 and 0.07 and l_quantity < 24`
  const [shipped, discount, quantity] = [pl.col('l_shipdate'), pl.col('l_discount'), pl.col('l_quantity')]
  return workload({
    name: 'q6',
    title: 'TPC-H Q6',
    work: 'filter by three columns, one sum',
    size: rows,
    goals: [
      { against: 'duckdb', factor: 2.5 },
      { against: 'polars', factor: 1.8 },
    ],
    variants: [
      volley(table.volley, (df) => df.filter(where).aggregate([], ['sum(l_extendedprice * l_discount) as revenue'])),
      await duckdbQuery(`select sum(l_extendedprice * l_discount) from ${table.duckdb} where ${where}`),
      polarsQuery(() =>
        table
          .lazy()
          .filter(
            shipped
              .gtEq(day('1994-01-01'))
              .and(shipped.lt(day('1995-01-01')))
              .and(discount.gtEq(0.05))
              .and(discount.ltEq(0.07))
              .and(quantity.lt(24)),
          )
          .select(pl.col('l_extendedprice').mul(discount).sum()),
      ),
      arqueroQuery(table.volley, ['l_shipdate', 'l_discount', 'l_quantity', 'l_extendedprice'], (flat) =>
        flat
          .filter(
            (d: Lineitem) =>
              d.l_shipdate >= 8766 &&
              d.l_shipdate < 9131 &&
              d.l_discount >= 0.05 &&
              d.l_discount <= 0.07 &&
              d.l_quantity < 24,
          )
          .rollup({ revenue: (d: Lineitem) => op.sum((d.l_extendedprice * d.l_discount) as never) }),
      ),
    ],
  })
}

export const caseAndCast: WorkloadMaker = async ({ rows }) => {
  const table = await load('lineitem', rows)
  const sql = (cut: string) =>
    `case when l_quantity > 30 then cast(${cut} as int) when l_discount > 0.05 then l_partkey else cast(0 as int) end`
  return workload({
    name: 'case',
    title: 'CASE and cast to int32',
    work: 'one int32 column, all of it materialised; float64 is cut towards zero (DuckDB, which rounds, by trunc)',
    size: rows,
    variants: [
      volley(table.volley, (df) => df.select(sql('l_extendedprice'))),
      await duckdbQuery(`select ${sql('trunc(l_extendedprice)')} from ${table.duckdb}`),
      polarsQuery(() =>
        table
          .lazy()
          .select(
            pl
              .when(pl.col('l_quantity').gt(30))
              .then(pl.col('l_extendedprice').cast(pl.Int32))
              .when(pl.col('l_discount').gt(0.05))
              .then(pl.col('l_partkey'))
              .otherwise(pl.lit(0).cast(pl.Int32))
              .alias('code'),
          ),
      ),
      arqueroQuery(table.volley, ['l_quantity', 'l_extendedprice', 'l_discount', 'l_partkey'], (flat) =>
        flat
          .derive({
            code: (d: Lineitem) =>
              d.l_quantity > 30 ? op.trunc(d.l_extendedprice) : d.l_discount > 0.05 ? d.l_partkey : 0,
          })
          .select('code'),
      ),
    ],
  })
}

export const nulls: WorkloadMaker = async ({ rows }) => {
  const table = await load('lineitem', rows)
  const sql = 'coalesce(l_rebate, l_surcharge, 0.0) * l_discount + l_surcharge'
  return workload({
    name: 'nulls',
    title: 'nulls `coalesce(x, y, 0) * b + y`',
    work: 'x is null in 40 % of the rows, y in 30 %; one float64 column with nulls, all of it materialised',
    size: rows,
    variants: [
      volley(table.volley, (df) => df.select(sql)),
      await duckdbQuery(`select ${sql} from ${table.duckdb}`),
      polarsQuery(() =>
        table
          .lazy()
          .select(
            pl
              .col('l_rebate')
              .fillNull(pl.col('l_surcharge'))
              .fillNull(pl.lit(0))
              .mul(pl.col('l_discount'))
              .plus(pl.col('l_surcharge')),
          ),
      ),
    ],
  })
}

export const int64: WorkloadMaker = async ({ rows }) => {
  const table = await load('lineitem', rows)
  const sql = 'l_orderkey * 3 + l_partkey'
  return workload({
    name: 'int64',
    title: 'int64 `a * 3 + b`',
    work: 'one int64 column, all of it materialised',
    size: rows,
    variants: [
      volley(table.volley, (df) => df.select(sql)),
      await duckdbQuery(`select ${sql} from ${table.duckdb}`),
      polarsQuery(() => table.lazy().select(pl.col('l_orderkey').mul(pl.lit(3)).plus(pl.col('l_partkey')))),
    ],
  })
}

export interface Lineitem {
  readonly l_partkey: number
  readonly l_quantity: number
  readonly l_extendedprice: number
  readonly l_discount: number
  readonly l_tax: number
  readonly l_shipdate: number
  readonly l_returnflag: string
  readonly l_linestatus: string
  readonly l_comment: string
}
