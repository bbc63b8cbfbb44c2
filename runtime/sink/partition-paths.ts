// Hive's names of partitions: `region=north/year=2024`. Values are written as in CSV, and what cannot stand in a name is
// escaped as in a URL, which is how Arrow, DuckDB, Polars and Spark read them back.

import { type Batch, type Column, valueAt } from '../../functions/column/column.ts'
import { PlanError } from '../../functions/errors.ts'
import { plainType } from '../../functions/types/coercion.ts'
import { type DataType, displayType, field, type Schema } from '../../functions/types/type.ts'
import type { Value } from '../../functions/types/value.ts'
import { jsonWriter } from '../data/json-values.ts'

/** What stands for null. @see Hive `hive.exec.default.partition.name` */
const NULL_NAME = '__HIVE_DEFAULT_PARTITION__'

const kinds: ReadonlySet<DataType['kind']> = new Set([
  'bool',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'float32',
  'float64',
  'decimal128',
  'utf8',
  'date32',
  'timestamp',
  'time32',
  'time64',
])

/** @throws {PlanError} `not_implemented` for a type whose values make no names. */
export function checkPartitionType(column: string, type: DataType): void {
  if (kinds.has(plainType(type).kind)) return
  throw new PlanError(
    'not_implemented',
    `Cannot partition by column "${column}": values of ${displayType(type)} make no directory names; cast it to text or a number first`,
    { details: { column, type: displayType(type) } },
  )
}

/** The columns that files have, dictionaries resolved: those that name directories are left out. */
export const fileSchema = (schema: Schema, partitionBy: readonly string[] = []): Schema =>
  schema
    .filter(({ name }) => !partitionBy.includes(name))
    .map(({ name, type, nullable, metadata }) => field(name, plainType(type), nullable, metadata))

/** The rows of a batch by the directory they belong in. */
export type RowsByDirectory = ReadonlyMap<string, Int32Array>

/** Deals rows out to directories. Segments of values that were seen before are remembered. */
export class PartitionPaths {
  readonly #columns: readonly { readonly index: number; segmentOf(value: Value): string }[]

  constructor(schema: Schema, partitionBy: readonly string[]) {
    this.#columns = partitionBy.map((name) => {
      const index = schema.findIndex((field) => field.name === name)
      return { index, segmentOf: segments(name, schema[index]?.type) }
    })
  }

  rowsOf({ columns, length }: Batch): RowsByDirectory {
    const keys = this.#columns.map(({ index, segmentOf }) => segmentReader(columns[index], segmentOf))
    const rows = new Map<string, number[]>()
    for (let row = 0; row < length; row++) {
      let directory = ''
      for (const segmentAt of keys) {
        const segment = segmentAt(row)
        directory = directory === '' ? segment : `${directory}/${segment}`
      }
      const own = rows.get(directory)
      if (own === undefined) rows.set(directory, [row])
      else own.push(row)
    }
    return new Map([...rows].map(([directory, own]) => [directory, Int32Array.from(own)]))
  }
}

/** The segment of each row; of a dictionary's values, each is made once. */
function segmentReader(column: Column | undefined, segmentOf: (value: Value) => string): (row: number) => string {
  if (column === undefined) return () => segmentOf(null)
  if (column.storage !== 'dictionary') return (row) => segmentOf(valueAt(column, row))
  const { codes, dictionary, valid } = column
  const known: string[] = []
  return (row) => {
    if (valid?.[row] === 0) return segmentOf(null)
    const code = codes[row] ?? 0
    known[code] ??= segmentOf(valueAt(dictionary, code))
    return known[code]
  }
}

/** Values that are remembered, per column. */
const MAX_REMEMBERED = 10_000

function segments(name: string, type: DataType | undefined): (value: Value) => string {
  const remembered = new Map<Value, string>()
  const write = type === undefined ? String : jsonWriter(type)
  const start = `${escapeName(name)}=`
  return (value) => {
    if (value === null) return start + NULL_NAME
    let segment = remembered.get(value)
    if (segment === undefined) {
      const text = String(write(value))
      segment = start + (text === NULL_NAME ? text.replace('_', '%5F') : escapeName(text))
      if (remembered.size < MAX_REMEMBERED) remembered.set(value, segment)
    }
    return segment
  }
}

/** Also escapes what file systems or shells give a meaning of their own. */
const escapeName = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(/[!'()*~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
