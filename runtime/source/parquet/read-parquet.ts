// Reading row groups of Parquet files as record batches.

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { type RecordBatch, RecordBatchReader } from 'apache-arrow'
import { cutBatch, selectColumns } from '../batches.ts'
import { unreadable } from '../files.ts'
import { defaultBatchRows, throwIfCancelled } from '../partitions.ts'
import type { ReadOptions, SourcePartition } from '../source.ts'

export async function* readParquet(
  partition: SourcePartition,
  options: ReadOptions,
): AsyncGenerator<RecordBatch, void, undefined> {
  const wasm = createRequire(import.meta.url)('parquet-wasm') as typeof import('parquet-wasm')
  let rows = 0
  for (const { path = '', range = [0, 0] } of partition.slices) {
    const bytes = await readFile(path)
    for (let group = range[0]; group < range[1]; group++) {
      throwIfCancelled(options)
      try {
        const table = wasm.readParquet(bytes, {
          rowGroups: [group],
          batchSize: options.batchRows ?? defaultBatchRows,
          ...(options.columns === undefined ? {} : { columns: [...options.columns] }),
        })
        for (const batch of RecordBatchReader.from(table.intoIPCStream())) {
          for (const part of cutBatch(selectColumns(batch, options.columns), options)) {
            rows += part.numRows
            yield part
          }
        }
      } catch (cause) {
        throw unreadable(path, 'its data is damaged; write it again', cause)
      }
      options.onProgress?.({ rows, bytes: partition.bytes })
    }
  }
}
