// Type names, as JSON jobs and error details spell them, to types.

import { jobWords } from './job-words.ts'
import { TextCursor } from './text-cursor.ts'
import type { DataType } from './type.ts'

/**
 * Parses a type's name as JSON jobs spell it: `int64`, `decimal128(10,2)`, `timestamp(ms,Europe/Rome)`, `list<utf8>`,
 * `struct<x:int64,"a, b":utf8>`.
 *
 * @throws {PlanError} `unknown_type` with the nearest name.
 */
export function parseType(text: string): DataType {
  return TextCursor.parse(text, jobWords)
}
