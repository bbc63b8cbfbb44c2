// Copies of apache-arrow beside the one that Volley imports, and a table of every type that each of them can make.

import { createRequire } from 'node:module'
import * as arrow from 'apache-arrow'
import * as arrow18 from 'arrow-18'

/** The module as this version's types describe it: what it lacks is undefined. */
export type Arrow = typeof arrow

const require = createRequire(import.meta.url)

export const copies: Readonly<Record<string, Arrow>> = {
  own: arrow,
  'CommonJS build': require('apache-arrow'),
  'version 18': arrow18 as unknown as Arrow,
  'version 18, CommonJS build': require('arrow-18'),
  'version 13': require('arrow-13'),
}

/** Columns by name, three rows each, the second null; without the types that the copy does not have. */
export function columnsOf(copy: Arrow): Record<string, arrow.Vector> {
  const item = (type: arrow.DataType) => new copy.Field('item', type, true)
  const entries = new copy.Field(
    'entries',
    new copy.Struct([new copy.Field('key', new copy.Utf8(), false), new copy.Field('value', new copy.Int32(), true)]),
    false,
  ) as unknown as ConstructorParameters<Arrow['Map_']>[0]
  const made: Record<string, () => arrow.Vector> = {
    bool: () => copy.vectorFromArray([true, null, false], new copy.Bool()),
    int8: () => copy.vectorFromArray([-1, null, 3], new copy.Int8()),
    int16: () => copy.vectorFromArray([-1, null, 3], new copy.Int16()),
    int32: () => copy.vectorFromArray([-1, null, 3], new copy.Int32()),
    int64: () => copy.vectorFromArray([-1n, null, 3n], new copy.Int64()),
    uint8: () => copy.vectorFromArray([1, null, 3], new copy.Uint8()),
    uint64: () => copy.vectorFromArray([1n, null, 2n ** 63n], new copy.Uint64()),
    float32: () => copy.vectorFromArray([1.5, null, -0.5], new copy.Float32()),
    float64: () => copy.vectorFromArray([1.5, null, -0.5], new copy.Float64()),
    utf8: () => copy.vectorFromArray(['a', null, 'é'], new copy.Utf8()),
    largeUtf8: () => copy.vectorFromArray(['a', null, 'é'], new copy.LargeUtf8()),
    utf8View: () => copy.vectorFromArray(['a', null, 'longer than twelve bytes'], new copy.Utf8View()),
    binary: () => copy.vectorFromArray([Uint8Array.of(1), null, Uint8Array.of(2, 3)], new copy.Binary()),
    fixedSizeBinary: () =>
      copy.vectorFromArray([Uint8Array.of(1, 2), null, Uint8Array.of(3, 4)], new copy.FixedSizeBinary(2)),
    date32: () => copy.vectorFromArray([new Date(0), null, new Date(86_400_000)], new copy.DateDay()),
    date64: () => ticks(copy, new copy.DateMillisecond(), [0n, 86_400_000n]),
    timestampMs: () => ticks(copy, new copy.TimestampMillisecond(), [1n, 2n]),
    timestampUtc: () => ticks(copy, new copy.TimestampMicrosecond('UTC'), [1_000_001n, -1n]),
    timestampNs: () => ticks(copy, new copy.TimestampNanosecond(), [1n, 2n ** 60n]),
    time32: () => copy.vectorFromArray([1000, null, 2000], new copy.TimeMillisecond()),
    time64: () => copy.vectorFromArray([1n, null, 2n], new copy.TimeMicrosecond()),
    duration: () => copy.vectorFromArray([1n, null, 2n], new copy.DurationMillisecond()),
    decimal: () => words(copy, new copy.Decimal(2, 10, 128), 4),
    interval: () => words(copy, new copy.IntervalDayTime(), 2),
    list: () => copy.vectorFromArray([[1], null, [2, null]], new copy.List(item(new copy.Int32()))),
    fixedSizeList: () =>
      copy.vectorFromArray([[1, 2], null, [3, 4]], new copy.FixedSizeList(2, item(new copy.Int32()))),
    struct: () =>
      copy.vectorFromArray(
        [{ p: 'x' }, null, { p: null }],
        new copy.Struct([new copy.Field('p', new copy.Utf8(), true)]),
      ),
    map: () => copy.vectorFromArray([{ k: 1 }, null, {}], new copy.Map_(entries)),
    dictionary: () => copy.vectorFromArray(['a', null, 'a'], new copy.Dictionary(new copy.Utf8(), new copy.Int32())),
  }
  const hasType = (name: string) => {
    const type = { largeUtf8: 'LargeUtf8', utf8View: 'Utf8View', duration: 'DurationMillisecond' }[name]
    return type === undefined || type in copy
  }
  return Object.fromEntries(
    Object.entries(made)
      .filter(([name]) => hasType(name))
      .map(([name, make]) => [name, make()]),
  )
}

