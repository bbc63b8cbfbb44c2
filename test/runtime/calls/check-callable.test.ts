// What a pool is asked to call, and is not able to: told at once, before a worker hears of it.

import t, { test } from 'tap'
import { col, float64, nativeUdf, udaf, udf, udwf, WorkerPool } from 'volley'

const options = { timeout: 120_000 }
const pool = WorkerPool.fork({ workers: 1 })
t.teardown(() => pool.close())

class Total {
  total = 0
  add(value: number | null): void {
    this.total += value ?? 0
  }
  merge(): void {}
  state(): readonly number[] {
    return [this.total]
  }
  evaluate(): number {
    return this.total
  }
  evaluateAll(): readonly number[] {
    return []
  }
}
const total = udaf(Total, [float64], float64, [float64], { name: 'total' })
const smooth = udwf(Total, [float64], float64, { name: 'smooth' })
const gross = udf((net: number) => net, [float64], float64, { name: 'gross' })

const aggregate = 'takes columns, not values. Use it in an expression, in an aggregation, or pass a plain function'
const window = 'takes columns, not values. Use it in an expression, with .over(), or pass a plain function'
const refused: Readonly<Record<string, readonly [given: unknown, message: string]>> = {
  'an aggregate function': [total, `the aggregate function "total" in a worker: it ${aggregate}`],
  'the definition of an aggregate': [total.definition, `the aggregate function "total" in a worker: it ${aggregate}`],
  'a window function': [smooth, `the window function "smooth" in a worker: it ${window}`],
  'the definition of a scalar function': [
    gross.definition,
    'the definition of function "gross" in a worker: pass the function that udf() returned',
  ],
  'a class': [Total, 'class "Total" in a worker: pass a function that makes one, such as (item) => new Total(item)'],
  'a class of the language': [
    Map,
    'class "Map" in a worker: pass a function that makes one, such as (item) => new Map(item)',
  ],
  'a generator function': [
    function* numbers() {
      yield 1
    },
    'the generator function "numbers" in a worker: a generator cannot travel back. Pass a function that collects what it yields in an array',
  ],
  'an async generator function': [
    async function* numbers() {
      yield 1
    },
    'the generator function "numbers" in a worker: a generator cannot travel back. Pass a function that collects what it yields in an array',
  ],
  undefined: [
    undefined,
    'undefined in a worker: pass a function. Is it imported under another name, or from a module that is still loading?',
  ],
  null: [null, 'null in a worker: pass a function'],
  'an expression': [
    col('a'),
    'an expression in a worker: pass a function that evaluates it, such as (table) => expression.evaluate(table)',
  ],
  'a promise': [Promise.resolve(gross), 'a Promise in a worker: await it first, and pass the function that it gives'],
  'a string': ['x => x', 'a string in a worker: code does not travel as text. Pass the function itself'],
  'a number': [5, 'a number in a worker: pass a function'],
  'an array': [[gross], 'an Array in a worker: pass a function'],
  'an object': [{ call: gross }, 'an Object in a worker: pass a function'],
}
for (const [what, [given, message]] of Object.entries(refused)) {
  test(`run() and map() refuse ${what}`, options, async (t) => {
    const refusal = { name: 'PlanError', code: 'invalid_argument', message: `Cannot call ${message}` }
    await t.rejects(pool.run(given as never), refusal)
    await t.rejects(pool.map(given as never, [1]), refusal)
    t.equal(pool.stats().sentBytes, 0, 'nothing was sent')
  })
}

test('run() and map() refuse bound and unreachable native functions, with the way out', options, async (t) => {
  const bound = { code: 'closure_bound', message: /hides what it is bound to; use an arrow function instead$/ }
  await t.rejects(pool.run(Math.max.bind(null, 1)), bound)
  await t.rejects(pool.map(Math.max.bind(null, 1), [1]), bound)
  const { resolve } = Promise.withResolvers()
  const native = { code: 'closure_native', message: /nativeUdf/ }
  await t.rejects(pool.run(resolve as () => void), native)
  await t.rejects(pool.run(udf(resolve as never, [float64], float64, { name: 'resolve' }) as never), native)
  await t.rejects(pool.run(new Proxy(() => 1, {})), { code: 'closure_unserializable', message: /is a Proxy/ })
})

test('map() refuses what cannot be iterated over', options, async (t) => {
  for (const [items, what] of [
    [undefined, 'undefined'],
    [null, 'null'],
    [5, 'a number'],
    [{ length: 1 }, 'an Object'],
  ]) {
    await t.rejects(
      pool.map((item: unknown) => item, items as never),
      { code: 'invalid_argument', message: `Cannot map over ${what}: pass an array or another iterable` },
    )
  }
})

test('functions of the language and of every other kind are called', options, async (t) => {
  t.strictSame(await pool.map(Number, ['1', '2']), [1, 2])
  t.strictSame(await pool.map(String, [1, 2]), ['1', '2'])
  t.equal(await pool.run(Math.max, 1, 3, 2), 3)
  t.equal(
    await pool.run(
      Object.freeze(function twice(a: number) {
        return a * 2
      }),
      2,
    ),
    4,
  )
  t.equal(await pool.run(gross as never, 5 as never), 5)
  t.strictSame(await pool.map((letter) => letter, 'ab'), ['a', 'b'])
  const named = nativeUdf('nowhere', Math.max, [float64], float64)
  await t.rejects(pool.run(named as never), { code: 'wire_not_registered', message: /Register it in the worker/ })
})
