// What every reader does to make its batches: putting columns together and cutting to size. Never copies values.

import { type Data, type Field, makeData, RecordBatch, Schema, Struct } from 'apache-arrow'
import { maxBatchRows } from '../../functions/column/slice.ts'
import { throwIfCancelled } from './partitions.ts'
import type { ReadOptions } from './source.ts'

/** A batch of these columns; each field takes the type that its data has. */
export function makeBatch(
  rows: number,
  columns: readonly { readonly field: Field; readonly data: Data }[],
): RecordBatch {
  const fields = columns.map(({ field, data }) => (field.type === data.type ? field : field.clone({ type: data.type })))
  const children = columns.map(({ data }) => data)
  return new RecordBatch(
    new Schema(fields),
    makeData({ type: new Struct(fields), length: rows, nullCount: 0, children }),
  )
}

/** Cuts a batch into ones of at most `options.batchRows` rows, looking for cancellation before each. */
export function* cutBatch(batch: RecordBatch, options: ReadOptions): Generator<RecordBatch, void, undefined> {
  const size = options.batchRows ?? maxBatchRows
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
