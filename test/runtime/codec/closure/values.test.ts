import t from 'tap'
import { captureClosure } from '../../../../runtime/codec/closure/index.ts'
import { startReviver } from './fixtures/ship.ts'

// Cases 47 to 56: captured values of every kind.

t.setTimeout(120_000)
const reviver = startReviver()
t.teardown(() => reviver.close())

t.test('captureClosure() ships typed arrays, DataViews and Buffers with their kind', async (t) => {
  const values = [
    new Int8Array([-1]),
    new Uint8ClampedArray([255]),
    new BigInt64Array([-5n]),
    new Float64Array([1.5, -0, Number.NaN]),
    new DataView(new Uint8Array([1, 2]).buffer, 1),
    Buffer.from('text'),
    new Uint8Array([7, 8]).buffer,
    new Uint16Array(0),
  ]
  const shipped = () => values.map((value) => [value.constructor.name, value.byteLength])
  t.strictSame(
    await reviver.call(shipped),
    values.map((value) => [value.constructor.name, value.byteLength]),
  )
  const [bytes, clamped, big, floats, view, text] = values
  const content = () => [[...(bytes as Int8Array)], clamped, big, floats, (view as DataView).getInt8(0), `${text}`]
  t.strictSame(await reviver.call(content), [[-1], clamped, big, floats, 2, 'text'])
})

t.test('captureClosure() ships only the bytes that a view shows', (t) => {
  const pool = new ArrayBuffer(64)
  Buffer.from(pool).write('the secret of a neighbour', 16)
  const left = Buffer.from(pool, 0, 4).fill('left')
  const right = Buffer.from(pool, 48, 5).fill('right')
  const { bytes } = captureClosure(() => [left, right])
  t.match(Buffer.from(bytes).toString('latin1'), /leftright/)
  t.notMatch(Buffer.from(bytes).toString('latin1'), 'secret')
  t.end()
})

t.test('captureClosure() keeps views of one ArrayBuffer together', async (t) => {
  const memory = new ArrayBuffer(32)
  const wide = new Float64Array(memory, 8, 2)
  const narrow = new Uint8Array(memory, 8, 16)
  const shipped = () => {
    wide[1] = 1.5
    return [narrow.buffer === wide.buffer, Array.from(narrow.slice(8))]
  }
  t.strictSame(await reviver.call(shipped), [true, [0, 0, 0, 0, 0, 0, 248, 63]])
  const whole = () => wide.buffer === memory && memory.byteLength
  t.equal(await reviver.call(whole), 32)
})

t.test('captureClosure() ships Map, Set, Date, RegExp, BigInt, URL and boxed values', async (t) => {
  const regexp = /a(?<rest>.)/giu
  regexp.lastIndex = 3
  const values = {
    map: new Map<unknown, unknown>([
      [{ key: 1 }, new Set([1, 'a'])],
      ['self', undefined],
    ]),
    date: new Date(86_400_000),
    invalid: new Date(Number.NaN),
    regexp,
    big: 2n ** 70n,
    url: new URL('https://example.org/a?b=c#d'),
    query: new URLSearchParams('a=1&a=2'),
    boxed: [Object(1), Object('text'), Object(Symbol.iterator)],
  }
  values.map.set('self', values.map)
  const shipped = () => [
    [...values.map.keys()].map((key) => JSON.stringify(key)),
    values.map.get('self') === values.map,
    values.date.getTime(),
    Number.isNaN(values.invalid.getTime()),
    [`${values.regexp}`, values.regexp.lastIndex],
    values.big,
    values.url instanceof URL && values.url.hash,
    values.query.getAll('a'),
    values.boxed.map((value) => [typeof value, typeof value.valueOf()].join()),
  ]
  t.strictSame(await reviver.call(shipped), [
    ['{"key":1}', '"self"'],
    true,
    86_400_000,
    true,
    ['/a(?<rest>.)/giu', 3],
    2n ** 70n,
    '#d',
    ['1', '2'],
    ['object,number', 'object,string', 'object,symbol'],
  ])
})

