// The worker-context module: what a worker tells of it, and jobs whose functions go by name, through real workers.

import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { col, float64, int64, nativeUdf, SessionContext, udf, utf8, WorkerPool } from 'volley'
import { contextModule, poolWith, sessionOf } from './with-session.ts'

const origin = udf((name: string) => `sender: ${name}`, [utf8], utf8, { name: 'origin' })

/** Runs `origin` over one row. */
async function runOrigin(ctx: SessionContext): Promise<unknown> {
  const rows = await ctx
    .fromColumns({ name: ['a'] })
    .select(origin(col('name')).alias('seen'))
    .toRows()
  return rows[0]?.seen
}

// sender, receiver, what comes back or the code of the refusal
const table = [
  ['inlining', 'rates', 'sender: a'],
  ['inlining', 'strict', 'wire_inline_refused'],
  ['strict', 'rates', 'worker: a'],
  ['strict', 'strict', 'worker: a'],
] as const

for (const [sender, receiver, expected] of table) {
  const title = `a ${sender} sender and the worker context '${receiver}' give ${expected}`
  test(title, { timeout: 120_000 }, async (t) => {
    const ctx = sessionOf(t, receiver).withUdfInlining({ enabled: sender === 'inlining' })
    if (expected.startsWith('wire_'))
      await t.rejects(runOrigin(ctx), { code: expected, details: { function: 'origin' } })
    else t.equal(await runOrigin(ctx), expected)
  })
}

test('a strict worker names the function and both ways out', { timeout: 120_000 }, async (t) => {
  const message = /scalar function "origin" by.*withUdfInlining\(\{ enabled: false \}\).*or allow inline functions/
  await t.rejects(runOrigin(sessionOf(t, 'strict')), { message })
})

test('a function that the worker does not know is refused with the nearest name', { timeout: 120_000 }, async (t) => {
  const ctx = sessionOf(t, 'rates').withUdfInlining({ enabled: false })
  const orign = udf((name: string) => name, [utf8], utf8, { name: 'orign' })
  const run = ctx
    .fromColumns({ name: ['a'] })
    .select(orign(col('name')).alias('seen'))
    .toRows()
  await t.rejects(run, { code: 'wire_not_registered', message: /"orign" is not registered.*Did you mean "origin"/ })
})

test('a function goes by name without a worker context and is refused', { timeout: 120_000 }, async (t) => {
  const ctx = sessionOf(t).withUdfInlining({ enabled: false })
  await t.rejects(runOrigin(ctx), { code: 'wire_not_registered', message: /Register it in the worker context/ })
})

test('nativeUdf() goes by name in every mode', { timeout: 120_000 }, async (t) => {
  const ctx = sessionOf(t, 'rates')
  const root = nativeUdf('root', () => 0, [float64], float64)
  const rows = await ctx
    .fromColumns({ a: [9] }, { a: float64 })
    .select(root(col('a')).alias('r'))
    .toRows()
  t.strictSame(rows, [{ r: 3 }])
})

test('a function whose types differ from those of the worker context fails the job', {
  timeout: 120_000,
}, async (t) => {
  const session = sessionOf(t, 'rates')
  session.registerUdf(udf((net: bigint) => net, [int64], int64, { name: 'gross' }))
  const ctx = session.withUdfInlining({ enabled: false })
  const frame = ctx.fromColumns({ net: [100n] }, { net: int64 })
  const refusal = {
    code: 'wire_contract_mismatch',
    message: /^Function "gross" is registered here as \(float64\) -> float64, the sender means \(int64\) -> int64\./,
  }
  await t.rejects(frame.select('gross(net) as g').toRows(), refusal)
  await t.rejects(frame.select(session.udf('gross')(col('net')).alias('g')).toRows(), refusal)
})

test('a registered function is called by name from SQL text and resolved in the worker', {
  timeout: 120_000,
}, async (t) => {
  const session = sessionOf(t, 'rates')
  session.registerUdf(origin)
  const ctx = session.withUdfInlining({ enabled: false })
  t.strictSame(
    await ctx
      .fromColumns({ name: ['a'] })
      .select('origin(name) as seen')
      .toRows(),
    [{ seen: 'worker: a' }],
  )
  t.strictSame(
    await session
      .fromColumns({ name: ['a'] })
      .select('origin(name) as seen')
      .toRows(),
    [{ seen: 'sender: a' }],
  )
})

test('ready() tells the functions of the worker context and a hash of their contracts', {
  timeout: 120_000,
}, async (t) => {
  const rates = await poolWith(t, 'rates').ready()
  t.strictSame(rates.functions, ['gross', 'origin', 'root'])
  t.match(rates.hash, /^[0-9a-f]{64}$/)
  const again = await poolWith(t, 'rates').ready()
  t.equal(again.hash, rates.hash, 'the same in another process')
  const strict = await poolWith(t, 'strict').ready()
  t.strictSame(strict.functions, ['gross', 'origin'])
})

test('ready() tells another hash when a contract differs', { timeout: 120_000 }, async (t) => {
  const [strict, other] = [await poolWith(t, 'strict').ready(), await poolWith(t, 'other-contract').ready()]
  t.strictSame(other.functions, ['gross'])
  t.not(other.hash, strict.hash)
})

test('ready() tells no functions and an empty hash without a worker context', { timeout: 120_000 }, async (t) => {
  const { functions, hash } = await poolWith(t).ready()
  t.strictSame({ functions, hash }, { functions: [], hash: '' })
})

test('a worker context that fails is a start failure with the line that threw', { timeout: 120_000 }, async (t) => {
  const pool = poolWith(t, 'broken')
  const error = await pool.ready().then(
    () => t.fail('it started'),
    (thrown) => thrown,
  )
  t.equal(error.code, 'start_failed')
  t.match(error.message, /broken\.ts': rates\.json has no rate for Atlantis/)
  t.match(error.details.stack, /at readRates \(.*broken\.ts:4:/)
})

test('a job on a worker context that fails ends with its error, and workers are not started in a loop', {
  timeout: 120_000,
}, async (t) => {
  const pool = WorkerPool.fork({ workers: 1, workerContext: contextModule('broken') })
  await using ctx = new SessionContext({ backend: pool.backend })
  await t.rejects(ctx.fromColumns({ a: [1] }).toRows(), { code: 'start_failed' })
  t.ok(pool.stats().started <= 3, `${pool.stats().started} starts`)
})

test('a session in a worker runs its jobs in that process, shipping functions as anywhere', {
  timeout: 120_000,
}, async (t) => {
  const { functions } = await poolWith(t, 'runs-a-job').ready()
  t.strictSame(functions, ['2 rows, in this process'])
})

test('workers whose contexts differ from the first one are refused', { timeout: 120_000 }, async (t) => {
  const pool = WorkerPool.fork({ workers: 2, workerContext: contextModule('each-its-own') })
  t.teardown(() => pool.close())
  const { pid } = await pool.ready()
  while (pool.stats().starting > 0) await delay(10)
  t.strictSame(pool.pids(), [pid])
  t.equal(pool.stats().idle, 1)
})
