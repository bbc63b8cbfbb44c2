// Reading row groups of Parquet files as record batches: only the columns asked for, one row group at a time, row groups
// skipped by their statistics. Decodes with our own page decoder (docs/decisions/0002-parquet-reader.md).

import type { FileHandle } from 'node:fs/promises'
import type { RecordBatch } from 'apache-arrow'
import type { FileMetaData, RowGroup } from 'hyparquet'
import { maxBatchRows } from '../../../functions/column/slice.ts'
import { InternalError, isVolleyError } from '../../../functions/errors.ts'
import { toArrowField, toArrowType } from '../../../functions/types/arrow.ts'
import { dictionary as dictionaryOf, type Field } from '../../../functions/types/type.ts'
import { atOnce } from '../../turns/turns.ts'
import { makeBatch } from '../batches.ts'
import { openFile, readExactly, unreadable } from '../files.ts'
import { selectFields, throwIfCancelled } from '../partitions.ts'
import type { ReadOptions, SourcePartition, SourceSlice } from '../source.ts'
import { fileColumns } from './arrow-hints.ts'
import { type ColumnNode, columnSchema, type LeafNode } from './columns.ts'
import { type ArrowTypes, type ColumnReader, createFlatReader } from './flat-column.ts'
import { readFooter } from './footer.ts'
import { createNestedReader, leavesOf } from './nested-column.ts'
import type { Chunk } from './pages.ts'
import { mayMatch } from './statistics.ts'

/** A column to read, with the field that the batches state for it. */
interface Wanted {
  readonly node: ColumnNode
  readonly field: Field
  readonly types: ArrowTypes
}

/**
 * The batches of a partition of Parquet files, without row groups and rows that the predicate rules out.
 *
 * @throws {DataError}
 */
export async function* readParquet(
  partition: SourcePartition,
  options: ReadOptions,
): AsyncGenerator<RecordBatch, void, undefined> {
  const progress = { rows: 0, bytes: 0 }
  for (const slice of partition.slices) {
    for await (const [batch, bytes] of readSlice(slice, partition, options)) {
      if (batch !== undefined) {
        progress.rows += batch.numRows
        yield batch
      }
      progress.bytes += bytes
      options.onProgress?.({ ...progress })
    }
  }
}

/** Batches, each with the bytes that are dealt with once it has been used; a skipped row group has no batch. */
async function* readSlice(
  { path = '', range }: SourceSlice,
  partition: SourcePartition,
  options: ReadOptions,
): AsyncGenerator<[RecordBatch | undefined, number], void, undefined> {
  await using file = await openFile(path)
  const metadata = await readFooter(file, path, (await file.stat()).size)
  const columns = atOnce(fileColumns(metadata, path))
  const wanted = chooseColumns(columns, partition, options)
  const [start, end] = range ?? [0, metadata.row_groups.length]
  for (let index = start; index < end; index++) {
    throwIfCancelled(options)
    const group = groupAt(metadata, index, path)
    const bytes = group.columns.reduce((sum, column) => sum + Number(column.meta_data?.total_compressed_size ?? 0), 0)
    const rows = Number(group.num_rows)
    if (rows === 0 || (options.predicate !== undefined && !mayMatch(group, columns, options.predicate))) {
      yield [undefined, bytes]
      continue
    }
    const describe = (column: string) => `column "${column}" of row group ${index}`
    const readers = await openRowGroup(file, path, group, wanted, describe)
    let used = 0
    while (used < rows) {
      throwIfCancelled(options)
      const count = Math.min(options.batchRows ?? maxBatchRows, rows - used)
      const batch = takeBatch(readers, wanted, count, path, describe)
      used += count
      yield [batch, used === rows ? bytes : 0]
    }
  }
}

function groupAt(metadata: FileMetaData, index: number, path: string): RowGroup {
  const group = metadata.row_groups[index]
  if (group !== undefined) return group
  throw unreadable(
    path,
    `it has ${metadata.row_groups.length} row groups, not ${index + 1}; it changed since it was opened`,
  )
}

