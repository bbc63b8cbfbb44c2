// Opening Arrow files, streams and bytes in memory: schema and batches, no data decoded.

import { fromArrowSchema } from '../../../functions/types/arrow.ts'
import { findFiles, type SourceFile, withFile } from '../files.ts'
import { groupPieces, type SourcePiece, unifySchemas } from '../partitions.ts'
import type { OpenedSource } from '../source.ts'
import { readLayout, scanStream } from './footer.ts'
import { plainSchema } from './plain-types.ts'

export async function openArrow(paths: readonly string[]): Promise<OpenedSource> {
  const files = await Promise.all((await findFiles(paths)).map(openOne))
  const schema = unifySchemas(files)
  const pieces = files.flatMap((file) => file.pieces)
  return { schema, partitions: (target) => groupPieces(pieces, target, files.length > 1 ? schema : undefined) }
}

async function openOne(file: SourceFile) {
  const layout = await withFile(file.path, (handle) => readLayout(handle, file))
  const pieces: readonly SourcePiece[] = layout.batches?.map((bytes, index) => ({
    path: file.path,
    range: [index, index + 1],
    bytes,
  })) ?? [{ path: file.path, bytes: file.bytes }]
  return { path: file.path, schema: fromArrowSchema(plainSchema(layout.schema)), pieces }
}

export async function openMemory(bytes: Uint8Array): Promise<OpenedSource> {
  const { schema, batches } = scanStream(bytes)
  const pieces = batches.map((batch, index): SourcePiece => ({ range: [index, index + 1], ...batch }))
  return {
    schema: fromArrowSchema(plainSchema(schema)),
    rows: batches.reduce((sum, batch) => sum + batch.rows, 0),
    partitions: (target) => groupPieces(pieces, target),
  }
}
