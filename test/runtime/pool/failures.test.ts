// Workers that do not start, tasks that fail, processes that die: each gives its own coded error, and the pool goes on.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import { type Test, test } from 'tap'
import { fixture, isAlive, poolOf, runTask, start, until } from './with-pool.ts'

/** Where the system tells of other processes. */
const onLinux = { timeout: 120_000, skip: process.platform === 'linux' ? false : 'only Linux has /proc' }

test('a task that throws fails with its own error, and its worker serves the next', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  const failing = await start(pool, { bytes: 5_000_000, fail: 'not a number' })
  const expected = { name: 'DataError', code: 'invalid_value', message: 'not a number', details: { row: 7 } }
  await t.rejects(async () => {
    for await (const _ of failing.stream) {
    }
  }, expected)
  await t.rejects(failing.done, expected)
  const stack = await failing.done.catch((error) => error.details.workerStack)
  t.match(stack, /echo\.ts:\d+:\d+/, 'and tells where in the worker')
  const next = await runTask(pool, { text: 'clean' })
  t.equal(next.bytes.toString(), 'clean', 'without a byte of the failed one')
  t.equal(next.pid, failing.pid)
})

test('a task whose result nobody reads fails all the same', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  const failing = await start(pool, { text: 'unread', fail: 'not a number' })
  await t.rejects(failing.done, { code: 'invalid_value' })
})

test('a worker that exits under its task is lost, by name and with its last words', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  const run = await start(pool, { text: 'some', logError: 'disk is full', exit: 3 })
  await t.rejects(run.done, {
    code: 'worker_lost',
    message: `Cannot finish the task: worker ${run.pid} exited with code 3; its last output: disk is full`,
    details: { pid: run.pid, exitCode: 3, signal: null, output: 'disk is full' },
  })
  t.equal((await runTask(pool, { text: 'next' })).bytes.toString(), 'next')
  t.match(pool.stats(), { lost: 1, started: 2, losses: { out_of_heap: 0, killed: 0, crashed: 0, exited: 1 } })
})

test('the error of a lost worker does not quote what an earlier task printed', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  await runTask(pool, { logError: 'the secret of another job' })
  const error = await runTask(pool, { exit: 1 }).catch((thrown) => thrown)
  t.equal(error.code, 'worker_lost')
  t.notMatch(JSON.stringify([error.message, error.details]), /secret/)
})

test('a worker that exits with 0 before its task is done is lost as well', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  await t.rejects(runTask(pool, { exit: 0 }), { code: 'worker_lost', details: { exitCode: 0 } })
})

test('a worker killed in the middle of its result is lost', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  const run = await start(pool, { bytes: 100_000_000 })
  let bytes = 0
  await t.rejects(
    async () => {
      for await (const chunk of run.stream) {
        bytes += chunk.length
        if (bytes > 10_000_000) process.kill(run.pid ?? 0, 'SIGKILL')
      }
    },
    { code: 'worker_lost', details: { pid: run.pid, signal: 'SIGKILL' } },
  )
  t.ok(bytes < 100_000_000)
  await t.rejects(run.done, { message: `Cannot finish the task: worker ${run.pid} was ended by SIGKILL` })
  t.equal((await runTask(pool, { text: 'next' })).bytes.toString(), 'next')
})

test('a worker killed while idle is replaced', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  const { pid = 0 } = await runTask(pool, {})
  process.kill(pid, 'SIGKILL')
  t.ok(await until(() => pool.stats().lost === 1))
  const next = await runTask(pool, { text: 'next' })
  t.equal(next.bytes.toString(), 'next')
  t.not(next.pid, pid)
})

test('a worker that ends takes along what it started', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  const { bytes } = await runTask(pool, { grandchild: true }, { isolation: 'job' })
  const grandchild = Number(bytes.toString())
  t.ok(grandchild > 1)
  t.ok(await until(() => !isAlive(grandchild)))
})

test('a worker that ends takes along what it started in a session of its own', onLinux, async (t) => {
  const pool = poolOf(t, 'echo')
  const { bytes } = await runTask(pool, { detached: true }, { isolation: 'job' })
  const detached = Number(bytes.toString())
  t.ok(detached > 1)
  t.ok(await until(() => !isAlive(detached)))
})

test('a worker that was stopped is found, ended and replaced', onLinux, async (t) => {
  const pool = poolOf(t, 'echo')
  const run = await start(pool, { kill: 'SIGSTOP', sleepMs: 60_000 })
  await t.rejects(run.done, { code: 'worker_lost', message: /was stopped by a signal/, details: { state: 'stopped' } })
  t.notOk(isAlive(run.pid ?? 0))
  t.equal((await runTask(pool, { text: 'next' })).bytes.toString(), 'next')
})

