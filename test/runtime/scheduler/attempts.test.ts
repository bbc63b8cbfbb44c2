// A lost worker's task runs again: against tasks that the test drives, and on real workers that are killed while a job runs,
// at its start, after some of its batches, between stages.

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import t from 'tap'
import { col, type DataFrame, int32, type JobRetry, SessionContext, udf, WorkerError } from 'volley'
import type { TaskRetry } from '../../../runtime/backend.ts'
import { ForkPool } from '../../../runtime/pool/pool.ts'
import { withRetries } from '../../../runtime/scheduler/attempts.ts'
import { DrivenBackend, namedRequests, turns } from '../driven-backend.ts'
import { slicedTable } from '../with-jobs.ts'

t.setTimeout(240_000)

const text = (words: string): Uint8Array => Buffer.from(words)
const lost = (pid: number): WorkerError => new WorkerError('worker_lost', `worker ${pid} was ended`)

/** A task that may run twice again, and what its reader has had so far. */
async function setUp() {
  const backend = new DrivenBackend(1)
  const retries: TaskRetry[] = []
  const controller = new AbortController()
  const [request] = namedRequests(1)
  const options = { signal: controller.signal, onRetry: (retry: TaskRetry) => void retries.push(retry) }
  if (request === undefined) throw new Error('there is a request')
  const run = await withRetries(backend, 2).run(request, options)
  const read = { text: '' }
  const all = (async () => {
    for await (const chunk of run.stream) read.text += Buffer.from(chunk).toString()
    return run.done
  })()
  all.catch(() => {})
  return { backend, retries, controller, run, read, all }
}

t.test('what a lost attempt has handed on is not handed on again, however it comes', async (t) => {
  const { backend, retries, read, all } = await setUp()
  backend.tasks[0]?.write(text('abc'), text('def'))
  await turns()
  backend.tasks[0]?.fail(lost(1))
  await turns()
  backend.tasks[1]?.write(text('ab'))
  await turns()
  backend.tasks[1]?.fail(lost(2))
  await turns()
  backend.tasks[2]?.write(text('abcd'), text('efgh'), text('i'))
  backend.tasks[2]?.end(9)
  t.match(await all, { rows: 9 })
  t.equal(read.text, 'abcdefghi')
  t.match(retries, [
    { attempt: 1, pid: 1, error: { code: 'worker_lost', message: /worker 1/ } },
    { attempt: 2, pid: 1, error: { message: /worker 2/ } },
  ])
})

t.test('an attempt that begins in another way fails with the loss', async (t) => {
  for (const other of [text('abX'), text('ab')]) {
    const { backend, read, all, run } = await setUp()
    backend.tasks[0]?.write(text('abc'))
    await turns()
    backend.tasks[0]?.fail(lost(1))
    await turns()
    backend.tasks[1]?.write(other, text(''))
    backend.tasks[1]?.end()
    await t.rejects(all, { code: 'worker_lost', message: /worker 1/ })
    await t.rejects(run.done, { code: 'worker_lost' })
    t.equal(read.text, 'abc')
    t.equal(backend.tasks.length, 2)
  }
})

t.test('no other error, no cancelled task and no third loss is tried again', async (t) => {
  const failed = await setUp()
  failed.backend.tasks[0]?.fail(new Error('a mistake'))
  await t.rejects(failed.all, { message: 'a mistake' })
  const cancelled = await setUp()
  cancelled.controller.abort(new Error('enough'))
  await t.rejects(cancelled.all, { message: 'enough' })
  const thrice = await setUp()
  for (const [i, pid] of [1, 2, 3].entries()) {
    thrice.backend.tasks[i]?.fail(lost(pid))
    await turns()
  }
  await t.rejects(thrice.all, { code: 'worker_lost', message: /worker 3/ })
  t.equal(failed.backend.tasks.length + cancelled.backend.tasks.length + thrice.backend.tasks.length, 5)
})

t.test('a reader that leaves ends the attempt, and no other follows', async (t) => {
  const backend = new DrivenBackend(1)
  const [request] = namedRequests(1)
  if (request === undefined) throw new Error('there is a request')
  const run = await withRetries(backend, 2).run(request, { signal: new AbortController().signal })
  backend.tasks[0]?.write(text('abc'))
  for await (const _ of run.stream) break
  backend.tasks[0]?.fail(lost(1))
  await t.rejects(run.done, { code: 'worker_lost' })
  t.equal(backend.tasks.length, 1)
})

