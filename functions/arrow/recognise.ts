// Which values are Arrow's objects, whichever copy of apache-arrow made them: its CommonJS build, another version, a
// second installation. Classes differ between copies and only the latest version brands its objects, so they are
// recognised by what every version has. Nothing else may ask with `instanceof` what comes from outside.

import type { Data, DataType, Field, RecordBatch, Schema, Table, Vector } from 'apache-arrow'

type Properties = Readonly<Record<PropertyKey, unknown>>

/**
 * What types, fields, schemas and vectors of every version call themselves: by their class, never by a property of their
 * own, whose getter would be somebody's code.
 */
function tagOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) return undefined
  try {
    const tag: unknown = Object.hasOwn(value, Symbol.toStringTag) ? undefined : Reflect.get(value, Symbol.toStringTag)
    return typeof tag === 'string' ? tag : undefined
  } catch {
    return undefined // a class of the user's whose getter throws, or a proxy
  }
}

/** Data, batches and tables have no name in common: they are told by properties of their own, which no getter computes. */
function hasOwn(value: unknown, ...names: readonly string[]): value is object {
  if (typeof value !== 'object' || value === null) return false
  try {
    return names.every((name) => Object.hasOwn(value, name))
  } catch {
    return false // a proxy that answers for its own names alone, such as a data frame of nodejs-polars
  }
}

/** A type: `new arrow.Int32()`. */
export function isDataType(value: unknown): value is DataType {
  if (tagOf(value) === undefined || !('ArrayType' in (value as object)) || 'data' in (value as object)) return false
  const { typeId, children } = value as Properties
  return typeof typeId === 'number' && (Array.isArray(children) || children === undefined || children === null)
}

/** A column of a schema. */
export function isField(value: unknown): value is Field {
  if (tagOf(value) !== 'Field') return false
  const { type, nullable, metadata } = value as Properties
  return isDataType(type) && typeof nullable === 'boolean' && isMap(metadata)
}

/** A schema. */
export function isSchema(value: unknown): value is Schema {
  if (tagOf(value) !== 'Schema') return false
  const { fields, metadata } = value as Properties
  return Array.isArray(fields) && fields.every(isField) && isMap(metadata)
}

/** One array: the chunk of a vector. */
export function isData(value: unknown): value is Data {
  if (!hasOwn(value, 'stride', '_nullCount')) return false
  const { type, length, offset, children } = value as Properties
  return isDataType(type) && typeof length === 'number' && typeof offset === 'number' && Array.isArray(children)
}

/** A vector, of one or more chunks. */
export function isVector(value: unknown): value is Vector {
  if (tagOf(value)?.includes('Vector<') !== true) return false
  const { type, data, length } = value as Properties
  return isDataType(type) && Array.isArray(data) && data.every(isData) && typeof length === 'number'
}

/** A record batch. */
export function isRecordBatch(value: unknown): value is RecordBatch {
  if (!hasOwn(value, 'schema', 'data') || !isSpreadable(value)) return false
  const { schema, data } = value as Properties
  return isSchema(schema) && isData(data)
}

/** A table. */
export function isTable(value: unknown): value is Table {
  if (!hasOwn(value, 'schema', 'batches') || !isSpreadable(value)) return false
  const { schema, batches } = value as Properties
  return isSchema(schema) && Array.isArray(batches) && batches.every(isRecordBatch)
}

/** What the classes of tables and batches say of their rows, and no plain object that happens to hold the same does. */
const isSpreadable = (value: object): boolean => Reflect.get(value, Symbol.isConcatSpreadable) === true

/** Maps of another realm count. */
const isMap = (value: unknown): boolean => Object.prototype.toString.call(value) === '[object Map]'
