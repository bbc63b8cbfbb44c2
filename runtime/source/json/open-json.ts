// Opening newline-delimited JSON in the parent: columns and types from a sample of each file, byte ranges.
// Never reads more than the sample.

import { DataError, PlanError } from '../../../functions/errors.ts'
import { type DataType, field, type Schema } from '../../../functions/types/type.ts'
import { type Declared, parseDeclared } from '../csv/infer.ts'
import { checkColumns, unreadable, withFiles } from '../files.ts'
import { groupPieces } from '../partitions.ts'
import type { JsonOptions, OpenedSource } from '../source.ts'
import { longestSample, openWindow, textPieces } from '../text/text-pieces.ts'
import { MixedTypesError, resolveUnseen, unknownType, valueType, widen } from './infer.ts'
import { checkIsLines, endOfLines, type JsonRow, lineError, parseLines } from './lines.ts'

export async function openJson(paths: readonly string[], options: JsonOptions = {}): Promise<OpenedSource> {
  const sampleRows = options.sampleRows ?? 1000
  if (!Number.isInteger(sampleRows) || sampleRows < 1) {
    throw new PlanError(
      'invalid_argument',
      `Cannot sample ${sampleRows} rows: the json option "sampleRows" takes a whole number of at least 1`,
    )
  }
  return withFiles(paths, async (files) => {
    const declared = parseDeclared(options.schema)
    const schema = declared.schema ?? (await inferSchema(files, sampleRows, declared))
    return { schema, partitions: (target) => groupPieces(textPieces(files, target), target, schema) }
  })
}

async function inferSchema(
  files: readonly { path: string }[],
  sampleRows: number,
  declared: Declared,
): Promise<Schema> {
  const types = new Map<string, DataType>()
  for (const { path } of files) {
    for (const row of await sampleLines(path, sampleRows)) {
      for (const [name, value] of Object.entries(row)) addValue(types, name, value, path, declared)
      checkColumns(path, types.size)
    }
  }
  if (types.size === 0 && files[0] !== undefined) {
    throw unreadable(files[0].path, 'it has no rows to tell its columns from; declare the schema')
  }
  declared.check([...types.keys()])
  return [...types].map(([name, type]) => declared.typeOf(name) ?? field(name, resolveUnseen(type)))
}

function addValue(types: Map<string, DataType>, name: string, value: unknown, path: string, declared: Declared): void {
  try {
    const type = declared.typeOf(name) === undefined ? valueType(value) : undefined
    types.set(name, widen(types.get(name) ?? unknownType, type))
  } catch (error) {
    if (!(error instanceof MixedTypesError)) throw error
    throw new DataError(
      'schema_mismatch',
      `Cannot infer the type of column "${name}" in "${path}": its values are ${error.message}; declare one and correct the others`,
      { details: { path, column: name }, cause: error },
    )
  }
}

async function sampleLines(path: string, sampleRows: number): Promise<readonly JsonRow[]> {
  await using window = await openWindow(path, 0, 1 << 16, longestSample)
  const rows: JsonRow[] = []
  do {
    await window.fill()
    if (window.base === 0 && rows.length === 0) checkIsLines(path, window.bytes, window.from)
    const end = endOfLines(window.bytes, window.from, window.to, window.isEnd)
    const text = Buffer.from(window.bytes.buffer, window.from, end - window.from).toString()
    const lines = text
      .split('\n')
      .slice(0, sampleRows - rows.length)
      .join('\n')
    const parsed = parseLines(lines)
    if ('badLine' in parsed) {
      throw await lineError(
        path,
        window.base + window.from + Buffer.byteLength(lines.slice(0, parsed.badLine)),
        parsed.why,
      )
    }
    rows.push(...parsed)
    window.use(end)
  } while (rows.length < sampleRows && !window.isEnd)
  return rows
}
