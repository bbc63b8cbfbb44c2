import t from 'tap'
import { captureClosure } from '../../../../runtime/codec/closure/index.ts'
import { startReviver } from './fixtures/ship.ts'

// Cases 13 to 16, 27 to 32 and 57: every kind of function, and what hangs on it.

t.setTimeout(120_000)
const reviver = startReviver()
t.teardown(() => reviver.close())

const step = 2

t.test('captureClosure() ships a generator', async (t) => {
  function* count() {
    for (let n = 0; n < 3; n++) yield n * step
  }
  t.strictSame(await reviver.call(() => [...count()]), [0, 2, 4])
})

t.test('captureClosure() ships an async function', async (t) => {
  t.equal(await reviver.call(async (n: number) => (await Promise.resolve(n)) * step, 4), 8)
})

t.test('captureClosure() ships an async generator', async (t) => {
  async function* count() {
    for (let n = 0; n < 3; n++) yield n * step
  }
  t.strictSame(await reviver.call(async () => Array.fromAsync(count())), [0, 2, 4])
})

t.test('captureClosure() ships methods, getters and static methods taken out of their object', async (t) => {
  const object = {
    get size() {
      return step
    },
    method(n: number) {
      return n * step
    },
    async *'quoted name'() {
      yield step
    },
  }
  class Tools {
    static twice(n: number) {
      return n * step
    }
    half(n: number) {
      return n / step
    }
  }
  const getter = Object.getOwnPropertyDescriptor(object, 'size')?.get
  t.equal(await reviver.call(object.method, 4), 8)
  t.equal(await reviver.call(getter), 2)
  t.equal(await reviver.call(Tools.twice, 4), 8)
  t.equal(await reviver.call(Tools.prototype.half, 4), 2)
  const quoted = object['quoted name']
  t.strictSame(await reviver.call(async () => Array.fromAsync(quoted())), [2])
})

t.test('captureClosure() ships a setter taken out of its object', async (t) => {
  const log: number[] = []
  const object = {
    set value(n: number) {
      log.push(n * step)
    },
  }
  const setter = Object.getOwnPropertyDescriptor(object, 'value')?.set
  const run = () => {
    setter?.(4)
    return log
  }
  t.strictSame(await reviver.call(run), [8])
})

t.test('captureClosure() keeps the name of a method with a computed name', async (t) => {
  const key = 'computed'
  const symbol = Symbol('described')
  const object = {
    [key]() {
      return 1
    },
    [symbol]() {
      return 2
    },
  }
  const [byKey, bySymbol] = [object[key], object[symbol]]
  t.strictSame(await reviver.call(() => [byKey?.name, bySymbol.name, byKey?.(), bySymbol()]), [
    'computed',
    '[described]',
    1,
    2,
  ])
})

t.test('captureClosure() ships a constructor function with its prototype', async (t) => {
  function Point(this: { x: number }, x: number) {
    this.x = x
  }
  Point.prototype.times = function times(this: { x: number }, n: number) {
    return this.x * n * step
  }
  const run = () => {
    const point: { times(n: number): number } = Reflect.construct(Point, [3])
    return [point.times(2), point instanceof Point, point.constructor === Point]
  }
  t.strictSame(await reviver.call(run), [12, true, true])
})

t.test('captureClosure() ships a prototype that was replaced or given a parent', async (t) => {
  function Base() {}
  Base.prototype.hello = () => 'hello'
  function Derived() {}
  Object.setPrototypeOf(Derived.prototype, Base.prototype)
  function Replaced() {}
  Replaced.prototype = { bye: () => 'bye' }
  const run = () => [Reflect.construct(Derived, []).hello(), Reflect.construct(Replaced, []).bye()]
  t.strictSame(await reviver.call(run), ['hello', 'bye'])
})

t.test('captureClosure() keeps own properties of functions', async (t) => {
  const counter = Object.assign(() => counter.calls, { calls: 3, options: { deep: [1] } })
  Object.defineProperty(counter, 'hidden', { value: 'yes', enumerable: false })
  const run = () => [counter(), counter.options.deep, Reflect.get(counter, 'hidden'), Object.keys(counter)]
  t.strictSame(await reviver.call(run), [3, [1], 'yes', ['calls', 'options']])
})

t.test('captureClosure() keeps name and length', async (t) => {
  const named = (_a: number, _b: number, _c = 1) => 0
  const renamed = Object.defineProperty(() => 0, 'name', { value: 'other name' })
  const anonymous = [() => 0][0]
  const longer = Object.defineProperty(() => 0, 'length', { value: 9 })
  const run = () => [named.name, named.length, renamed.name, anonymous?.name, longer.length]
  t.strictSame(await reviver.call(run), ['named', 2, 'other name', '', 9])
})

t.test('captureClosure() keeps strict functions strict', async (t) => {
  function own(this: unknown) {
    return this === undefined
  }
  t.equal(await reviver.call(() => own()), true)
})

t.test('captureClosure() keeps sloppy functions sloppy, and strict ones in a sloppy file strict', async (t) => {
  const { sloppy, strict, sloppyArrow, strictMethod } = await import('./fixtures/sloppy.cjs')
  t.strictSame(await reviver.call(() => [sloppy(), strict(), sloppyArrow(), strictMethod()]), [
    'object',
    'undefined',
    'object',
    'undefined',
  ])
})

t.test('captureClosure() gives every revival of an accumulator factory its own state', async (t) => {
  const createSum = () => {
    let sum = 0
    return { add: (n: number) => (sum += n * step), sum: () => sum }
  }
  const run = () => {
    const [left, right] = [createSum(), createSum()]
    left.add(1)
    right.add(5)
    return [left.sum(), right.sum()]
  }
  t.strictSame(await reviver.call(run), [2, 10])
})

t.test('captureClosure() lets a counting closure count on from where it was', async (t) => {
  let count = 40
  const next = () => ++count
  next()
  const { bytes } = captureClosure(next)
  t.equal(await reviver.callBytes(bytes), 42)
  t.equal(await reviver.callBytes(bytes), 42, 'each revival starts from the shipped state')
  t.equal(next(), 42, 'the original counts for itself')
})
