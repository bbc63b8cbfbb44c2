import t from 'tap'
import { Binder } from '../../../functions/bind/binder.ts'
import { argumentOf, type Bound } from '../../../functions/bind/bound.ts'
import { catalogue } from '../../../functions/catalogue/catalogue.ts'
import { col, lit } from '../../../functions/expr/build.ts'
import type { Expr } from '../../../functions/expr/expr.ts'
import { date32, field, float64, int32, int64, list, timestamp, utf8 } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import { nativeUdf, udf } from '../../../functions/udf/scalar.ts'
import { interpret } from '../../runtime/engine/interpret.ts'

t.setTimeout(120_000)

const binder = () => new Binder([field('s', utf8), field('i', int32), field('x', float64)], catalogue)
const bind = (expr: Expr): Bound => binder().bind(expr.node)
const evaluate = (expr: Expr): Value => interpret(bind(expr), { length: 1, columns: [] }, 0)

t.test('a UDF is called with values of its declared types', (t) => {
  const seen: unknown[] = []
  const spy = udf(
    (...args: unknown[]) => {
      seen.push(...args)
      return 1
    },
    [int64, float64, 'decimal128(10,2)', date32, timestamp('ms'), utf8],
    float64,
    { name: 'spy' },
  )
  const day = lit('2024-02-29').cast(date32)
  evaluate(spy(1, 2, lit(1.5).cast('decimal128(10,2)'), day, new Date(5), 'x'))
  t.same(seen, [1n, 2, '1.50', new Date('2024-02-29'), new Date(5), 'x'])
  t.end()
})

t.test('64-bit integers are numbers when asked for, and then must be safe', (t) => {
  const twice = udf((n: number) => n * 2, [int64], float64, { name: 'twice', int64As: 'number' })
  t.equal(evaluate(twice(21)), 42)
  t.throws(() => evaluate(twice(2n ** 60n)), {
    code: 'overflow',
    message: 'Cannot pass 1152921504606846976 to "twice" as a number: declare int64As \'bigint\'',
  })
  t.end()
})

t.test('a null argument gives null without a call unless the function asks for nulls', (t) => {
  let calls = 0
  const count = (value: unknown) => {
    calls++
    return value === null ? 'null' : 'value'
  }
  t.equal(evaluate(udf(count, [utf8], utf8)(lit(null))), null)
  t.equal(calls, 0)
  t.equal(evaluate(udf(count, [utf8], utf8, { nulls: 'call' })(lit(null))), 'null')
  t.end()
})

t.test('results are converted to the declared type', (t) => {
  const constant = (value: unknown, type: Parameters<typeof udf>[2]) =>
    evaluate(udf(() => value, [], type, { name: 'f' })())
  t.equal(constant(5, int64), 5n)
  t.equal(constant(5n, float64), 5)
  t.equal(constant('1.005', 'decimal128(10,2)'), 101n)
  t.equal(constant(new Date('2024-02-29'), date32), 19782)
  t.equal(constant(undefined, utf8), null)
  t.equal(constant(null, utf8), null)
  t.same(constant([1, null, undefined], list(int64)), [1n, null, null])
  t.same(constant({ a: 1 }, 'struct<a:int64,b:utf8>'), { a: 1n, b: null })
  t.equal(constant('x', 'dictionary<int32,utf8>'), 'x')
  t.end()
})

const wrongResults: readonly (readonly [unknown, string, string])[] = [
  ['x', 'float64', 'Function "f" returned the string "x", its declared type is Float64'],
  [1.5, 'int32', 'Function "f" returned the number 1.5, its declared type is Int32'],
  [2 ** 31, 'int32', 'Function "f" returned the number 2147483648, its declared type is Int32'],
  [
    Promise.resolve(1),
    'int64',
    'Function "f" returned a Promise (async functions are not scalar functions), its declared type is Int64',
  ],
  [new Date(Number.NaN), 'date32', 'Function "f" returned a Date, its declared type is Date32'],
]

for (const [result, type, message] of wrongResults) {
  t.test(`a result that is no ${type} is refused: ${String(result)}`, (t) => {
    t.throws(() => evaluate(udf(() => result, [], type, { name: 'f' })()), { code: 'udf_wrong_result', message })
    t.end()
  })
}

t.test('a result that is declared not to be null must not be', (t) => {
  const f = udf(() => null as never, [], field('r', int64, false), { name: 'f' })
  t.throws(() => evaluate(f()), {
    code: 'udf_wrong_result',
    message: 'Function "f" returned null, its declared type is Int64, never null',
  })
  t.equal(bind(f()).nullable, false)
  t.end()
})

const upper = udf((s: string) => s.toUpperCase(), [utf8], utf8, { name: 'shout' })
const weigh = udf((a: number, b: number) => a * b, [float64, float64], float64, { name: 'weigh' })

t.test('the wrong number of arguments is refused when it is planned', (t) => {
  // @ts-expect-error: it takes one argument
  t.throws(() => bind(upper()), { code: 'type_mismatch', message: 'Function "shout" takes 1 argument, got 0' })
  // @ts-expect-error: it takes two arguments
  t.throws(() => bind(weigh(1)), { code: 'type_mismatch', message: 'Function "weigh" takes 2 arguments, got 1' })
  t.end()
})

t.test('arguments of another type are refused when it is planned, numbers are widened', (t) => {
  t.throws(() => bind(upper(col('i'))), { code: 'type_mismatch', message: 'Function "shout" takes Utf8, got Int32' })
  t.throws(() => bind(weigh(col('x'), col('s'))), {
    code: 'type_mismatch',
    message: 'Function "weigh" takes Float64 as argument 2, got Utf8',
  })
  t.equal(argumentOf(bind(weigh(col('i'), col('x')))).type, float64)
  t.end()
})

t.test('what a function throws carries its name and the row', (t) => {
  const fails = udf(
    () => {
      throw new RangeError('too far')
    },
    [],
    int64,
    { name: 'fails' },
  )
  t.throws(() => evaluate(fails()), {
    name: 'UdfError',
    code: 'udf_failed',
    message: /^Function "fails" threw in row 0 at .*resolve\.test\.ts:\d+:\d+: too far$/,
    details: { udf: 'fails', row: 0 },
  })
  t.end()
})

t.test('volatile calls stay apart, immutable ones are one', (t) => {
  const b = binder()
  const f = udf(() => 1, [], int64, { name: 'f' })
  t.not(b.bind(f().node), b.bind(f().node))
  const g = udf(() => 1, [], int64, { name: 'g', volatility: 'immutable' })
  t.equal(b.bind(g().node), b.bind(g().node))
  t.end()
})

t.test('udf() refuses what it cannot work with', (t) => {
  t.throws(() => udf('x' as never, [], int64), {
    code: 'invalid_argument',
    message: 'Cannot make a UDF of the string "x": pass a function',
  })
  t.throws(() => udf(() => 1, [], int64), {
    code: 'invalid_argument',
    message: 'Cannot make a UDF without a name: pass { name } for an anonymous function',
  })
  t.throws(() => udf(Math.abs, ['int46'], int64), { code: 'unknown_type' })
  t.throws(() => udf(Math.abs, [float64], float64, { volatility: 'never' as never }), {
    message: 'Cannot make UDF "abs" with volatility "never": it is one of immutable, stable, volatile',
  })
  t.end()
})

t.test('native functions are marked as staying where they are', (t) => {
  const f = nativeUdf('crc', () => 1, [utf8], int64)
  t.equal(f.definition.native, true)
  t.equal(f.name, 'crc')
  t.end()
})
