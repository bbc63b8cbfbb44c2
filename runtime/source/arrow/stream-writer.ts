// Arrow's stream writer, which leaves empty names out of the schema, so that its reader then calls the column "null";
// this one writes them.

import { type DataType, Field, type RecordBatch, RecordBatchStreamWriter, Schema } from 'apache-arrow'

export class StreamWriter extends RecordBatchStreamWriter {
  /** Batches are compared with the schema as it was given: only what is written differs. */
  protected override _writeSchema(schema: Schema): this {
    const isWritten = schema.fields.every(hasName)
    return super._writeSchema(isWritten ? schema : new Schema(schema.fields.map(named), schema.metadata))
  }
}

/** An IPC stream of batches of one schema. */
export function encodeStream(schema: Schema, batches: readonly RecordBatch[]): Uint8Array {
  const writer = new StreamWriter()
  writer.reset(undefined, schema)
  for (const batch of batches) writer.write(batch)
  return writer.finish().toUint8Array(true)
}

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
