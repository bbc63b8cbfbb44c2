// Runs of rows as views: nothing is copied.

import type { Batch, Column } from './column.ts'
import { listColumn, listItems } from './lists.ts'

/** How many rows the batches have that are made here, at most; those that come from elsewhere have as many as they have. */
export const maxBatchRows = 65_536

/** A batch in pieces of at most `maxBatchRows` rows, sharing its memory. A batch without rows has none. */
export function* cutBatch(batch: Batch): Generator<Batch, void, undefined> {
  for (let start = 0; start < batch.length; start += maxBatchRows)
    yield sliceBatch(batch, start, Math.min(batch.length, start + maxBatchRows))
}

/** Rows `start` up to `end` of a batch, sharing its memory. */
export function sliceBatch(batch: Batch, start: number, end: number): Batch {
  if (start === 0 && end === batch.length) return batch
  return { length: end - start, columns: batch.columns.map((column) => sliceColumn(column, start, end)) }
}

/** Rows `start` up to `end` of a column, sharing its memory. */
export function sliceColumn(column: Column, start: number, end: number): Column {
  const length = end - start
  const valid = column.valid?.subarray(start, end)
  switch (column.storage) {
    case 'null':
      return { ...column, length, valid }
    case 'dictionary':
      return { ...column, length, valid, codes: column.codes.subarray(start, end) }
    case 'bytes':
      return { ...column, length, valid, offsets: column.offsets.subarray(start, end + 1) }
    case 'decimal':
      return { ...column, length, valid, values: column.values.subarray(2 * start, 2 * end) }
    case 'object': {
      const lists = listItems(column)
      if (lists !== undefined) {
        const offsets = lists.offsets.subarray(start, end + 1)
        return listColumn(column.type, length, valid, { offsets, items: lists.items })
      }
      return { ...column, length, valid, values: column.values.slice(start, end) }
    }
    case 'mask':
      return { ...column, length, valid, values: column.values.subarray(start, end) }
    case 'number':
      return { ...column, length, valid, values: column.values.subarray(start, end) }
    case 'bigint':
      return { ...column, length, valid, values: column.values.subarray(start, end) }
  }
}
