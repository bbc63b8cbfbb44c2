// Arrow's writers leave empty names out of the schema, so that readers then call the column "null"; these write them.

import {
  type DataType,
  Field,
  type RecordBatch,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Schema,
} from 'apache-arrow'

export class StreamWriter extends RecordBatchStreamWriter {
  /** Batches are compared with the schema as it was given: only what is written differs. */
  protected override _writeSchema(schema: Schema): this {
    return super._writeSchema(withAllNames(schema))
  }
}

/** An IPC stream of batches of one schema. */
export function encodeStream(schema: Schema, batches: readonly RecordBatch[]): Uint8Array {
  const writer = new StreamWriter()
  writer.reset(undefined, schema)
  for (const batch of batches) writer.write(batch)
  return writer.finish().toUint8Array(true)
}

/** Where a record batch is in a file: the length of its message, that of its body, and the position of both. */
export interface FileBlock {
  readonly metaDataLength: number
  readonly bodyLength: number
  readonly offset: number
}

/** The beginning of an Arrow file; the schema and the record batches of a stream follow. */
export const fileMagic: Uint8Array = Buffer.from('ARROW1\0\0')

/** The end of a stream in a file, and the table of contents after it. */
export function encodeFileEnd(schema: Schema, blocks: readonly FileBlock[]): Uint8Array {
  const writer = new FileEndWriter(withAllNames(schema), blocks)
  return writer.finish().toUint8Array(true).subarray(fileMagic.length)
}

/** Arrow's file writer, whose batches are elsewhere already. */
class FileEndWriter extends RecordBatchFileWriter {
  constructor(schema: Schema, blocks: readonly FileBlock[]) {
    super()
    this.reset(undefined, schema)
    this._recordBatchBlocks = [...blocks]
  }
}

const withAllNames = (schema: Schema): Schema =>
  schema.fields.every(hasName) ? schema : new Schema(schema.fields.map(named), schema.metadata)

/** A name that was left out before is null, whatever its type says. */
const hasName = ({ name, type }: Field): boolean => Boolean(name) && (type.children ?? []).every(hasName)

/** A String object without characters is written: the writer leaves out what is falsy. */
const named = ({ name, type, nullable, metadata }: Field): Field =>
  new Field(name || (new String('') as string), withNames(type), nullable, metadata)

function withNames<Type extends DataType>(type: Type): Type {
  const { children } = type
  if (!children?.length) return type
  return Object.assign(Object.create(Object.getPrototypeOf(type) as object), type, { children: children.map(named) })
}
