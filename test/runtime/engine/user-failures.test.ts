// What the methods of users' accumulators and window evaluators throw: the error names the function, the method, the
// rows of the input, the file and the line.

import { tableFromArrays } from 'apache-arrow'
import t from 'tap'
import { col, type DataFrame, float64, int64, SessionContext, udaf, udwf, windowFrame } from '../../../runtime/index.ts'

t.setTimeout(240_000)

const ctx = new SessionContext({ backend: 'in-process' })
t.teardown(() => ctx.close())

/** 300 rows in two groups: even and odd ones. */
const input = (): DataFrame =>
  ctx.fromColumns({ x: Array.from({ length: 300 }, (_, i) => i), k: Array.from({ length: 300 }, (_, i) => i % 2) })

type Methods = Readonly<Record<string, (...args: never[]) => unknown>>

/** An accumulator that does nothing but what its methods say. */
const aggregate = (methods: Methods, options: { retracts?: boolean } = {}) => {
  const rest = methods.update === undefined ? { add: () => {} } : {}
  const accumulator = () => ({ ...rest, merge: () => {}, state: () => [0], evaluate: () => 0, ...methods })
  return udaf(accumulator, [float64], float64, [float64], { name: 'mine', ...options })
}

const throwing = (): never => {
  throw new RangeError('out of paper')
}

async function failure(result: DataFrame, partitions = 1): Promise<{ message: string; details: object }> {
  try {
    await result.toRows({ partitions })
  } catch (error) {
    return error as { message: string; details: object }
  }
  throw new Error('nothing was thrown')
}

const where = / at .*user-failures\.test\.ts:\d+:\d+: out of paper$/

t.test('add() names its row, counted in the partition', async (t) => {
  const mine = aggregate({ add: (x: number) => x === 142 && throwing() })
  const all = await failure(input().aggregate([], [mine(col('x'))]))
  t.match(all.message, /^Function "mine" threw in add\(\) for row 142 at /)
  t.match(all.message, where)
  t.match(all, { code: 'udf_failed', details: { udf: 'mine', method: 'add', row: 142, line: Number } })
  const filtered = await failure(
    input()
      .filter('x > 100')
      .aggregate(['k'], [mine(col('x'))]),
  )
  t.match(filtered.details, { row: 142 })
})

t.test('add() of distinct rows names the row that is new', async (t) => {
  await using own = new SessionContext({ backend: 'in-process' })
  own.registerUdaf(aggregate({ add: (x: number) => x === 6 && throwing() }))
  const repeated = own.fromColumns({ x: Array.from({ length: 40 }, (_, i) => i >> 2) })
  const error = await failure(repeated.aggregate([], ['mine(distinct x + 0.0)']))
  t.match(error.message, /^Function "mine" threw in add\(\) for row 24 at /)
})

t.test('update() names how many rows it got, the first and the last', async (t) => {
  const mine = aggregate({ update: throwing })
  const full = await failure(input().aggregate(['k'], [mine(col('x'))]))
  t.match(full.message, /^Function "mine" threw in update\(\) for 128 rows from row 0 to row 254 at /)
  t.match(full.message, where)
  t.match(full.details, { method: 'update', rows: 128, firstRow: 0, lastRow: 254 })
  const rest = await failure(
    input()
      .filter('x % 60 = 7')
      .aggregate([], [mine(col('x'))]),
  )
  t.match(rest.message, /^Function "mine" threw in update\(\) for 5 rows from row 7 to row 247 at /)
})

t.test('state(), merge() and evaluate() are named', async (t) => {
  for (const [method, partitions] of [
    ['state', 2],
    ['merge', 2],
    ['evaluate', 1],
  ] as const) {
    const parts = ctx.fromArrow(
      [0, 1].flatMap((part) => tableFromArrays({ x: Float64Array.from([part, part + 2]) }).batches),
    )
    const error = await failure(parts.aggregate([], [aggregate({ [method]: throwing })(col('x'))]), partitions)
    t.match(error.message, new RegExp(`^Function "mine" threw in ${method}\\(\\) at `))
    t.match(error.message, where)
  }
})

t.test('an argument that cannot be handed over names its row', async (t) => {
  const mine = udaf(
    () => ({ add: () => {}, merge: () => {}, state: () => [0], evaluate: () => 0 }),
    [int64],
    float64,
    [float64],
    { name: 'mine', int64As: 'number' },
  )
  const large = ctx.fromColumns({ n: [1n, 2n, 2n ** 60n] }, { n: int64 })
  t.match(await failure(large.aggregate([], [mine(col('n'))])), { code: 'overflow', details: { udf: 'mine', row: 2 } })
})

t.test(
  'over frames add() and retract() name the row that comes or leaves, evaluate() the row of the frame',
  async (t) => {
    const over = { orderBy: [col('x').desc()], frame: windowFrame('rows', { preceding: 1 }) }
    const run = (methods: Methods) =>
      failure(input().select(aggregate(methods, { retracts: true })(col('x')).over(over)))
    const fetch = { retract: () => {} }
    const added = await run({ ...fetch, add: (x: number) => x === 250 && throwing() })
    t.match(added.message, /^Function "mine" threw in add\(\) for row 250 at /)
    const retracted = await run({ retract: ([x]: number[]) => x === 250 && throwing() })
    t.match(retracted.message, /^Function "mine" threw in retract\(\) for row 250 at /)
    let evaluated = 0
    const result = await run({ ...fetch, evaluate: () => (++evaluated === 10 ? throwing() : 0) })
    t.match(result.message, /^Function "mine" threw in evaluate\(\) for row 290 at /)
  },
)

const evaluator = (methods: Methods & { usesWindowFrame?: never }, traits: object = {}) =>
  udwf(() => ({ ...traits, ...methods }), [float64], float64, { name: 'mine' })

const windowed = (mine: ReturnType<typeof udwf>): DataFrame =>
  input().select(mine(col('x')).over({ partitionBy: [col('k')], orderBy: [col('x').desc()] }))

t.test('an evaluator called by the row names the row', async (t) => {
  const evaluate = (_: unknown, [start]: [number, number]) => (start === 3 ? throwing() : 0)
  const bounded = { supportsBoundedExecution: true, getRange: (i: number, n: number) => [i, n] }
  const error = await failure(windowed(evaluator({ evaluate }, bounded)))
  t.match(error.message, /^Function "mine" threw in evaluate\(\) for row 292 at /)
  t.match(error.message, where)
  const range = await failure(
    windowed(evaluator({ evaluate, getRange: (i: number) => (i === 1 ? throwing() : [0, 1]) }, { ...bounded })),
  )
  t.match(range.message, /^Function "mine" threw in getRange\(\) for row 296 at /)
  const frame = await failure(windowed(evaluator({ evaluate: throwing }, { usesWindowFrame: true })))
  t.match(frame.message, /^Function "mine" threw in evaluate\(\) for row 298 at /)
})

t.test('an evaluator called for a window partition names its rows', async (t) => {
  const error = await failure(windowed(evaluator({ evaluateAll: throwing })))
  t.match(error.message, /^Function "mine" threw in evaluateAll\(\) for 150 rows from row 0 to row 298 at /)
  t.match(error.message, where)
})

t.test('a result of the wrong type names its row', async (t) => {
  const mine = evaluator({ evaluateAll: ([x]: [number[]]) => x.map((each) => (each === 290 ? 'text' : each)) })
  t.match(await failure(windowed(mine)), { code: 'udf_wrong_result', details: { udf: 'mine', row: 290 } })
})
