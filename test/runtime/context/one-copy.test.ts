// One copy of the library in a worker: what a worker-context module and a shipped function import by name is what the
// worker itself runs on.

import * as arrow from 'apache-arrow'
import { test } from 'tap'
import * as volley from 'volley'
import { sessionOf } from './with-session.ts'

const { col, utf8, udf } = volley

interface Imported {
  readonly arrow: typeof arrow
  readonly volley: typeof volley
  readonly volleyRuntime: typeof volley
  readonly relativeVolley: typeof volley
}

/** Runs a function in a worker whose context is `rates.ts`. */
async function inWorker(t: Parameters<typeof sessionOf>[0], look: () => unknown): Promise<unknown> {
  const ctx = sessionOf(t, 'rates')
  const shipped = udf(() => JSON.stringify(look()), [utf8], utf8, { name: 'look' })
  const [row] = await ctx
    .fromColumns({ a: ['x'] })
    .select(shipped(col('a')).alias('seen'))
    .toRows()
  return JSON.parse(String(row?.seen))
}

const imported = (): Imported => Reflect.get(globalThis, Symbol.for('test.imported'))

test('a shipped function and the worker context import the same Arrow', { timeout: 120_000 }, async (t) => {
  const seen = await inWorker(t, () => {
    const { Table, Vector, RecordBatch } = imported().arrow
    return [Table === arrow.Table, Vector === arrow.Vector, RecordBatch === arrow.RecordBatch]
  })
  t.strictSame(seen, [true, true, true])
})

test('a shipped function and the worker context import the same volley by every name', {
  timeout: 120_000,
}, async (t) => {
  const seen = await inWorker(t, () => {
    const { volley: byName, volleyRuntime, relativeVolley } = imported()
    return [byName, volleyRuntime, relativeVolley].map(({ Expr }) => Expr === volley.Expr)
  })
  t.strictSame(seen, [true, true, true])
})

test('a session in a worker makes tables of the Arrow that its user imports', { timeout: 120_000 }, async (t) => {
  const seen = await inWorker(t, () => {
    const frame = new volley.SessionContext().fromColumns({ a: [1] })
    return (
      frame.job.source.kind === 'memory' && arrow.tableFromIPC(frame.job.source.bytes) instanceof imported().arrow.Table
    )
  })
  t.equal(seen, true)
})

test('getWorkerCtx() in a shipped function gives what the worker context module has set', {
  timeout: 120_000,
}, async (t) => {
  const seen = await inWorker(t, () => {
    const context = volley.getWorkerCtx()
    return { isSession: context instanceof volley.SessionContext, names: [...(context?.udfNames() ?? [])] }
  })
  t.strictSame(seen, { isSession: true, names: ['gross', 'origin', 'root'] })
})

test('a worker says so in its environment, whatever its parent says', { timeout: 120_000 }, async (t) => {
  t.equal(process.env.VOLLEY_WORKER, undefined)
  t.equal(await inWorker(t, () => process.env.VOLLEY_WORKER), '1')
})

test('a worker refuses to fork workers of its own', { timeout: 120_000 }, async (t) => {
  const seen = await inWorker(t, () => {
    try {
      return volley.WorkerPool.fork()
    } catch (error) {
      return error
    }
  })
  t.match(seen, { code: 'start_failed' })
})