function chooseColumns(columns: readonly ColumnNode[], partition: SourcePartition, options: ReadOptions): Wanted[] {
  const fields = selectFields(partition.schema ?? columnSchema(columns), options.columns)
  return fields.map((field) => {
    const node = columns.find((column) => column.field.name === field.name)
    if (node === undefined)
      throw new InternalError(`The source has no column "${field.name}" that was to be read from it`)
    const plain = toArrowType(field.type)
    const mayKeep = options.dictionaries === 'keep' && ['utf8', 'binary'].includes(field.type.kind)
    const dictionary = mayKeep ? toArrowType(dictionaryOf(field.type)) : undefined
    return { node, field, types: { plain, ...(dictionary === undefined ? {} : { dictionary }) } as ArrowTypes }
  })
}

async function openRowGroup(
  file: FileHandle,
  path: string,
  group: RowGroup,
  wanted: readonly Wanted[],
  describe: (column: string) => string,
): Promise<ColumnReader[]> {
  const leaves = wanted.flatMap(({ node }) => leavesOf(node))
  const chunks = new Map(
    await Promise.all(leaves.map(async (leaf) => [leaf.index, await readChunk(file, path, group, leaf)] as const)),
  )
  const chunkOf = (leaf: LeafNode): Chunk => {
    const chunk = chunks.get(leaf.index)
    if (chunk === undefined) throw new InternalError(`Column chunk ${leaf.index} was not read`)
    return chunk
  }
  const rows = Number(group.num_rows)
  return wanted.map(({ node, types }) =>
    guard(path, describe(node.field.name), () =>
      node.kind === 'leaf' ? createFlatReader(node, chunkOf(node), types) : createNestedReader(node, chunkOf, rows),
    ),
  )
}

async function readChunk(file: FileHandle, path: string, group: RowGroup, leaf: LeafNode): Promise<Chunk> {
  const column = group.columns[leaf.index]
  const metadata = column?.meta_data
  if (metadata === undefined) {
    throw unreadable(path, `its column "${leaf.field.name}" is encrypted or missing; write it without encryption`)
  }
  if (column?.file_path)
    throw unreadable(path, `its column "${leaf.field.name}" is in another file, "${column.file_path}"`)
  const dataStart = Number(metadata.data_page_offset)
  const dictionaryStart = Number(metadata.dictionary_page_offset ?? 0)
  const start = dictionaryStart > 0 ? Math.min(dictionaryStart, dataStart) : dataStart
  const length = Number(metadata.total_compressed_size)
  const isInside = start >= 4 && length >= 0 && start + length <= (await file.stat()).size
  const isColumn = metadata.type === leaf.element.type
  if (!isInside || !isColumn || (leaf.slotRepetition === 0 && metadata.num_values !== group.num_rows)) {
    throw unreadable(path, `its footer is damaged where it describes column "${leaf.field.name}"; write it again`)
  }
  const bytes = await readExactly(file, path, start, length)
  return { bytes, metadata }
}

function takeBatch(
  readers: readonly ColumnReader[],
  wanted: readonly Wanted[],
  rows: number,
  path: string,
  describe: (column: string) => string,
): RecordBatch {
  const columns = wanted.map(({ field }, i) => {
    const data = guard(path, describe(field.name), () => {
      const reader = readers[i]
      if (reader === undefined) throw new InternalError(`Column "${field.name}" has no reader`)
      return reader.take(rows)
    })
    return { field: toArrowField(field), data }
  })
  return makeBatch(rows, columns)
}

/** Whatever a decoder throws means a damaged or unsupported file: say which part of it. */
function guard<T>(path: string, what: string, decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    if (isVolleyError(error)) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw unreadable(path, `${what} is damaged or not supported (${why}); write the file again`, error)
  }
}
