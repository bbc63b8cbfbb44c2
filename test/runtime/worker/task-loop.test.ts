// The loop in a worker process: what it promises the function that runs a task.

import { test } from 'tap'
import { poolOf, runTask, start } from '../pool/with-pool.ts'

const text = async (outcome: Promise<{ bytes: Buffer }>) => (await outcome).bytes.toString()

test('progress() may be called for every batch and is sent now and then', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'loop-cases')
  let reports = 0
  const onProgress = () => {
    reports += 1
  }
  await runTask(pool, 'reports often', {}, { onProgress })
  t.ok(reports >= 1 && reports < 50, `${reports} reports`)
})

test('write() need not be awaited for its bytes to arrive before the end', { timeout: 120_000 }, async (t) => {
  const { bytes, stats } = await runTask(poolOf(t, 'loop-cases'), 'does not wait for its writes')
  t.equal(bytes.length, 6_553_600)
  t.equal(bytes.at(-1), 99)
  t.equal(stats.bytes, 6_553_600)
})

test('write() passes over empty chunks', { timeout: 120_000 }, async (t) => {
  t.equal(await text(runTask(poolOf(t, 'loop-cases'), 'writes empty chunks')), 'ab')
})

test('write() gives the chunks back when it resolves', { timeout: 120_000 }, async (t) => {
  const { bytes } = await runTask(poolOf(t, 'loop-cases'), 'reuses its buffer')
  const fills = Array.from({ length: 20 }, (_, at) => bytes.subarray(at * 300_000, (at + 1) * 300_000))
  t.strictSame(
    fills.map((fill, at) => fill.every((byte) => byte === at + 1)),
    Array(20).fill(true),
  )
})

test('write() lets a cancel through to a task that computes between writes', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'loop-cases', { graceMs: 2000 })
  const run = await start(pool, 'computes between writes until cancelled', { timeoutMs: 100 })
  await t.rejects(run.done, { code: 'timeout' })
  t.equal((await runTask(pool, 'keeps its io')).pid, run.pid, 'and its worker goes on')
})

test('write() of a task that has ended is refused', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'loop-cases')
  await runTask(pool, 'keeps its io')
  const answer = await text(runTask(pool, 'uses the io of an earlier task'))
  t.equal(answer, '"Cannot write a result: its task has ended"')
})

test('input is empty for a task that has none', { timeout: 120_000 }, async (t) => {
  t.equal(await text(runTask(poolOf(t, 'loop-cases'), 'reads an input it does not have')), '[]')
})

test('a task may throw anything', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'loop-cases')
  await t.rejects(runTask(pool, 'throws what is no error'), { code: 'internal', message: 'just a text' })
  const error = await runTask(pool, 'throws an error that is too long to send').catch((thrown) => thrown)
  t.equal(error.code, 'invalid_value')
  t.equal(error.message.length, 10_000)
  t.equal(pool.stats().started, 1)
})

test('a rejection that nobody handles ends the worker and is told with its place', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'loop-cases')
  const error = await runTask(pool, 'leaves a rejection behind').catch((thrown) => thrown)
  t.equal(error.code, 'worker_lost')
  t.match(error.message, /nobody caught me/)
  t.match(error.message, /loop-cases\.ts:\d+/)
})
