// Cancelling, time limits and the other limits: the task stops, nothing is left running, the next task is served.

import { test } from 'tap'
import { isAlive, poolOf, runTask, start, until } from './with-pool.ts'

test('aborting a task that listens ends it and keeps its worker', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  const stop = new AbortController()
  const run = await start(pool, { text: 'some bytes', sleepMs: 60_000 }, {}, { signal: stop.signal })
  stop.abort(new Error('the client left'))
  await t.rejects(run.done, { name: 'CancelledError', code: 'cancelled', cause: { message: 'the client left' } })
  await t.rejects(
    async () => {
      for await (const _ of run.stream) {
      }
    },
    { code: 'cancelled' },
  )
  const next = await runTask(pool, { text: 'next' })
  t.equal(next.bytes.toString(), 'next', 'without a byte of the cancelled one')
  t.equal(next.pid, run.pid)
})

test('aborting a task that never looks up ends its process', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  const stop = new AbortController()
  const run = await start(pool, { spin: true }, {}, { signal: stop.signal })
  stop.abort()
  await t.rejects(run.done, { code: 'cancelled' })
  t.notOk(isAlive(run.pid ?? 0), 'the process is gone when done rejects')
  t.equal((await runTask(pool, { text: 'next' })).bytes.toString(), 'next')
  t.match(pool.stats(), { lost: 0 }, 'and it does not count as lost')
})

test('aborting ends a process that ignores SIGTERM', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'ignores-sigterm')
  const stop = new AbortController()
  const run = await start(pool, '', {}, { signal: stop.signal })
  stop.abort()
  await t.rejects(run.done, { code: 'cancelled' })
  t.notOk(isAlive(run.pid ?? 0))
})

test('aborting a task that waits for its reader keeps its worker clean', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  const stop = new AbortController()
  const run = await start(pool, { bytes: 100_000_000 }, {}, { signal: stop.signal })
  const first = await run.stream[Symbol.asyncIterator]().next()
  t.equal(first.done, false)
  stop.abort()
  await t.rejects(run.done, { code: 'cancelled' })
  const next = await runTask(pool, { bytes: 65536 })
  t.equal(next.bytes.length, 65536)
  t.equal(next.bytes[0], 1)
  t.equal(next.pid, run.pid)
})

test('aborting a task that waits for a worker takes it out of the queue', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  const running = runTask(pool, { sleepMs: 200 })
  await until(() => pool.stats().busy === 1)
  const stop = new AbortController()
  const waiting = start(pool, {}, {}, { signal: stop.signal })
  t.equal(pool.stats().queued, 1)
  stop.abort()
  await t.rejects(waiting, {
    code: 'cancelled',
    message: 'Cannot run the task: it was cancelled while it waited for a worker',
  })
  t.equal(pool.stats().queued, 0)
  await running
})

test('a signal that is aborted already starts nothing', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  await t.rejects(start(pool, {}, {}, { signal: AbortSignal.abort() }), { code: 'cancelled' })
  t.equal((await runTask(pool, { text: 'next' })).bytes.toString(), 'next')
})

test('leaving the result early cancels the task', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  const run = await start(pool, { bytes: 1_000_000_000 })
  for await (const chunk of run.stream) {
    t.ok(chunk.length > 0)
    break
  }
  await t.rejects(run.done, { code: 'cancelled', message: /was not read to the end/ })
  t.equal((await runTask(pool, { text: 'next' })).bytes.toString(), 'next')
})

test('aborting while the last bytes wait for their reader fails the stream', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  const stop = new AbortController()
  const run = await start(pool, { text: 'short' }, {}, { signal: stop.signal })
  await until(() => pool.stats().idle === 1)
  stop.abort()
  await t.rejects(run.done, { code: 'cancelled' })
  t.equal((await runTask(pool, { text: 'next' })).bytes.toString(), 'next')
})

test('a task that runs too long fails with timeout', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  for (const task of [{ sleepMs: 60_000 }, { spin: true }]) {
    const run = await start(pool, task, { timeoutMs: 100 })
    await t.rejects(run.done, {
      name: 'ResourceError',
      code: 'timeout',
      message: 'Cannot finish the task: it ran for more than 100 ms; raise timeoutMs if it needs longer',
      details: { timeoutMs: 100 },
    })
  }
  t.equal((await runTask(pool, { text: 'next' })).bytes.toString(), 'next')
})

test('a task that prints too much fails with log_limit', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  const before = process.memoryUsage().rss
  let logged = 0
  const run = await start(
    pool,
    { flood: 100_000_000 },
    {},
    {
      onLog(_, bytes) {
        logged += bytes.length
      },
    },
  )
  await t.rejects(run.done, {
    code: 'log_limit',
    message: "Cannot keep the task's log: it printed more than 67108864 bytes; print less or raise maxLogBytes",
  })
  t.equal(logged, 64 * 1024 * 1024, 'and what it may print was handed on')
  t.ok(process.memoryUsage().rss - before < 200_000_000)
  t.equal((await runTask(pool, { text: 'next' })).bytes.toString(), 'next')
})

test('maxLogBytes is counted for each task', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo', { maxLogBytes: 10 })
  for (let at = 0; at < 3; at += 1) await runTask(pool, { log: '123456789' })
  await t.rejects(runTask(pool, { log: '1234567890' }), { code: 'log_limit', details: { maxLogBytes: 10 } })
  await t.rejects(runTask(pool, { log: '123456789', logError: 'x' }), { code: 'log_limit' })
})

test('a task that fills the heap fails with memory_limit', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo', { maxOldSpaceMb: 32 })
  const run = await start(pool, { hoard: 'heap' })
  await t.rejects(run.done, { code: 'memory_limit', message: /ran out of heap; raise maxOldSpaceMb/ })
  t.equal((await runTask(pool, { text: 'next' })).bytes.toString(), 'next')
  t.match(pool.stats().losses, { out_of_heap: 1 })
})

test('a task that takes memory outside of the heap fails with memory_limit', {
  timeout: 120_000,
  skip: process.platform !== 'linux',
}, async (t) => {
  const pool = poolOf(t, 'echo', { maxRssBytes: 300_000_000 })
  const run = await start(pool, { hoard: 'buffers' })
  await t.rejects(run.done, { code: 'memory_limit', details: { maxRssBytes: 300_000_000 } })
  t.equal((await runTask(pool, { text: 'next' })).bytes.toString(), 'next')
})

test('a watcher that throws fails its task and nothing else', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  const onLog = () => {
    throw new Error('the log is closed')
  }
  await t.rejects(runTask(pool, { log: 'a', sleepMs: 5000 }, {}, { onLog }), { message: 'the log is closed' })
  t.equal((await runTask(pool, { text: 'next' })).bytes.toString(), 'next')
})

test('an input that fails fails its task', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  const broken = {
    bytes: 10,
    // biome-ignore lint/correctness/useYield: it fails before it has anything
    async *read(): AsyncGenerator<Uint8Array> {
      throw new Error('the part is gone')
    },
  }
  await t.rejects(runTask(pool, { copyInput: true }, { input: broken }), { message: 'the part is gone' })
  const short = {
    bytes: 10,
    async *read() {
      yield Buffer.from('short')
    },
  }
  await t.rejects(runTask(pool, { copyInput: true }, { input: short }), {
    message: 'Cannot send the input of the task: it has 5 bytes instead of 10',
  })
  t.equal((await runTask(pool, { text: 'next' })).bytes.toString(), 'next')
})
