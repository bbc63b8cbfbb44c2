// Opening Arrow files, streams and bytes in memory: schema and batches, no data decoded.

import { fromArrowSchema } from '../../../functions/types/arrow.ts'
import type { Schema } from '../../../functions/types/type.ts'
import { yieldTurn } from '../../turns/turns.ts'
import { mapFiles, type SourceFile, withFile, withFiles } from '../files.ts'
import { groupPieces, type SourcePiece, unifySchemas } from '../partitions.ts'
import type { OpenedSource } from '../source.ts'
import { type ArrowLayout, fileAccess, memoryAccess, readLayout } from './messages.ts'
import { plainSchema } from './plain-types.ts'

/** Opens Arrow files: one schema of all, cut into record batches. @throws {DataError} */
export async function openArrow(paths: readonly string[]): Promise<OpenedSource> {
  const files = await withFiles(paths, (found) => mapFiles(found, openOne))
  const schema = unifySchemas(files)
  return describe(
    schema,
    files.flatMap((file) => file.pieces),
    files.length > 1,
  )
}

async function openOne({ bytes: _, ...file }: SourceFile) {
  const { path } = file
  const layout = await withFile(path, async (handle) => readLayout(await fileAccess(handle, path)))
  return { path, schema: await schemaOf(layout), pieces: batchPieces(layout, file) }
}

export async function openMemory(bytes: Uint8Array): Promise<OpenedSource> {
  const layout = await readLayout(memoryAccess(bytes))
  return describe(await schemaOf(layout), batchPieces(layout), false)
}

async function schemaOf({ schema }: ArrowLayout): Promise<Schema> {
  await yieldTurn()
  return fromArrowSchema(plainSchema(schema))
}

function batchPieces(
  { messages }: ArrowLayout,
  file: Pick<SourcePiece, 'path' | 'version'> = {},
): readonly SourcePiece[] {
  const batches = messages.filter((message) => message.kind === 'batch')
  return batches.map(({ length, rows }, index) => ({
    ...file,
    range: [index, index + 1],
    ...(rows === undefined ? {} : { rows }),
    bytes: length,
  }))
}

function describe(schema: OpenedSource['schema'], pieces: readonly SourcePiece[], isMany: boolean): OpenedSource {
  const isCounted = pieces.every((piece) => piece.rows !== undefined)
  return {
    schema,
    ...(isCounted ? { rows: pieces.reduce((sum, piece) => sum + (piece.rows ?? 0), 0) } : {}),
    partitions: (target) => groupPieces(pieces, target, isMany ? schema : undefined),
  }
}
