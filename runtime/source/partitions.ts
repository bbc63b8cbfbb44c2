// Cutting a source's pieces into partitions, and the questions every reader asks the same way. Knows no format.

import { CancelledError, DataError, InternalError } from '../../functions/errors.ts'
import { type Field, type Schema, typeName } from '../../functions/types/type.ts'
import type { FileVersion, ReadOptions, SourcePartition, SourceSlice } from './source.ts'

/** The smallest part of a source that can be read by itself: a row group, a record batch, a byte range or a file. */
export interface SourcePiece {
  readonly path?: string
  readonly version?: FileVersion
  readonly range?: readonly [start: number, end: number]
  readonly rows?: number
  readonly bytes: number
}

/** Groups consecutive pieces into at most `target` partitions of about equal bytes; without a target, one per piece. */
export function groupPieces(pieces: readonly SourcePiece[], target?: number, schema?: Schema): SourcePartition[] {
  if (target === undefined) return pieces.map((piece) => toPartition([piece], schema))
  const total = pieces.reduce((sum, piece) => sum + piece.bytes, 0)
  const groups: SourcePiece[][] = []
  let before = 0
  for (const piece of pieces) {
    const middle = before + piece.bytes / 2
    const index = total === 0 ? 0 : Math.min(target - 1, Math.floor((middle / total) * target))
    const group = groups[index]
    if (group === undefined) groups[index] = [piece]
    else group.push(piece)
    before += piece.bytes
  }
  return groups.filter((group) => group !== undefined).map((group) => toPartition(group, schema))
}

function toPartition(pieces: readonly SourcePiece[], schema: Schema | undefined): SourcePartition {
  const rows = pieces.reduce<number | undefined>(
    (sum, piece) => (sum === undefined || piece.rows === undefined ? undefined : sum + piece.rows),
    0,
  )
  return {
    slices: mergeSlices(pieces),
    ...(schema === undefined ? {} : { schema }),
    ...(rows === undefined ? {} : { rows }),
    bytes: pieces.reduce((sum, piece) => sum + piece.bytes, 0),
  }
}

/** Pieces that follow each other in one file become one slice. */
function mergeSlices(pieces: readonly SourcePiece[]): SourceSlice[] {
  const slices: SourceSlice[] = []
  for (const { path, version, range } of pieces) {
    const last = slices.at(-1)
    if (last?.range !== undefined && range !== undefined && last.path === path && last.range[1] === range[0]) {
      slices[slices.length - 1] = { ...last, range: [last.range[0], range[1]] }
    } else {
      slices.push({
        ...(path === undefined ? {} : { path }),
        ...(version === undefined ? {} : { version }),
        ...(range === undefined ? {} : { range }),
      })
    }
  }
  return slices
}

/**
 * The schema of several files read as one: the same names and types in the same order; nullable where any is.
 *
 * @throws {DataError} `schema_mismatch` naming both files and the field.
 */
export function unifySchemas(files: readonly { readonly path: string; readonly schema: Schema }[]): Schema {
  const [first, ...others] = files
  if (first === undefined) return []
  const show = (field: Field | undefined) =>
    field === undefined ? 'nothing' : `"${field.name}" ${typeName(field.type)}`
  const fields = [...first.schema]
  for (const other of others) {
    for (let i = 0; i < Math.max(fields.length, other.schema.length); i++) {
      const [a, b] = [fields[i], other.schema[i]]
      if (a === undefined || b === undefined || show(a) !== show(b)) {
        throw new DataError(
          'schema_mismatch',
          `Cannot read "${other.path}" together with "${first.path}": column ${i + 1} is ${show(b)} in the one and ${show(a)} in the other`,
          { details: { paths: [first.path, other.path], field: (a ?? b)?.name ?? '' } },
        )
      }
      if (b.nullable && !a.nullable) fields[i] = b
    }
  }
  return Object.freeze(fields)
}

/** The fields to read, in the order asked for. */
export function selectFields(schema: Schema, columns: readonly string[] | undefined): Schema {
  if (columns === undefined) return schema
  // Of several columns of one name the first counts.
  const byName = new Map(schema.toReversed().map((each) => [each.name, each]))
  return columns.map((name) => {
    const field = byName.get(name)
    if (field === undefined) throw new InternalError(`The source has no column "${name}" that was to be read from it`)
    return field
  })
}

/** Ends a read whose signal is aborted. @throws {CancelledError} */
export function throwIfCancelled(options: ReadOptions): void {
  if (options.signal?.aborted === true) {
    throw new CancelledError('cancelled', 'Reading stopped: it was cancelled', { cause: options.signal.reason })
  }
}
