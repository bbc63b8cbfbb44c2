// biome-ignore-all lint/suspicious/noShadowRestrictedNames: shadowed globals are what is tested

import t from 'tap'
import { captureClosure } from '../../../../runtime/codec/closure/index.ts'
import { startReviver } from './fixtures/ship.ts'

// Cases 33 to 36: names and values that every process has, and names that collide.

t.setTimeout(120_000)
const reviver = startReviver()
t.teardown(() => reviver.close())

t.test('captureClosure() ships aliased built-ins by reference', async (t) => {
  const max = Math.max
  const { stringify } = JSON
  const hasOwn = Object.prototype.hasOwnProperty
  const size = Object.getOwnPropertyDescriptor(Map.prototype, 'size')?.get
  const iterate = Array.prototype[Symbol.iterator]
  const TypedArray = Object.getPrototypeOf(Int8Array)
  const shipped = () => [
    max === Math.max,
    stringify === JSON.stringify,
    hasOwn === Object.prototype.hasOwnProperty,
    size?.call(new Map([[1, 1]])),
    iterate === Array.prototype.values,
    TypedArray === Object.getPrototypeOf(Int8Array),
  ]
  t.strictSame(await reviver.call(shipped), [true, true, true, 1, true, true])
  const { report } = captureClosure(shipped)
  t.equal(report[0]?.kind, 'by-reference')
  t.equal(report[0]?.reference, 'Math.max')
})

t.test('captureClosure() ships globalThis, console, process and Math by reference', async (t) => {
  const everything = { globalThis, console, process, Math, env: process.env }
  const shipped = () =>
    everything.globalThis === globalThis &&
    everything.console === console &&
    everything.process === process &&
    everything.env === process.env &&
    everything.Math === Math
  t.equal(await reviver.call(shipped), true)
  t.notMatch(Buffer.from(captureClosure(shipped).bytes).toString('latin1'), 'PATH', 'the environment stays at home')
})

t.test('captureClosure() ships a local variable that is named like a global', async (t) => {
  const make = (Map: () => string, process: { pid: string }) => () => [Map(), process.pid]
  t.strictSame(await reviver.call(make(() => 'mine', { pid: 'also mine' })), ['mine', 'also mine'])
})

t.test('captureClosure() keeps a global apart from a capture of the same name in another function', async (t) => {
  const even = (n: number): unknown => (n === 0 ? new Set([n]).size : odd(n - 1))
  const make = (Set: string) => {
    const run = (n: number): unknown => (n === 0 ? Set : even(n - 1))
    return run
  }
  const odd = make('mine')
  t.equal(await reviver.call(even, 4), 1)
  t.equal(await reviver.call(even, 5), 'mine')
})

t.test('captureClosure() copes with names that its own helpers might use', async (t) => {
  const make = (...values: number[]) => {
    const [$fixUps, $member, $member0, $super, holder, target, scopes] = values
    return class extends Array<number> {
      static sum() {
        return [$fixUps, $member, $member0, $super, holder, target, scopes].reduce((a = 0, b = 0) => a + b)
      }
      override get length() {
        return super.length
      }
    }
  }
  const Summing = make(1, 2, 3, 4, 5, 6, 7)
  t.equal(await reviver.call(() => Summing.sum()), 28)
  const loop = ($fixUps: number): ((n: number) => number) => {
    const $member: (n: number) => number = (n) => (n === 0 ? $fixUps : $member0(n - 1))
    const $member0: (n: number) => number = (n) => $member(n)
    return $member
  }
  t.equal(await reviver.call(loop(9), 3), 9)
})

t.test('captureClosure() ships globals that are called by name as they are', async (t) => {
  const shipped = () => [typeof fetch, typeof structuredClone, typeof notDefinedAnywhere, Number.isNaN(NaN), undefined]
  t.strictSame(await reviver.call(shipped), ['function', 'function', 'undefined', true, undefined])
})

declare const notDefinedAnywhere: unknown
