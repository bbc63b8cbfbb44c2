// Type names, as JSON jobs and error details spell them, to types.

import type { ArrowFieldLike, ArrowSchemaLike, ArrowTypeLike } from '../arrow/like.ts'
import { isDataType, isField, isSchema } from '../arrow/recognise.ts'
import { fromArrowField, fromArrowSchema, fromArrowType } from './arrow.ts'
import { jobWords } from './job-words.ts'
import { TextCursor } from './text-cursor.ts'
import { type DataType, type Field, field, type Schema } from './type.ts'

/**
 * Parses a type's name as JSON jobs spell it: `int64`, `decimal128(10,2)`, `timestamp(ms,Europe/Rome)`, `list<utf8>`,
 * `struct<x:int64,"a, b":utf8>`.
 *
 * @param text - The name; upper and lower case are the same, spaces do not count.
 * @throws {PlanError} `unknown_type` with the nearest name.
 * @example
 * import { parseType } from 'volley'
 *
 * parseType('decimal128(10,2)') // => { kind: 'decimal128', precision: 10, scale: 2 }
 *
 * @see docs/reference/wire.md
 */
export function parseType(text: string): DataType {
  return TextCursor.parse(text, jobWords)
}

/** A type, its name, or Arrow's: `new arrow.Int32()`, of any copy of Arrow JavaScript. */
export type TypeInput = DataType | string | ArrowTypeLike

/**
 * The type that a name, or a type of Arrow's, stands for.
 *
 * @throws {PlanError} `unknown_type` with the nearest name.
 */
export function asType(type: TypeInput): DataType {
  if (typeof type === 'string') return parseType(type)
  return isDataType(type) ? fromArrowType(type) : (type as DataType)
}

/** What declares a column: a field, whether it can be null included, or its type. */
export type FieldInput = TypeInput | Field | ArrowFieldLike

/** The field that was declared; one of a type alone takes `name`. */
export function asField(declared: FieldInput, name: string): Field {
  if (isField(declared)) return fromArrowField(declared)
  const isType = typeof declared === 'string' || 'kind' in declared || isDataType(declared)
  return isType ? field(name, asType(declared)) : (declared as Field)
}

/** The columns of a schema of ours, or of Arrow's. */
export const asSchema = (schema: Schema | ArrowSchemaLike): Schema =>
  isSchema(schema) ? fromArrowSchema(schema) : (schema as Schema)
