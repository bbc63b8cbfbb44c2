// Values of JavaScript and of JSON as columns and back.

import t from 'tap'
import {
  binary,
  bool,
  type DataType,
  date32,
  decimal128,
  dictionary,
  duration,
  field,
  float32,
  float64,
  int8,
  int32,
  int64,
  interval,
  list,
  map,
  SessionContext,
  struct,
  time64,
  timestamp,
  typeName,
  uint64,
  utf8,
} from 'volley'

const ctx = new SessionContext({ backend: 'in-process' })
t.teardown(() => ctx.close())

/** The values of one column as rows give them, in JavaScript's form and in JSON's. */
async function roundTrip(values: readonly unknown[], type?: DataType) {
  const frame = ctx.fromColumns({ a: values }, type === undefined ? {} : { a: type })
  const [schema] = await frame.schema()
  const columns = await frame.collectColumns()
  const json = await frame.collectColumns({ json: true })
  return { type: schema === undefined ? '' : typeName(schema.type), values: columns.a, json: json.a }
}

const inferred: readonly (readonly [string, readonly unknown[], string])[] = [
  ['whole numbers', [1, null, -5], 'int64'],
  ['numbers', [1, 2.5], 'float64'],
  ['negative zero', [-0], 'float64'],
  ['numbers beyond 2^53', [2 ** 60], 'float64'],
  ['bigints', [1n, undefined], 'int64'],
  ['texts', ['x', null], 'utf8'],
  ['booleans', [true, false], 'bool'],
  ['Dates', [new Date(0)], 'timestamp(ms)'],
  ['bytes', [Uint8Array.of(1)], 'binary'],
  ['nothing but nulls', [null, undefined], 'null'],
  ['no values', [], 'null'],
  ['arrays', [[1], [], null, [null]], 'list<int64>'],
  ['arrays of arrays', [[[1]], [[2.5], null]], 'list<list<float64>>'],
  ['typed arrays', [Float32Array.of(1), Float32Array.of(2)], 'list<float32>'],
  ['objects', [{ x: 1 }, { y: 'a', x: 2.5 }, null], 'struct<x:float64,y:utf8>'],
  ['arrays of objects', [[{ x: 1 }], [{ y: true }]], 'list<struct<x:int64,y:bool>>'],
]
for (const [what, values, type] of inferred) {
  t.test(`fromColumns() finds the type of ${what}`, async (t) => {
    t.equal((await roundTrip(values)).type, type)
  })
}

t.test('fromColumns() takes the type of typed arrays', async (t) => {
  const frame = ctx.fromColumns({
    a: Int32Array.of(1, 2),
    b: BigUint64Array.of(2n ** 64n - 1n, 0n),
    c: Uint8Array.of(7, 8),
  })
  t.same(
    (await frame.schema()).map(({ type }) => typeName(type)),
    ['int32', 'uint64', 'uint8'],
  )
  t.same(await frame.toRows(), [
    { a: 1, b: 2n ** 64n - 1n, c: 7 },
    { a: 2, b: 0n, c: 8 },
  ])
})

