// Artifacts on real workers: each is sent once to a worker that keeps it, and is there whatever became of the tasks before.

import { hash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { test } from 'tap'
import type { Artifact } from '../../../runtime/backend.ts'
import type { ForkPool } from '../../../runtime/pool/pool.ts'
import { createRandom } from '../../fuzz/mutate.ts'
import { isAlive, poolOf, runTask, start, until } from './with-pool.ts'

const options = { timeout: 120_000 }

const artifactOf = (fill: number, length: number): Artifact => {
  const bytes = new Uint8Array(length).fill(fill)
  return { hash: hash('sha256', bytes), bytes }
}
const small = artifactOf(1, 100)
const large = artifactOf(2, 100_000)
const hashesOf = (artifacts: readonly Artifact[]) => artifacts.map((artifact) => artifact.hash)

/** What a worker finds under the hashes of these artifacts, when it is given them. */
async function found(pool: ForkPool, artifacts: readonly Artifact[], asked = artifacts) {
  const { bytes, pid } = await runTask(pool, { digestArtifacts: hashesOf(asked) }, { artifacts })
  return { digests: JSON.parse(bytes.toString()) as unknown, pid }
}

test('a worker finds artifacts of any size', options, async (t) => {
  const artifacts = [artifactOf(0, 0), small, large, artifactOf(3, 30_000), artifactOf(4, 5_000_000)]
  t.strictSame((await found(poolOf(t, 'echo'), artifacts)).digests, hashesOf(artifacts))
})

test('a worker is sent an artifact once, however many tasks refer to it', options, async (t) => {
  const pool = poolOf(t, 'echo', { workers: 2 })
  const tasks = Array.from({ length: 40 }, () => found(pool, [small, large]))
  const pids = new Set((await Promise.all(tasks)).map(({ pid }) => pid))
  t.equal(pool.stats().sentArtifacts, 2 * pids.size)
  t.ok(pool.stats().sentBytes < 2 * (large.bytes.length + small.bytes.length) + 40 * 200)
})

test('a task finds no artifact of another hash than its own', options, async (t) => {
  const pool = poolOf(t, 'echo')
  t.strictSame((await found(pool, [], [small])).digests, [null])
})

test('artifacts come before a task and an input that are long themselves', options, async (t) => {
  const pool = poolOf(t, 'echo')
  const input = {
    bytes: 200_000,
    read: async function* () {
      yield Buffer.alloc(150_000, 'a')
      yield Buffer.alloc(50_000, 'b')
    },
  }
  const task = { digestArtifacts: [large.hash], copyInput: true, log: 'x'.repeat(50_000) }
  const { bytes } = await runTask(pool, task, { artifacts: [small, large], input })
  t.equal(bytes.length, 200_000 + JSON.stringify([large.hash]).length)
})

test('a worker that was replaced is sent its artifacts again', options, async (t) => {
  const pool = poolOf(t, 'echo')
  const first = await found(pool, [small, large])
  await t.rejects(runTask(pool, { exit: 3 }, { artifacts: [small, large] }), { code: 'worker_lost' })
  const second = await found(pool, [small, large])
  t.not(second.pid, first.pid)
  t.strictSame(second.digests, hashesOf([small, large]))
  t.equal(pool.stats().sentArtifacts, 4)
})

test('a task in isolation is sent all its artifacts', options, async (t) => {
  const pool = poolOf(t, 'echo')
  for (let at = 0; at < 2; at += 1) {
    const { bytes } = await runTask(pool, { digestArtifacts: [small.hash] }, { artifacts: [small], isolation: 'job' })
    t.strictSame(JSON.parse(bytes.toString()), [small.hash])
  }
  t.equal(pool.stats().sentArtifacts, 2)
})

test('a worker drops what was used least recently, and is sent it again', options, async (t) => {
  const pool = poolOf(t, 'echo', { maxArtifactBytes: 250_000 })
  const [a, b, c] = [artifactOf(5, 100_000), artifactOf(6, 100_000), artifactOf(7, 100_000)] as const
  await found(pool, [a])
  await found(pool, [b])
  await found(pool, [c])
  t.strictSame((await found(pool, [], [a, b, c])).digests, [null, b.hash, c.hash])
  t.equal(pool.stats().sentArtifacts, 3)
  t.strictSame((await found(pool, [a, c])).digests, [a.hash, c.hash])
  t.equal(pool.stats().sentArtifacts, 4)
})

test('a task may need more than a worker keeps', options, async (t) => {
  const pool = poolOf(t, 'echo', { maxArtifactBytes: 0 })
  t.strictSame((await found(pool, [small, large])).digests, hashesOf([small, large]))
  t.strictSame((await found(pool, [small, large], [large])).digests, [large.hash])
  t.equal(pool.stats().sentArtifacts, 2, 'and keeps it until another task needs other artifacts')
  t.strictSame((await found(pool, [], [small, large])).digests, [null, null])
})

test('dropping more artifacts than a message has room for', options, async (t) => {
  const pool = poolOf(t, 'echo', { maxArtifactBytes: 30_000 })
  const many = Array.from({ length: 20_000 }, (_, at) => ({
    hash: `${at}`.padStart(64, '0'),
    bytes: new Uint8Array(1),
  }))
  await found(pool, many, [small])
  t.strictSame((await found(pool, [large])).digests, [large.hash])
  t.strictSame((await found(pool, [large], many.slice(0, 2))).digests, [null, null])
})

test('a task cancelled while its artifacts are on their way leaves a worker that has them', options, async (t) => {
  const pool = poolOf(t, 'echo', { graceMs: 10_000 })
  await runTask(pool, {})
  const heavy = Array.from({ length: 4 }, (_, at) => artifactOf(at, 8_000_000))
  const cancel = new AbortController()
  const run = await start(pool, { sleepMs: 60_000 }, { artifacts: [...heavy, small] }, { signal: cancel.signal })
  cancel.abort()
  await t.rejects(run.done, { code: 'cancelled' })
  const next = await found(pool, [...heavy, small])
  t.equal(next.pid, run.pid, 'the same worker')
  t.strictSame(next.digests, hashesOf([...heavy, small]))
  t.equal(pool.stats().sentArtifacts, 5, 'and none was sent again')
})

test('a worker ended while artifacts are on their way is replaced by one that is sent them', options, async (t) => {
  const pool = poolOf(t, 'echo', { graceMs: 0 })
  await runTask(pool, {})
  const heavy = Array.from({ length: 4 }, (_, at) => artifactOf(at, 8_000_000))
  const cancel = new AbortController()
  const run = await start(pool, { spin: true }, { artifacts: heavy }, { signal: cancel.signal })
  cancel.abort()
  await t.rejects(run.done, { code: 'cancelled' })
  t.ok(await until(() => !isAlive(run.pid ?? 0)))
  t.strictSame((await found(pool, heavy)).digests, hashesOf(heavy))
  t.equal(pool.stats().sentArtifacts, 8)
})

test('a failed task leaves its artifacts with the worker', options, async (t) => {
  const pool = poolOf(t, 'echo')
  await t.rejects(runTask(pool, { fail: 'no' }, { artifacts: [large] }), { code: 'invalid_value' })
  t.strictSame((await found(pool, [large])).digests, [large.hash])
  t.equal(pool.stats().sentArtifacts, 1)
})

test('whatever becomes of other tasks, a task finds its artifacts', { timeout: 240_000 }, async (t) => {
  const pool = poolOf(t, 'echo', { workers: 2, maxArtifactBytes: 300_000, graceMs: 50 })
  const artifacts = Array.from({ length: 12 }, (_, at) => artifactOf(at, at % 3 === 0 ? 90_000 : 900 * at))
  const random = createRandom(7)
  const disturb = async (needed: readonly Artifact[]) => {
    const end = new AbortController()
    const task = [{ sleepMs: 60_000 }, { fail: 'no' }, { exit: 1 }][random(8)] ?? { sleepMs: 60_000 }
    const run = await start(pool, task, { artifacts: needed }, { signal: end.signal })
    if (random(2) === 0) await delay(random(5))
    end.abort()
    await t.rejects(run.done)
  }
  const work = Array.from({ length: 120 }, async (_, at) => {
    const needed = artifacts.filter(() => random(4) === 0)
    if (at % 3 === 0) await disturb(needed)
    else if (!isDeepStrictEqual((await found(pool, needed)).digests, hashesOf(needed))) t.fail(`task ${at}`)
  })
  await Promise.all(work)
  t.ok(pool.stats().sentArtifacts < 120 * 3, `${pool.stats().sentArtifacts} artifacts sent`)
})
