// Opening Parquet files in the parent: schema, rows and partitions from the footers alone. Never reads a page.

import { mapFiles, type SourceFile, withFile, withFiles } from '../files.ts'
import { groupPieces, type SourcePiece, unifySchemas } from '../partitions.ts'
import type { OpenedSource } from '../source.ts'
import { fileColumns } from './arrow-hints.ts'
import { columnSchema } from './columns.ts'
import { readFooter } from './footer.ts'

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
  const metadata = await withFile(path, (handle) => readFooter(handle, path, bytes))
  const pieces = metadata.row_groups.map((group, index): SourcePiece => {
    const compressed = group.columns.reduce((sum, { meta_data: m }) => sum + Number(m?.total_compressed_size ?? 0), 0)
    return { ...file, range: [index, index + 1], rows: Number(group.num_rows), bytes: compressed }
  })
  return { path, schema: columnSchema(fileColumns(metadata, path)), rows: Number(metadata.num_rows), pieces }
}
