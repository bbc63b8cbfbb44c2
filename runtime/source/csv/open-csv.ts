// Opening csv files in the parent.

import { createError } from '../../../functions/errors.ts'
import type { CsvOptions, OpenedSource } from '../source.ts'

export async function openCsv(_paths: readonly string[], _options: CsvOptions = {}): Promise<OpenedSource> {
  throw createError('not_implemented', 'Cannot read csv files yet: convert them to Parquet or Arrow')
}
