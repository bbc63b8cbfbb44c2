import t from 'tap'
import { captureClosure } from '../../../../runtime/codec/closure/index.ts'
import { startReviver } from './fixtures/ship.ts'

// What views and long arrays carry beside their elements: keys are looked for without listing the elements.

t.setTimeout(120_000)
const reviver = startReviver()
t.teardown(() => reviver.close())

const count = 1000
const kinds: readonly (readonly [string, () => object])[] = [
  ['a Uint8Array', () => new Uint8Array(count).fill(7)],
  ['a Float64Array', () => new Float64Array(count).fill(7)],
  ['a BigInt64Array', () => new BigInt64Array(count).fill(7n)],
  ['a Buffer', () => Buffer.alloc(count, 7)],
  ['part of a buffer', () => new Uint8Array(new ArrayBuffer(count * 2), 8, count).fill(7)],
  ['an array of numbers', () => new Array(count).fill(7)],
  ['an array of objects', () => Array.from({ length: count }, () => ({}))],
  ['a sparse array', () => Object.assign([], { [count * 1000]: 7 })],
]

const unique = Symbol('unique')
const extras: readonly (readonly [string, (value: object) => object])[] = [
  ['a name', (value) => Object.assign(value, { note: 'x' })],
  ['a hidden name', (value) => Object.defineProperty(value, 'note', { value: 'x' })],
  ['a hidden undefined', (value) => Object.defineProperty(value, 'note', { value: undefined })],
  ['an empty name', (value) => Object.assign(value, { '': 'x' })],
  ['a name like an index', (value) => Object.assign(value, { '01': 'x' })],
  ['a symbol', (value) => Object.assign(value, { [unique]: 'x' })],
  ['a hidden symbol', (value) => Object.defineProperty(value, unique, { value: 'x' })],
  ['an inherited name', (value) => Object.defineProperty(value, 'at', { value: 'x' })],
  // A Buffer inherits a getter of that name, and util.inspect shows either of the two.
  ['an accessor', (value) => Object.defineProperty(value, 'parent', { get: () => 'x', enumerable: true })],
]

for (const [kind, make] of kinds) {
  t.test(`captureClosure() ships what ${kind} carries beside its elements`, async (t) => {
    for (const [extra, add] of extras) {
      const value = add(make())
      const [key = ''] = Reflect.ownKeys(value).filter((name) => !/^\d+$|^length$/.test(String(name)) || name === '01')
      const wanted = Object.getOwnPropertyDescriptor(value, key)
      const read = () => {
        const { value: content, get, enumerable } = Object.getOwnPropertyDescriptor(value, key) ?? {}
        return [typeof get === 'function' ? get() : content, enumerable, Reflect.get(value, 'length')]
      }
      const found = await reviver.call(read)
      t.strictSame(found, [wanted?.get === undefined ? wanted?.value : 'x', wanted?.enumerable, read()[2]], extra)
    }
  })
}

t.test('captureClosure() runs nothing of what it finds on an array', (t) => {
  const calls: string[] = []
  const traps: readonly (readonly [PropertyKey, PropertyDescriptor])[] = [
    [Symbol.toStringTag, { get: () => calls.push('tag') }],
    ['byteOffset', { get: () => calls.push('offset') }],
    ['constructor', { value: { [Symbol.hasInstance]: () => calls.push('instance') } }],
    [Symbol.for('nodejs.util.inspect.custom'), { value: () => calls.push('inspect') }],
  ]
  for (const [key, descriptor] of traps) {
    const trapped = Object.defineProperty(new Array(count).fill(7), key, descriptor)
    captureClosure(() => trapped)
  }
  t.strictSame(calls, [])
  t.end()
})

t.test('captureClosure() takes the kind and length of a view from what it is, whatever it says', async (t) => {
  const view = Object.defineProperties(new Uint16Array([1, 2, 3]), {
    [Symbol.toStringTag]: { value: 'Nothing' },
    length: { value: 1 },
  })
  const shipped = () => [
    view instanceof Uint16Array,
    view.byteLength,
    view.length,
    Object.prototype.toString.call(view),
  ]
  t.strictSame(await reviver.call(shipped), [true, 6, 1, '[object Nothing]'])
})

t.test('captureClosure() ships a view of millions of elements', (t) => {
  const large = new Uint8Array(40_000_000)
  const { bytes } = captureClosure(() => large, { onWarning: () => {} })
  t.ok(bytes.byteLength > large.byteLength)
  t.end()
})

t.test('captureClosure() ships a number above the last index of an array as a name', async (t) => {
  const array = Object.assign([1], { 4294967295: 'x' })
  t.strictSame(await reviver.call(() => [array.length, Object.keys(array)]), [1, ['0', '4294967295']])
})

t.test('a view with properties of its own and too many elements to list is refused with its path', (t) => {
  const table = { wide: Object.assign(new Uint8Array(2 ** 25), { note: 'x' }) }
  t.throws(() => captureClosure(() => table.wide.note), {
    name: 'ShippingError',
    code: 'closure_too_large',
    message: /captured "table" -> "wide" has more elements than can be listed/,
    details: { path: ['table', 'wide'] },
  })
  t.end()
})
