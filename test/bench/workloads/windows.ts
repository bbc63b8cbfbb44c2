// Windows: every row gets a number, a sum or another row's value from the rows around it. Lines are parted by their day
// of shipment, about 400 to a day, and ordered by price; two lines of a day may cost the same, so what depends on the
// order of such rows is ordered by the order's key as well.

import { op, rolling } from 'arquero'
import type { Expr, LazyDataFrame } from 'nodejs-polars'
import { type Loaded, load } from '../data/loaded.ts'
import { volley } from '../measure/engine.ts'
import { type Variant, type Workload, type WorkloadMaker, workload } from '../measure/workload.ts'
import { arqueroQuery } from '../peers/arquero.ts'
import { duckdbQuery } from '../peers/duckdb.ts'
import { pl, polarsQuery } from '../peers/polars.ts'
import type { Lineitem } from './numbers.ts'

/** The share of `lineitem` that windows are computed over: one of 6 million rows. */
export const windowRows = (rows: number): number => Math.ceil(rows / 6)

const price = pl.col('l_extendedprice')
const order = 'partition by l_shipdate order by l_extendedprice, l_orderkey'

/** Polars' windows follow the order of the frame: rows are sorted first, as its users do. */
const inOrder = (table: Loaded): LazyDataFrame =>
  table
    .lazy()
    .select(...['l_shipdate', 'l_extendedprice', 'l_orderkey', 'l_quantity'].map((name) => pl.col(name)))
    .sort(['l_extendedprice', 'l_orderkey'])

interface WindowWork {
  readonly name: string
  readonly title: string
  readonly work: string
  /** The windows in SQL; results are the two columns that order the rows, and these. */
  readonly windows: readonly string[]
  readonly polars: readonly Expr[]
  readonly others?: (table: Loaded) => readonly Variant[]
}

/** A workload over rows in order: our SQL and DuckDB's is the same. */
const ordered =
  ({ name, title, work, windows, polars, others }: WindowWork): WorkloadMaker =>
  async ({ rows }): Promise<Workload> => {
    const table = await load('lineitem', windowRows(rows))
    const keys = ['l_orderkey', 'l_extendedprice']
    return workload({
      name,
      title,
      work,
      size: table.rows,
      // Engines give rows as they came or as the window orders them.
      order: 'any',
      goals: [{ against: 'duckdb', factor: 1 }],
      variants: [
        volley(table.volley, (df) => df.select(...keys, ...windows.map((sql, i) => `${sql} as w${i}`))),
        await duckdbQuery(`select ${[...keys, ...windows]} from ${table.duckdb}`),
        polarsQuery(() =>
          inOrder(table).select(
            ...keys.map((key) => pl.col(key)),
            ...polars.map((window, i) => window.over('l_shipdate').alias(`w${i}`)),
          ),
        ),
        ...(others?.(table) ?? []),
      ],
    })
  }

const arqueroColumns = ['l_orderkey', 'l_extendedprice', 'l_shipdate']

export const rowNumbers = ordered({
  name: 'window-row-number',
  title: 'window: `row_number`',
  work: 'over 2,526 partitions, ordered by price and order key; the keys and one number per row',
  windows: [`row_number() over (${order})`],
  polars: [price.cumCount()],
  others: (table) => [
    arqueroQuery(table.volley, arqueroColumns, (flat) =>
      flat
        .groupby('l_shipdate')
        .orderby('l_extendedprice', 'l_orderkey')
        .derive({ w0: () => op.row_number() })
        .ungroup()
        .select('l_orderkey', 'l_extendedprice', 'w0'),
    ),
  ],
})

/** Polars ranks by itself, in the order of the rows. */
export const ranks: WorkloadMaker = async ({ rows }) => {
  const table = await load('lineitem', windowRows(rows))
  return workload({
    name: 'window-rank',
    title: 'window: `rank`',
    work: 'over 2,526 partitions, ordered by price; the keys and one number per row',
    size: table.rows,
    order: 'any',
    goals: [{ against: 'duckdb', factor: 1 }],
    variants: [
      volley(table.volley, (df) =>
        df.select(
          'l_orderkey',
          'l_extendedprice',
          'rank() over (partition by l_shipdate order by l_extendedprice) as place',
        ),
      ),
      await duckdbQuery(
        `select l_orderkey, l_extendedprice, rank() over (partition by l_shipdate order by l_extendedprice)
         from ${table.duckdb}`,
      ),
      polarsQuery(() =>
        table.lazy().select(pl.col('l_orderkey'), price, price.rank('min').over('l_shipdate').alias('place')),
      ),
    ],
  })
}

export const runningSum = ordered({
  name: 'window-running-sum',
  title: 'window: running `sum`',
  work: 'from the first row of the day to this one; the keys and one sum per row',
  windows: [`sum(l_extendedprice) over (${order} rows unbounded preceding)`],
  polars: [price.cumSum()],
  others: (table) => [
    arqueroQuery(table.volley, arqueroColumns, (flat) =>
      flat
        .groupby('l_shipdate')
        .orderby('l_extendedprice', 'l_orderkey')
        .derive({ w0: rolling((d: Lineitem) => op.sum(d.l_extendedprice as never)) })
        .ungroup()
        .select('l_orderkey', 'l_extendedprice', 'w0'),
    ),
  ],
})

const tenRows = { windowSize: 10, minPeriods: 1 }

export const movingSum = ordered({
  name: 'window-moving-sum',
  title: 'window: `sum` and `avg` of 10 rows',
  work: 'the nine rows before and this one; the keys, a sum and a mean per row',
  windows: ['sum', 'avg'].map(
    (name) => `${name}(l_extendedprice) over (${order} rows between 9 preceding and current row)`,
  ),
  polars: [price.rollingSum(tenRows), price.rollingMean(tenRows)],
})

export const movingMax = ordered({
  name: 'window-moving-max',
  title: 'window: `max` of 100 rows',
  work: 'of the quantities, which are in no order; the keys and one number per row',
  windows: [`max(l_quantity) over (${order} rows between 99 preceding and current row)`],
  polars: [pl.col('l_quantity').rollingMax({ windowSize: 100, minPeriods: 1 })],
})

export const neighbours = ordered({
  name: 'window-lag',
  title: 'window: `lag` and `lead`',
  work: 'the prices before and after; the keys and two numbers per row',
  windows: [`lag(l_extendedprice) over (${order})`, `lead(l_extendedprice) over (${order})`],
  polars: [price.shift(1), price.shift(-1)],
})

export const shareOfTotal: WorkloadMaker = async ({ rows }) => {
  const table = await load('lineitem', windowRows(rows))
  return workload({
    name: 'window-share',
    title: 'window: share of the total',
    work: '`x / sum(x) over ()`: one number per row',
    size: table.rows,
    goals: [{ against: 'duckdb', factor: 1 }],
    variants: [
      volley(table.volley, (df) => df.select('l_extendedprice / sum(l_extendedprice) over () as share')),
      await duckdbQuery(`select l_extendedprice / sum(l_extendedprice) over () from ${table.duckdb}`),
      polarsQuery(() => table.lazy().select(price.div(price.sum()))),
      arqueroQuery(table.volley, ['l_extendedprice'], (flat) =>
        flat.derive({ share: (d: Lineitem) => d.l_extendedprice / op.sum(d.l_extendedprice as never) }).select('share'),
      ),
    ],
  })
}
