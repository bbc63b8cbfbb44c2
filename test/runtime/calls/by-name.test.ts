// Exports of the worker-context module, called by their names; and contexts that functions set for themselves.

import { test } from 'tap'
import { col, runWithSenderCtx, SessionContext, setSenderCtx, setWorkerCtx, WorkerPool } from 'volley'
import { contextModule } from '../context/with-session.ts'

const strict = new SessionContext().withUdfInlining({ enabled: false })

test('exports of the worker context are called by name, under strict contexts on both sides', {
  timeout: 120_000,
}, async (t) => {
  type Scores = typeof import('../../fixtures/contexts/scores.ts')
  await using pool = WorkerPool.fork<Scores>({ workers: 1, workerContext: contextModule('scores') })
  const byName = await runWithSenderCtx(strict, async () => {
    const one: number = await pool.run('score', { net: 1 })
    const pid: number = await pool.runWith({ timeoutMs: 60_000 }, 'pid')
    const many: number[] = await pool.map('score', [{ net: 1 }, { net: 2 }])
    const later: number[] = []
    for await (const value of pool.imap('score', new Set([{ net: 3 }]))) later.push(value)
    for await (const value of pool.imapUnordered('score', [{ net: 4 }], { chunkSize: 3 })) later.push(value)
    return { one, many, later, isHere: pool.pids().includes(pid) }
  })
  t.strictSame(byName, { one: 2, many: [2, 5], later: [6, 8], isHere: true })
  t.equal(await pool.run('gross' as never, ...([2] as never[])), 3, 'what udf() made is called with values')
  await t.rejects(pool.map('fail', [1, 2, 3]), {
    code: 'udf_failed',
    message: /"fail" threw at .*scores\.ts:\d+:\d+: not three/,
    details: { item: 2 },
  })

  await t.test('what cannot be called is refused with what there is', async (t) => {
    await t.rejects(pool.run('scor' as never), {
      code: 'wire_not_registered',
      message: 'Cannot call "scor": the worker context exports no function of that name. Did you mean "score"?',
    })
    for (const name of ['table', 'toString', '__proto__', 'constructor'])
      await t.rejects(pool.run(name as never), { code: 'wire_not_registered' }, name)
    await t.rejects(pool.run('(a) => a' as never), { message: /code does not travel as text/ })
    await t.rejects(pool.runWith({ captures: { a: 1 } }, 'score', { net: 1 }), {
      code: 'invalid_argument',
      message: /"score" is an export of the worker context/,
    })
    await t.rejects(pool.run((() => 1) as never), { code: 'wire_inline_refused' })
    await using without = WorkerPool.fork({ workers: 1 })
    await t.rejects(without.run('score', 1), {
      code: 'invalid_argument',
      message: /^Cannot call "score" in a worker: this pool has no worker context that could export it/,
    })
  })
})

test('a context that a function sets is gone when it has returned', { timeout: 120_000 }, async (t) => {
  await using pool = WorkerPool.fork({ workers: 1 })
  const poison = async () => {
    const closed = new SessionContext().withUdfInlining({ enabled: false })
    setWorkerCtx(closed)
    setSenderCtx(closed)
    return true
  }
  t.equal(await pool.run(poison), true)
  t.equal(await pool.run(() => 1), 1)
  const fn = (set: boolean) => {
    if (set) {
      const closed = new SessionContext().withUdfInlining({ enabled: false })
      setWorkerCtx(closed)
    }
    return set
  }
  t.strictSame(await pool.map(fn, [true, false, true, false], { chunkSize: 4 }), [true, false, true, false])
  const late = () => {
    setTimeout(() => setWorkerCtx(new SessionContext().withUdfInlining({ enabled: false })), 1)
  }
  await pool.run(late)
  await new Promise((resolve) => setTimeout(resolve, 50))
  t.equal(String(await pool.run((expr: ReturnType<typeof col>) => expr, col('a'))), 'a', 'nor does it come later')
})
