// Runs of rows as views: nothing is copied.

import type { Batch, Column } from './column.ts'
import { listColumn, listItems } from './lists.ts'

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
