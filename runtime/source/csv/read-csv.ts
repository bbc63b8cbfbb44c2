// Reading csv files in a worker.

import type { RecordBatch } from 'apache-arrow'
import { createError } from '../../../functions/errors.ts'
import type { CsvOptions, ReadOptions, SourcePartition } from '../source.ts'

// biome-ignore lint/correctness/useYield: not there yet
export async function* readCsv(
  _partition: SourcePartition,
  _format: CsvOptions,
  _options: ReadOptions,
): AsyncGenerator<RecordBatch, void, undefined> {
  throw createError('not_implemented', 'Cannot read csv files yet: convert them to Parquet or Arrow')
}
