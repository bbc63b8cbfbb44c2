// Scalar functions as they should compile: what is inferred for each type, and what may be returned.

import type { Vector } from 'apache-arrow'
import {
  binary,
  bool,
  col,
  type DataType,
  date32,
  decimal128,
  dictionary,
  duration,
  functions as f,
  field,
  float32,
  float64,
  int8,
  int64,
  interval,
  list,
  lit,
  map,
  nativeUdf,
  type ScalarUDF,
  SessionContext,
  struct,
  timestamp,
  udf,
  uint64,
  utf8,
} from 'volley'

/** Compiles when the two types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <A, B>(_: Same<A, B>): void => {}

const rate = 1.19
export const inferred = udf((net) => net * rate, [float64], float64, { name: 'inferred' })

udf(
  (a, b, c, d) => {
    same<[typeof a, typeof b, typeof c, typeof d], [bigint, bigint, number, number]>(true)
    return a + b > 0n ? c : d
  },
  [int64, uint64, float32, int8],
  float64,
)

udf(
  (text, bytes, flag, at, day) => {
    same<[typeof text, typeof bytes, typeof flag, typeof at, typeof day], [string, Uint8Array, boolean, Date, Date]>(
      true,
    )
    return flag ? text.length + bytes.length : at.getTime() - day.getTime()
  },
  [utf8, binary, bool, timestamp('us', 'UTC'), date32],
  float64,
)

udf(
  (price, took, span) => {
    same<
      [typeof price, typeof took, typeof span],
      [string, bigint, { readonly months: number; readonly days: number; readonly nanos: bigint }]
    >(true)
    return `${price} ${took} ${span.months}`
  },
  [decimal128(10, 2), duration('s'), interval()],
  utf8,
)

udf(
  (items, point, entries, code) => {
    same<typeof items, (bigint | null)[]>(true)
    same<typeof point, { x: number | null; label: string }>(true)
    same<typeof entries, [key: string, value: (number | null)[] | null][]>(true)
    same<typeof code, Date>(true)
    return items.length
  },
  [
    list(int64),
    struct([field('x', float64), field('label', utf8, false)]),
    map(utf8, list(float64)),
    dictionary(timestamp()),
  ],
  int64,
)

udf(
  (items, numbers) => {
    same<[typeof items, typeof numbers], [number[], number]>(true)
    return BigInt(items.length) * BigInt(numbers)
  },
  [list(field('item', int64, false)), int64],
  int64,
  { int64As: 'number' },
)

// With `nulls: 'call'` every argument may be null.
udf(
  (a, b) => {
    same<[typeof a, typeof b], [number | null, string | null]>(true)
    return a ?? b?.length ?? null
  },
  [float64, utf8],
  float64,
  { nulls: 'call' },
)

// Types by name, in upper and lower case, with blanks, nested.
udf(
  (a, b, c, d, e, g) => {
    same<[typeof a, typeof b, typeof c], [number, bigint, (string | null)[]]>(true)
    same<typeof d, { x: bigint | null; userName: string | null }>(true)
    same<typeof e, [key: string, value: string | null][]>(true)
    same<typeof g, Date>(true)
    return a
  },
  [
    'float64',
    'Int64',
    'list<utf8>',
    'struct<x:int64, userName:utf8>',
    'map<utf8, decimal128(10,2)>',
    'dictionary<int32,timestamp(ms)>',
  ],
  'float64',
)

// Names that nobody can take apart, and types that are known at run time alone, are left to run time.
const types: DataType[] = [float64, int64]
udf((text: string) => text.length, ['something else'], 'int64')
udf((a: string, b: number) => a.repeat(b), types, utf8)
udf((...values: unknown[]) => values.length, types, types[0] ?? utf8)
udf((text: string) => text, [String(process.argv[2])], String(process.argv[3]))

// Results: null, whole numbers and bigints for 64-bit integers, Dates and ticks for timestamps, texts for decimals.
udf((n: bigint) => (n > 0n ? n : null), [int64], int64)
udf((n: bigint) => Number(n), [int64], int64)
udf((at: Date) => (at.getTime() > 0 ? at : 0n), [timestamp()], timestamp('us'))
udf((price: string) => (price === '' ? 1.5 : price), [decimal128(8, 2)], decimal128(8, 2))
udf((text: string) => text.split(','), [utf8], list(utf8))
udf((n: number) => new Float64Array(n), [float64], list(float64))
udf((n: number) => BigInt64Array.of(BigInt(n)), [float64], list(int64))
udf((text: string) => ({ text, length: text.length }), [utf8], struct({ text: utf8, length: int64 }))
udf((text: string) => ({ text }), [utf8], struct({ text: utf8, missing: int64 }))
udf((text: string) => new Map([[text, text.length]]), [utf8], map(utf8, int64))
udf((text: string) => [[text, 1] as const], [utf8], map(utf8, int64))
udf((text: string) => text, [utf8], dictionary(utf8))
udf(() => ({ months: 1, days: 0, nanos: 0n }), [], interval())
udf((n: number) => n, [float64], field('n', float64, false))

// Fewer parameters than inputs, defaults, and functions that exist already.
udf(() => 1, [float64], float64)
udf((text: string, separator = ',') => text.split(separator).length, [utf8], int64)
udf(Math.max, [float64, float64], float64, { name: 'larger' })
udf(Number.parseInt, [utf8], float64, { name: 'parse_int' })
udf(<T>(value: T) => value, [utf8], utf8, { name: 'same' })

// Vector mode: typed vectors, and vectors, arrays or typed arrays as results.
udf(
  (prices) => {
    same<ReturnType<typeof prices.get>, number | null>(true)
    return Float64Array.from(prices.toArray(), (price) => price * rate)
  },
  [float64],
  float64,
  { mode: 'vector' },
)
udf((ids, texts) => Array.from(ids, (id, i) => `${id}${texts.get(i)}`), [int64, utf8], utf8, { mode: 'vector' })
udf((prices: Vector) => prices, [float64], float64, { mode: 'vector' })
udf((prices) => prices, [int64], int64, { mode: 'vector' })

nativeUdf('root', Math.sqrt, [float64], float64)
nativeUdf('twice', (n) => n * 2, [int64], float64, { int64As: 'number' })

// Calls: expressions, and constants of the type.
const gross = udf(
  (net: number, at: Date, name: string) => net + at.getTime() + name.length,
  [float64, timestamp(), utf8],
  float64,
)
gross(col('net'), col('at'), col('name'))
gross(1, new Date(0), 'ann')
gross(1n, lit('2024-01-01').cast('timestamp'), null)

// Any of them, wherever functions are passed on.
const all: readonly ScalarUDF[] = [gross, inferred, udf(Math.max, types, float64)]
const ctx = new SessionContext()
for (const one of all) ctx.registerUdf(one)
ctx.udf('gross')(col('net'), 1, 'x')
const keeps = (made: ReturnType<typeof udf>): ScalarUDF => made
keeps(gross)

// Built-ins: as many arguments as they take.
f.round(col('x'))
f.round(col('x'), 2)
f.log(10, col('x'))
f.log(col('x'))
f.coalesce(col('a'), col('b'), 0)
f.coalesce(...['a', 'b'].map((name) => col(name)))
f.count()
f.lag(col('x'), 1, 0)
