// The rows that a job brings along, as the bytes of a table in memory. A few rows can be many cells: each column that
// any row names is there in all of them. Cells are counted before anything is made of them.

import { createError } from '../../functions/errors.ts'
import { type DataType, field } from '../../functions/types/type.ts'
import { encodeColumns } from '../data/memory-table.ts'
import { columnValues } from '../data/rows.ts'
import { asArray, asObject, at, below, invalidJob, type JsonObject } from './json-checks.ts'

/** Rows that were encoded before the job around them is parsed: they stand where the rows stood. */
export class EncodedRows {
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
}

const MAX_ROWS = 10_000_000
const MAX_COLUMNS = 5000
const MAX_CELLS = 10_000_000
const MAX_DEPTH = 64

/**
 * Encodes `rows` as an Arrow IPC stream.
 *
 * @param types - Of some or all columns; those of the others are inferred.
 * @throws {PlanError} `invalid_job` when they are not rows. @throws {ResourceError} `size_limit`.
 * @throws {DataError} `invalid_value` when a value is not of its column's type.
 */
export function encodeRows(json: unknown, types: Readonly<Record<string, DataType>>, pointer: string): Uint8Array {
  const rows = asArray(json, pointer, MAX_ROWS) as readonly JsonObject[]
  for (const [i, row] of rows.entries()) {
    // A pointer for each would cost more than the rows.
    if (!isRow(row)) asObject(row, below(pointer, i))
    if (isTooDeep(row)) throw invalidJob(below(pointer, i), `its values nest deeper than ${MAX_DEPTH} levels`)
  }
  const names = new Set(Object.keys(types))
  for (const row of rows) for (const name of Object.keys(row)) names.add(name)
  if (names.size === 0) throw invalidJob(pointer, 'it has no columns, give it a schema')
  checkSize(rows.length, names.size, pointer)
  const columns = [...names].map((name) => [name, rows.map((row) => (Object.hasOwn(row, name) ? row[name] : null))])
  return at(pointer, () => {
    const made = columnValues(Object.fromEntries(columns), types)
    const schema = made.schema.map(({ name, type }) => field(name, type))
    return encodeColumns(schema, made.values)
  })
}

function checkSize(rows: number, columns: number, pointer: string): void {
  const cells = rows * columns
  if (columns <= MAX_COLUMNS && cells <= MAX_CELLS) return
  const [count, what, limit] = columns > MAX_COLUMNS ? [columns, 'columns', MAX_COLUMNS] : [cells, 'cells', MAX_CELLS]
  throw createError(
    'size_limit',
    `Cannot read the job at "${pointer}": its rows have ${count} ${what}, at most ${limit}; name a file as the source`,
    { details: { pointer, [what]: count, limit } },
  )
}

const isRow = (json: unknown): json is JsonObject => typeof json === 'object' && json !== null && !Array.isArray(json)

/** Values are read by functions that call themselves. */
function isTooDeep(row: JsonObject): boolean {
  const pending: [value: unknown, depth: number][] = [[row, 0]]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [value, depth] = next
    if (typeof value !== 'object' || value === null) continue
    if (depth > MAX_DEPTH) return true
    for (const inner of Object.values(value)) pending.push([inner, depth + 1])
  }
  return false
}
