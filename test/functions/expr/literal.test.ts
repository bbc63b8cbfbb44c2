import t from 'tap'
import { displayNode } from '../../../functions/expr/display.ts'
import { literal } from '../../../functions/expr/literal.ts'
import { date32, float32, float64, int8, int64, timestamp } from '../../../functions/types/type.ts'

t.setTimeout(120_000)

const inferred: readonly (readonly [Parameters<typeof literal>[0], string, unknown, string])[] = [
  [null, 'null', null, 'NULL'],
  [true, 'bool', true, 'Boolean(true)'],
  [1, 'int64', 1n, 'Int64(1)'],
  [-1, 'int64', -1n, 'Int64(-1)'],
  [1.5, 'float64', 1.5, 'Float64(1.5)'],
  [-0, 'float64', -0, 'Float64(-0.0)'],
  [1e300, 'float64', 1e300, 'Float64(1e300)'],
  [2 ** 53, 'float64', 2 ** 53, 'Float64(9007199254740992.0)'],
  [Number.NaN, 'float64', Number.NaN, 'Float64(NaN)'],
  [Number.NEGATIVE_INFINITY, 'float64', Number.NEGATIVE_INFINITY, 'Float64(-inf)'],
  [7n, 'int64', 7n, 'Int64(7)'],
  ['a"b', 'utf8', 'a"b', 'Utf8("a\\"b")'],
  [new Date('2024-02-29T00:00:00Z'), 'timestamp', 1709164800000n, 'Timestamp(ms)(1709164800000)'],
  [Uint8Array.of(1, 255), 'binary', Uint8Array.of(1, 255), 'Binary("01ff")'],
]

for (const [value, kind, engineValue, name] of inferred) {
  t.test(`literal() makes ${name}`, (t) => {
    const node = literal(value)
    t.equal(node.type.kind, kind)
    t.same(node.value, engineValue)
    t.ok(typeof engineValue === 'object' || Object.is(node.value, engineValue))
    t.equal(displayNode(node), name)
    t.ok(Object.isFrozen(node))
    t.end()
  })
}

t.test('literal() brings a value into the form of the given type', (t) => {
  t.equal(literal(1, float64).value, 1)
  t.equal(literal(1, int64).value, 1n)
  t.equal(literal(1n, int8).value, 1)
  t.equal(literal(0.1, float32).value, Math.fround(0.1))
  t.equal(literal(new Date('2024-02-29T12:00:00Z'), date32).value, 19782)
  t.equal(literal(new Date('1970-01-01T00:00:01Z'), timestamp('ns')).value, 1_000_000_000n)
  t.equal(literal(null, int64).value, null)
  t.end()
})

t.test('literal() refuses what has no literal, naming the value', (t) => {
  t.throws(() => literal(2n ** 64n), {
    code: 'invalid_argument',
    message: 'Cannot make a literal of 18446744073709551616n: it does not fit in 64 bits, cast a string',
  })
  t.throws(() => literal('x', int64), {
    code: 'invalid_argument',
    message: 'Cannot make a literal Int64 of the string "x"',
  })
  t.throws(() => literal(new Date(Number.NaN)), { code: 'invalid_argument' })
  t.throws(() => literal([1] as never), { code: 'invalid_argument' })
  t.end()
})