/** Type, what is given, what JavaScript gets, what JSON gets. */
const encodings: readonly (readonly [DataType, readonly unknown[], readonly unknown[], readonly unknown[]])[] = [
  [int8, [-128, '127', null], [-128, 127, null], [-128, 127, null]],
  [int32, [1n, '+5'], [1, 5], [1, 5]],
  [
    int64,
    [9007199254740991, 9007199254740992n, '-9223372036854775808'],
    [9007199254740991n, 9007199254740992n, -9223372036854775808n],
    [9007199254740991, '9007199254740992', '-9223372036854775808'],
  ],
  [uint64, ['18446744073709551615', 0], [18446744073709551615n, 0n], ['18446744073709551615', 0]],
  [float64, [0.1, 'NaN', '-Infinity', -0, 3n], [0.1, NaN, -Infinity, -0, 3], [0.1, 'NaN', '-Infinity', -0, 3]],
  [float32, [0.5, Infinity], [0.5, Infinity], [0.5, 'Infinity']],
  [decimal128(10, 2), ['123.45', 1.5, -7n], ['123.45', '1.50', '-7.00'], ['123.45', '1.50', '-7.00']],
  [bool, [true, 'false', null], [true, false, null], [true, false, null]],
  [utf8, ['', 'é\n"', 5, 2.5], ['', 'é\n"', '5', '2.5'], ['', 'é\n"', '5', '2.5']],
  [
    binary,
    ['AQI=', Uint8Array.of(255), ''],
    [Uint8Array.of(1, 2), Uint8Array.of(255), new Uint8Array()],
    ['AQI=', '/w==', ''],
  ],
  [
    date32,
    ['2024-02-29', new Date('1969-12-31T23:59:59Z')],
    [new Date('2024-02-29'), new Date('1969-12-31')],
    ['2024-02-29', '1969-12-31'],
  ],
  [timestamp('s'), ['2024-01-31T12:34:56'], [new Date('2024-01-31T12:34:56Z')], ['2024-01-31T12:34:56']],
  [
    timestamp('ms'),
    [new Date(0), '1969-12-31T23:59:59.9'],
    [new Date(0), new Date(-100)],
    ['1970-01-01T00:00:00.000', '1969-12-31T23:59:59.900'],
  ],
  [
    timestamp('us', 'Europe/Rome'),
    ['2024-01-31T12:34:56.789012Z'],
    [new Date('2024-01-31T12:34:56.789Z')],
    ['2024-01-31T12:34:56.789012Z'],
  ],
  [
    timestamp('ns'),
    ['2024-01-31T12:34:56.999999999'],
    [new Date('2024-01-31T12:34:56.999Z')],
    ['2024-01-31T12:34:56.999999999'],
  ],
  [time64('us'), ['12:34:56.789', 0n], [45_296_789_000n, 0n], ['12:34:56.789', '00:00:00']],
  [duration('ms'), ['PT1.5S', '-P1DT1H', 60_000n], [1500n, -90_000_000n, 60_000n], ['PT1.5S', '-PT90000S', 'PT60S']],
  [
    interval('month_day_nano'),
    ['P1Y2M3DT1.5S', 'PT-0.5S', 'PT0S', { months: 0, days: 7, nanos: 0n }],
    [
      { months: 14, days: 3, nanos: 1_500_000_000n },
      { months: 0, days: 0, nanos: -500_000_000n },
      { months: 0, days: 0, nanos: 0n },
      { months: 0, days: 7, nanos: 0n },
    ],
    ['P14M3DT1.5S', 'PT-0.5S', 'PT0S', 'P7D'],
  ],
  [list(date32), [['2024-01-01', null], []], [[new Date('2024-01-01'), null], []], [['2024-01-01', null], []]],
  [
    struct({ amount: decimal128(10, 2), at: timestamp('ms'), n: int64 }),
    [
      { amount: '1.5', at: new Date(0) },
      { n: '9007199254740993', other: 1 },
    ],
    [
      { amount: '1.50', at: new Date(0), n: null },
      { amount: null, at: null, n: 9007199254740993n },
    ],
    [
      { amount: '1.50', at: '1970-01-01T00:00:00.000', n: null },
      { amount: null, at: null, n: '9007199254740993' },
    ],
  ],
  [
    map(utf8, decimal128(4, 1)),
    [[['k', '1.5']], { a: 2 }, new Map([['m', null]])],
    [[['k', '1.5']], [['a', '2.0']], [['m', null]]],
    [[['k', '1.5']], [['a', '2.0']], [['m', null]]],
  ],
  [dictionary(utf8), ['x', 'y', 'x', null], ['x', 'y', 'x', null], ['x', 'y', 'x', null]],
  [list(dictionary(utf8)), [['x', null]], [['x', null]], [['x', null]]],
]
for (const [type, given, values, json] of encodings) {
  t.test(`${typeName(type)} is read from JavaScript and JSON, and written as both`, async (t) => {
    const result = await roundTrip(given, type)
    t.same(result.values, values)
    t.same(result.json, json)
    t.same((await roundTrip(json, type)).json, json, 'what is written reads back')
  })
}

