// Reading record batches from Arrow files, streams and memory, without copying where Arrow allows it.
// Of a file only the blocks of the partition are read.

import type { FileHandle } from 'node:fs/promises'
import { AsyncRecordBatchFileReader, type RecordBatch, RecordBatchReader } from 'apache-arrow'
import { InternalError, isVolleyError } from '../../../functions/errors.ts'
import { cutBatch, makeBatch } from '../batches.ts'
import { openFile, readExactly, unreadable } from '../files.ts'
import { throwIfCancelled } from '../partitions.ts'
import type { ReadOptions, SourcePartition, SourceSlice } from '../source.ts'
import { installDecompression } from './decompress.ts'
import { isArrowFile } from './footer.ts'
import { plainData, plainType } from './plain-types.ts'

export async function* readArrow(
  partition: SourcePartition,
  options: ReadOptions,
): AsyncGenerator<RecordBatch, void, undefined> {
  installDecompression()
  let rows = 0
  for (const slice of partition.slices) {
    for await (const batch of readSlice(slice)) {
      for (const part of cutBatch(plainBatch(batch, partition, options), options)) {
        rows += part.numRows
        yield part
      }
      options.onProgress?.({ rows, bytes: partition.bytes })
    }
  }
}

async function* readSlice({ path = '', range }: SourceSlice): AsyncGenerator<RecordBatch, void, undefined> {
  await using file = await openFile(path)
  try {
    if (isArrowFile(await readExactly(file, path, 0, 8))) yield* readFileBlocks(file, path, range)
    else yield* readStream(file)
  } catch (error) {
    if (isVolleyError(error)) throw error
    throw unreadable(path, 'its Arrow data is damaged or truncated; write it again', error)
  }
}

async function* readFileBlocks(
  file: FileHandle,
  path: string,
  range: SourceSlice['range'],
): AsyncGenerator<RecordBatch, void, undefined> {
  const reader = await RecordBatchReader.from(strictHandle(file, path))
  if (!(reader instanceof AsyncRecordBatchFileReader)) throw new Error('not a file')
  await reader.open({ autoDestroy: false })
  const [start, end] = range ?? [0, reader.numRecordBatches]
  for (let index = start; index < end; index++) {
    const batch = await reader.readRecordBatch(index)
    if (batch === null) throw new Error(`record batch ${index} is missing`)
    yield batch
  }
}

/** apache-arrow retries a read that gives nothing for ever; a file that shrinks while it is read must end in an error. */
function strictHandle(file: FileHandle, path: string): FileHandle {
  return new Proxy(file, {
    get(target, key) {
      if (key === 'read') {
        return async (into: Uint8Array, offset: number, length: number, position: number) => {
          const read = await target.read(into, offset, length, position)
          if (read.bytesRead === 0 && length > 0)
            throw unreadable(path, 'it ends too early; it seems truncated, write it again')
          return read
        }
      }
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

async function* readStream(file: FileHandle): AsyncGenerator<RecordBatch, void, undefined> {
  const reader = await RecordBatchReader.from(
    file.createReadStream({ start: 0, autoClose: false, highWaterMark: 1 << 20 }),
  )
  for await (const batch of reader) yield batch
}

/** Reads the partition's batches out of an Arrow stream in memory; their buffers are views of `bytes`. */
export async function* readMemory(
  bytes: Uint8Array,
  partition: SourcePartition,
  options: ReadOptions,
): AsyncGenerator<RecordBatch, void, undefined> {
  installDecompression()
  throwIfCancelled(options)
  const wanted = partition.slices.map((slice) => slice.range ?? ([0, Number.POSITIVE_INFINITY] as const))
  let index = 0
  let rows = 0
  for (const batch of RecordBatchReader.from(bytes)) {
    const at = index++
    if (!wanted.some(([start, end]) => at >= start && at < end)) continue
    for (const part of cutBatch(plainBatch(batch, partition, options), options)) {
      rows += part.numRows
      yield part
    }
    options.onProgress?.({ rows, bytes: partition.bytes })
  }
}

/** The batch with only the columns asked for (RecordBatch.select misaligns them), in the layouts that the engine knows. */
function plainBatch(batch: RecordBatch, { schema }: SourcePartition, { columns }: ReadOptions): RecordBatch {
  const { fields } = batch.schema
  const isPlain = fields.every(({ type }) => plainType(type) === type)
  if (columns === undefined && schema === undefined && isPlain) return batch
  const chosen = (columns ?? fields.map((field) => field.name)).map((name) => {
    const index = fields.findIndex((field) => field.name === name)
    const [field, data] = [fields[index], batch.data.children[index]]
    if (field === undefined || data === undefined) {
      throw new InternalError(`The source has no column "${name}" that was to be read from it`)
    }
    const nullable = schema?.find((each) => each.name === name)?.nullable ?? field.nullable
    return { field: field.clone({ nullable }), data: plainData(data, plainType(data.type)) }
  })
  return makeBatch(batch.numRows, chosen)
}
