// User-defined functions in JavaScript: the same function for every engine, called the way each is fastest.

import { DOUBLE, DuckDBScalarFunction, VARCHAR } from '@duckdb/node-api'
import { escape as arqueroEscape } from 'arquero'
import type { Series } from 'nodejs-polars'
import { col, float64, udf, utf8 } from '../../../functions/index.ts'
import { load, loadFirst } from '../data/loaded.ts'
import { cellsOfColumns } from '../measure/cells.ts'
import { volley } from '../measure/engine.ts'
import { variant, type WorkloadMaker, workload } from '../measure/workload.ts'
import { arqueroQuery } from '../peers/arquero.ts'
import { duckdb, duckdbQuery } from '../peers/duckdb.ts'
import { cellsOfPolars, pl } from '../peers/polars.ts'
import type { Lineitem } from './numbers.ts'

const threshold = 30_000
const rate = 1.07
const surcharge = (price: number): number => (price > threshold ? price * rate : 0)
const shorten = (text: string): string => (text.length > 20 ? `${text.slice(0, 5)}!` : text)

export const numericUdf: WorkloadMaker = async ({ rows }) => {
  const table = await load('lineitem', rows)
  const connection = await duckdb()
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: 'surcharge',
      returnType: DOUBLE,
      parameterTypes: [DOUBLE],
      // Whole vectors as typed arrays: several times as fast as an item at a time.
      mainFunction: (_info, chunk, output) => {
        const prices = (chunk.getColumnVector(0) as unknown as NumberVector).items
        const results = (output as unknown as NumberVector).items
        for (let i = 0; i < chunk.rowCount; i++) results[i] = surcharge(prices[i] as number)
        output.flush()
      },
    }),
  )
  const call = udf(surcharge, [float64], float64)
  const prices = table.polars.getColumn('l_extendedprice') as Series
  return workload({
    name: 'udf-number',
    title: 'numeric UDF with captured constants',
    work: '`price > threshold ? price * rate : 0` called per row; one float64 column, all of it materialised',
    size: rows,
    goals: [{ against: 'duckdb', factor: 8 }],
    variants: [
      volley(table.volley, (df) => df.select(call(col('l_extendedprice')))),
      await duckdbQuery(`select surcharge(l_extendedprice) from ${table.duckdb}`, 'DuckDB, UDF over typed arrays'),
      variant(
        'polars',
        'Polars, toTypedArray + loop + Series',
        () => pl.Series('x', (prices.toTypedArray() as Float64Array).map(surcharge)),
        (series) => cellsOfPolars(pl.DataFrame([series])),
      ),
      arqueroQuery(table.volley, ['l_extendedprice'], (flat) =>
        flat.derive({ x: arqueroEscape((d: Lineitem) => surcharge(d.l_extendedprice)) }).select('x'),
      ),
    ],
  })
}

export const numericUdfByItem: WorkloadMaker = async ({ fewRows, rows }) => {
  const table = await loadFirst('lineitem', fewRows, rows)
  const prices = table.polars.getColumn('l_extendedprice') as Series
  const call = udf(surcharge, [float64], float64)
  return workload({
    name: 'udf-number-polars',
    title: "numeric UDF against Polars' `mapElements`",
    work: 'the same, with the call Polars offers for it',
    size: table.rows,
    variants: [
      volley(table.volley, (df) => df.select(call(col('l_extendedprice')))),
      variant(
        'polars',
        'Polars, mapElements',
        () => prices.mapElements(surcharge) as Series,
        (series) => cellsOfPolars(pl.DataFrame([series])),
      ),
    ],
  })
}

export const textUdf: WorkloadMaker = async ({ fewRows, rows }) => {
  const table = await loadFirst('lineitem', fewRows, rows)
  const connection = await duckdb()
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: 'shorten',
      returnType: VARCHAR,
      parameterTypes: [VARCHAR],
      mainFunction: (_info, chunk, output) => {
        const texts = chunk.getColumnVector(0) as unknown as TextVector
        const results = output as unknown as TextVector
        for (let i = 0; i < chunk.rowCount; i++) results.setItem(i, shorten(texts.getItem(i)))
        output.flush()
      },
    }),
  )
  const call = udf(shorten, [utf8], utf8)
  const comments = table.polars.getColumn('l_comment') as Series
  return workload({
    name: 'udf-text',
    title: 'string UDF',
    work: '`text.length > 20 ? text.slice(0, 5) + "!" : text` called per row; one utf8 column, all of it materialised',
    size: table.rows,
    goals: [
      { against: 'duckdb', factor: 15 },
      { against: 'polars', factor: 10 },
    ],
    variants: [
      volley(table.volley, (df) => df.select(call(col('l_comment')))),
      await duckdbQuery(`select shorten(l_comment) from ${table.duckdb}`, 'DuckDB, UDF by item'),
      variant(
        'polars',
        'Polars, mapElements',
        () => comments.mapElements(shorten) as Series,
        (series) => cellsOfPolars(pl.DataFrame([series])),
      ),
      variant(
        'polars',
        'Polars, toArray + map + Series',
        () => pl.Series('x', (comments.toArray() as string[]).map(shorten)),
        (series) => cellsOfPolars(pl.DataFrame([series])),
      ),
      arqueroQuery(table.volley, ['l_comment'], (flat) =>
        flat.derive({ x: arqueroEscape((d: Lineitem) => shorten(d.l_comment)) }).select('x'),
      ),
    ],
  })
}

/** What the engine adds to a function's call: nothing but the loop, if it is as good as one written by hand. */
export const udfLoop: WorkloadMaker = async ({ rows }) => {
  const table = await load('lineitem', rows)
  const net = (price: number, discount: number, tax: number): number =>
    price > threshold ? price * (1 - discount) * rate : price * (1 + tax)
  const call = udf(net, [float64, float64, float64], float64)
  const names = ['l_extendedprice', 'l_discount', 'l_tax'] as const
  const positions = names.map((name) => table.volley.schema.findIndex((field) => field.name === name))
  const arrays = table.volley.batches.map(({ data }) =>
    positions.map((at) => data.children[at]?.values as Float64Array),
  ) as unknown as readonly [Float64Array, Float64Array, Float64Array][]
  const byHand = (): readonly Float64Array[] =>
    arrays.map(([prices, discounts, taxes]) => {
      const results = new Float64Array(prices.length)
      for (let i = 0; i < results.length; i++) {
        results[i] = net(prices[i] as number, discounts[i] as number, taxes[i] as number)
      }
      return results
    })
  return workload({
    name: 'udf-loop',
    title: 'UDF in a generated loop',
    work: 'three arguments; one float64 column, all of it materialised, by the engine and by a loop written by hand',
    size: rows,
    goals: [{ against: 'hand', factor: 0.87 }],
    variants: [
      volley(table.volley, (df) => df.select(call(col(names[0]), col(names[1]), col(names[2])))),
      variant('hand', 'hand-written loop', byHand, (parts) =>
        cellsOfColumns([parts.flatMap((part) => Array.from(part))]),
      ),
    ],
  })
}

interface NumberVector {
  readonly items: Float64Array
}

interface TextVector {
  getItem(row: number): string
  setItem(row: number, value: string): void
}