t.test('captureClosure() ships NaN, -0, infinities, undefined, holes and sparse arrays', async (t) => {
  const odd = [Number.NaN, -0, Number.POSITIVE_INFINITY, undefined, null]
  // biome-ignore lint/suspicious/noSparseArray: holes are what is tested
  const holes = [1, , 3]
  const sparse: number[] = []
  sparse[4_000_000_000] = 1
  const numbers = Array.from({ length: 100 }, (_, index) => (index === 50 ? -0 : index / 3))
  const shipped = () => [
    odd.map((value) => (Object.is(value, -0) ? '-0' : String(value))),
    [1 in holes, holes.length],
    [sparse.length, Object.keys(sparse)],
    [numbers.length, numbers[1], Object.is(numbers[50], -0), Array.isArray(numbers)],
  ]
  t.strictSame(await reviver.call(shipped), [
    ['NaN', '-0', 'Infinity', 'undefined', 'null'],
    [false, 3],
    [4_000_000_001, ['4000000000']],
    [100, 1 / 3, true, true],
  ])
})

t.test('captureClosure() ships errors with cause, code and class, without their stack', async (t) => {
  class Refused extends TypeError {
    code = 'E_REFUSED'
  }
  const error = new Refused('outer', { cause: new AggregateError([new Error('inner')], 'many') })
  const shipped = () => {
    const cause = error.cause as AggregateError
    return [
      error instanceof Refused && error instanceof TypeError && Error.isError?.(error),
      error.code,
      error.message,
      Object.keys(error),
      cause instanceof AggregateError && cause.errors[0].message,
      error.stack?.includes('test.ts'),
    ]
  }
  t.strictSame(await reviver.call(shipped), [true, 'E_REFUSED', 'outer', ['code'], 'inner', false])
  t.notMatch(Buffer.from(captureClosure(error).bytes).toString('latin1'), /values\.test\.ts:\d/)
})

t.test('captureClosure() ships registered, well-known and unique symbols', async (t) => {
  const unique = Symbol('unique')
  const object = { [unique]: 1, [Symbol.for('registered')]: 2, [Symbol.toStringTag]: 'Tagged' }
  const shipped = () => [
    object[unique],
    object[Symbol.for('registered')],
    String(object),
    unique.description,
    Object.getOwnPropertySymbols(object)[0] === unique,
  ]
  t.strictSame(await reviver.call(shipped), [1, 2, '[object Tagged]', 'unique', true])
})

t.test('captureClosure() ships cycles, also through functions', async (t) => {
  interface Cycle {
    self?: Cycle
    list: unknown[]
    read?: () => Cycle
  }
  const cycle: Cycle = { list: [] }
  cycle.self = cycle
  cycle.list.push(cycle.list, cycle)
  cycle.read = () => cycle
  const shipped = () => [cycle.self === cycle, cycle.list[0] === cycle.list, cycle.read?.() === cycle]
  t.strictSame(await reviver.call(shipped), [true, true, true])
})

t.test('captureClosure() ships frozen, sealed and closed objects, accessors and prototypes', async (t) => {
  const parent = { inherited: 'yes' }
  const frozen = Object.freeze({
    secret: 40,
    get answer() {
      return this.secret + 2
    },
  })
  const values = {
    frozen,
    list: Object.freeze([1, 2]),
    sealed: Object.seal({ a: 1 }),
    closed: Object.preventExtensions({ a: 1 }),
    child: Object.create(parent, { own: { value: 1, enumerable: false } }),
    bare: Object.assign(Object.create(null), { a: 1 }),
    extended: Object.assign([1], { note: 'extra' }),
  }
  const shipped = () => [
    [values.frozen.answer, Object.isFrozen(values.frozen)],
    Object.isFrozen(values.list),
    [Object.isSealed(values.sealed), Object.isFrozen(values.sealed)],
    [Object.isExtensible(values.closed), Object.isSealed(values.closed)],
    [values.child.inherited, Object.keys(values.child), Object.getPrototypeOf(values.child) === parent],
    Object.getPrototypeOf(values.bare),
    values.extended.note,
  ]
  t.strictSame(await reviver.call(shipped), [
    [42, true],
    true,
    [true, false],
    [false, false],
    ['yes', [], true],
    null,
    'extra',
  ])
})

t.test('captureClosure() ships an own __proto__ key as data', async (t) => {
  const object: object = JSON.parse('{"__proto__":{"polluted":true},"a":1}')
  const shipped = () => [
    Object.keys(object),
    Reflect.get(object, 'polluted'),
    Object.getPrototypeOf(object) === Object.prototype,
  ]
  t.strictSame(await reviver.call(shipped), [['__proto__', 'a'], undefined, true])
})

t.test('captureClosure() takes a snapshot', async (t) => {
  const state = { value: 'then' }
  let variable = 'then'
  const { bytes } = captureClosure(() => [state.value, variable])
  state.value = 'now'
  variable = 'now'
  t.strictSame(await reviver.callBytes(bytes), ['then', 'then'])
})
