// Aggregate and window functions travel as scalar ones do: classes with fields and inheritance, factories, and state
// schemas with names, nullability and metadata; they work in another process after the trip.

import { test } from 'tap'
import { col, decodeExpr, encodeExpr, field, float64, SessionContext, udaf, udwf, utf8, WorkerPool } from 'volley'
import { decodeUdf, encodeUdf } from '../../../runtime/codec/udf-codec.ts'

const options = { timeout: 240_000 }
const open = new SessionContext()
const weight = 2

class Summed {
  #count = 0
  protected total = 0
  add(value: number | null): void {
    this.total += (value ?? 0) * weight
    this.#count++
  }
  merge(totals: readonly number[], counts: readonly number[]): void {
    for (const total of totals) this.total += total
    for (const count of counts) this.#count += count
  }
  state(): readonly number[] {
    return [this.total, this.#count]
  }
  evaluate(): number {
    return this.total
  }
}

class Labelled extends Summed {
  static readonly offset = 100
  override evaluate(): number {
    return super.evaluate() + Labelled.offset
  }
}

const state = [field('total', float64, false, { unit: 'EUR' }), field('count', float64, true)]
const labelled = udaf(Labelled, [float64], field('labelled', float64, true, { note: 'sum' }), state, {
  name: 'labelled',
})
const made = udaf(() => new Labelled(), [float64], float64, state, { name: 'made' })

class Running {
  readonly supportsBoundedExecution = false
  evaluateAll([values]: readonly (readonly (number | null)[])[], count: number): readonly number[] {
    let sum = 0
    return Array.from({ length: count }, (_, i) => (sum += (values?.[i] ?? 0) * weight))
  }
}
const running = udwf(Running, [float64], float64, { name: 'running' })

test('the contract of an aggregate function survives: names, nullability and metadata of its state', options, (t) => {
  const { body, ...contract } = decodeUdf(encodeUdf(labelled.definition, open), 'aggregate', open)
  const { body: _, ...original } = labelled.definition
  t.strictSame(contract, original)
  t.match(contract, {
    state: [
      { name: 'total', nullable: false, metadata: { unit: 'EUR' } },
      { name: 'count', nullable: true },
    ],
  })
  t.equal(body.kind, 'shipped')
  t.end()
})

test('the contract of a window function survives', options, (t) => {
  const { body, ...contract } = decodeUdf(encodeUdf(running.definition, open), 'window', open)
  const { body: _, ...original } = running.definition
  t.strictSame(contract, original)
  t.equal(body.kind, 'shipped')
  t.end()
})

test('families are not taken for each other', options, (t) => {
  const bytes = encodeUdf(labelled.definition, open)
  t.throws(() => decodeUdf(bytes, 'window', open), {
    code: 'wire_wrong_family',
    message: 'Cannot read an aggregate function as a window function',
  })
  t.end()
})

test('strict receivers refuse them by name and family', options, (t) => {
  const strict = open.withUdfInlining({ enabled: false })
  t.throws(() => decodeExpr(encodeExpr(labelled(col('a'))), strict), {
    code: 'wire_inline_refused',
    details: { function: 'labelled', family: 'aggregate' },
  })
  t.throws(() => decodeExpr(encodeExpr(running(col('a')).over()), strict), {
    code: 'wire_inline_refused',
    details: { function: 'running', family: 'window' },
  })
  t.end()
})

test(
  'an accumulator class, inheritance and all, and a factory merge across partitions after the trip',
  options,
  async (t) => {
    await using ctx = new SessionContext({ workers: 2 })
    const frame = ctx.fromColumns({ k: ['x', 'y', 'x', 'y'], a: [1, 2, 3, 4] }, { k: utf8, a: float64 })
    // There and back once more, as if the expressions had come from somewhere else.
    const [first, second] = [labelled, made].map((fn) => decodeExpr(encodeExpr(fn(col('a')))))
    if (first === undefined || second === undefined) return
    const rows = await frame
      .aggregate([col('k')], [first.alias('labelled'), second.alias('made')])
      .sort(col('k').asc())
      .toRows()
    t.strictSame(rows, [
      { k: 'x', labelled: 108, made: 108 },
      { k: 'y', labelled: 112, made: 112 },
    ])
  },
)

test('a window evaluator class evaluates after the trip', options, async (t) => {
  await using ctx = new SessionContext({ workers: 1 })
  const over = decodeExpr(encodeExpr(running(col('a')).over({ orderBy: [col('a').asc()] })))
  const rows = await ctx
    .fromColumns({ a: [3, 1, 2] }, { a: float64 })
    .select(col('a'), over.alias('sum'))
    .toRows()
  t.strictSame(rows, [
    { a: 3, sum: 12 },
    { a: 1, sum: 2 },
    { a: 2, sum: 6 },
  ])
})

test('a function of WorkerPool captures them', options, async (t) => {
  await using pool = WorkerPool.fork({ workers: 1 })
  const rows = await pool.run(async () => {
    const ctx = new SessionContext()
    return ctx
      .fromColumns({ a: [1, 2] }, { a: float64 })
      .aggregate([], [made(col('a')).alias('s')])
      .toRows()
  })
  t.strictSame(rows, [{ s: 106 }])
})
