// Opening newline-delimited JSON in the parent: columns and types from a sample of each file, byte ranges.
// Never reads more than the sample, and makes no values of it: that is for the workers.

import { DataError, PlanError } from '../../../functions/errors.ts'
import { field, type Schema } from '../../../functions/types/type.ts'
import { inTurns, yieldTurn } from '../../turns/turns.ts'
import { type Declared, parseDeclared } from '../csv/infer.ts'
import { checkColumns, unreadable, withFiles } from '../files.ts'
import { groupPieces } from '../partitions.ts'
import type { JsonOptions, OpenedSource } from '../source.ts'
import { longestSample, openWindow, type TextWindow, textPieces } from '../text/text-pieces.ts'
import { JsonSyntaxError } from './cursor.ts'
import { MixedTypesError, SeenType, type StructShape } from './infer.ts'
import { checkIsLines, endOfLines, lineError } from './lines.ts'
import { scanJson } from './scan.ts'
import { ShapeHandler } from './shape.ts'

const [lineFeed, openObject] = [10, 123]
const longestExcerpt = 60

/** Opens NDJSON files: their types are declared or inferred from a sample. @throws {DataError} */
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
  const columns = new Map<string, SeenType>()
  let fields = 0
  for (const { path } of files) {
    const onField = (): void => checkColumns(path, ++fields)
    for await (const row of sampleLines(path, sampleRows)) addRow(columns, row, path, declared, onField)
  }
  if (columns.size === 0 && files[0] !== undefined) {
    throw unreadable(files[0].path, 'it has no rows to tell its columns from; declare the schema')
  }
  await yieldTurn()
  declared.check([...columns.keys()])
  return [...columns].map(([name, seen]) => declared.typeOf(name) ?? field(name, seen.type))
}

function addRow(
  columns: Map<string, SeenType>,
  row: StructShape,
  path: string,
  declared: Declared,
  onField: () => void,
): void {
  for (const [name, shape] of row) {
    let seen = columns.get(name)
    if (seen === undefined) {
      onField()
      seen = new SeenType(onField)
      columns.set(name, seen)
    }
    if (declared.typeOf(name) !== undefined) continue
    try {
      seen.add(shape)
    } catch (error) {
      if (!(error instanceof MixedTypesError)) throw error
      throw new DataError(
        'schema_mismatch',
        `Cannot infer the type of column "${name}" in "${path}": its values are ${error.message}; declare one and correct the others`,
        { details: { path, column: name }, cause: error },
      )
    }
  }
}

/** The shapes of the rows in the first `sampleRows` lines that are not blank. */
async function* sampleLines(path: string, sampleRows: number): AsyncGenerator<StructShape> {
  await using window = await openWindow(path, 0, 1 << 16, longestSample)
  let rows = 0
  do {
    await window.fill()
    if (window.base === 0 && rows === 0) checkIsLines(path, window.bytes, window.from)
    const end = endOfLines(window.bytes, window.from, window.to, window.isEnd)
    for (let from = window.from; from < end && rows < sampleRows; ) {
      const next = window.bytes.indexOf(lineFeed, from)
      const to = next < 0 || next > end ? end : next
      const row = await sampleLine(path, window, from, to)
      if (row !== undefined) {
        rows++
        yield row
      }
      from = to + 1
    }
    window.use(end)
  } while (rows < sampleRows && !window.isEnd)
}

/** The shape of the row in one line; undefined for a blank one. */
async function sampleLine(
  path: string,
  { bytes, base }: TextWindow,
  from: number,
  to: number,
): Promise<StructShape | undefined> {
  const line = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from)
  if (line[0] !== openObject && line.toString().trim() === '') return undefined
  const handler = new ShapeHandler((members) => checkColumns(path, members))
  try {
    await inTurns(scanJson(line, handler))
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    throw await lineError(path, base + from, error.message)
  }
  if (handler.shape instanceof Map) return handler.shape
  throw await lineError(path, base + from, `${excerpt(line)} is not an object`)
}

function excerpt(line: Buffer): string {
  const text = line.toString('utf8', 0, 4 * longestExcerpt).trim()
  return text.length > longestExcerpt ? `${text.slice(0, longestExcerpt)}…` : text
}
