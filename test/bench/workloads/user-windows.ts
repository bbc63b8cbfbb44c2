// Users' window functions and aggregates. Neither DuckDB nor Polars calls JavaScript for these, so their figures are the
// way round: they sort or hand over columns, and the same class runs over typed arrays in a loop written for the purpose.

import type { Series } from 'nodejs-polars'
import { col, field, float64, udaf, udwf } from '../../../functions/index.ts'
import { load } from '../data/loaded.ts'
import { cellsOfColumns } from '../measure/cells.ts'
import { volley } from '../measure/engine.ts'
import { variant, type WorkloadMaker, workload } from '../measure/workload.ts'
import { duckdbToArrays } from '../peers/duckdb.ts'
import { cellsOfPolars, pl } from '../peers/polars.ts'
import { windowRows } from './windows.ts'

class Smooth {
  evaluateAll([values]: readonly [ArrayLike<number | null>]): readonly number[] {
    const levels = new Array<number>(values.length)
    let level = values[0] ?? 0
    for (let i = 0; i < levels.length; i++) levels[i] = level = 0.9 * level + 0.1 * (values[i] as number)
    return levels
  }
}

export const userWindow: WorkloadMaker = async ({ rows }) => {
  const table = await load('lineitem', windowRows(rows))
  const smooth = udwf(Smooth, [float64], float64, { name: 'smooth' })
  const over = { partitionBy: [col('l_shipdate')], orderBy: [col('l_extendedprice')] }
  return workload({
    name: 'window-user',
    title: "window: a user's function",
    work: 'exponential smoothing by `evaluateAll` over 2,526 partitions in order; the key and one number per row',
    size: table.rows,
    order: 'any',
    goals: [
      { against: 'duckdb', factor: 1 },
      { against: 'polars', factor: 1 },
    ],
    variants: [
      volley(table.volley, (df) => df.select('l_extendedprice', smooth(col('l_extendedprice')).over(over))),
      variant(
        'duckdb',
        'DuckDB, sorted there + loop here',
        async () => {
          const [days, prices] = await duckdbColumns(
            `select l_shipdate, l_extendedprice from ${table.duckdb} order by l_shipdate, l_extendedprice`,
          )
          return [prices, smoothed(days, prices)]
        },
        cellsOfColumns,
      ),
      variant(
        'polars',
        'Polars, sorted there + loop here + Series',
        () => {
          const sorted = table
            .lazy()
            .select(...dayAndPrice)
            .sort(['l_shipdate', 'l_extendedprice'])
            .collectSync()
          const [days, prices] = typedArrays(sorted.getColumns())
          return pl.DataFrame([sorted.getColumn('l_extendedprice'), pl.Series('w0', smoothed(days, prices))])
        },
        cellsOfPolars,
      ),
    ],
  })
}

class GeometricMean {
  logarithms = 0
  rows = 0
  add(price: number | null): void {
    this.logarithms += Math.log(price as number)
    this.rows++
  }
  merge(logarithms: readonly number[], rows: readonly number[]): void {
    for (const sum of logarithms) this.logarithms += sum
    for (const count of rows) this.rows += count
  }
  state(): readonly number[] {
    return [this.logarithms, this.rows]
  }
  evaluate(): number {
    return Math.exp(this.logarithms / this.rows)
  }
}

export const userAggregate: WorkloadMaker = async ({ rows }) => {
  const table = await load('lineitem', windowRows(rows))
  const state = [field('logarithms', float64), field('rows', float64)]
  const mean = udaf(GeometricMean, [float64], float64, state, { name: 'geometric_mean' })
  return workload({
    name: 'group-user',
    title: "group by: a user's aggregate",
    work: 'a geometric mean, row by row, of 2,526 groups; keys and means',
    size: table.rows,
    order: 'any',
    goals: [
      { against: 'duckdb', factor: 1 },
      { against: 'polars', factor: 1 },
    ],
    variants: [
      volley(table.volley, (df) => df.aggregate(['l_shipdate'], [mean(col('l_extendedprice'))])),
      variant(
        'duckdb',
        'DuckDB, columns from there + loop here',
        async () => means(...(await duckdbColumns(`select l_shipdate, l_extendedprice from ${table.duckdb}`))),
        cellsOfColumns,
      ),
      variant(
        'polars',
        'Polars, columns from there + loop here',
        () => means(...typedArrays(table.polars.select(...dayAndPrice).getColumns())),
        cellsOfColumns,
      ),
    ],
  })
}

const dayAndPrice = [pl.col('l_shipdate').cast(pl.Int32), pl.col('l_extendedprice')]

/** A column of days and one of prices. */
type DaysAndPrices = readonly [days: Int32Array, prices: Float64Array]

const typedArrays = (columns: readonly Series[]): DaysAndPrices =>
  columns.map((column) => column.toTypedArray()) as unknown as DaysAndPrices

async function duckdbColumns(sql: string): Promise<DaysAndPrices> {
  const [days, prices] = (await duckdbToArrays(sql)) as readonly [readonly Int32Array[], readonly Float64Array[]]
  return [joined(days, Int32Array), joined(prices, Float64Array)]
}

function joined<Numbers extends Int32Array | Float64Array>(
  parts: readonly Numbers[],
  Type: new (length: number) => Numbers,
): Numbers {
  const all = new Type(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** The levels of rows in order of days. */
function smoothed(days: Int32Array, prices: Float64Array): Float64Array {
  const levels = new Float64Array(prices.length)
  for (let start = 0, end = 0; start < days.length; start = end) {
    while (end < days.length && days[end] === days[start]) end++
    levels.set(new Smooth().evaluateAll([prices.subarray(start, end)]), start)
  }
  return levels
}

function means(days: Int32Array, prices: Float64Array): readonly (readonly number[])[] {
  const groups = new Map<number, GeometricMean>()
  for (let i = 0; i < days.length; i++) {
    const day = days[i] as number
    let group = groups.get(day)
    if (group === undefined) {
      group = new GeometricMean()
      groups.set(day, group)
    }
    group.add(prices[i] as number)
  }
  return [[...groups.keys()], Array.from(groups.values(), (group) => group.evaluate())]
}
