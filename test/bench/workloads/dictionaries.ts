// A filter over a column of seven ship modes that every engine holds as a dictionary.

import * as arrow from 'apache-arrow'
import { load } from '../data/loaded.ts'
import { recordBatch } from '../data/tables.ts'
import { type MemoryTable, memoryTable, volley } from '../measure/engine.ts'
import { type WorkloadMaker, workload } from '../measure/workload.ts'
import { duckdb, duckdbQuery } from '../peers/duckdb.ts'
import { pl, polarsQuery } from '../peers/polars.ts'

const modes = ['REG AIR', 'AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB']

export const dictionaryFilter: WorkloadMaker = async ({ rows }) => {
  const table = await load('lineitem', rows)
  const connection = await duckdb()
  await connection.run(`create or replace type mode as enum (${modes.map((mode) => `'${mode}'`)})`)
  await connection.run(`create or replace table shipping as
    select l_shipmode::mode as l_shipmode, l_quantity from ${table.duckdb}`)
  const frame = table.polars.select('l_shipmode', 'l_quantity').withColumn(pl.col('l_shipmode').cast(pl.Categorical))
  const where = "l_shipmode = 'AIR' or l_shipmode = 'REG AIR'"
  return workload({
    name: 'dictionary',
    title: 'filter a dictionary column',
    work: 'two of seven values of a dictionary (DuckDB: enum, Polars: categorical), one sum',
    size: rows,
    variants: [
      volley(encoded(table.volley), (df) => df.filter(where).aggregate([], ['sum(l_quantity) as total'])),
      await duckdbQuery(`select sum(l_quantity) from shipping where ${where}`),
      polarsQuery(() =>
        frame
          .lazy()
          .filter(
            pl
              .col('l_shipmode')
              .eq(pl.lit('AIR'))
              .or(pl.col('l_shipmode').eq(pl.lit('REG AIR'))),
          )
          .select(pl.col('l_quantity').sum()),
      ),
    ],
  })
}

/** Ship mode as dictionary<int32, utf8>, and quantity. */
function encoded({ schema, batches }: MemoryTable): MemoryTable {
  const [modeAt, quantityAt] = ['l_shipmode', 'l_quantity'].map((name) =>
    schema.findIndex((field) => field.name === name),
  ) as [number, number]
  const dictionary = arrow.vectorFromArray(modes, new arrow.Utf8())
  const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32(), 1)
  const encodedSchema = new arrow.Schema([
    new arrow.Field('l_shipmode', type, false),
    new arrow.Field('l_quantity', new arrow.Float64(), false),
  ])
  return memoryTable(
    batches.map((batch) => {
      const length = batch.numRows
      const texts = batch.getChildAt(modeAt)
      const data = Int32Array.from({ length }, (_, row) => modes.indexOf(String(texts?.get(row))))
      const codes = arrow.makeData({ type, length, nullCount: 0, data, dictionary })
      return recordBatch(encodedSchema, length, [codes, batch.data.children[quantityAt] as arrow.Data])
    }),
  )
}
