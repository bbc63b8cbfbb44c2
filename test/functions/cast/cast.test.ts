import t from 'tap'
import { resolveCast } from '../../../functions/cast/cast.ts'
import { formatter } from '../../../functions/cast/format.ts'
import { parseType } from '../../../functions/types/parse-type.ts'
import type { Value } from '../../../functions/types/value.ts'

t.setTimeout(120_000)

function cast(value: Value, from: string, to: string, safe = false): Value {
  const resolution = resolveCast({ type: parseType(from), nullable: true }, parseType(to), safe)
  return resolution === undefined ? value : resolution.kernel().row(value as never)
}

/** Value, its type, the type it is cast to, what comes out; undefined when it fails. */
const casts: readonly (readonly [Value, string, string, Value | undefined])[] = [
  [300n, 'int64', 'int8', undefined],
  [-129, 'int32', 'int8', undefined],
  [127n, 'int64', 'int8', 127],
  [-1, 'int8', 'uint64', undefined],
  [1.9, 'float64', 'int32', 1],
  [-1.9, 'float64', 'int64', -1n],
  [Number.NaN, 'float64', 'int32', undefined],
  [1e19, 'float64', 'int64', undefined],
  [1e19, 'float64', 'uint64', 10_000_000_000_000_000_000n],
  [2 ** 31, 'float64', 'int32', undefined],
  [2.5, 'float64', 'decimal128(5,0)', 3n],
  [-2.5, 'float64', 'decimal128(5,0)', -3n],
  [0.1, 'float64', 'float32', Math.fround(0.1)],
  [125n, 'decimal128(5,2)', 'decimal128(5,1)', 13n],
  [-125n, 'decimal128(5,2)', 'decimal128(5,1)', -13n],
  [99999n, 'decimal128(5,2)', 'decimal128(4,2)', undefined],
  [199n, 'decimal128(5,2)', 'int32', 1],
  [150n, 'decimal128(5,2)', 'float64', 1.5],
  [5n, 'int64', 'decimal128(10,2)', 500n],
  [true, 'bool', 'int32', 1],
  [0, 'int32', 'bool', false],
  ['+5', 'utf8', 'int64', 5n],
  [' 5', 'utf8', 'int64', undefined],
  ['1.5', 'utf8', 'int64', undefined],
  ['9223372036854775808', 'utf8', 'int64', undefined],
  ['1e3', 'utf8', 'float64', 1000],
  ['-Infinity', 'utf8', 'float64', Number.NEGATIVE_INFINITY],
  ['', 'utf8', 'float64', undefined],
  ['0x10', 'utf8', 'float64', undefined],
  ['1.255', 'utf8', 'decimal128(5,2)', 126n],
  ['on', 'utf8', 'bool', true],
  ['F', 'utf8', 'bool', false],
  ['maybe', 'utf8', 'bool', undefined],
  ['é', 'utf8', 'binary', Uint8Array.of(0xc3, 0xa9)],
  [Uint8Array.of(0xc3, 0xa9), 'binary', 'utf8', 'é'],
  [Uint8Array.of(0xff), 'binary', 'utf8', undefined],
  [1.0, 'float64', 'utf8', '1.0'],
  [-0, 'float64', 'utf8', '-0.0'],
  [1e-6, 'float64', 'utf8', '1e-6'],
  [1e-5, 'float64', 'utf8', '0.00001'],
  [1e15, 'float64', 'utf8', '1000000000000000.0'],
  [1e16, 'float64', 'utf8', '1e16'],
  [1.5e300, 'float64', 'utf8', '1.5e300'],
  [Number.NaN, 'float64', 'utf8', 'NaN'],
  [Number.POSITIVE_INFINITY, 'float64', 'utf8', 'inf'],
  [Math.fround(0.1), 'float32', 'utf8', '0.1'],
  [-12345n, 'decimal128(7,3)', 'utf8', '-12.345'],
  [-5n, 'decimal128(7,3)', 'utf8', '-0.005'],
  [[1n, null, 3n], 'list<int64>', 'utf8', '[1, , 3]'],
  [{ a: 1n, b: 'x' }, 'struct<a:int64,b:utf8>', 'utf8', '{a: 1, b: x}'],
  [[1n, null], 'list<int64>', 'list<float64>', [1, null]],
  [['1', 'x'], 'list<utf8>', 'list<int64>', undefined],
  [{ a: 1n }, 'struct<a:int64>', 'struct<b:utf8>', { b: '1' }],
]

const shown = (value: Value | undefined): string =>
  value === undefined
    ? 'an error'
    : JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? `${v}n` : typeof v === 'number' ? String(v) : v))

for (const [value, from, to, wanted] of casts) {
  t.test(`a ${from} ${shown(value)} cast to ${to} gives ${shown(wanted)}`, (t) => {
    if (wanted === undefined) {
      t.throws(() => cast(value, from, to), { code: 'invalid_cast' })
      t.equal(cast(value, from, to, true), null, 'and null when tried')
    } else {
      t.same(cast(value, from, to), wanted)
      t.same(cast(value, from, to, true), wanted)
    }
    t.end()
  })
}

t.test('a failed cast says what and how to go on', (t) => {
  t.throws(() => cast('abc', 'utf8', 'int64'), {
    name: 'DataError',
    code: 'invalid_cast',
    message: 'Cannot cast "abc" to Int64: use try_cast to get null instead',
    details: { value: '"abc"', type: 'Int64' },
  })
  t.end()
})

t.test('types without a common form refuse to be cast when planned', (t) => {
  t.throws(() => resolveCast({ type: parseType('bool'), nullable: true }, parseType('date32'), false), {
    name: 'PlanError',
    code: 'type_mismatch',
    message: 'Cannot cast Boolean to Date32',
  })
  t.end()
})

t.test('a cast to the same type is nothing', (t) => {
  t.equal(resolveCast({ type: parseType('int64'), nullable: true }, parseType('int64'), false), undefined)
  t.end()
})

t.test('every number is read back from its text', (t) => {
  const write = formatter(parseType('float64')) as (value: number) => string
  for (const value of [0.1, 1e-7, 123456.789, 1e21, 5e-324, 1.7976931348623157e308, 9007199254740992, -1e-10])
    t.equal(Number(write(value)), value, write(value))
  t.end()
})
