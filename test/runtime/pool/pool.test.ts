// The pool with workers that behave: what a task gets, who serves whom, how it all ends.

import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { execa } from 'execa'
import { test } from 'tap'
import type { TaskProgress } from '../../../runtime/backend.ts'
import { ForkPool } from '../../../runtime/pool/pool.ts'
import { fixture, isAlive, poolOf, runTask, start, until } from './with-pool.ts'

test('run() hands on the bytes, the counts and the log of a task', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  const seen: unknown[] = []
  const task = { text: 'hello', log: 'to the log', logError: 'to the error log' }
  const { bytes, stats, pid } = await runTask(
    pool,
    task,
    {},
    {
      onStart: (started) => seen.push(started),
      onLog: (stream, text) => seen.push(`${stream}: ${Buffer.from(text).toString()}`),
    },
  )
  t.equal(bytes.toString(), 'hello')
  t.match(stats, { rows: 0, batches: 0, bytes: 5 })
  t.ok(stats.elapsedMs > 0 && stats.elapsedMs < 5000)
  t.strictSame(seen.slice(0, 1), [pid])
  t.strictSame(seen.slice(1).sort(), ['stderr: to the error log\n', 'stdout: to the log\n'])
})

test('run() delivers a long result unchanged and in order, and tells how far it is', {
  timeout: 120_000,
}, async (t) => {
  const pool = poolOf(t, 'echo')
  const progress: TaskProgress[] = []
  const { bytes, stats } = await runTask(pool, { bytes: 200 * 65536 + 17 }, {}, { onProgress: (p) => progress.push(p) })
  t.equal(bytes.length, 200 * 65536 + 17)
  t.equal(bytes[0], 1)
  t.equal(bytes[65535], 1)
  t.equal(bytes[65536], 2)
  t.equal(bytes[199 * 65536], 200)
  t.equal(bytes.at(-1), 201)
  t.match(stats, { rows: 2010, batches: 201, bytes: 200 * 65536 + 17 })
  t.ok(progress.every(({ rows, batches }) => rows === 10 * batches && batches <= 201))
})

test('run() serves one task after the other in the same process', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  const pids = new Set<number | undefined>()
  for (const text of ['one', 'two', 'three']) {
    const { bytes, pid } = await runTask(pool, { text })
    t.equal(bytes.toString(), text)
    pids.add(pid)
  }
  t.equal(pids.size, 1)
})

test('run() serves thousands of small tasks a second', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  const pids = new Set<number | undefined>()
  for (let at = 0; at < 5000; at += 1) pids.add((await runTask(pool, { text: 'x' })).pid)
  t.equal(pids.size, 1, 'and none of them is taken for a flood')
})

test('run() uses as many workers as there are, and no more', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo', { workers: 2 })
  await until(() => pool.stats().idle === 2)
  const runs = await Promise.all([1, 2, 3, 4].map(() => runTask(pool, { sleepMs: 50 })))
  t.equal(new Set(runs.map((run) => run.pid)).size, 2)
  t.match(pool.stats(), { started: 2, lost: 0, busy: 0, queued: 0 })
})

test('run() serves those who wait in the order they came', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  const order: number[] = []
  await Promise.all([1, 2, 3, 4, 5].map((n) => runTask(pool, {}, {}, { onStart: () => order.push(n) })))
  t.strictSame(order, [1, 2, 3, 4, 5])
})

test('run() sends a merge task its input', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  const part = Buffer.alloc(1_000_000, 'ab')
  const input = {
    bytes: 3_000_005,
    async *read() {
      yield* [part, part, Buffer.alloc(0), part, Buffer.from('ended')]
    },
  }
  const { bytes } = await runTask(pool, { copyInput: true }, { input })
  t.equal(bytes.length, 3_000_005)
  t.equal(bytes.subarray(-7).toString(), 'abended')
})

test('run() stops sending input to a task that has had enough, and keeps its worker', {
  timeout: 120_000,
}, async (t) => {
  const pool = poolOf(t, 'echo')
  let sent = 0
  const answered = Promise.withResolvers<void>()
  const input = {
    bytes: 1000 * 65536,
    async *read() {
      for (; sent < 1000; sent += 1) {
        // The answer is on its way: on a busy machine all could be sent before it is here.
        if (sent === 100) await answered.promise
        yield Buffer.alloc(65536, 1)
      }
    },
  }
  const first = await start(pool, { readChunks: 2, text: 'enough' }, { input })
  for await (const bytes of first.stream) {
    t.equal(Buffer.from(bytes).toString(), 'enough')
    answered.resolve()
  }
  await first.done
  t.ok(sent < 200, `sent ${sent} of 1000 chunks`)
  const second = await runTask(pool, { text: 'next' })
  t.equal(second.bytes.toString(), 'next')
  t.equal(second.pid, first.pid)
})

test("run() with isolation 'job' gives every task a process of its own", { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo', { spareWorkers: 1 })
  const shared = await runTask(pool, { text: 'shared' })
  const first = await runTask(pool, { text: 'first' }, { isolation: 'job' })
  const second = await runTask(pool, { text: 'second' }, { isolation: 'job' })
  const pids = [shared.pid, first.pid, second.pid].map(Number)
  t.equal(new Set(pids).size, 3)
  t.ok(await until(() => !pids.slice(1).some(isAlive)), 'each ends after its task')
  t.equal((await runTask(pool, { text: 'shared' })).pid, shared.pid)
})

