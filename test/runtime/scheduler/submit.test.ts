// Jobs through real workers: order, merging, progress, logs, and the workers' bytes untouched.

import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { tableFromIPC } from 'apache-arrow'
import t from 'tap'
import { col, float64, int32, type JobProgress, SessionContext, udf, utf8 } from 'volley'
import { submitJob } from '../../../runtime/scheduler/submit.ts'
import { forkedSession, processesOf, slicedTable, WatchedBackend } from '../with-jobs.ts'

t.setTimeout(240_000)

const ctx = forkedSession(t)

/** Keeps a worker busy the longer the earlier the slice, so that later slices are done first. */
const dawdle = udf(
  (slice: number) => {
    const until = Date.now() + Math.max(0, 6 - slice) * 15
    while (Date.now() < until) {}
    return slice
  },
  [int32],
  int32,
  { name: 'dawdle', volatility: 'immutable' },
)

async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

t.test('the results of 11 tasks on two workers come in the order of their partitions', async (t) => {
  const frame = slicedTable(ctx, 11, 3).select(dawdle(col('slice')).alias('slice'), 'id')
  const run = await frame.run({ partitions: 11 })
  const bytes = await bytesOf(run.stream)
  const ids = [...(tableFromIPC(bytes).getChild('id') ?? [])]
  t.same(
    ids,
    Array.from({ length: 33 }, (_, i) => i),
  )
  const report = await run.done
  t.match(report, { rows: 33, rowsRead: 33, rowsTotal: 33, tasks: 11, tasksDone: 11, bytes: bytes.length })
  t.equal(report.pids.length, 2)
  t.same([...report.pids].sort(), [...(await processesOf(ctx)).pids()].sort())
})

t.test('the bytes of a job of one partition are the bytes of its worker', async (t) => {
  const backend = new WatchedBackend(await processesOf(ctx))
  const { job } = slicedTable(ctx, 3, 1000).filter('id > 10').select('id * 2 as twice')
  const run = await submitJob(job, backend, { partitions: 1 })
  const bytes = await bytesOf(run.stream)
  t.equal(backend.results.length, 1)
  t.ok(bytes.equals(Buffer.concat(backend.results[0] ?? [])))
  t.equal((await run.done).tasks, 1)
})

t.test('the bytes of several partitions one after another are one Arrow stream', async (t) => {
  const backend = new WatchedBackend(await processesOf(ctx))
  const run = await submitJob(slicedTable(ctx, 3, 5).filter('slice <> 1').job, backend, { partitions: 3 })
  const bytes = await bytesOf(run.stream)
  t.ok(bytes.equals(Buffer.concat(backend.results.flat())))
  t.equal(tableFromIPC(bytes).numRows, 10, 'with one schema and one end')
  t.same(
    run.schema.map(({ name }) => name),
    ['slice', 'id'],
  )
})

t.test('partial aggregates of all partitions are merged', async (t) => {
  const run = await slicedTable(ctx, 7, 10)
    .aggregate(
      [col('id').mod(3).alias('k')],
      ['count(*) as n', 'sum(id) as s', 'avg(slice) as m', 'count(distinct slice) as d'],
    )
    .sort('k')
    .run({ partitions: 7 })
  const table = tableFromIPC(await bytesOf(run.stream))
  const rows = table.toArray().map((row) => row.toJSON())
  t.match(rows, [
    { k: 0, n: 24n, s: 828, d: 7n },
    { k: 1, n: 23n, s: 782, d: 7n },
    { k: 2, n: 23n, s: 805, d: 7n },
  ])
  t.match(await run.done, { tasks: 8, tasksDone: 8, rows: 3, rowsRead: 70, rowsTotal: 70 })
})

t.test('results beyond what memory should hold are merged through a file that is removed', async (t) => {
  const stores = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('volley-store-'))
  const before = new Set(stores())
  const text = 'x'.repeat(90)
  const wide = udf((id: number) => `${(id * 7919) % 100_000}${text}`, [float64], utf8, { name: 'wide' })
  const sorted = slicedTable(ctx, 10, 12_000)
    .select('id', wide(col('id')).alias('w'))
    .sort('w', 'id')
  const { w = [], id = [] } = await sorted.collectColumns({ partitions: 10 })
  t.equal(w.length, 120_000)
  t.equal(w[0], `0${text}`)
  t.ok(w.every((value, i) => i === 0 || String(w[i - 1]) <= String(value)))
  t.equal(new Set(id).size, 120_000)
  t.same(
    stores().filter((name) => !before.has(name)),
    [],
  )
})

t.test('limit and distinct meet across partitions', async (t) => {
  const table = slicedTable(ctx, 6, 4)
  t.same(await table.limit(5, 6).collectColumns({ partitions: 6 }), { slice: [1, 1, 2, 2, 2], id: [6, 7, 8, 9, 10] })
  t.same(await table.select('slice % 2 as s').distinct().sort('s').collectColumns({ partitions: 6 }), { s: [0n, 1n] })
  t.same(await table.sort('id desc').limit(2).collectColumns({ partitions: 6 }), { slice: [5, 5], id: [23, 22] })
  t.equal(await table.filter('slice = 4').count({ partitions: 6 }), 4)
})

