// What every reader does to the batches it has: picking columns, cutting to size, and reporting progress.
// Never copies values.

import { makeData, RecordBatch, Schema, Struct } from 'apache-arrow'
import { fromArrowSchema } from '../../functions/types/arrow.ts'
import { defaultBatchRows, selectFields, throwIfCancelled } from './partitions.ts'
import type { ReadOptions } from './source.ts'

/** The batch with only `columns`, in that order. (RecordBatch.select of apache-arrow misaligns columns.) */
export function selectColumns(batch: RecordBatch, columns: readonly string[] | undefined): RecordBatch {
  if (columns === undefined) return batch
  const all = batch.schema.fields
  const indices = columns.map((name) => all.findIndex((field) => field.name === name))
  if (indices.includes(-1)) selectFields(fromArrowSchema(batch.schema), columns)
  const fields = indices.flatMap((index) => all[index] ?? [])
  const children = indices.flatMap((index) => batch.data.children[index] ?? [])
  const data = makeData({ type: new Struct(fields), length: batch.numRows, nullCount: 0, children })
  return new RecordBatch(new Schema(fields, batch.schema.metadata), data)
}

/** Cuts a batch into ones of at most `options.batchRows` rows, looking for cancellation before each. */
export function* cutBatch(batch: RecordBatch, options: ReadOptions): Generator<RecordBatch, void, undefined> {
  const size = options.batchRows ?? defaultBatchRows
  if (batch.numRows <= size) {
    throwIfCancelled(options)
    if (batch.numRows > 0) yield batch
    return
  }
  for (let start = 0; start < batch.numRows; start += size) {
    throwIfCancelled(options)
    yield batch.slice(start, Math.min(start + size, batch.numRows))
  }
}
