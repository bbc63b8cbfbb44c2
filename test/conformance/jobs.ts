// Conformance cases as jobs in this process: the whole way from text to result, over any number of partitions.

import { type Table, tableFromIPC } from 'apache-arrow'
import { fromRecordBatch } from '../../functions/column/arrow.ts'
import { valueAt } from '../../functions/column/column.ts'
import { sliceBatch } from '../../functions/column/slice.ts'
import { fromArrowSchema } from '../../functions/types/arrow.ts'
import type { Value } from '../../functions/types/value.ts'
import { BatchEncoder } from '../../runtime/data/batch-encoder.ts'
import { type ConformanceCase, inputOf } from './cases.ts'

/** The input of a case as a table of one record batch per partition. */
export function tableOf(test: ConformanceCase, partitions: number): Table {
  const { schema, batch } = inputOf(test)
  const encoder = new BatchEncoder(schema)
  const size = Math.ceil(batch.length / partitions)
  const parts = Array.from({ length: partitions }, (_, i) =>
    sliceBatch(batch, Math.min(i * size, batch.length), Math.min((i + 1) * size, batch.length)),
  )
  const chunks = [...encoder.start(), ...parts.flatMap((part) => encoder.batch(part)), ...encoder.end()]
  return tableFromIPC(Buffer.concat(chunks))
}

/** The rows of a result. */
export function rowsOf(table: Table): readonly (readonly Value[])[] {
  const schema = fromArrowSchema(table.schema)
  return table.batches.flatMap((batch) => {
    const { columns, length } = fromRecordBatch(batch, schema)
    return Array.from({ length }, (_, row) => columns.map((column) => valueAt(column, row)))
  })
}