const refused: readonly (readonly [DataType, unknown, string])[] = [
  [int64, 'x', 'Cannot read "x" in column "a", row 1, as Int64'],
  [int64, 1.5, 'Cannot read 1.5 in column "a", row 1, as Int64'],
  [int8, 128, 'Cannot read 128 in column "a", row 1, as Int8'],
  [uint64, -1n, 'Cannot read -1 in column "a", row 1, as UInt64'],
  [bool, 1, 'Cannot read 1 in column "a", row 1, as Boolean'],
  [utf8, true, 'Cannot read true in column "a", row 1, as Utf8'],
  [date32, '2024-02-30', 'Cannot read "2024-02-30" in column "a", row 1, as Date32'],
  [date32, new Date(NaN), 'Cannot read Invalid Date in column "a", row 1, as Date32'],
  [binary, 'a*b', 'Cannot read "a*b" in column "a", row 1, as Binary'],
  [duration('s'), '5', 'Cannot read "5" in column "a", row 1, as Duration(s)'],
  [interval('month_day_nano'), 'P', 'Cannot read "P" in column "a", row 1, as Interval(MonthDayNano)'],
  [list(int64), [1, 'x'], 'Cannot read 1,x in column "a", row 1, as List(Int64)'],
  [list(int64), 5, 'Cannot read 5 in column "a", row 1, as List(Int64)'],
  [struct({ x: int64 }), [1], 'Cannot read 1 in column "a", row 1, as Struct("x": Int64)'],
  [
    map(utf8, int64),
    [['k']],
    'Cannot read k in column "a", row 1, as Map("entries": non-null Struct("key": non-null Utf8, "value": Int64), unsorted)',
  ],
]
for (const [type, value, message] of refused) {
  t.test(
    `fromColumns() refuses ${typeof value === 'string' ? value : String(value)} as ${typeName(type)}`,
    async (t) => {
      t.throws(() => ctx.fromColumns({ a: [null, value] }, { a: type }), {
        name: 'DataError',
        code: 'invalid_value',
        message,
        details: { column: 'a', row: 1 },
      })
    },
  )
}

t.test('fromColumns() refuses what is no table', async (t) => {
  t.throws(() => ctx.fromColumns({ a: [1], b: [1, 2] }), {
    code: 'invalid_argument',
    message: 'Cannot make a table of columns of different lengths (a: 1, b: 2)',
  })
  t.throws(() => ctx.fromColumns({ a: [1, 'x'] }), {
    code: 'type_mismatch',
    message: 'Cannot find the type of column "a": it holds Int64, Utf8, declare it',
  })
  t.throws(() => ctx.fromColumns({ a: [['x'], [1]] }), {
    code: 'type_mismatch',
    message: 'Cannot find the type of column "a[]": it holds Utf8, Int64, declare it',
  })
  t.throws(() => ctx.fromColumns({ a: [() => 1] }), {
    code: 'invalid_argument',
    message: 'Cannot make a column of a function: column "a" takes values',
  })
  t.throws(() => ctx.fromColumns({ a: 5 } as never), {
    code: 'invalid_argument',
    message: 'Cannot make column "a" of the number 5: give an array of values',
  })
  t.throws(() => ctx.fromColumns({ a: [1] }, { a: 'int63' }), {
    code: 'unknown_type',
    message: /Did you mean "int64"\?/,
  })
})

t.test('fromRows() has the columns that any row has, or those of the schema', async (t) => {
  t.same(
    await ctx
      .fromRows([
        { a: 1, b: 'x' },
        { b: 'y', c: true },
      ])
      .toRows(),
    [
      { a: 1n, b: 'x', c: null },
      { a: null, b: 'y', c: true },
    ],
  )
  t.same(await ctx.fromRows([{ a: 1, other: 3 }], [field('b', utf8), field('a', int8)]).toRows(), [{ b: null, a: 1 }])
  t.same(await ctx.fromRows([]).toRows(), [])
  t.same(await ctx.fromRows([], [field('a', int64)]).schema(), [field('a', int64)])
})

t.test('names that every object has are columns like any other', async (t) => {
  const columns = JSON.parse('{"constructor":[1],"__proto__":[2],"toString":["x"]}')
  const frame = ctx.fromColumns(columns)
  const names = ['constructor', '__proto__', 'toString']
  t.same(
    (await frame.schema()).map(({ name }) => name),
    names,
  )
  const [row = {}] = await frame.toRows()
  t.same(Object.entries(row), [
    ['constructor', 1n],
    ['__proto__', 2n],
    ['toString', 'x'],
  ])
  t.same(Object.keys(await frame.collectColumns()), names)
  t.same(await ctx.fromRows([{ a: 1 }, { valueOf: 2 } as never]).toRows(), [
    { a: 1n, valueOf: null },
    { a: null, valueOf: 2n },
  ])
})
