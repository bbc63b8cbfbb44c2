// Reading record batches from Arrow files, streams and memory, without copying where Arrow allows it.
// Of a file only the record batches of the partition are read.

import { type RecordBatch, RecordBatchReader } from 'apache-arrow'
import { checkBatch } from '../../../functions/column/check-data.ts'
import { isVolleyError } from '../../../functions/errors.ts'
import { cutBatch } from '../batches.ts'
import { openFile, unreadable } from '../files.ts'
import { throwIfCancelled } from '../partitions.ts'
import type { ReadOptions, SourcePartition, SourceSlice } from '../source.ts'
import { installDecompression } from './decompress.ts'
import { type ByteAccess, fileAccess, memoryAccess, readLayout, readMessages } from './messages.ts'
import { plainBatch } from './plain-types.ts'

/** The batches of a partition of Arrow files. @throws {DataError} `source_unreadable` */
export async function* readArrow(
  partition: SourcePartition,
  options: ReadOptions,
): AsyncGenerator<RecordBatch, void, undefined> {
  const progress = { rows: 0, bytes: 0 }
  for (const { path = '', range } of partition.slices) {
    await using file = await openFile(path)
    yield* readAccess(await fileAccess(file, path), [range], partition, options, progress)
  }
}

/** Reads the partition's batches out of an Arrow stream in memory; their buffers are views of `bytes`. */
export function readMemory(
  bytes: Uint8Array,
  partition: SourcePartition,
  options: ReadOptions,
): AsyncGenerator<RecordBatch, void, undefined> {
  const ranges = partition.slices.map((slice) => slice.range)
  return readAccess(memoryAccess(bytes), ranges, partition, options, { rows: 0, bytes: 0 })
}

async function* readAccess(
  access: ByteAccess,
  ranges: readonly SourceSlice['range'][],
  partition: SourcePartition,
  options: ReadOptions,
  progress: { rows: number; bytes: number },
): AsyncGenerator<RecordBatch, void, undefined> {
  throwIfCancelled(options)
  installDecompression()
  const layout = await readLayout(access)
  const wanted = ranges.map((range) => range ?? ([0, layout.messages.length] as const))
  try {
    const messages = readMessages(access, layout, wanted)
    // What is in memory is read without waiting: a job of a few rows would spend most of its time on promises.
    const reader = access.isMemory
      ? RecordBatchReader.from(await Array.fromAsync(messages))
      : await RecordBatchReader.from(counted(messages, progress))
    for await (const raw of reader) {
      checkBatch(raw)
      const batch = plainBatch(raw, partition, options)
      for (const part of cutBatch(batch, options)) {
        progress.rows += part.numRows
        yield part
      }
      options.onProgress?.({ rows: progress.rows, bytes: Math.min(progress.bytes, partition.bytes) })
    }
  } catch (error) {
    if (isVolleyError(error)) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw unreadable(access.name, `its Arrow data is damaged (${why}); write it again`, error)
  }
}

async function* counted(chunks: AsyncIterable<Uint8Array>, progress: { bytes: number }): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    yield chunk
    progress.bytes += chunk.length
  }
}
