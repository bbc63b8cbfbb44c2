// Reading json files in a worker.

import type { RecordBatch } from 'apache-arrow'
import { createError } from '../../../functions/errors.ts'
import type { JsonOptions, ReadOptions, SourcePartition } from '../source.ts'

// biome-ignore lint/correctness/useYield: not there yet
export async function* readJson(
  _partition: SourcePartition,
  _format: JsonOptions,
  _options: ReadOptions,
): AsyncGenerator<RecordBatch, void, undefined> {
  throw createError('not_implemented', 'Cannot read json files yet: convert them to Parquet or Arrow')
}