t.test('windows with partition keys run in all workers, and the rows stay in their order', async (t) => {
  const busy = udf(
    (id: number) => {
      const until = Date.now() + 2
      while (Date.now() < until) {}
      return id
    },
    [float64],
    float64,
    { name: 'busy', volatility: 'immutable' },
  )
  const frame = slicedTable(ctx, 6, 20)
    .select(
      'id',
      'slice',
      'sum(id) over (partition by id % 7 order by slice desc, id) as running',
      'rank() over (partition by slice % 2, id % 7 order by id) as place',
      'row_number() over (partition by slice) as n',
      busy(col('id')).alias('busy'),
    )
    .filter('id % 10 <> 3')
  const backend = new WatchedBackend(await processesOf(ctx))
  const run = await submitJob(frame.job, backend, { partitions: 6 })
  const [many, one] = [tableFromIPC(await bytesOf(run.stream)), await frame.collect({ partitions: 1 })]
  t.same(
    many.toArray().map((row) => row.toJSON()),
    one.toArray().map((row) => row.toJSON()),
  )
  const report = await run.done
  t.match(report, { rows: 108, rowsRead: 120, tasks: 5 * 6, tasksDone: 5 * 6 })
  t.equal(report.pids.length, 2)
})

t.test('a job with a limit stops all workers once there are fetch rows', async (t) => {
  const slow = udf(
    (slice: number, id: number) => {
      const until = Date.now() + (slice === 0 ? 0 : 20)
      while (Date.now() < until) {}
      return id
    },
    [int32, float64],
    float64,
    { name: 'slow', volatility: 'immutable' },
  )
  const frame = slicedTable(ctx, 12, 100)
    .select(slow(col('slice'), col('id')).alias('id'))
    .limit(7, 5)
  const run = await frame.run({ partitions: 12 })
  const table = tableFromIPC(await bytesOf(run.stream))
  t.same([...(table.getChild('id') ?? [])], [5, 6, 7, 8, 9, 10, 11])
  const { tasks, tasksDone, rows } = await run.done
  t.equal(rows, 7)
  t.equal(tasks, 13)
  t.ok(tasksDone < 6, `${tasksDone} of 13 tasks ran to their end`)
  t.same(await slicedTable(ctx, 2, 3).select('id').limit(9).collectColumns({ partitions: 2 }), {
    id: [0, 1, 2, 3, 4, 5],
  })
})

t.test('progress only grows and ends with everything', async (t) => {
  const seen: JobProgress[] = []
  await slicedTable(ctx, 5, 100)
    .aggregate([], ['count(*) as n'])
    .collect({ partitions: 5, onProgress: (progress) => seen.push(progress) })
  t.ok(seen.length >= 6)
  t.ok(seen.every((progress, i) => i === 0 || progress.tasksDone >= (seen[i - 1]?.tasksDone ?? 0)))
  t.ok(seen.every((progress, i) => i === 0 || progress.rowsRead >= (seen[i - 1]?.rowsRead ?? 0)))
  t.same(seen.at(-1), { rowsRead: 500, rowsTotal: 500, tasksDone: 6, tasks: 6 })
})

t.test("what user functions print is the job's log, apart from its result", async (t) => {
  const speaks = udf(
    (id: number) => {
      console.log(`row ${id}`)
      console.error('careful')
      return id
    },
    [float64],
    float64,
    { name: 'speaks' },
  )
  const printed = { stdout: '', stderr: '' }
  const onLog = (stream: 'stdout' | 'stderr', bytes: Uint8Array): void => {
    printed[stream] += Buffer.from(bytes).toString()
  }
  const columns = await slicedTable(ctx, 1, 3)
    .select(speaks(col('id')).alias('id'))
    .collectColumns({ onLog })
  t.same(columns, { id: [0, 1, 2] })
  t.same(printed, { stdout: 'row 0\nrow 1\nrow 2\n', stderr: 'careful\ncareful\ncareful\n' })
})

t.test('now() is one moment in all tasks of a job, and another in the next', async (t) => {
  const moments = async (): Promise<unknown[]> =>
    (
      await slicedTable(ctx, 6, 2)
        .select('now() as at')
        .select('cast(at as int64) as ns')
        .distinct()
        .collectColumns({ partitions: 6 })
    ).ns ?? []
  const first = await moments()
  t.equal(first.length, 1)
  await new Promise((resolve) => setTimeout(resolve, 5))
  const second = await moments()
  t.equal(second.length, 1)
  t.ok((second[0] as bigint) > (first[0] as bigint), 'though the workers keep what they compiled')
})

t.test('a job gives the same in this process', async (t) => {
  const here = new SessionContext({ backend: 'in-process' })
  const job = (session: SessionContext) =>
    slicedTable(session, 4, 25)
      .withColumn('k', 'id % 7')
      .aggregate(['k'], ['sum(id) as s', 'min(slice) as m'])
      .sort('k')
  t.same(await job(here).collectColumns({ partitions: 4 }), await job(ctx).collectColumns({ partitions: 4 }))
  await here.close()
})
