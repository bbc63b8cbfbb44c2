// The source of a task with its schemas as JSON: a graph of objects costs ten times as much to write and read, and a schema
// of many thousands of columns is in every task of a job.

import { WireError } from '../../functions/errors.ts'
import type { Schema } from '../../functions/types/type.ts'
import type { TaskSource } from '../program/task.ts'
import { isListOf, isRecord } from './validate-type.ts'

export type PackedSource = Readonly<Record<string, unknown>>

/** @param known - Schemas in bytes already: the tasks of a job share them. */
export function packSource(source: TaskSource, known: Map<Schema, Uint8Array>): PackedSource {
  const pack = (schema: Schema): Uint8Array => {
    let bytes = known.get(schema)
    if (bytes === undefined) {
      bytes = new TextEncoder().encode(JSON.stringify(schema))
      known.set(schema, bytes)
    }
    return bytes
  }
  if (source.kind === 'results') return { ...source, schema: pack(source.schema) }
  // The columns are those of the schema.
  const { columns: _, partition, schema, ...rest } = source
  const { schema: whole, ...slices } = partition
  const packed = whole === undefined ? slices : { ...slices, schema: pack(whole) }
  return { ...rest, partition: packed, schema: pack(schema) }
}

/** @throws {WireError} When it is no packed source. */
export function unpackSource(packed: PackedSource): TaskSource {
  if (!isRecord(packed)) throw new WireError('wire_damaged', 'Cannot read a task: it has no source')
  const schema = unpackSchema(packed.schema)
  if (packed.kind === 'results') return { kind: 'results', schema }
  const { schema: whole, ...slices } = Object(packed.partition)
  const partition =
    whole === undefined ? slices : { ...slices, schema: whole === packed.schema ? schema : unpackSchema(whole) }
  return { ...packed, schema, partition, columns: schema.map(({ name }) => name) } as unknown as TaskSource
}

function unpackSchema(bytes: unknown): Schema {
  try {
    const schema: unknown = bytes instanceof Uint8Array ? JSON.parse(Buffer.from(bytes).toString()) : undefined
    if (isListOf(schema, isColumn)) return schema as Schema
  } catch {
    // It is no JSON.
  }
  throw new WireError('wire_damaged', 'Cannot read a task: its schema is damaged')
}

const isColumn = (column: unknown): boolean =>
  isRecord(column) && typeof column.name === 'string' && isRecord(column.type)