/** A session on two workers, and a way to kill those that are at work. */
function killable(t: Test) {
  const pool = ForkPool.fork({ workers: 2 })
  const ctx = new SessionContext({ backend: pool, log: 'ignore' })
  t.teardown(async () => {
    await ctx.close()
    await pool.close()
  })
  /** Kills so many of the workers that have a task, one after another. @returns How many it were. */
  const killAtWork = async (count: number, signal: AbortSignal): Promise<number> => {
    const killed = new Set<number>()
    while (!signal.aborted && killed.size < count) {
      const busy = pool.stats().workers.filter(({ isIdle, pid }) => !isIdle && pid > 0 && !killed.has(pid))
      const { pid } = busy[Math.floor(Math.random() * busy.length)] ?? {}
      if (pid !== undefined) {
        killed.add(pid)
        process.kill(pid, 'SIGKILL')
      }
      await delay(pid === undefined ? 1 : 20)
    }
    return killed.size
  }
  return { ctx, killAtWork }
}

async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const ids = 200_000
const table = (ctx: SessionContext): DataFrame =>
  ctx.fromColumns({ id: Int32Array.from({ length: ids }, (_, i) => i) }, { id: int32 })

t.test('jobs whose workers are killed give exactly the rows that they give undisturbed', async (t) => {
  const { ctx, killAtWork } = killable(t)
  const wide = table(ctx).withColumns({ word: "'row ' || id", key: 'id % 97' })
  const jobs: Readonly<Record<string, DataFrame>> = {
    rows: wide,
    groups: wide.aggregate(['key'], ['count(*) as n', 'sum(id) as total']).sort('key'),
    windows: wide.select('id', 'row_number() over (partition by key order by id) as place').sort('id').limit(1000),
  }
  for (const [name, frame] of Object.entries(jobs)) {
    const undisturbed = await frame.run({ partitions: 8 })
    const expected = await bytesOf(undisturbed.stream)
    const retries: JobRetry[] = []
    const onRetry = (retry: JobRetry) => void retries.push(retry)
    const run = await frame.run({ partitions: 8, taskRetries: 20, onRetry })
    const ended = new AbortController()
    const killing = killAtWork(3, ended.signal)
    const bytes = await bytesOf(run.stream)
    ended.abort()
    t.ok((await killing) > 0 && retries.length > 0, `${name} were run again`)
    t.ok(bytes.equals(expected), `${name} are the same, byte for byte`)
    const { rows } = await undisturbed.done
    t.match(await run.done, { rows, rowsRead: ids, retries: retries.length, tasksDone: (await undisturbed.done).tasks })
  }
})

t.test('functions of users run once, unless their job says that they may run again', async (t) => {
  const { ctx } = killable(t)
  const exit = udf((id: number) => (id === 0 ? process.exit(3) : id), [int32], int32, { name: 'exit' })
  const frame = slicedTable(ctx, 2, 3).select(exit(col('id').cast(int32)).alias('id'))
  const retries: JobRetry[] = []
  const onRetry = (retry: JobRetry) => void retries.push(retry)
  await t.rejects(frame.collect({ onRetry }), { code: 'worker_lost' })
  t.equal(retries.length, 0)
  await t.rejects(frame.collect({ onRetry, taskRetries: 1 }), { code: 'worker_lost' })
  t.match(retries, [{ task: 0, attempt: 1, error: { code: 'worker_lost' } }])
})

t.test('jobs that write files have the same files when their workers are killed', async (t) => {
  const { ctx, killAtWork } = killable(t)
  const directory = t.testdir()
  const wide = table(ctx).withColumns({ word: "upper('row ' || id)", key: 'id % 7' })
  // Workers that are only starting have no task to lose.
  await wide.run({ partitions: 8 }).then(({ stream }) => bytesOf(stream))
  const targets = [
    { name: 'one.csv', options: {} },
    { name: 'many', options: { partitionBy: 'key' } },
  ]
  for (const { name, options } of targets) {
    const retries: JobRetry[] = []
    const onRetry = (retry: JobRetry) => void retries.push(retry)
    const ended = new AbortController()
    const killing = killAtWork(3, ended.signal)
    const path = join(directory, name)
    const { rows } = await wide.writeCsv(path, { ...options, partitions: 8, taskRetries: 20, onRetry })
    ended.abort()
    t.ok((await killing) > 0 && retries.length > 0, `${name} was begun again`)
    t.ok(retries.every(({ startedAt, endedAt }) => startedAt <= endedAt))
    t.equal(rows, ids)
    const files = name === 'many' ? join(path, '**', '*.csv') : path
    const read = await ctx
      .readCsv(files)
      .aggregate([], ['count(*) as n', 'count(distinct id) as ids', 'sum(id) as total'])
      .toRows()
    t.strictSame(read, [{ n: BigInt(ids), ids: BigInt(ids), total: BigInt((ids * (ids - 1)) / 2) }])
    t.strictSame(
      (await readdir(directory)).filter((entry) => entry.startsWith('.')),
      [],
      'nothing else is left',
    )
  }
})
