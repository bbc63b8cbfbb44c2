// Sources in JSON jobs, as text says them: kind, paths and options. Whether a path is allowed and what a table is, the
// reader of the job decides.

import { createError } from '../../functions/errors.ts'
import { parseType } from '../../functions/types/parse-type.ts'
import { type DataType, field } from '../../functions/types/type.ts'
import { encodeColumns } from '../data/memory-table.ts'
import { columnValues } from '../data/rows.ts'
import type { CsvOptions, JsonOptions, SourceSpec } from '../source/source.ts'
import {
  asArray,
  asBoolean,
  asObject,
  asRecordOf,
  asText,
  asWholeNumber,
  at,
  below,
  invalidJob,
  type JsonObject,
} from './json-checks.ts'

/** A source before its paths and names are looked up. */
export type JsonSource =
  | { readonly kind: 'parquet' | 'arrow'; readonly paths: readonly string[] }
  | { readonly kind: 'csv'; readonly paths: readonly string[]; readonly options?: CsvOptions }
  | { readonly kind: 'json'; readonly paths: readonly string[]; readonly options?: JsonOptions }
  | { readonly kind: 'table'; readonly name: string }
  | Extract<SourceSpec, { kind: 'memory' }>

const MAX_PATHS = 1000
const MAX_ROWS = 10_000_000
const MAX_DEPTH = 64
const kinds = ['arrow', 'parquet', 'csv', 'json', 'table', 'rows', 'part'] as const

/** Reads `{ "parquet": "a.parquet" }` and its siblings. */
export function readSource(json: unknown, pointer: string): JsonSource {
  const source = asRecordOf(json, pointer, [...kinds, 'options', 'schema'])
  const given = kinds.filter((kind) => Object.hasOwn(source, kind))
  const [kind] = given
  if (kind === undefined || given.length > 1) {
    throw invalidJob(pointer, `it names ${given.length} sources, name one of ${kinds.join(', ')}`)
  }
  const value = source[kind]
  const here = below(pointer, kind)
  if (kind !== 'rows') refuse(source, pointer, 'schema', kind)
  if (kind !== 'csv' && kind !== 'json') refuse(source, pointer, 'options', kind)
  const optionsAt = below(pointer, 'options')
  switch (kind) {
    case 'arrow':
    case 'parquet':
      return { kind, paths: readPaths(value, here) }
    case 'csv': {
      const options = source.options === undefined ? undefined : readCsvOptions(source.options, optionsAt)
      return { kind, paths: readPaths(value, here), ...(options === undefined ? {} : { options }) }
    }
    case 'json': {
      const options = source.options === undefined ? undefined : readJsonOptions(source.options, optionsAt)
      return { kind, paths: readPaths(value, here), ...(options === undefined ? {} : { options }) }
    }
    case 'table':
      return { kind, name: asText(value, here) }
    case 'rows':
      return readRows(value, source.schema, pointer)
    case 'part':
      throw createError('not_implemented', 'Cannot read parts of a request yet: send the rows in the job, or a path', {
        details: { pointer: here },
      })
  }
}

/** The source that a path's extension tells; undefined when it tells none. */
export function sourceOfPath(path: string): Exclude<JsonSource, { kind: 'table' | 'memory' }> | undefined {
  const extension = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? ''
  const kind = kindOfExtension.get(extension)
  return kind === undefined ? undefined : { kind, paths: [path] }
}

const kindOfExtension = new Map<string, 'parquet' | 'arrow' | 'csv' | 'json'>([
  ['parquet', 'parquet'],
  ['arrow', 'arrow'],
  ['arrows', 'arrow'],
  ['feather', 'arrow'],
  ['ipc', 'arrow'],
  ['csv', 'csv'],
  ['tsv', 'csv'],
  ['ndjson', 'json'],
  ['jsonl', 'json'],
])

function refuse(source: JsonObject, pointer: string, member: string, kind: string): void {
  if (Object.hasOwn(source, member)) throw invalidJob(below(pointer, member), `a source of kind "${kind}" takes none`)
}

