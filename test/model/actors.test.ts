// What datafusion.ipc says of Ray: an actor sets its worker context in its constructor, and expressions that come later are
// decoded under it.

import t from 'tap'
import { col, type Expr, float64, getWorkerCtx, nativeUdf, SessionContext, setWorkerCtx, WorkerPool } from 'volley'

const root = nativeUdf('root', Math.sqrt, [float64], float64)

class Evaluator {
  constructor() {
    const ctx = new SessionContext()
    ctx.registerUdf(nativeUdf('root', (x: number) => Math.sqrt(x), [float64], float64))
    setWorkerCtx(ctx)
  }

  async evaluate(expr: Expr, a: readonly number[]): Promise<readonly unknown[]> {
    const frame = getWorkerCtx<SessionContext>()?.fromColumns({ a }, { a: float64 }).select(expr.alias('r'))
    return [...((await frame?.collectColumns())?.r ?? [])]
  }
}

t.test(
  'a worker context that an actor sets in its constructor holds for its later calls',
  {
    timeout: 120_000,
  },
  async (t) => {
    await using pool = WorkerPool.fork({ workers: 1 })
    await using actor = await pool.actor(Evaluator)
    t.strictSame(await actor.evaluate(root(col('a')), [4, 9]), [2, 3])
    t.strictSame(await actor.evaluate(root(col('a')), [16]), [4])
    // Other workers know nothing of it.
    await t.rejects(
      pool.run((expr: Expr) => String(expr), root(col('a'))),
      { code: 'wire_not_registered' },
    )
  },
)
