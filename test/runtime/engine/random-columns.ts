// Random schemas and batches for the property tests: every scalar type, nullable or not, with the values that break
// things; columns come sliced, dictionary-encoded, empty, and with rubbish behind their nulls.

import fc from 'fast-check'
import { fromRecordBatch, toRecordBatch } from '../../../functions/column/arrow.ts'
import type { Batch, Column, PlainColumn } from '../../../functions/column/column.ts'
import { columnOf } from '../../../functions/column/output-buffer.ts'
import { sliceBatch } from '../../../functions/column/slice.ts'
import { toArrowSchema } from '../../../functions/types/arrow.ts'
import {
  binary,
  bool,
  type DataType,
  date32,
  decimal128,
  duration,
  type Field,
  field,
  float32,
  float64,
  int8,
  int16,
  int32,
  int64,
  integerRange,
  interval,
  list,
  nullType,
  type Schema,
  struct,
  time64,
  timestamp,
  uint8,
  uint16,
  uint32,
  uint64,
  utf8,
} from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'

export const integerTypes = [int8, int16, int32, int64, uint8, uint16, uint32, uint64] as const
export const numberTypes = [...integerTypes, float32, float64, decimal128(9, 2), decimal128(38, 10)] as const
export const momentTypes = [date32, timestamp('s'), timestamp('ms'), timestamp('us', 'Europe/Rome')] as const
const otherTypes = [nullType, bool, binary, time64('us'), duration('ms'), interval('month_day_nano')] as const
export const nestedTypes = [list(int64), struct({ x: float64, y: utf8 })] as const
export const allTypes: readonly DataType[] = [...numberTypes, ...momentTypes, ...otherTypes, utf8, ...nestedTypes]

/** Words that are equal, alike, empty, long, not ASCII, outside the basic plane, and that read as other types. */
const words = [
  '',
  'a',
  'A',
  'ab',
  'abc',
  'ß',
  'ü',
  'Ωmega',
  '日本',
  '😀',
  'a😀b',
  'e\u0301',
  '\uffff',
  '\ufeffx',
  '%',
  '_x',
  '\\',
]
const wordLike = ['12', '-3', '1.5', 'true', 'no', '2024-02-29', 'NaN', ' 7', '"', "'", '\n', '\0', 'x'.repeat(70)]

export function valueFor(type: DataType): fc.Arbitrary<Value> {
  switch (type.kind) {
    case 'null':
      return fc.constant(null)
    case 'bool':
      return fc.boolean()
    case 'float32':
      return fc.oneof(fc.constantFrom(...floats).map(Math.fround), fc.float())
    case 'float64':
      return fc.oneof(fc.constantFrom(...floats), fc.double())
    case 'utf8':
      return fc.oneof(fc.constantFrom(...words, ...wordLike), fc.string({ unit: 'grapheme', maxLength: 8 }))
    case 'binary':
      return fc.uint8Array({ maxLength: 6 }).map((bytes) => Uint8Array.from(bytes))
    case 'decimal128': {
      const most = 10n ** BigInt(type.precision) - 1n
      return fc.oneof(fc.constantFrom(0n, 1n, -1n, most, -most, 125n), fc.bigInt(-most, most))
    }
    case 'date32':
      return fc.oneof(fc.constantFrom(0, -1, 19_782), fc.integer({ min: -100_000, max: 100_000 }))
    case 'timestamp': {
      const ticks = { s: 1n, ms: 1000n, us: 1_000_000n, ns: 1_000_000_000n }[type.unit]
      return fc.bigInt(-5_000_000_000n, 5_000_000_000n).map((seconds) => seconds * ticks + (ticks > 1n ? 7n : 0n))
    }
    case 'time64':
      return fc.bigInt(0n, 86_399_999_999n)
    case 'duration':
      return fc.bigInt(-10_000_000n, 10_000_000n)
    case 'interval':
      return fc.record({ months: small, days: small, nanos: fc.bigInt(-(10n ** 15n), 10n ** 15n) })
    case 'list':
      return fc.array(fc.option(valueFor(type.item.type), { freq: 4 }), { maxLength: 3 })
    case 'struct':
      return fc.record<Record<string, Value>>(
        Object.fromEntries(type.fields.map((inner) => [inner.name, fc.option(valueFor(inner.type), { freq: 4 })])),
      )
    default:
      return integerOf(type)
  }
}

const small = fc.integer({ min: -40, max: 40 })
const floats = [0, -0, 1, -1, 0.5, 2.5, NaN, Infinity, -Infinity, 1e300, 5e-324, 2 ** 53, -1.7]

