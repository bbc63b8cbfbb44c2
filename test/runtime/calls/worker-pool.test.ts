// WorkerPool: functions over values, on real workers.

import { createRequire } from 'node:module'
import * as arrow from 'apache-arrow'
import { type Test, test } from 'tap'
import { col, float64, nativeUdf, SessionContext, udf, utf8, WorkerPool } from 'volley'
import { contextModule } from '../context/with-session.ts'

const options = { timeout: 120_000 }

function poolOf(t: Test, more: Parameters<typeof WorkerPool.fork>[0] = {}): WorkerPool {
  const pool = WorkerPool.fork({ workers: 1, ...more })
  t.teardown(() => pool.close())
  return pool
}

const rejection = async (
  run: Promise<unknown>,
): Promise<Error & { code: string; details: Record<string, unknown> }> => {
  try {
    await run
  } catch (error) {
    return error as never
  }
  throw new Error('it did not fail')
}

test('run() calls a function in a worker with what its closure captured', options, async (t) => {
  const rate = 1.5
  const seen = await poolOf(t).run(
    (net: number, label: string) => ({ label, gross: net * rate, pid: process.pid }),
    10,
    'a',
  )
  t.match(seen, { label: 'a', gross: 15 })
  t.not(seen.pid, process.pid)
})

test('run() awaits promises and gives back every kind of plain data', options, async (t) => {
  const value = {
    map: new Map([['a', 1n]]),
    set: new Set([1, undefined]),
    date: new Date(5),
    floats: new Float64Array(100).fill(0.5),
    bytes: new Uint8Array([1, 2]),
    words: new Uint16Array(new Uint16Array([7, 8, 9]).buffer, 2, 2),
    buffer: Buffer.from('some text'),
    nan: Number.NaN,
  }
  const seen = await poolOf(t).run(async (data: typeof value) => {
    await new Promise((resolve) => setTimeout(resolve, 1))
    return data
  }, value)
  t.strictSame(seen, value)
})

test('run() sends only what a view shows of its memory', options, async (t) => {
  const around = Buffer.from('secret-visible-secret')
  const size = await poolOf(t).run((bytes: Uint8Array) => bytes.buffer.byteLength, around.subarray(7, 14))
  t.equal(size, 7)
})

test('map() keeps the order of the items and tells how far it is', options, async (t) => {
  const pool = poolOf(t, { workers: 2 })
  const seen: number[] = []
  const results = await pool.map(
    async (item: number, index: number) => {
      await new Promise((resolve) => setTimeout(resolve, item))
      return [item, index]
    },
    [30, 1, 20, 2],
    { onProgress: ({ done }) => seen.push(done) },
  )
  t.strictSame(results, [
    [30, 0],
    [1, 1],
    [20, 2],
    [2, 3],
  ])
  t.strictSame(seen, [1, 2, 3, 4])
})

test('map() takes items only as fast as it makes calls', options, async (t) => {
  let [taken, done] = [0, 0]
  async function* items() {
    for (; taken < 20; taken++) {
      t.ok(taken - done <= 3, `${taken} taken, ${done} done`)
      yield taken
    }
  }
  const results = await poolOf(t).map((item: number) => item * 2, items(), {
    concurrency: 2,
    onProgress: (progress) => {
      done = progress.done
    },
  })
  t.equal(results.length, 20)
  t.equal(results[19], 38)
})

test('map() sends expressions, tables and batches inside ordinary arguments', options, async (t) => {
  const rate = 2
  const double = udf((a: number) => a * rate, [float64], float64, { name: 'double' })
  const table = arrow.tableFromArrays({ a: Float64Array.from([1, 2, 3]) })
  const [batch] = table.batches
  const items = [
    { expr: double(col('a')).add(1), data: table },
    { expr: col('a').mul(10), data: batch as arrow.RecordBatch },
  ]
  const results = await poolOf(t).map(async ({ expr, data }) => [...(await expr.evaluate(data))], items)
  t.strictSame(results, [
    [3, 5, 7],
    [10, 20, 30],
  ])
})

test('map() gives back tables, vectors and expressions', options, async (t) => {
  const [table, vector, expr] = await poolOf(t).run(async (e: ReturnType<typeof col>) => {
    const made = arrow.tableFromArrays({ a: Int32Array.from([1, 2]) })
    return [made, await e.evaluate(made), e.alias('twice')] as const
  }, col('a').mul(2))
  t.ok(table instanceof arrow.Table)
  t.strictSame(table.toArray().map(String), ['{"a": 1}', '{"a": 2}'])
  t.ok(vector instanceof arrow.Vector)
  t.strictSame([...vector].map(Number), [2, 4])
  t.equal(String(expr), String(col('a').mul(2).alias('twice')))
})

test('a shipped function captures expressions and functions of columns', options, async (t) => {
  const offset = 5
  const shift = udf((a: number) => a + offset, [float64], float64, { name: 'shift' })
  const half = col('a').div(2)
  const seen = await poolOf(t).run(async () => {
    const table = arrow.tableFromArrays({ a: Float64Array.from([4]) })
    return [...(await shift(half).evaluate(table))]
  })
  t.strictSame(seen, [7])
})

test('a shipped function runs jobs of its own, in its worker', options, async (t) => {
  const rows = await poolOf(t).run(async () => {
    const ctx = new SessionContext()
    const pid = udf(() => process.pid, [float64], float64, { name: 'pid' })
    const [row] = await ctx
      .fromColumns({ a: [1] }, { a: float64 })
      .select(pid(col('a')).alias('pid'))
      .toRows()
    return Number(row?.pid) === process.pid
  })
  t.equal(rows, true)
})

