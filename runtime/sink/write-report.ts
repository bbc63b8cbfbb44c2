// What tasks that write say they wrote, as the columns of their result: one row per file. The parent reads them, and gives
// whoever runs the job the same without what only it needs.

import type { RecordBatch, Table } from 'apache-arrow'
import { fromRecordBatch } from '../../functions/column/arrow.ts'
import { type Batch, valueAt } from '../../functions/column/column.ts'
import { columnOf } from '../../functions/column/output-buffer.ts'
import { binary, field, int64, type Schema, utf8 } from '../../functions/types/type.ts'
import { encodeColumns } from '../data/memory-table.ts'
import type { TaskFile, WrittenFile } from '../program/sink.ts'

/** The columns of what tasks report. */
export const taskFileSchema: Schema = [
  field('path', utf8, false),
  field('rows', int64, false),
  field('bytes', int64, false),
  field('tail', binary, false),
]

/** Files as columns. */
export function taskFileBatch(files: readonly TaskFile[]): Batch {
  const values = [
    files.map(({ path }) => path),
    files.map(({ rows }) => BigInt(rows)),
    files.map(({ bytes }) => BigInt(bytes)),
    files.map(({ tail }) => tail),
  ]
  return { length: files.length, columns: taskFileSchema.map(({ type }, i) => columnOf(values[i] ?? [], type)) }
}

/** The files in a batch of what a task reports. */
export function taskFilesIn(batch: RecordBatch): readonly TaskFile[] {
  const { columns, length } = fromRecordBatch(batch, taskFileSchema)
  return Array.from({ length }, (_, row) => {
    const [path, rows, bytes, tail] = columns.map((column) => valueAt(column, row))
    return { path: String(path), rows: Number(rows), bytes: Number(bytes), tail: tail as Uint8Array }
  })
}

/** The columns of what a job that writes gives: one row per file. */
export const writeReportSchema: Schema = [
  field('file', utf8, false),
  field('rows', int64, false),
  field('bytes', int64, false),
]

/** An Arrow stream of these columns. */
export const encodeReport = (files: readonly WrittenFile[]): Uint8Array =>
  encodeColumns(writeReportSchema, [
    files.map(({ path }) => path),
    files.map(({ rows }) => BigInt(rows)),
    files.map(({ bytes }) => BigInt(bytes)),
  ])

/** The files that a job tells of. */
export const writtenFilesIn = ({ batches }: Table): readonly WrittenFile[] =>
  batches.flatMap((batch) => {
    const { columns, length } = fromRecordBatch(batch, writeReportSchema)
    return Array.from({ length }, (_, row) => {
      const [path, rows, bytes] = columns.map((column) => valueAt(column, row))
      return { path: String(path), rows: Number(rows), bytes: Number(bytes) }
    })
  })
