// Opening newline-delimited JSON in the parent: columns and types from a sample of each file, byte ranges.
// Never reads more than the sample.

import { DataError, PlanError } from '../../../functions/errors.ts'
import { field, type Schema } from '../../../functions/types/type.ts'
import { inTurns, type Pieces, yieldTurn } from '../../turns/turns.ts'
import { type Declared, parseDeclared } from '../csv/infer.ts'
import { checkColumns, tooManyColumns, unreadable, withFiles } from '../files.ts'
import { groupPieces } from '../partitions.ts'
import { type JsonOptions, mostColumns, type OpenedSource } from '../source.ts'
import { longestSample, openWindow, textPieces } from '../text/text-pieces.ts'
import { MixedTypesError, SeenType } from './infer.ts'
import { checkIsLines, endOfLines, type JsonRow, lineError, parseLines } from './lines.ts'
import { hasMoreMembers } from './most-members.ts'

/** Lines that are longer may have too many columns to be parsed in one turn. */
const longLine = 1 << 18

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
    for await (const row of sampleLines(path, sampleRows)) await inTurns(addRow(columns, row, path, declared, onField))
  }
  if (columns.size === 0 && files[0] !== undefined) {
    throw unreadable(files[0].path, 'it has no rows to tell its columns from; declare the schema')
  }
  await yieldTurn()
  declared.check([...columns.keys()])
  return [...columns].map(([name, seen]) => declared.typeOf(name) ?? field(name, seen.type))
}

function* addRow(
  columns: Map<string, SeenType>,
  row: JsonRow,
  path: string,
  declared: Declared,
  onField: () => void,
): Pieces<void> {
  for (const [name, value] of Object.entries(row)) {
    let seen = columns.get(name)
    if (seen === undefined) {
      onField()
      seen = new SeenType(onField)
      columns.set(name, seen)
    }
    yield
    if (declared.typeOf(name) !== undefined) continue
    try {
      yield* seen.add(value)
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

/** The rows of the first `sampleRows` lines, those of a piece of the file at a time. */
async function* sampleLines(path: string, sampleRows: number): AsyncGenerator<JsonRow> {
  await using window = await openWindow(path, 0, 1 << 16, longestSample)
  let rows = 0
  do {
    await window.fill()
    if (window.base === 0 && rows === 0) checkIsLines(path, window.bytes, window.from)
    const end = endOfLines(window.bytes, window.from, window.to, window.isEnd)
    const text = Buffer.from(window.bytes.buffer, window.from, end - window.from).toString()
    const lines = text
      .split('\n')
      .slice(0, sampleRows - rows)
      .join('\n')
    if (lines.length > longLine && hasMoreMembers(lines, mostColumns)) throw tooManyColumns(path)
    await yieldTurn()
    const parsed = parseLines(lines)
    if ('badLine' in parsed) {
      throw await lineError(
        path,
        window.base + window.from + Buffer.byteLength(lines.slice(0, parsed.badLine)),
        parsed.why,
      )
    }
    window.use(end)
    rows += parsed.length
    await yieldTurn()
    yield* parsed
  } while (rows < sampleRows && !window.isEnd)
}