const nullBitmap = Uint8Array.of(0b101)

/** 64-bit values; versions before 16 keep some as pairs of words. */
function ticks(copy: Arrow, type: arrow.DataType, [first = 0n, last = 0n]: readonly bigint[]): arrow.Vector {
  const values = BigInt64Array.of(first, 0n, last)
  const data = type.ArrayType === BigInt64Array ? values : new Int32Array(values.buffer)
  return new copy.Vector([new copy.Data(type, 0, 3, 1, [undefined, data, nullBitmap] as never)])
}

/** Values of several 32-bit words: each is its row's number in the lowest. */
function words(copy: Arrow, type: arrow.DataType, count: number): arrow.Vector {
  const data = type.ArrayType.from({ length: 3 * count }, (_: unknown, i: number) =>
    i % count === 0 ? 100 + i / count : 0,
  )
  return new copy.Vector([new copy.Data(type, 0, 3, 1, [undefined, data, nullBitmap] as never)])
}

/** Builders of some versions are wrong about nulls of their own types, so tables are of the vectors themselves. */
export function tableOf(copy: Arrow, columns: Readonly<Record<string, arrow.Vector>>): arrow.Table {
  const fields = Object.entries(columns).map(([name, { type }]) => new copy.Field(name, type, true))
  const schema = new copy.Schema(fields)
  const children = Object.values(columns).map(({ data }) => data[0] as arrow.Data)
  const data = new copy.Data(new copy.Struct(fields), 0, 3, 0, undefined, children)
  return new copy.Table(schema, [new copy.RecordBatch(schema, data)])
}

/** What the columns hold, in the JSON encoding. */
export const expected: Readonly<Record<string, readonly unknown[]>> = {
  bool: [true, null, false],
  int8: [-1, null, 3],
  int16: [-1, null, 3],
  int32: [-1, null, 3],
  int64: [-1, null, 3],
  uint8: [1, null, 3],
  uint64: [1, null, '9223372036854775808'],
  float32: [1.5, null, -0.5],
  float64: [1.5, null, -0.5],
  utf8: ['a', null, 'é'],
  largeUtf8: ['a', null, 'é'],
  utf8View: ['a', null, 'longer than twelve bytes'],
  binary: ['AQ==', null, 'AgM='],
  fixedSizeBinary: ['AQI=', null, 'AwQ='],
  date32: ['1970-01-01', null, '1970-01-02'],
  date64: ['1970-01-01T00:00:00.000', null, '1970-01-02T00:00:00.000'],
  timestampMs: ['1970-01-01T00:00:00.001', null, '1970-01-01T00:00:00.002'],
  timestampUtc: ['1970-01-01T00:00:01.000001Z', null, '1969-12-31T23:59:59.999999Z'],
  timestampNs: ['1970-01-01T00:00:00.000000001', null, '2006-07-14T23:58:24.606846976'],
  time32: ['00:00:01', null, '00:00:02'],
  time64: ['00:00:00.000001', null, '00:00:00.000002'],
  duration: ['PT0.001S', null, 'PT0.002S'],
  decimal: ['1.00', null, '1.02'],
  interval: ['P100D', null, 'P102D'],
  list: [[1], null, [2, null]],
  fixedSizeList: [[1, 2], null, [3, 4]],
  struct: [{ p: 'x' }, null, { p: null }],
  map: [[['k', 1]], null, []],
  dictionary: ['a', null, 'a'],
}
