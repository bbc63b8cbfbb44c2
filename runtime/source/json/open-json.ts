// Opening json files in the parent.

import { createError } from '../../../functions/errors.ts'
import type { JsonOptions, OpenedSource } from '../source.ts'

export async function openJson(_paths: readonly string[], _options: JsonOptions = {}): Promise<OpenedSource> {
  throw createError('not_implemented', 'Cannot read json files yet: convert them to Parquet or Arrow')
}
