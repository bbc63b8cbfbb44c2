// The little that planning needs of a Parquet footer: the columns, and how large each row group is. Of the rest, which is
// about single columns of single row groups, nothing is made. In pieces, since a footer may hold millions of values.

import type { FileMetaData } from 'hyparquet'
import { parquetMetadata } from 'hyparquet/src/metadata.js'
import type { Pieces } from '../../turns/turns.ts'
import { mostColumns } from '../source.ts'
import { ThriftReader, types } from './thrift.ts'

export interface FooterSummary extends Pick<FileMetaData, 'schema' | 'key_value_metadata'> {
  readonly rows: number
  readonly groups: readonly GroupSize[]
}

interface GroupSize {
  readonly rows: number
  /** Compressed. */
  readonly bytes: number
}

/** Thrown for a schema of more columns than are planned, before it is decoded. */
export class TooManyColumnsError extends Error {
  override readonly name = 'TooManyColumnsError'
}

/** A list takes three elements of a schema, and a column of a row group many values. */
const mostElements = 3 * mostColumns + 1
const pieceOf = { elements: 500, columns: 200 }

/** Ids of the fields of parquet.thrift that are looked at. */
const fileFields = { schema: 2, rows: 3, rowGroups: 4, keyValues: 5 }
const groupFields = { columns: 1, rows: 3 }
const columnFields = { metadata: 3 }
const metadataFields = { compressedSize: 7 }

/** @throws {Error} For what cannot be a footer. @throws {TooManyColumnsError} */
export function* footerSummary(footer: Uint8Array): Pieces<FooterSummary> {
  const reader = new ThriftReader(footer)
  let schema: FileMetaData['schema'] | undefined
  let keyValues: FileMetaData['key_value_metadata']
  let rows = -1
  let groups: readonly GroupSize[] | undefined
  for (let field = reader.field(0); field.type !== types.stop; field = reader.field(field.id)) {
    const isList = field.type === types.list
    if (isList && field.id === fileFields.schema) schema = yield* readSchema(reader, footer)
    else if (field.id === fileFields.rows && field.type === types.i64) rows = reader.integer()
    else if (isList && field.id === fileFields.rowGroups) groups = yield* readGroups(reader)
    else if (isList && field.id === fileFields.keyValues) {
      const start = reader.at
      reader.skip(field.type)
      keyValues = decode(footerOf(noStructs, footer.subarray(start, reader.at))).key_value_metadata
    } else reader.skip(field.type)
    yield
  }
  if (schema === undefined || groups === undefined) throw new Error('it has no schema or no row groups')
  return { schema, rows, groups, ...(keyValues === undefined ? {} : { key_value_metadata: keyValues }) }
}

function* readSchema(reader: ThriftReader, footer: Uint8Array): Pieces<FileMetaData['schema']> {
  const count = reader.structs()
  if (count > mostElements) throw new TooManyColumnsError()
  const elements: FileMetaData['schema'] = []
  while (elements.length < count) {
    const some = Math.min(pieceOf.elements, count - elements.length)
    const start = reader.at
    for (let i = 0; i < some; i++) reader.skip(types.struct)
    elements.push(...decode(footerOf(listOf(some, footer.subarray(start, reader.at)))).schema)
    yield
  }
  return elements
}

function* readGroups(reader: ThriftReader): Pieces<readonly GroupSize[]> {
  const count = reader.structs()
  const groups: GroupSize[] = []
  while (groups.length < count) {
    groups.push(yield* readGroup(reader))
    yield
  }
  return groups
}

function* readGroup(reader: ThriftReader): Pieces<GroupSize> {
  let rows = -1
  let bytes = 0
  for (let field = reader.field(0); field.type !== types.stop; field = reader.field(field.id)) {
    if (field.id === groupFields.rows && field.type === types.i64) rows = reader.integer()
    else if (field.id === groupFields.columns && field.type === types.list) {
      const columns = reader.structs()
      if (columns > mostColumns) throw new TooManyColumnsError()
      for (let i = 0; i < columns; i++) {
        bytes += compressedSize(reader)
        if (i % pieceOf.columns === 0) yield
      }
    } else reader.skip(field.type)
  }
  return { rows, bytes }
}

function compressedSize(reader: ThriftReader): number {
  let size = 0
  for (let field = reader.field(0); field.type !== types.stop; field = reader.field(field.id)) {
    if (field.id !== columnFields.metadata || field.type !== types.struct) reader.skip(field.type)
    else {
      for (let inner = reader.field(0); inner.type !== types.stop; inner = reader.field(inner.id)) {
        if (inner.id === metadataFields.compressedSize && inner.type === types.i64) size = reader.integer()
        else reader.skip(inner.type)
      }
    }
  }
  return size
}

const decode = (footer: Uint8Array): FileMetaData => parquetMetadata(footer, { geoparquet: false })

/** A list of structs as Thrift writes it. */
const listOf = (count: number, structs: Uint8Array): Uint8Array => {
  const header = [0xf0 | types.struct]
  for (let left = count; ; left >>>= 7) {
    header.push(left < 0x80 ? left : (left & 0x7f) | 0x80)
    if (left < 0x80) return Buffer.concat([Uint8Array.from(header), structs])
  }
}
const noStructs = listOf(0, new Uint8Array(0))

/** A whole footer of no rows around two of its lists, as bytes for hyparquet. */
function footerOf(schema: Uint8Array, keyValues: Uint8Array = noStructs): Uint8Array {
  const version = [0x15, 2]
  const rows = [0x16, 0]
  const list = [0x19]
  const metadata = [version, list, schema, rows, list, noStructs, list, keyValues, [types.stop]]
  const bytes = Buffer.concat([...metadata.map((part) => Uint8Array.from(part)), Buffer.from('....PAR1')])
  bytes.writeUInt32LE(bytes.length - 8, bytes.length - 8)
  return bytes
}
