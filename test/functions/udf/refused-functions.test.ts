// What the type checker refuses is refused at run time too, for those who have no types: functions that give a promise
// or an iterator in place of a value, options that there are not.

import t from 'tap'
import { float64, nativeUdf, SessionContext, udaf, udf, udwf } from 'volley'
import { resolveAggregateUdf } from '../../../functions/udf/accumulate.ts'

t.setTimeout(120_000)

const untyped = <Value>(value: Value): never => value as never
const types = [['float64'], 'float64'] as const
const ctx = new SessionContext({ backend: 'in-process' })

class Sum {
  add() {}
  merge() {}
  state() {
    return [0]
  }
  evaluate() {
    return 0
  }
}

const refused: readonly (readonly [what: string, define: () => unknown, message: string])[] = [
  [
    'an async function',
    () =>
      udf(
        untyped(async (x: number) => x),
        ...types,
        { name: 'late' },
      ),
    'Cannot make UDF "late" of an async function: it must return the value of a row',
  ],
  [
    'an async native function',
    () =>
      nativeUdf(
        'late',
        untyped(async () => 1),
        ...types,
      ),
    'Cannot make UDF "late" of an async function: it must return the value of a row',
  ],
  [
    'a generator',
    () =>
      udf(
        untyped(function* () {
          yield 1
        }),
        ...types,
        { name: 'many' },
      ),
    'Cannot make UDF "many" of a generator function: it must return the value of a row',
  ],
  [
    'an accumulator with an async method',
    () =>
      udaf(
        untyped(
          class Late extends Sum {
            override async add() {}
          },
        ),
        ...types,
        ['float64'],
      ),
    'Cannot make UDAF "Late": its add() is an async function, which must return its result',
  ],
  [
    'an async factory',
    () =>
      udaf(
        untyped(async () => new Sum()),
        ...types,
        ['float64'],
        { name: 'sum' },
      ),
    'Cannot make UDAF "sum" of an async function: it must return an object',
  ],
  [
    'a window evaluator with an async method',
    () =>
      udwf(
        untyped(
          class Late {
            async evaluateAll() {}
          },
        ),
        ...types,
      ),
    'Cannot make UDWF "Late": its evaluateAll() is an async function, which must return its result',
  ],
  [
    'an option of udf() that there is not',
    () => udf((x: number) => x, ...types, untyped({ name: 'same', null: 'call' })),
    'Cannot take "null" among the options of a UDF: there is none of that name. Did you mean "nulls"?',
  ],
  [
    'an option of udaf() that there is not',
    () => udaf(Sum, ...types, ['float64'], untyped({ retract: true })),
    'Cannot take "retract" among the options of a UDAF: there is none of that name. Did you mean "retracts"?',
  ],
  [
    'an option of udwf() that there is not',
    () => udwf(() => ({ evaluateAll: () => [] }), ...types, untyped({ nulls: 'skip' })),
    'Cannot take "nulls" among the options of a UDWF: there is none of that name. Use name, volatility, int64As, captures',
  ],
]

for (const [what, define, message] of refused) {
  t.test(`${what} is refused where it is defined`, async (t) => {
    t.throws(define, { message })
  })
}

t.test('a generator may give the results of a window evaluator', async (t) => {
  class Numbers {
    *evaluateAll(_: unknown, numRows: number) {
      for (let i = 0; i < numRows; i++) yield i
    }
  }
  const numbers = udwf(Numbers, ['float64'], 'float64')
  const rows = await ctx
    .fromColumns({ x: [5, 6] })
    .select('x')
    .withColumn('n', numbers(0).over({}))
    .toRows()
  t.strictSame(
    rows.map(({ n }) => n),
    [0, 1],
  )
})

const input = ctx.fromColumns({ x: [1, 2] }, { x: 'float64' })
const late = { code: 'udf_wrong_result' }

for (const method of ['add', 'merge', 'state', 'evaluate'] as const) {
  t.test(`a promise from ${method}() of an accumulator is refused`, async (t) => {
    // Not written as async, so that only its result shows it.
    const factory = () => Object.assign(new Sum(), { [method]: () => Promise.reject(new Error('nobody awaits me')) })
    const { definition } = udaf(untyped(factory), ['float64'], 'float64', ['float64'], { name: 'mine' })
    const { accumulator } = resolveAggregateUdf(definition, [{ type: float64, nullable: true }]).kernel()
    const message = `Function "mine" returned a Promise from ${method}(): its methods must not be async, nobody awaits them`
    const made = accumulator() as unknown as Record<string, (...columns: unknown[]) => unknown>
    t.throws(() => made[method]?.([1]), { ...late, message })
  })
}

const evaluators: Readonly<Record<string, object>> = {
  evaluateAll: { evaluateAll: () => Promise.resolve([1]) },
  evaluateAllWithRank: { includeRank: true, evaluateAllWithRank: () => Promise.resolve([1]) },
  getRange: { supportsBoundedExecution: true, evaluate: () => 0, getRange: () => Promise.resolve([0, 1]) },
  memoize: { supportsBoundedExecution: true, evaluate: () => 0, memoize: () => Promise.resolve() },
}
for (const [method, evaluator] of Object.entries(evaluators)) {
  t.test(`a promise from ${method}() of a window evaluator is refused`, async (t) => {
    const mine = udwf(
      untyped(() => evaluator),
      ['float64'],
      'float64',
      { name: 'mine' },
    )
    const message = `Function "mine" returned a Promise from ${method}(): its methods must not be async, nobody awaits them`
    await t.rejects(input.select(mine(1).over({})).toRows(), { ...late, message })
  })
}
