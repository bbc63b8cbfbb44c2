// Scalar functions that must not compile. Each expectation names the mistake; the checker complains of one that is none.

import {
  bool,
  col,
  date32,
  decimal128,
  dictionary,
  duration,
  functions as f,
  field,
  float32,
  float64,
  int32,
  int64,
  interval,
  list,
  map,
  nativeUdf,
  struct,
  time64,
  timestamp,
  udf,
  utf8,
} from 'volley'

// @ts-expect-error: a number is no string
udf((x: string) => x.length, [float64], float64)
// @ts-expect-error: 64-bit integers are bigints
udf((x: number) => x, [int64], int64)
// @ts-expect-error: with int64As 'number' they are numbers
udf((x: bigint) => x, [int64], int64, { int64As: 'number' })
// @ts-expect-error: there is one input
udf((x: number, y: number) => x + y, [float64], float64)
// @ts-expect-error: there is none
udf((x: number) => x, [], float64)
// @ts-expect-error: nothing is returned
udf((x: number) => void x, [float64], float64)
// @ts-expect-error: nothing is returned on one way
udf((x: number) => (x > 0 ? x : undefined), [float64], float64)
// @ts-expect-error: nobody awaits a Promise
udf(async (x: number) => x, [float64], float64)
// @ts-expect-error: nor the Promise of nothing
udf(async () => {}, [float64], float64)
udf(
  // @ts-expect-error: a generator gives an iterator
  function* (x: number) {
    yield x
  },
  [float64],
  float64,
)
// @ts-expect-error: a string is no number
udf((x) => `${x}`, [float64], float64)
// @ts-expect-error: a number is no boolean
udf((x) => x, [float64], bool)
// @ts-expect-error: a bigint is no 32-bit integer
udf((x) => x, [int64], int32)
// @ts-expect-error: nor a Float32
udf((x) => x, [int64], float32)
// @ts-expect-error: dates are Dates
udf((x) => x.getTime(), [date32], date32)
// @ts-expect-error: and come as such
udf((x: number) => x, [timestamp()], float64)
// @ts-expect-error: decimals are strings, so that no digit is lost
udf((x: number) => x, [decimal128(10, 2)], float64)
// @ts-expect-error: times are bigints
udf((x: Date) => x.getTime(), [time64()], float64)
// @ts-expect-error: so are durations
udf((x) => Number(x), [duration()], duration())
// @ts-expect-error: an interval has three parts
udf(() => ({ months: 1 }), [], interval())
// @ts-expect-error: with `nulls: 'call'` the argument may be null
udf((x: number) => x, [float64], float64, { nulls: 'call' })
// @ts-expect-error: results are declared never to be null
udf((x: number) => (x > 0 ? x : null), [float64], field('x', float64, false))
// @ts-expect-error: items may be null
udf((xs: number[]) => xs.length, [list(float64)], int64)
// @ts-expect-error: items are numbers
udf((text: string) => [text], [utf8], list(float64))
// @ts-expect-error: a field of another type
udf((text: string) => ({ length: text }), [utf8], struct({ length: int64 }))
// @ts-expect-error: a field that is never null is missing
udf((text: string) => ({ text }), [utf8], struct([field('text', utf8), field('n', int64, false)]))
// @ts-expect-error: a field that there is not
udf((at: { x: number | null; z: number }) => at.z, [struct({ x: float64 })], float64)
// @ts-expect-error: a map is an array of entries
udf((entries: Map<string, bigint>) => entries.size, [map(utf8, int64)], int64)
// @ts-expect-error: dictionaries hold values
udf((code: number) => code, [dictionary(utf8)], float64)
// @ts-expect-error: names mean types too
udf((x: string) => x, ['float64'], 'utf8')
// @ts-expect-error: at any depth
udf((xs: (bigint | null)[]) => xs.length, ['list<float64>'], 'int64')
// @ts-expect-error: and for results
udf((x) => x, ['int64'], 'list<int64>')
// @ts-expect-error: a vector UDF gives as many values as it gets
udf(() => 1, [float64], float64, { mode: 'vector' })
// @ts-expect-error: of its type
udf((xs) => xs, [float64], utf8, { mode: 'vector' })
// @ts-expect-error: it gets vectors, not values
udf((x: number) => [x], [float64], float64, { mode: 'vector' })
// @ts-expect-error: a misspelt option
udf((x) => x, [float64], float64, { name: 'f', null: 'call' })
// @ts-expect-error: one of the choices
udf((x) => x, [float64], float64, { nulls: 'skip' })
// @ts-expect-error: no type of that shape
udf((x) => x, [{ kind: 'float' }], float64)
// @ts-expect-error: types come in an array
udf((x) => x, float64, float64)
// @ts-expect-error: it needs its types
udf((x: number) => x)
// @ts-expect-error: native functions are checked as well
nativeUdf('sqrt', Math.sqrt, [utf8], float64)

const gross = udf((net: number, at: Date) => net + at.getTime(), [float64, timestamp()], float64, { name: 'gross' })
// @ts-expect-error: it takes two
gross(col('net'))
// @ts-expect-error: and no more
gross(col('net'), col('at'), 1)
// @ts-expect-error: a text is a constant: columns are named with col()
gross('net', col('at'))
// @ts-expect-error: a timestamp is no text
gross(col('net'), '2024-01-01')
// @ts-expect-error: undefined is no constant
gross(col('net'), undefined)

// @ts-expect-error: it takes a text
f.upper()
// @ts-expect-error: and nothing else
f.upper(col('a'), col('b'))
// @ts-expect-error: at most two
f.round(col('x'), 1, 2)
// @ts-expect-error: arguments are expressions or constants
f.concat(col('a'), { b: 1 })
