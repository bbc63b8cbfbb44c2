// Aggregation by groups, and distinct values.

import { op } from 'arquero'
import type { Expr } from 'nodejs-polars'
import { load, loadFirst } from '../data/loaded.ts'
import { volley } from '../measure/engine.ts'
import { type WorkloadMaker, workload } from '../measure/workload.ts'
import { arqueroQuery } from '../peers/arquero.ts'
import { duckdbQuery } from '../peers/duckdb.ts'
import { pl, polarsQuery } from '../peers/polars.ts'
import type { Lineitem } from './numbers.ts'

/** The share of the rows that the distinct workloads take, as in the table of goals: 1.3 of 6 million. */
const distinctRows = (rows: number): number => Math.ceil(rows / 4.6)

export const tpchQ1: WorkloadMaker = async ({ rows }) => {
  const table = await load('lineitem', rows)
  const where = "l_shipdate <= date '1998-09-02'"
  const values = [
    'sum(l_quantity) as sum_qty',
    'sum(l_extendedprice) as sum_base_price',
    'sum(l_extendedprice * (1 - l_discount)) as sum_disc_price',
    'sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)) as sum_charge',
    'avg(l_quantity) as avg_qty',
    'avg(l_extendedprice) as avg_price',
    'avg(l_discount) as avg_disc',
    'count(*) as count_order',
  ]
  const [quantity, price, discount, tax] = ['l_quantity', 'l_extendedprice', 'l_discount', 'l_tax'].map((name) =>
    pl.col(name),
  ) as [Expr, Expr, Expr, Expr]
  const net = price.mul(pl.lit(1).minus(discount))
  return workload({
    name: 'q1',
    title: 'TPC-H Q1, utf8 keys',
    work: 'eight aggregates by two utf8 keys',
    size: rows,
    order: 'any',
    goals: [{ against: 'duckdb', factor: 2 }],
    variants: [
      volley(table.volley, (df) => df.filter(where).aggregate(['l_returnflag', 'l_linestatus'], values)),
      await duckdbQuery(
        `select l_returnflag, l_linestatus, ${values} from ${table.duckdb} where ${where} group by all`,
      ),
      polarsQuery(() =>
        table
          .lazy()
          .filter(pl.col('l_shipdate').ltEq(pl.lit(new Date('1998-09-02')).cast(pl.Date)))
          .groupBy(['l_returnflag', 'l_linestatus'])
          .agg(
            quantity.sum().alias('sum_qty'),
            price.sum().alias('sum_base_price'),
            net.sum().alias('sum_disc_price'),
            net.mul(pl.lit(1).plus(tax)).sum().alias('sum_charge'),
            quantity.mean().alias('avg_qty'),
            price.mean().alias('avg_price'),
            discount.mean().alias('avg_disc'),
            tax.count().alias('count_order'),
          ),
      ),
      arqueroQuery(
        table.volley,
        ['l_returnflag', 'l_linestatus', 'l_quantity', 'l_extendedprice', 'l_discount', 'l_tax', 'l_shipdate'],
        (flat) =>
          flat
            .filter((d: Lineitem) => d.l_shipdate <= 10471)
            .groupby('l_returnflag', 'l_linestatus')
            .rollup({
              sum_qty: (d: Lineitem) => op.sum(d.l_quantity as never),
              sum_base_price: (d: Lineitem) => op.sum(d.l_extendedprice as never),
              sum_disc_price: (d: Lineitem) => op.sum((d.l_extendedprice * (1 - d.l_discount)) as never),
              sum_charge: (d: Lineitem) => op.sum((d.l_extendedprice * (1 - d.l_discount) * (1 + d.l_tax)) as never),
              avg_qty: (d: Lineitem) => op.mean(d.l_quantity as never),
              avg_price: (d: Lineitem) => op.mean(d.l_extendedprice as never),
              avg_disc: (d: Lineitem) => op.mean(d.l_discount as never),
              count_order: () => op.count(),
            }),
      ),
    ],
  })
}

export const manyGroups: WorkloadMaker = async ({ rows }) => {
  const table = await load('lineitem', rows)
  return workload({
    name: 'group',
    title: 'group by 200,000 int32 keys',
    work: 'one sum per group; both columns of the groups materialised',
    size: rows,
    order: 'any',
    variants: [
      volley(table.volley, (df) => df.aggregate(['l_partkey'], ['sum(l_extendedprice) as total'])),
      await duckdbQuery(`select l_partkey, sum(l_extendedprice) from ${table.duckdb} group by all`),
      polarsQuery(() => table.lazy().groupBy(['l_partkey']).agg(pl.col('l_extendedprice').sum())),
      arqueroQuery(table.volley, ['l_partkey', 'l_extendedprice'], (flat) =>
        flat.groupby('l_partkey').rollup({ total: (d: Lineitem) => op.sum(d.l_extendedprice as never) }),
      ),
    ],
  })
}

export const distinct: WorkloadMaker = async ({ rows }) => {
  const table = await loadFirst('lineitem', distinctRows(rows), rows)
  return workload({
    name: 'distinct',
    title: 'distinct utf8',
    work: 'nearly every text is another; the distinct texts materialised',
    size: table.rows,
    order: 'any',
    goals: [
      { against: 'duckdb', factor: 0.5 },
      { against: 'polars', factor: 0.5 },
    ],
    variants: [
      volley(table.volley, (df) => df.select('l_comment').distinct()),
      await duckdbQuery(`select distinct l_comment from ${table.duckdb}`),
      polarsQuery(() => table.lazy().select(pl.col('l_comment')).unique()),
      arqueroQuery(table.volley, ['l_comment'], (flat) => flat.dedupe('l_comment')),
    ],
  })
}

export const countDistinct: WorkloadMaker = async ({ rows }) => {
  const table = await loadFirst('lineitem', distinctRows(rows), rows)
  return workload({
    name: 'count-distinct',
    title: '`count(distinct utf8)`',
    work: 'one number',
    size: table.rows,
    variants: [
      volley(table.volley, (df) => df.aggregate([], ['count(distinct l_comment) as n'])),
      await duckdbQuery(`select count(distinct l_comment) from ${table.duckdb}`),
      polarsQuery(() => table.lazy().select(pl.col('l_comment').nUnique())),
    ],
  })
}