test("run() with isolation 'job' does not wait for a start while spare workers last", {
  timeout: 120_000,
}, async (t) => {
  const pool = poolOf(t, 'slow-start', { spareWorkers: 2, env: { START_MS: '500' } })
  await until(() => pool.stats().idle === 3)
  const ready = pool.pids()
  const ran = await Promise.all([1, 2, 3].map(() => runTask(pool, '', { isolation: 'job' })))
  t.ok(ran.every(({ pid }) => pid !== undefined && ready.includes(pid)))
})

test('a worker sees a small environment and a directory of its own', { timeout: 120_000 }, async (t) => {
  process.env.VOLLEY_TEST_SECRET = 'do not tell'
  t.teardown(() => delete process.env.VOLLEY_TEST_SECRET)
  const pool = poolOf(t, 'echo', { env: { GREETING: 'good day' } })
  const { bytes } = await runTask(pool, { surroundings: true })
  const { env, cwd } = JSON.parse(bytes.toString())
  t.equal(env.GREETING, 'good day')
  t.equal(env.TMPDIR, cwd)
  t.equal(env.VOLLEY_TEST_SECRET, undefined)
  const allowed = ['PATH', 'TZ', 'LANG', 'LC_ALL', 'NODE_COMPILE_CACHE', 'TMPDIR', 'TEMP', 'TMP', 'GREETING']
  // tap adds variables of its own to every process that is spawned under it.
  const names = Object.keys(env).filter((name) => !name.startsWith('_TAPJS') && name !== 'NODE_OPTIONS')
  t.strictSame(
    names.filter((name) => !allowed.includes(name)),
    [],
  )
  t.not(cwd, process.cwd())
  await pool.close()
  t.notOk(existsSync(cwd), 'which is removed with the worker')
  t.notOk(existsSync(dirname(cwd)), 'and with the pool')
})

test('a directory whose name is too long for a socket will do as well', { timeout: 120_000 }, async (t) => {
  const { TMPDIR } = process.env
  process.env.TMPDIR = `${t.testdir({ ['long-name-'.repeat(12)]: {} })}/${'long-name-'.repeat(12)}`
  const pool = poolOf(t, 'echo')
  process.env.TMPDIR = TMPDIR
  if (TMPDIR === undefined) delete process.env.TMPDIR
  const { bytes } = await runTask(pool, { bytes: 10_000_000 })
  t.equal(bytes.length, 10_000_000)
  t.equal(bytes.at(-1), 153)
  await t.rejects(runTask(pool, { bytes: 10_000_000, fail: 'no' }), { code: 'invalid_value' })
  t.equal((await runTask(pool, { text: 'next' })).bytes.toString(), 'next')
})

test('ready() tells what the worker context brought', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'names-functions', { workerContext: fixture('context-good') })
  const info = await pool.ready()
  t.strictSame(info.functions, ['gross', 'net'])
  t.equal(info.hash, 'abc123')
  t.equal(info.node, process.version)
  t.equal((await runTask(pool, '')).bytes.toString(), 'installed')
})

test('run() refuses what the queue cannot hold', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo', { maxQueue: 1 })
  const first = await start(pool, { sleepMs: 200 })
  const second = runTask(pool, { text: 'second' })
  await t.rejects(start(pool, {}), {
    code: 'queue_full',
    message: 'Cannot run the task: 1 tasks wait already; try again later or raise maxQueue',
  })
  for await (const _ of first.stream) t.fail('no bytes')
  t.equal((await second).bytes.toString(), 'second')
})

test('close() cancels what runs and what waits, and may be called again', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  const running = await start(pool, { sleepMs: 60_000 })
  const waiting = start(pool, {})
  const refused = t.rejects(waiting, { code: 'closed' })
  await Promise.all([pool.close(), pool.close()])
  await refused
  await t.rejects(running.done, { code: 'closed', message: 'Cannot run the task: the pool is closed' })
  await t.rejects(start(pool, {}), { code: 'closed' })
  t.notOk(isAlive(running.pid ?? 0))
})

test('close() with drainMs lets running and waiting tasks finish', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  const tasks = ['one', 'two'].map((text) => runTask(pool, { text, sleepMs: 100 }))
  await until(() => pool.stats().busy === 1)
  await pool.close({ drainMs: 5000 })
  t.strictSame(
    (await Promise.all(tasks)).map(({ bytes }) => bytes.toString()),
    ['one', 'two'],
  )
})

test('fork() refuses options that make no sense', async (t) => {
  t.throws(() => ForkPool.fork({ workers: 0 }), {
    code: 'invalid_argument',
    message: 'Cannot take workers = 0: it must be a whole number from 1 to 1024',
  })
  t.throws(() => ForkPool.fork({ graceMs: 1.5 }), { code: 'invalid_argument' })
})

test('an idle pool that nobody closed does not keep its process alive', { timeout: 120_000 }, async (t) => {
  const { stdout } = await execa(process.execPath, [fixture('parent').pathname, 'idle'])
  const pids = stdout.split(' ').map(Number)
  t.equal(pids.length, 2)
  t.ok(await until(() => !pids.some(isAlive)), 'and its workers end with it')
})