test('a worker that is stopped for a moment goes on', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  const run = await start(pool, { sleepMs: 500 })
  process.kill(run.pid ?? 0, 'SIGSTOP')
  await delay(300)
  process.kill(run.pid ?? 0, 'SIGCONT')
  for await (const _ of run.stream) {
  }
  await run.done
  t.equal((await runTask(pool, { text: 'next' })).pid, run.pid)
})

test('a worker that crashes at its start gives start_failed with what it said', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'crash-at-start', { workers: 2 })
  const error = await runTask(pool, {}).catch((thrown) => thrown)
  t.match(error, { code: 'start_failed', details: { exitCode: 1, signal: null } })
  t.match(error.message, /^Cannot start a worker: it exited with code 1; its last output: /)
  t.match(error.message, /no licence file found/)
  t.match(error.message, /crash-at-start\.ts:3/)
  await t.rejects(pool.ready(), { code: 'start_failed' })
  const { started } = pool.stats()
  for (let at = 0; at < 20; at += 1) await t.rejects(runTask(pool, {}), { code: 'start_failed' })
  t.ok(pool.stats().started <= started + 4, 'and is not started again for every task')
})

test('a worker context that cannot be loaded gives start_failed with its stack', { timeout: 120_000 }, async (t) => {
  const workerContext = fixture('context-broken')
  const pool = poolOf(t, 'names-functions', { workerContext })
  const error = await runTask(pool, {}).catch((thrown) => thrown)
  t.equal(error.code, 'start_failed')
  t.equal(
    error.message,
    `Cannot start a worker with its context '${workerContext}': rates.json has no rate for Atlantis`,
  )
  t.match(error.details.stack, /context-broken\.ts:3/)
  t.match(error.cause, { message: 'rates.json has no rate for Atlantis' })
})

test('a worker that is not ready in time gives start_failed', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'slow-start', { startTimeoutMs: 200, env: { START_MS: '60000' } })
  await t.rejects(runTask(pool, {}), {
    code: 'start_failed',
    message: 'Cannot start a worker: it was not ready after 200 ms',
  })
})

test('a pool without a temporary directory says so, and where to name one', async (t) => {
  const { TMPDIR } = process.env
  t.teardown(() => {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  })
  process.env.TMPDIR = join(tmpdir(), 'volley-none')
  t.throws(() => poolOf(t, 'echo'), { code: 'start_failed', message: /volley-none".*ENOENT.*TMPDIR/ })
})

test('a node that does not exist gives start_failed with the cause', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo', { launcher: ['/nowhere/to/be/found'] })
  await t.rejects(runTask(pool, {}), { code: 'start_failed', message: /could not be spawned \(.*ENOENT/, cause: Error })
})

test('a pool whose workers could not start starts them once they can', { timeout: 120_000 }, async (t) => {
  const flag = join(t.testdir(), 'flag')
  const pool = poolOf(t, 'starts-sometimes', { env: { START_FLAG: flag } })
  await t.rejects(runTask(pool, { text: 'early' }), { code: 'start_failed', message: /not yet/ })
  writeFileSync(flag, '')
  await delay(500)
  t.equal((await runTask(pool, { text: 'late' })).bytes.toString(), 'late')
})

/** A process that forks a pool and is to be ended; what it cannot clean up then is cleaned up after the test. */
function startParent(t: Test, args: readonly string[]) {
  const TMPDIR = mkdtempSync(join(tmpdir(), 'volley-test-'))
  t.teardown(() => rmSync(TMPDIR, { recursive: true, force: true }))
  return execa(process.execPath, [fixture('parent').pathname, ...args], { reject: false, env: { TMPDIR } })
}

for (const launcher of ['default', 'plain']) {
  test(`a worker ends when its pool's process is killed (${launcher} launcher)`, { timeout: 120_000 }, async (t) => {
    // Without a launcher, a worker in a busy loop cannot see that its pool is gone.
    const mode = launcher === 'default' && process.platform === 'linux' ? 'spin' : 'sleep'
    const parent = startParent(t, [mode, launcher])
    const pids = String(
      await parent
        .iterable()
        [Symbol.asyncIterator]()
        .next()
        .then(({ value }) => value),
    )
      .split(' ')
      .map(Number)
    t.ok(pids.every(isAlive))
    process.kill(Number(parent.pid), 'SIGKILL')
    t.ok(await until(() => !pids.some(isAlive)), 'all its workers are gone')
  })
}

test("a worker ends when its pool's process is interrupted", { timeout: 120_000 }, async (t) => {
  const parent = startParent(t, ['spin'])
  const pids = String(
    await parent
      .iterable()
      [Symbol.asyncIterator]()
      .next()
      .then(({ value }) => value),
  )
    .split(' ')
    .map(Number)
  process.kill(Number(parent.pid), 'SIGINT')
  t.match(await parent, { signal: 'SIGINT' })
  t.ok(await until(() => !pids.some(isAlive)), 'all its workers are gone')
})