/** Mostly small numbers, so that they meet; the extremes of the type; and any. */
function integerOf(type: DataType): fc.Arbitrary<Value> {
  const [least, most] = integerRange(type)
  const narrow = fc.bigInt(least < -3n ? -3n : least, 5n)
  const wide = fc.oneof({ weight: 4, arbitrary: narrow }, fc.constantFrom(least, most), fc.bigInt(least, most))
  return type.kind === 'int64' || type.kind === 'uint64' ? wide : wide.map(Number)
}

export interface RandomColumn {
  readonly field: Field
  readonly values: readonly Value[]
  readonly encoding: 'plain' | 'dictionary'
}

export interface RandomTable {
  readonly schema: Schema
  readonly columns: readonly RandomColumn[]
  /** Rows that come before and after, to be sliced off. */
  readonly before: number
  readonly after: number
  /** Whether the batch goes through an Arrow record batch. */
  readonly viaArrow: boolean
}

const randomColumn = (types: readonly DataType[], rows: number, name: string): fc.Arbitrary<RandomColumn> =>
  fc
    .record({ type: fc.constantFrom(...types), nullable: fc.boolean(), dictionary: fc.boolean() })
    .chain(({ type, nullable, dictionary }) => {
      const canBeNull = nullable || type.kind === 'null'
      const value = canBeNull ? fc.option(valueFor(type), { freq: 3 }) : valueFor(type)
      const encodable =
        type.kind !== 'null' && type.kind !== 'list' && type.kind !== 'struct' && type.kind !== 'interval'
      return fc.array(value, { minLength: rows, maxLength: rows }).map(
        (values): RandomColumn => ({
          field: field(name, type, canBeNull),
          values,
          encoding: dictionary && encodable ? 'dictionary' : 'plain',
        }),
      )
    })

/** A table of up to `maxColumns` columns named `c0`, `c1`, … */
export function randomTable(types = allTypes, maxColumns = 4, maxRows = 9): fc.Arbitrary<RandomTable> {
  return fc
    .record({ before: fc.nat(9), after: fc.nat(2), rows: fc.nat(maxRows), viaArrow: fc.boolean() })
    .chain((shape) => {
      const rows = shape.before + shape.rows + shape.after
      const columns = fc
        .integer({ min: 1, max: maxColumns })
        .chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => randomColumn(types, rows, `c${i}`))))
      return columns.map((made) => ({ ...shape, columns: made, schema: made.map((column) => column.field) }))
    })
}

/** The rows of a table as a batch; by itself or rows `from` up to `to` of it. */
export function batchOf(table: RandomTable, from = 0, to?: number): Batch {
  const { columns, before, after, schema } = table
  const all = columns[0]?.values.length ?? 0
  const batch: Batch = { length: all, columns: columns.map(columnFrom) }
  const [start, end] = [before + from, to === undefined ? all - after : before + to]
  if (!table.viaArrow) return sliceBatch(batch, start, end)
  return fromRecordBatch(toRecordBatch(batch, schema, toArrowSchema(schema)).slice(start, end), schema)
}

function columnFrom({ values, field: { type }, encoding }: RandomColumn): Column {
  return encoding === 'plain' ? columnOf(values, type) : dictionaryOf(values, type)
}

/** Each second null is an entry of the dictionary, the others are nulls of the rows with any code. */
function dictionaryOf(values: readonly Value[], type: DataType): Column {
  const entries: Value[] = []
  const codes = new Int32Array(values.length)
  const valid = new Uint8Array(values.length).fill(1)
  let nulls = 0
  values.forEach((value, row) => {
    if (value === null && nulls++ % 2 === 0) {
      valid[row] = 0
      codes[row] = 77
    } else {
      const known = entries.findIndex((entry) => Object.is(entry, value))
      codes[row] = known === -1 ? entries.push(value) - 1 : known
    }
  })
  const dictionary: PlainColumn = columnOf(entries, type)
  return { storage: 'dictionary', type, length: values.length, valid: nulls > 0 ? valid : undefined, codes, dictionary }
}

/** The values that a batch of this table stands for. */
export const rowsOf = (table: RandomTable): readonly (readonly Value[])[] => {
  const { columns, before, after } = table
  const all = columns[0]?.values.length ?? 0
  return Array.from({ length: all - before - after }, (_, row) =>
    columns.map(({ values }) => values[before + row] ?? null),
  )
}
