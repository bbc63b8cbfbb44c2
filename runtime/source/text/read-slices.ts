// The slices of a partition of lines, one after another, with the progress that both text formats report alike.

import type { RecordBatch } from 'apache-arrow'
import { InternalError } from '../../../functions/errors.ts'
import type { Schema } from '../../../functions/types/type.ts'
import type { ReadOptions, SourcePartition, SourceSlice } from '../source.ts'

/** Batches end after about as much text, however few rows that is: a column of one batch holds 2 GB. */
export const batchBytes = 2 ** 28

/** A batch, and where in its file reading it ended. */
export interface PositionedBatch {
  readonly batch: RecordBatch
  readonly position: number
}

/**
 * Reads all slices of a partition by `readSlice`.
 *
 * @throws {InternalError} When the partition came without the schema that opening the source settled.
 */
export async function* readTextSlices(
  format: string,
  partition: SourcePartition,
  options: ReadOptions,
  readSlice: (slice: SourceSlice, schema: Schema) => AsyncIterable<PositionedBatch>,
): AsyncGenerator<RecordBatch, void, undefined> {
  const { schema } = partition
  if (schema === undefined) throw new InternalError(`A ${format} partition came without its schema`)
  const progress = { rows: 0, bytes: 0 }
  for (const slice of partition.slices) {
    const before = progress.bytes
    const [sliceStart] = slice.range ?? [0]
    for await (const { batch, position } of readSlice(slice, schema)) {
      progress.rows += batch.numRows
      progress.bytes = Math.min(partition.bytes, before + position - sliceStart)
      yield batch
      options.onProgress?.({ ...progress })
    }
  }
  options.onProgress?.({ rows: progress.rows, bytes: partition.bytes })
}