test('a function is revived once per worker, however often it is called', options, async (t) => {
  let calls = 0
  t.strictSame(await poolOf(t).map(() => ++calls, ['a', 'b', 'c'], { concurrency: 1 }), [1, 2, 3])
})

test('a large body travels once, and again to a worker that has not seen it', options, async (t) => {
  const pool = poolOf(t)
  const large = new Uint8Array(1_000_000).fill(1)
  const first = (index: number) => large.length + index
  t.strictSame(await pool.map(first, [1, 2, 3]), [1_000_001, 1_000_002, 1_000_003])
  t.strictSame(await pool.map(first, [1, 2], { isolation: 'job' }), [1_000_001, 1_000_002])
})

test('a function that throws names itself, its file and line, and the item', options, async (t) => {
  const error = await rejection(
    poolOf(t).map(
      function check(item: number) {
        if (item === 2) throw new RangeError(`no ${item}`)
        return item
      },
      [0, 1, 2, 3],
    ),
  )
  t.equal(error.code, 'udf_failed')
  t.match(error.message, /^Function "check" threw at .*worker-pool\.test\.ts:\d+:\d+: no 2$/)
  t.match(error.details, { udf: 'check', item: 2, workerStack: /RangeError: no 2\n +at check \(/ })
})

test('map() ends the other calls when one fails, and the pool serves on', options, async (t) => {
  const pool = poolOf(t, { workers: 2 })
  const error = await rejection(
    pool.map(
      async (item: string) => {
        if (item === 'bad') throw new Error('bad item')
        await new Promise((resolve) => setTimeout(resolve, 60_000))
      },
      ['slow', 'bad'],
    ),
  )
  t.match(error.message, /bad item/)
  t.equal(await pool.run(() => 'on'), 'on')
})

test('map() stops at once when its signal is aborted', options, async (t) => {
  const pool = poolOf(t)
  const controller = new AbortController()
  const endless = pool.map(
    () => {
      for (;;);
    },
    [1, 2, 3],
    { signal: controller.signal },
  )
  setTimeout(() => controller.abort(), 300)
  const error = await rejection(endless)
  t.equal(error.code, 'cancelled')
})

test('run() ends a call that takes too long', options, async (t) => {
  const error = await rejection(
    poolOf(t).runWith({ timeoutMs: 200 }, () => {
      for (;;);
    }),
  )
  t.equal(error.code, 'timeout')
})

test('what cannot travel is refused with its path', options, async (t) => {
  const pool = poolOf(t)
  const argument = await rejection(pool.run((value: unknown) => value, { list: [{ socket: new WeakMap() }] }))
  t.equal(argument.code, 'closure_unserializable')
  t.match(argument.message, /^Cannot ship the arguments of function .*"\[0\]\.list\[0\]\.socket" is a WeakMap/)
  const result = await rejection(pool.run(() => ({ fn: () => 1 })))
  t.equal(result.code, 'closure_unserializable')
  t.match(result.message, /the result of function .*fn" is the function "fn"/)
  const generator = await rejection(pool.run(() => [1].values().map(String)))
  t.match(generator.message, /the result of function .* is an Iterator: plain data travels here/)
  const bound = await rejection(pool.run(Math.max.bind(null, 1)))
  t.equal(bound.code, 'closure_bound')
})

test('a large result is refused beyond its limit', options, async (t) => {
  const error = await rejection(poolOf(t).runWith({ maxResultBytes: 1000 }, () => 'x'.repeat(10_000)))
  t.equal(error.code, 'size_limit')
})

test('a function captured explicitly needs no inspector', options, async (t) => {
  const rate = 3
  t.equal(await poolOf(t).runWith({ captures: { rate } }, (a: number) => a * rate, 2), 6)
})

test('a strict sender sends no code, and functions of the worker context by name', options, async (t) => {
  const pool = poolOf(t, { workerContext: contextModule('strict') })
  const context = new SessionContext().withUdfInlining({ enabled: false })
  const refused = await rejection(pool.runWith({ context }, () => 1))
  t.equal(refused.code, 'closure_inlining_off')
  const gross = udf((net: number) => net, [float64], float64, { name: 'gross' })
  t.equal(await pool.runWith({ context }, gross as never, 100 as never), 119)
  const other = udf((net: string) => net, [utf8], utf8, { name: 'gross' })
  t.match(await rejection(pool.runWith({ context }, other as never, 'a' as never)), {
    code: 'wire_contract_mismatch',
    details: { registered: '(float64) -> float64', wanted: '(utf8) -> utf8' },
  })
  const unknown = nativeUdf('gros', Math.abs, [float64], float64)
  t.match(await rejection(pool.run(unknown as never, 1 as never)), {
    code: 'wire_not_registered',
    message: /Did you mean "gross"/,
  })
})

test('a strict worker refuses code before it reads any further', options, async (t) => {
  const pool = poolOf(t, { workerContext: contextModule('strict') })
  const error = await rejection(pool.run(() => 1))
  t.match(error, { code: 'wire_inline_refused', details: { family: 'VLYCALL' } })
})

test('a closed pool takes no calls', options, async (t) => {
  const pool = poolOf(t)
  await pool.close()
  t.equal((await rejection(pool.run(() => 1))).code, 'closed')
})

test('a worker has one copy of Arrow, however it is reached', options, async (t) => {
  const pool = poolOf(t)
  const common: typeof arrow = createRequire(import.meta.url)('apache-arrow')
  const [type, foreign] = [new arrow.Int32(), new common.Int32()]
  const Reached = type.constructor
  const told = await pool.run(() => [
    type instanceof arrow.Int32,
    type instanceof (Reached as typeof arrow.Int32),
    Reached === arrow.Int32,
    foreign instanceof common.Int32,
    foreign instanceof arrow.Int32,
  ])
  t.same(told, [true, true, true, true, true])
})
