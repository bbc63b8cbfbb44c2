// Type names, as JSON jobs and error details spell them, to types.

import { jobWords } from './job-words.ts'
import { TextCursor } from './text-cursor.ts'
import type { DataType } from './type.ts'

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

/** A type, or the one that a name stands for. @throws {PlanError} `unknown_type` with the nearest name. */
export function asType(type: DataType | string): DataType {
  return typeof type === 'string' ? parseType(type) : type
}
