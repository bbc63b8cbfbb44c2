import t from 'tap'
import { startReviver } from './fixtures/ship.ts'

// Cases 1 to 12 of the shipping contract: what a function captures, and where the captured name lives.

const reviver = startReviver()
t.teardown(() => reviver.close())

const moduleConst = 2
// biome-ignore lint/style/useConst: the point is that it is not
let moduleLet = 3
var moduleVar = 5
const shared = { calls: 0 }

function double(value: number): number {
  return value * moduleConst
}
function quadruple(value: number): number {
  return double(double(value))
}
function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1)
}
const fibonacci = (n: number): number => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2))
const countdown = function down(n: number): number[] {
  return n === 0 ? [0] : [n, ...down(n - 1)]
}
const isEven = (n: number): boolean => n === 0 || isOdd(n - 1)
const isOdd = (n: number): boolean => n !== 0 && isEven(n - 1)

t.test('captureClosure() takes const, let, var and parameter captures along', async (t) => {
  const make = (parameter: number) => () => [moduleConst, moduleLet, moduleVar, parameter]
  t.strictSame(await reviver.call(make(7)), [2, 3, 5, 7])
})

t.test('captureClosure() keeps one object shared by two functions', async (t) => {
  const add = () => ++shared.calls
  const read = () => shared.calls
  t.equal(await reviver.call(() => [add(), add(), read()].join()), '1,2,2')
  t.equal(shared.calls, 0, 'the original is untouched')
})

t.test('captureClosure() follows helper functions that use helper functions', async (t) => {
  t.equal(await reviver.call(quadruple, 5), 20)
})

t.test('captureClosure() ships recursion by declaration, by const arrow and by named expression', async (t) => {
  t.equal(await reviver.call(factorial, 5), 120)
  t.equal(await reviver.call(fibonacci, 10), 55)
  t.strictSame(await reviver.call(countdown, 2), [2, 1, 0])
})

t.test('captureClosure() ships mutual recursion', async (t) => {
  t.equal(await reviver.call(isEven, 10), true)
  t.equal(await reviver.call(isOdd, 10), false)
})

t.test('captureClosure() ships mutual recursion in which one name means two things', async (t) => {
  const make = () => {
    const pair: { f?: (n: number) => number; g?: (n: number) => number } = {}
    {
      const other = (n: number): number => pair.g?.(n) ?? 0
      pair.f = (n) => (n === 0 ? 1 : other(n - 1))
    }
    {
      const other = (n: number): number => pair.f?.(n) ?? 0
      pair.g = (n) => (n === 0 ? 2 : other(n - 1))
    }
    return pair
  }
  const { f } = make()
  t.equal(await reviver.call(f, 4), 1)
  t.equal(await reviver.call(f, 5), 2)
})

t.test('captureClosure() ships a function that returns itself', async (t) => {
  const self = (): unknown => self
  t.equal(await reviver.call(() => self() === self), true)
})

t.test('captureClosure() keeps the identity of a closure that is captured twice', async (t) => {
  const one = () => 1
  const list = [one, one]
  const map = new Map([['one', one]])
  t.equal(await reviver.call(() => list[0] === list[1] && map.get('one') === one), true)
})

t.test('captureClosure() lets inner names shadow outer ones', async (t) => {
  const value = 'outer'
  const shadowing = () => {
    const before = value
    {
      const value = 'inner'
      return [before, value, ((value) => value)('argument')]
    }
  }
  t.strictSame(await reviver.call(shadowing), ['outer', 'inner', 'argument'])
})

t.test('captureClosure() binds loop variables per iteration', async (t) => {
  const functions: (() => number)[] = []
  for (let index = 0; index < 3; index++) functions.push(() => index)
  t.strictSame(await reviver.call(() => functions.map((f) => f())), [0, 1, 2])
})

t.test('captureClosure() captures a catch parameter', async (t) => {
  let report: (() => string) | undefined
  try {
    throw new Error('caught')
  } catch (error) {
    report = () => (error as Error).message
  }
  t.equal(await reviver.call(report), 'caught')
})

t.test('captureClosure() captures a name that only a default value uses', async (t) => {
  const scale = 10
  const withDefault = (factor = scale) => {
    var scale = 1
    return factor * scale
  }
  t.equal(await reviver.call(withDefault), 10)
  t.equal(await reviver.call(withDefault, 3), 3)
})

t.test('captureClosure() captures a name in the computed key of a destructuring', async (t) => {
  const key = 'wanted'
  const pick = ({ [key]: value }: Record<string, number>) => value
  t.equal(await reviver.call(pick, { wanted: 4, other: 5 }), 4)
})
