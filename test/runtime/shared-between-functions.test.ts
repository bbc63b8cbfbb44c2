// What the functions of one job share: one object in each worker, never two that drift apart. A variable cannot be shared.

import t from 'tap'
import { col, float64, SessionContext, udaf, udf, WorkerPool } from '../../runtime/index.ts'
import { forkedSession } from './with-jobs.ts'

t.setTimeout(240_000)

const inProcess = (): SessionContext => new SessionContext({ backend: 'in-process' })
const scalar = (name: string, fn: (x: number) => number, captures?: Record<string, unknown>) =>
  udf(fn, [float64], float64, { name, ...(captures === undefined ? {} : { captures }) })(col('x'))

t.test('a variable that one function assigns and another one reads is refused', async (t) => {
  await using ctx = inProcess()
  let n = 0
  const add = scalar('add', (x) => {
    n += x
    return n
  })
  const read = scalar('read', () => n)
  const rows = ctx.fromColumns({ x: [1, 2, 3] })
  const refusal = {
    code: 'closure_shared_mutable',
    message:
      /^Cannot ship function "read": it shares the variable "n": "add" assigns it and "read" uses it; keep it in an object$/,
  }
  await t.rejects(rows.select(add.alias('a'), read.alias('b')).toRows(), refusal, 'in two columns')
  await t.rejects(rows.select(add.add(read).alias('a')).toRows(), refusal, 'in one expression')
  await t.rejects(rows.withColumn('a', add).filter(read.gt(1)).toRows(), refusal, 'in two steps')
  t.throws(() => add.add(read).toBytes(), refusal, 'in bytes')
  t.equal(n, 0)
})

t.test('a variable that a function assigns alone counts on, also when the function is used twice', async (t) => {
  await using ctx = inProcess()
  let n = 0
  const next = udf(() => ++n, [float64], float64, { name: 'next' })
  const rows = await ctx
    .fromColumns({ x: [1, 2] })
    .select(next(col('x')).alias('a'), next(col('x')).alias('b'))
    .toRows()
  t.strictSame(rows.flatMap(({ a, b }) => [Number(a), Number(b)]).sort(), [1, 2, 3, 4])
})

t.test('an object that two functions use is one object in a worker', async (t) => {
  await using ctx = inProcess()
  const seen = new Map<number, number>()
  const add = scalar('add', (x) => seen.set(x, (seen.get(x) ?? 0) + 1).size)
  const read = scalar('read', (x) => seen.get(x) ?? -1)
  const rows = await ctx
    .fromColumns({ x: [7, 7, 8] })
    .select(add.alias('a'), read.alias('b'))
    .toRows()
  t.strictSame(rows, [
    { a: 1, b: 1 },
    { a: 1, b: 2 },
    { a: 2, b: 1 },
  ])
  t.equal(seen.size, 0, 'the original is untouched')
})

t.test(
  'so are instances, classes, symbols, views of one buffer, and what helpers of the functions share',
  async (t) => {
    await using ctx = inProcess()
    class Tally {
      static made = 0
      count = 0
    }
    const tally = new Tally()
    const key = Symbol('key')
    const memory = new ArrayBuffer(16)
    const [left, right] = [new Float64Array(memory), new Float64Array(memory)]
    let hidden = 0
    const bump = () => ++hidden
    const record: { [name: symbol]: number } = {}
    const write = scalar('write', (x) => {
      tally.count = x
      Tally.made = x
      record[key] = x
      left[0] = x
      bump()
      return x
    })
    const read = scalar('read', () => {
      const same = tally instanceof Tally ? 1 : 0
      return same * (tally.count + Tally.made * 10 + (record[key] ?? 0) * 100 + (right[0] ?? 0) * 1000) + bump() * 1e5
    })
    const [row] = await ctx
      .fromColumns({ x: [3] })
      .select(write.alias('w'), read.alias('r'))
      .toRows()
    t.strictSame(row, { w: 3, r: 203_333 })
  },
)

t.test('functions in several steps and stages share as well', async (t) => {
  const ctx = forkedSession(t, 1)
  const seen: number[] = []
  const note = scalar('note', (x) => seen.push(x))
  class Count {
    update() {}
    merge() {}
    state() {
      return [0]
    }
    evaluate() {
      return seen.length
    }
  }
  const count = udaf(Count, [float64], float64, [float64], { name: 'count_seen' })
  const rows = await ctx
    .fromColumns({ x: [1, 2, 3] })
    .withColumn('n', note)
    .aggregate([], [count(col('n')).alias('seen')])
    .toRows({ partitions: 1 })
  t.strictSame(rows, [{ seen: 3 }])
})

t.test('two functions of equal code and equal state have their state each', async (t) => {
  await using ctx = inProcess()
  const dedupe = (name: string) => {
    const seen = new Set<number>()
    return scalar(name, (x) => (seen.has(x) ? 0 : seen.add(x).size))
  }
  const rows = await ctx
    .fromColumns({ x: [5, 5, 6] })
    .select(dedupe('left').alias('a'), dedupe('right').alias('b'))
    .toRows()
  t.strictSame(rows, [
    { a: 1, b: 1 },
    { a: 0, b: 0 },
    { a: 2, b: 2 },
  ])
})

t.test('functions that share nothing that changes travel each for itself', async (t) => {
  const rate = 1.19
  const round = (value: number) => Math.round(value)
  const one = scalar('one', (x) => round(x * rate))
  const two = scalar('two', (x) => round(x / rate))
  const both = one.add(two).toBytes().length
  const apart = one.toBytes().length + two.toBytes().length
  t.ok(both < apart, `${both} of ${apart} bytes`)
})

t.test('functions whose captures are named have copies of their own', async (t) => {
  await using ctx = inProcess()
  const seen = new Set<number>()
  const add = scalar('add', (x) => seen.add(x).size, { seen })
  const read = scalar('read', () => seen.size, { seen })
  const rows = await ctx
    .fromColumns({ x: [1, 2] })
    .select(add.alias('a'), read.alias('b'))
    .toRows()
  t.strictSame(rows, [
    { a: 1, b: 0 },
    { a: 2, b: 0 },
  ])
})

t.test('a called function shares with the functions among its arguments', async (t) => {
  await using pool = WorkerPool.fork({ workers: 1 })
  const seen = new Set<number>()
  const note = scalar('note', (x) => seen.add(x).size)
  const run = async (expr: typeof note) => {
    const { tableFromArrays } = await import('apache-arrow')
    await expr.evaluate(tableFromArrays({ x: Float64Array.from([1, 2, 2]) }))
    return seen.size
  }
  t.equal(await pool.run(run, note), 2)
  let last = 0
  const keep = scalar('keep', (x) => {
    last = x
    return x
  })
  const peek = (_: unknown) => last
  await t.rejects(pool.run(peek, keep), { code: 'closure_shared_mutable' })
  t.equal(last, 0)
})
