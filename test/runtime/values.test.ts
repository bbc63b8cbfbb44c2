// What users hold, in the hands of JSON.stringify and structuredClone: it gives what can be read again, or says why not.

import { MessageChannel } from 'node:worker_threads'
import { test } from 'tap'
import {
  col,
  Expr,
  float64,
  int64,
  list,
  lit,
  runWithSenderCtx,
  SessionContext,
  udaf,
  udf,
  WorkerPool,
  when,
} from 'volley'
import { VolleyClient } from 'volley/client'

const rate = 1.19
const gross = udf((net: number) => net * rate, [float64], float64, { name: 'gross' })
const sum = udaf(
  class {
    total = 0
    add(value: number): void {
      this.total += value
    }
    merge(totals: readonly (number | null)[]): void {
      for (const total of totals) this.total += total ?? 0
    }
    state(): readonly [number] {
      return [this.total]
    }
    evaluate(): number {
      return this.total
    }
  },
  [float64],
  float64,
  [float64],
  { name: 'total', nulls: 'skip' },
)

const read = (json: string): Expr =>
  Expr.fromBytes(Buffer.from((JSON.parse(json) as { bytes: string }).bytes, 'base64'))

const exprs = {
  'a column': col('a'),
  'a literal that JSON has no number for': lit(2n ** 62n),
  'a case': when(col('a').gt(1), 'x').otherwise('y'),
  'a sort key': col('a').desc(),
  'a call of a function': gross(col('a')).alias('b'),
  'a call of an aggregate': sum(col('a')),
}

for (const [what, expr] of Object.entries(exprs)) {
  test(`${what} is written as JSON and read again`, async (t) => {
    const again = read(JSON.stringify(expr))
    t.equal(again.canonicalName(), expr.canonicalName())
    t.strictSame(again.toBytes(), expr.toBytes())
  })

  test(`${what} is not cloned`, async (t) => {
    const { port1 } = new MessageChannel()
    const refusal = {
      name: 'DataCloneError',
      message: /Expr: send expr\.toBytes\(\), and read it with Expr\.fromBytes\(\)/,
    }
    t.throws(() => structuredClone(expr), refusal)
    t.throws(() => structuredClone({ deep: [expr] }), refusal)
    t.throws(() => port1.postMessage(expr), refusal)
    port1.close()
  })
}

test('expressions are written as JSON under the sender context', async (t) => {
  const strict = new SessionContext().withUdfInlining({ enabled: false })
  const byName = runWithSenderCtx(strict, () => JSON.stringify(gross(col('a'))))
  t.ok(byName.length < JSON.stringify(gross(col('a'))).length)
  t.throws(() => read(byName), { code: 'wire_not_registered' })
})

test('an expression whose function cannot travel says so to JSON.stringify', async (t) => {
  const { port1, port2 } = new MessageChannel()
  const held = udf(() => port1.listenerCount('close'), [], float64, { name: 'held' })
  t.throws(() => JSON.stringify({ filter: held() }), { code: 'closure_unserializable', message: /port1/ })
  port1.close()
  port2.close()
})

test('what belongs to one process is neither written nor cloned', async (t) => {
  const pool = WorkerPool.fork({ workers: 1 })
  t.teardown(() => pool.close())
  const held = {
    SessionContext: new SessionContext(),
    WorkerPool: pool,
    VolleyClient: new VolleyClient({ url: 'http://127.0.0.1:1', token: 'secret' }),
  }
  for (const [name, value] of Object.entries(held)) {
    t.throws(() => JSON.stringify({ value }), {
      code: 'closure_unserializable',
      message: `Cannot write a ${name} as JSON`,
    })
    t.throws(() => structuredClone(value), { name: 'DataCloneError', message: new RegExp(`${name}: .*make one`) })
  }
  t.throws(() => JSON.stringify([gross]), {
    code: 'closure_unserializable',
    message: /the function "gross" as JSON: write a call/,
  })
  t.throws(() => structuredClone(gross), { name: 'DataCloneError' })
})

test('types are plain data', async (t) => {
  const type = list(int64)
  t.strictSame(JSON.parse(JSON.stringify(type)), structuredClone(type))
  t.strictSame(structuredClone(type), type)
})
