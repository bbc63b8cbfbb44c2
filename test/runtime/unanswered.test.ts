// What cannot be meant is refused, instead of being answered with something that was never computed: options that there
// are not, numbers out of their range, columns that would be lost, results that were read before.

import { test } from 'tap'
import { SessionContext, WorkerPool } from 'volley'
import { buildServer } from 'volley/api'
import { field, int64 } from '../../functions/types/type.ts'
import { ForkPool } from '../../runtime/pool/pool.ts'
import { fixture } from './pool/with-pool.ts'

// What callers without types can write.
const untyped = <Value>(value: unknown): Value => value as Value

test('new WorkerPool() does what fork() does', { timeout: 240_000 }, async (t) => {
  const Pool = untyped<new (options: object) => WorkerPool>(WorkerPool)
  await using pool = new Pool({ workers: 1 })
  t.strictSame(await pool.map((item: number) => item + 1, [1, 2]), [2, 3])
  const Workers = untyped<new (options: object) => ForkPool>(ForkPool)
  await using workers = new Workers({ workers: 1, entry: fixture('echo') })
  t.equal(workers.concurrency, 1)
  t.throws(() => new Workers({ workers: 0 }), { code: 'invalid_argument' })
  await t.rejects(
    pool.map((item: number) => item, [1], untyped({ concurency: 1 })),
    {
      message:
        'Cannot take "concurency" among the options of a call: there is none of that name. Did you mean "concurrency"?',
    },
  )
  for (const options of [
    { timeoutMs: Number.NaN },
    { timeoutMs: 0 },
    { isolation: 'jobs' },
    { concurrency: Number.NaN },
  ]) {
    await t.rejects(
      pool.map((item: number) => item, [1], untyped(options)),
      { code: 'invalid_argument' },
    )
  }
})

test('options that there are not are refused with the nearest that there is', async (t) => {
  const doors: readonly (readonly [make: () => unknown, message: RegExp])[] = [
    [
      () => WorkerPool.fork(untyped<object>({ worker: 1 })),
      /"worker" among the options of a pool: .* Did you mean "workers"\?/,
    ],
    [() => new SessionContext(untyped({ worker: 1 })), /"worker" among the options of a session context/],
    [
      () => buildServer(untyped({ dataRoot: [] })),
      /"dataRoot" among the options of a server: .* Did you mean "dataRoots"\?/,
    ],
    [() => new SessionContext().readCsv('a.csv', untyped({ delimeter: ';' })), /Did you mean "delimiter"\?/],
    [
      () => new SessionContext().readJson('a.json', untyped({ header: true })),
      /"header" among the options of JSON files/,
    ],
    [
      () => new SessionContext(untyped('fork')),
      /^Cannot take the string "fork" as the options of a session context: give an object$/,
    ],
  ]
  for (const [make, message] of doors) t.throws(make, { code: 'invalid_argument', message })
  const frame = new SessionContext({ backend: 'in-process' }).fromRows([{ a: 1 }])
  await t.rejects(frame.toRows(untyped({ timeout: 5 })), {
    code: 'invalid_argument',
    message: /Did you mean "timeoutMs"\?/,
  })
})

test('numbers and words out of their range are refused', async (t) => {
  const frame = new SessionContext({ backend: 'in-process' }).fromRows([{ a: 1 }])
  const runs = [
    { partitions: 0 },
    { partitions: Number.NaN },
    { timeoutMs: 0 },
    { timeoutMs: Number.NaN },
    { maxMemoryBytes: -1 },
    { isolation: 'none' },
  ]
  for (const options of runs) {
    await t.rejects(frame.toRows(untyped(options)), { code: 'invalid_argument' }, JSON.stringify(options))
  }
  t.strictSame(await frame.toRows({ timeoutMs: 2 ** 40 }), [{ a: 1n }], 'and a long time is long')
  for (const count of [-1, 1.5, Number.NaN]) t.throws(() => frame.limit(count), { code: 'invalid_argument' })
  for (const options of [{ backend: 'in_process' }, { log: 'none' }]) {
    t.throws(() => new SessionContext(untyped(options)), { code: 'invalid_argument' })
  }
  for (const options of [{ workers: 0 }, { maxOldSpaceMb: 0 }, { maxRssBytes: Number.NaN }]) {
    t.throws(() => WorkerPool.fork(options), { code: 'invalid_argument' })
  }
})

test('tables that would lose columns or rows are refused', async (t) => {
  const ctx = new SessionContext({ backend: 'in-process' })
  t.throws(() => ctx.fromRows([{ a: 1 }], [field('a', int64), field('a', int64)]), { code: 'ambiguous_column' })
  t.throws(() => ctx.fromRows(untyped([{ a: 1 }, 2])), {
    code: 'invalid_argument',
    message: /^Cannot read row 1, the number 2:/,
  })
  // @ts-expect-error: there is no such column
  t.throws(() => ctx.fromColumns({ a: [1] }, { A: 'int8' }), { code: 'unknown_column', message: /Did you mean "a"\?/ })
})

test('run() gives a result that is read once', async (t) => {
  const { stream } = await new SessionContext({ backend: 'in-process' }).fromRows([{ a: 1 }]).run()
  let bytes = 0
  for await (const chunk of stream) bytes += chunk.length
  t.ok(bytes > 0)
  t.throws(() => stream[Symbol.asyncIterator](), {
    name: 'TypeError',
    message: 'Cannot read the result of a job: it has been read before, run the job again',
  })
})
