// Opening Parquet files in the parent: schema, rows and partitions from the footers alone. Never reads a page.

import { inTurns } from '../../turns/turns.ts'
import { mapFiles, type SourceFile, withFile, withFiles } from '../files.ts'
import { groupPieces, type SourcePiece, unifySchemas } from '../partitions.ts'
import type { OpenedSource } from '../source.ts'
import { fileColumns } from './arrow-hints.ts'
import { columnSchema } from './columns.ts'
import { readFooterSummary } from './footer.ts'

/** Opens Parquet files: one schema of all, cut into row groups. Reads footers only. @throws {DataError} */
export async function openParquet(paths: readonly string[]): Promise<OpenedSource> {
  const files = await withFiles(paths, (found) => mapFiles(found, openOne))
  const schema = unifySchemas(files)
  const pieces = files.flatMap((file) => file.pieces)
  return {
    schema,
    rows: files.reduce((sum, file) => sum + file.rows, 0),
    partitions: (target) => groupPieces(pieces, target, files.length > 1 ? schema : undefined),
  }
}

async function openOne({ bytes, ...file }: SourceFile) {
  const { path } = file
  const metadata = await withFile(path, (handle) => readFooterSummary(handle, path, bytes))
  const columns = await inTurns(fileColumns(metadata, path))
  const pieces = metadata.groups.map(
    ({ rows, bytes }, index): SourcePiece => ({ ...file, range: [index, index + 1], rows, bytes }),
  )
  return { path, schema: columnSchema(columns), rows: metadata.rows, pieces }
}