function readPaths(json: unknown, pointer: string): readonly string[] {
  const list = typeof json === 'string' ? [json] : asArray(json, pointer, MAX_PATHS)
  if (list.length === 0) throw invalidJob(pointer, 'it names no file')
  return list.map((path, i) => readPath(path, typeof json === 'string' ? pointer : below(pointer, i)))
}

function readPath(json: unknown, pointer: string): string {
  const path = asText(json, pointer)
  if (path === '' || path.includes('\0')) throw invalidJob(pointer, 'it is not a path')
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) {
    throw createError('not_implemented', `Cannot read "${path}": sources are files, URLs are not read yet`, {
      details: { pointer },
    })
  }
  return path
}

function readCsvOptions(json: unknown, pointer: string): CsvOptions {
  const known = ['delimiter', 'header', 'quote', 'nullValues', 'schema', 'sampleRows']
  const options = asRecordOf(json, pointer, known)
  const member = <Value>(name: string, read: (value: unknown, pointer: string) => Value): Record<string, Value> =>
    options[name] === undefined ? {} : { [name]: read(options[name], below(pointer, name)) }
  return {
    ...member('delimiter', asCharacter),
    ...member('quote', asCharacter),
    ...member('header', asBoolean),
    ...member('nullValues', (value, here) => asArray(value, here, 100).map((text, i) => asText(text, below(here, i)))),
    ...readJsonOptions({ schema: options.schema, sampleRows: options.sampleRows }, pointer),
  }
}

function readJsonOptions(json: unknown, pointer: string): JsonOptions {
  const { schema, sampleRows } = asRecordOf(json, pointer, ['schema', 'sampleRows'])
  return {
    ...(schema === undefined ? {} : { schema: readTypes(schema, below(pointer, 'schema')) }),
    ...(sampleRows === undefined
      ? {}
      : { sampleRows: asWholeNumber(sampleRows, below(pointer, 'sampleRows'), 1, 1e6) }),
  }
}

function asCharacter(json: unknown, pointer: string): string {
  const text = asText(json, pointer)
  if (text.length === 1 && text.charCodeAt(0) < 128) return text
  throw invalidJob(pointer, 'it is not one ASCII character')
}

/** `{ "a": "int64" }`: types by column. */
function readTypes(json: unknown, pointer: string): Record<string, DataType> {
  const types = Object.entries(asObject(json, pointer)).map(([name, type]) => {
    const here = below(pointer, name)
    return [name, at(here, () => parseType(asText(type, here)))] as const
  })
  // Without a prototype: a column may be called `constructor`.
  return Object.assign(Object.create(null), Object.fromEntries(types))
}

function readRows(json: unknown, schema: unknown, pointer: string): JsonSource {
  const rowsAt = below(pointer, 'rows')
  const rows = asArray(json, rowsAt, MAX_ROWS).map((row, i) => asObject(row, below(rowsAt, i)))
  rows.forEach((row, i) => {
    checkDepth(row, below(rowsAt, i))
  })
  const types = schema === undefined ? {} : readTypes(schema, below(pointer, 'schema'))
  const names = new Set([...Object.keys(types), ...rows.flatMap((row) => Object.keys(row))])
  if (names.size === 0) throw invalidJob(rowsAt, 'it has no columns, give it a schema')
  const columns = [...names].map((name) => [name, rows.map((row) => (Object.hasOwn(row, name) ? row[name] : null))])
  const declared = Object.assign(Object.create(null), types)
  return at(rowsAt, () => {
    const made = columnValues(Object.fromEntries(columns), declared)
    return {
      kind: 'memory',
      bytes: encodeColumns(
        made.schema.map(({ name, type }) => field(name, type)),
        made.values,
      ),
    }
  })
}

/** Values are read by functions that call themselves. */
function checkDepth(row: JsonObject, pointer: string): void {
  const pending: [value: unknown, depth: number][] = [[row, 0]]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [value, depth] = next
    if (typeof value !== 'object' || value === null) continue
    if (depth > MAX_DEPTH) throw invalidJob(pointer, `its values nest deeper than ${MAX_DEPTH} levels`)
    for (const inner of Object.values(value)) pending.push([inner, depth + 1])
  }
}
