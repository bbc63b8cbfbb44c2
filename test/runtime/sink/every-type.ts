// A column of every type that is written, with the values at its ends, nulls and what is easily lost.

import {
  binary,
  bool,
  type DataFrame,
  type DataType,
  date32,
  decimal128,
  duration,
  float32,
  float64,
  int8,
  int16,
  int32,
  int64,
  list,
  map,
  type SessionContext,
  struct,
  time32,
  time64,
  timestamp,
  uint8,
  uint16,
  uint32,
  uint64,
  utf8,
} from 'volley'

const noon = '2024-02-29T12:00:00'

const columns: Readonly<Record<string, readonly [type: DataType, values: readonly unknown[]]>> = {
  nothing: [{ kind: 'null' }, [null, null, null, null]],
  truth: [bool, [true, false, null, true]],
  i8: [int8, [-128, 127, null, 0]],
  i16: [int16, [-32_768, 32_767, null, 0]],
  i32: [int32, [-(2 ** 31), 2 ** 31 - 1, null, 0]],
  i64: [int64, [-(2n ** 63n), 2n ** 63n - 1n, null, 0n]],
  u8: [uint8, [0, 255, null, 1]],
  u16: [uint16, [0, 65_535, null, 1]],
  u32: [uint32, [0, 2 ** 32 - 1, null, 1]],
  u64: [uint64, [0n, 2n ** 64n - 1n, null, 1n]],
  f32: [float32, [1.5, Number.NaN, null, Number.POSITIVE_INFINITY]],
  f64: [float64, [1e300, Number.NaN, null, Number.NEGATIVE_INFINITY]],
  d9: [decimal128(9, 2), ['-1.23', '9999999.99', null, '0']],
  d18: [decimal128(18, 2), ['-1.23', '9999999999999999.99', null, '0']],
  d20: [decimal128(20, 0), ['-1', '99999999999999999999', null, '0']],
  d38: [decimal128(38, 3), ['-99999999999999999999999999999999999.999', '1', null, '0']],
  text: [utf8, ['', 'ä𝄞"\r\n', null, 'x'.repeat(40)]],
  bytes: [binary, [Uint8Array.of(0, 255), Uint8Array.of(7), null, Uint8Array.of(1, 2, 3)]],
  day: [date32, ['2024-02-29', '0001-01-01', null, '1969-12-31']],
  ms: [timestamp('ms'), [`${noon}.123`, '1969-12-31T23:59:59.999', null, '1900-01-01T00:00:00']],
  us: [timestamp('us'), [`${noon}.123456`, null, null, '1900-01-01T00:00:00']],
  ns: [timestamp('ns'), [`${noon}.123456789`, null, null, '1900-01-01T00:00:00']],
  utc: [timestamp('ms', 'UTC'), [`${noon}.123`, null, null, '1900-01-01T00:00:00']],
  rome: [timestamp('us', 'Europe/Rome'), [`${noon}.123456`, null, null, '1900-01-01T00:00:00']],
  t32: [time32('ms'), ['12:34:56.789', null, '00:00:00', '23:59:59.999']],
  t64: [time64('us'), ['12:34:56.789012', null, '00:00:00', '23:59:59.999999']],
  t64ns: [time64('ns'), ['12:34:56.789012345', null, '00:00:00', '23:59:59']],
  took: [duration('ms'), ['PT1.5S', 'PT0S', null, 'PT3S']],
  list: [list(int64), [[1n, null], [], null, [3n]]],
  lists: [list(list(utf8)), [[['a', null], null, []], [], null, [['b']]]],
  struct: [struct({ x: int32, y: utf8 }), [{ x: 1, y: 'a' }, { x: null, y: null }, null, { x: 2, y: '' }]],
  structs: [list(struct({ x: int64 })), [[{ x: 1n }, null, { x: null }], [], null, [{ x: 5n }]]],
  listIn: [struct({ a: list(int16) }), [{ a: [1, null] }, { a: null }, null, { a: [] }]],
  structIn: [
    struct({ a: struct({ b: decimal128(25, 1) }) }),
    [{ a: { b: '1.5' } }, { a: null }, null, { a: { b: null } }],
  ],
  map: [
    map(utf8, int64),
    [
      [
        ['k', 1n],
        ['l', null],
      ],
      [],
      null,
      [['z', 3n]],
    ],
  ],
  maps: [list(map(utf8, timestamp('ms'))), [[[['k', noon]], null], [], null, [[]]]],
}

/** Types that CSV has no text for that is read again. */
export const isNested = ({ kind }: DataType): boolean => kind === 'list' || kind === 'struct' || kind === 'map'

/** Four rows with a column of every type for which `has` holds. */
export function everyType(ctx: SessionContext, has: (type: DataType) => boolean = () => true): DataFrame {
  const chosen = Object.entries(columns).filter(([, [type]]) => has(type))
  return ctx.fromColumns(
    Object.fromEntries(chosen.map(([name, [, values]]) => [name, values])),
    Object.fromEntries(chosen.map(([name, [type]]) => [name, type])),
  )
}
