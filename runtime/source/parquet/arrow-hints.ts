// What writers that know Arrow leave in a Parquet footer beside the Parquet schema: time zones and durations, which
// Parquet itself cannot express. Only refines types that are stored alike; anything else in there is ignored.

import { DataType, Message, TimeUnit } from 'apache-arrow'
import type { FileMetaData } from 'hyparquet'
import { fromArrowType } from '../../../functions/types/arrow.ts'
import { field } from '../../../functions/types/type.ts'
import type { Pieces } from '../../turns/turns.ts'
import { verifyMessage } from '../arrow/verify.ts'
import { type ColumnNode, parquetColumns } from './columns.ts'

export type FileSchema = Pick<FileMetaData, 'schema' | 'key_value_metadata'>

/** The top-level columns of the file, with the time zones and durations that the writer's Arrow schema tells of. */
export function* fileColumns(metadata: FileSchema, path: string): Pieces<readonly ColumnNode[]> {
  const columns = yield* parquetColumns(metadata.schema, path)
  const stored = metadata.key_value_metadata?.find(({ key }) => key === 'ARROW:schema')?.value
  const isAmbiguous = ({ field: { type } }: ColumnNode) => type.kind === 'int64' || type.kind === 'timestamp'
  if (stored === undefined || !columns.some(isAmbiguous)) return columns
  const types = decodeTypes(stored)
  yield
  return columns.map((column) => refine(column, types.get(column.field.name)))
}

function decodeTypes(stored: string): ReadonlyMap<string, DataType> {
  try {
    const bytes = Buffer.from(stored, 'base64')
    const start = bytes.readInt32LE(0) === -1 ? 8 : 4
    verifyMessage(bytes.subarray(start))
    const message = Message.decode(bytes.subarray(start))
    return new Map(message.isSchema() ? message.header().fields.map((each) => [each.name, each.type]) : [])
  } catch {
    return new Map() // it refines types, so damage to it is not a reason to refuse the file
  }
}

function refine(column: ColumnNode, hint: DataType | undefined): ColumnNode {
  if (column.kind !== 'leaf' || hint === undefined) return column
  const { name, type, nullable } = column.field
  const isZoned = DataType.isTimestamp(hint) && type.kind === 'timestamp' && type.timezone !== undefined
  if (isZoned && hint.timezone) return { ...column, field: field(name, { ...type, timezone: hint.timezone }, nullable) }
  const isDuration = DataType.isDuration(hint) && type.kind === 'int64' && TimeUnit[hint.unit] !== undefined
  return isDuration ? { ...column, field: field(name, fromArrowType(hint), nullable) } : column
}
