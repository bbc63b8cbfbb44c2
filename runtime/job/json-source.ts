// Sources in JSON jobs. They are files of a format in the table of formats, registered tables, or rows in the job
// itself. The parse context decides whether a path is allowed and what a table is.

import { type LiteralValue, literal } from '../../functions/expr/literal.ts'
import type { ExprNode } from '../../functions/expr/node.ts'
import { checkIsPath } from '../source/check-is-path.ts'
import { fileFormats, type SourceFormat } from '../source/formats.ts'
import type { FileSpec, SourceSpec } from '../source/source.ts'
import { EncodedRows, encodeRows } from './inline-rows.ts'
import { asArray, asRecordOf, asText, below, invalidJob, type JsonObject, nameOf } from './json-checks.ts'
import { parseFormatOptions, parseTypes } from './json-format-options.ts'
import { type JsonPart, parsePart } from './json-part.ts'

/** A source before its paths and names are looked up. */
export type JsonSource =
  | SourceSpec
  | { readonly kind: 'table'; readonly name: string }
  /** Of a table function. */
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly ExprNode[] }
  | JsonPart

const MAX_PATHS = 1000
const MAX_PATH = 4096
const MAX_ARGUMENTS = 100

/** Parses `{ "parquet": "a.parquet" }` and its siblings. */
export function parseSource(json: unknown, pointer: string): JsonSource {
  const formats = fileFormats()
  const kinds = [...formats.map(({ kind }) => kind), 'table', 'function', 'rows', 'part']
  const source = asRecordOf(json, pointer, [...kinds, 'options', 'schema', 'format'])
  const given = kinds.filter((kind) => Object.hasOwn(source, kind))
  const [kind] = given
  if (kind === undefined || given.length > 1) {
    throw invalidJob(pointer, `it names ${given.length} sources, name one of ${kinds.join(', ')}`)
  }
  if (kind === 'part') return parsePart(json, pointer)
  refuse(source, pointer, 'format', kind)
  if (kind !== 'rows') refuse(source, pointer, 'schema', kind)
  const format = formats.find((candidate) => candidate.kind === kind)
  if (format === undefined) refuse(source, pointer, 'options', kind)
  if (format !== undefined) return parseFiles(format, source, pointer)
  const here = below(pointer, kind)
  if (kind === 'table') return { kind, name: asText(source.table, here) }
  if (kind === 'function') return parseCall(source.function, here)
  return { kind: 'memory', bytes: rowsOf(source, pointer) }
}

/** `{ "name": "numbers", "args": [1, "a"] }` */
function parseCall(json: unknown, pointer: string): JsonSource {
  const { name, args = [] } = asRecordOf(json, pointer, ['name', 'args'])
  const list = asArray(args, below(pointer, 'args'), MAX_ARGUMENTS)
  return {
    kind: 'call',
    name: asText(name, below(pointer, 'name')),
    args: list.map((arg, i) => parseArgument(arg, below(below(pointer, 'args'), i))),
  }
}

function parseArgument(json: unknown, pointer: string): ExprNode {
  if (json === null || ['string', 'number', 'boolean'].includes(typeof json)) return literal(json as LiteralValue)
  throw invalidJob(pointer, `it is ${nameOf(json)}, a text, a number, a boolean or null is wanted`)
}

/** The rows of a source, encoded: here, unless they come so. */
export function rowsOf({ rows, schema }: JsonObject, pointer: string): Uint8Array {
  if (rows instanceof EncodedRows) return rows.bytes
  const types = schema === undefined ? Object.create(null) : parseTypes(schema, below(pointer, 'schema'))
  return encodeRows(rows, types, below(pointer, 'rows'))
}

function refuse(source: JsonObject, pointer: string, member: string, kind: string): void {
  if (Object.hasOwn(source, member)) throw invalidJob(below(pointer, member), `a source of kind "${kind}" takes none`)
}

function parseFiles(format: SourceFormat<FileSpec['kind']>, source: JsonObject, pointer: string): FileSpec {
  const { kind } = format
  const paths = parsePaths(source[kind], below(pointer, kind))
  if (source.options === undefined) return { kind, paths }
  return { kind, paths, options: parseFormatOptions(kind, source.options, below(pointer, 'options')) } as FileSpec
}

function parsePaths(json: unknown, pointer: string): readonly string[] {
  const list = typeof json === 'string' ? [json] : asArray(json, pointer, MAX_PATHS)
  if (list.length === 0) throw invalidJob(pointer, 'it names no file')
  return list.map((path, i) => parsePath(path, typeof json === 'string' ? pointer : below(pointer, i)))
}

function parsePath(json: unknown, pointer: string): string {
  const path = asText(json, pointer)
  if (path === '' || path.includes('\0')) throw invalidJob(pointer, 'it is not a path')
  if (path.length > MAX_PATH)
    throw invalidJob(pointer, `it has ${path.length} characters, a path has at most ${MAX_PATH}`)
  checkIsPath(path, { pointer })
  return path
}
