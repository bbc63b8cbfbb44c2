// Type names, as JSON jobs and error details spell them, to types.

import type { ArrowFieldLike, ArrowSchemaLike, ArrowTypeLike } from '../arrow/like.ts'
import { isDataType, isField, isSchema } from '../arrow/recognise.ts'
import { describeValue } from '../describe-value.ts'
import { invalidArgument } from '../options.ts'
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
 * @throws {PlanError} `unknown_type` with the nearest name; `invalid_argument` for what is neither.
 */
export function asType(type: TypeInput): DataType {
  if (typeof type === 'string') return parseType(type)
  if (isDataType(type)) return fromArrowType(type)
  if (typeof (type as DataType | undefined)?.kind === 'string') return type as DataType
  throw invalidArgument(`Cannot take ${describeValue(type)} as a type: ${hintFor(type)}`)
}

/** What declares a column: a field, whether it can be null included, or its type. */
export type FieldInput = TypeInput | Field | ArrowFieldLike

/** The field that was declared; one of a type alone takes `name`. */
export function asField(declared: FieldInput, name: string): Field {
  if (isField(declared)) return fromArrowField(declared)
  if (typeof (declared as Field | undefined)?.name === 'string') return checkedField(declared as Field)
  return field(name, asType(declared as TypeInput))
}

/** Names of types are no part of a field; nor may its type be missing. */
const checkedField = (declared: Field): Field => {
  const type = asType(declared.type)
  return type === declared.type ? declared : { ...declared, type }
}

/**
 * The columns of a schema of ours, or of Arrow's.
 *
 * @throws {PlanError} `invalid_argument` for what is neither.
 */
export function asSchema(schema: Schema | ArrowSchemaLike): Schema {
  if (isSchema(schema)) return fromArrowSchema(schema)
  const fields: unknown = schema
  if (Array.isArray(fields) && fields.every((each) => typeof each?.name === 'string')) return fields.map(checkedField)
  const hint = "it is an array of fields, such as [field('a', int64)]"
  throw invalidArgument(`Cannot take ${describeValue(schema)} as a schema: ${hint}`)
}

/** JavaScript's own constructors are what callers of other libraries give. */
const likely = new Map<unknown, string>([
  [Number, 'float64 or int32 are types of numbers'],
  [BigInt, 'int64 is the type of bigints'],
  [String, 'utf8 is the type of strings'],
  [Boolean, 'bool is the type of booleans'],
  [Date, 'date32 and timestamp() are types of dates'],
])

const hintFor = (type: unknown): string =>
  likely.get(type) ?? "give a type that volley exports, such as float64, or its name, 'float64'"
