// The store: what goes in comes out, from memory or from a file, and the file goes away.

import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { TaskInput } from '../../../runtime/backend.ts'
import { ShuffleStore } from '../../../runtime/scheduler/shuffle-store.ts'

t.setTimeout(120_000)

const stores = (): readonly string[] =>
  readdirSync(tmpdir())
    .filter((name) => name.startsWith('volley-store-'))
    .map((name) => join(tmpdir(), name))

/** Directories that appear while `work` runs and are there at its end. */
async function newStores(work: () => Promise<void>): Promise<readonly string[]> {
  const before = new Set(stores())
  await work()
  return stores().filter((name) => !before.has(name) && existsSync(name))
}

async function readAll({ bytes, read }: TaskInput): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of read()) chunks.push(Buffer.from(chunk))
  const all = Buffer.concat(chunks)
  if (all.length !== bytes) throw new Error(`${bytes} bytes were promised, ${all.length} came`)
  return all
}

const numbered = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + seed) & 255)

t.test('a small store stays in memory', async (t) => {
  await using store = new ShuffleStore()
  const made = await newStores(async () => {
    await store.write(0, 0, numbered(5, 1))
    await store.write(0, 0, new Uint8Array())
    await store.write(0, 0, numbered(3, 2))
  })
  t.same(made, [])
  t.same(await readAll(store.input(0)), Buffer.concat([numbered(5, 1), numbered(3, 2)]))
  t.same(await readAll(store.input(0)), Buffer.concat([numbered(5, 1), numbered(3, 2)]), 'and can be read again')
})

t.test('each partition gives its bytes task after task, however they came', async (t) => {
  for (const pad of [0, 9 * 1024 * 1024]) {
    await using store = new ShuffleStore()
    await store.write(2, 1, Buffer.from('c'))
    await Promise.all([store.write(0, 1, Buffer.from('a')), store.write(1, 0, Buffer.from('x'))])
    if (pad > 0) await store.write(0, 7, numbered(pad, 3))
    await Promise.all([store.write(2, 1, Buffer.from('d')), store.write(1, 1, Buffer.from('bb'))])
    await store.write(0, 1, Buffer.from('A'))
    t.equal((await readAll(store.input(1))).toString(), 'aAbbcd')
    t.equal((await readAll(store.input(1, 2))).toString(), 'aAbb', 'of the first two tasks only')
    t.equal((await readAll(store.input(0))).toString(), 'x')
    t.equal((await readAll(store.input(5))).length, 0, 'a partition that nobody wrote is empty')
    if (pad > 0) t.ok((await readAll(store.input(7))).equals(numbered(pad, 3)))
  }
})

t.test('a store beyond 8 MiB is a file, which ends with it', async (t) => {
  const chunks = [...Array.from({ length: 9 }, (_, i) => numbered(1024 * 1024, i)), numbered(1, 7), numbered(70_000, 8)]
  const wanted = Buffer.concat(chunks)
  const store = new ShuffleStore()
  const made = await newStores(async () => {
    for (const chunk of chunks) await store.write(0, 0, chunk)
  })
  t.equal(made.length, 1)
  t.ok((await readAll(store.input(0))).equals(wanted))
  const reader = store.input(0).read()[Symbol.asyncIterator]()
  const { value } = await reader.next()
  t.ok(Buffer.from(value ?? []).equals(wanted.subarray(0, value?.length)), 'a partition can be read')
  await reader.return?.()
  await store[Symbol.asyncDispose]()
  t.notOk(made.some((name) => existsSync(name)))
})

t.test('a store that cannot write its file says so, and ends', async (t) => {
  const { TMPDIR } = process.env
  t.teardown(() => {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  })
  process.env.TMPDIR = '/nowhere/at/all'
  await using store = new ShuffleStore()
  await t.rejects(store.write(0, 0, new Uint8Array(9 * 1024 * 1024)), {
    code: 'storage_failed',
    category: 'resource',
    message: /^Cannot keep the results between stages in "\/nowhere\/at\/all": ENOENT.*; free some, or set TMPDIR/,
    details: { directory: '/nowhere/at/all', errno: 'ENOENT' },
  })
})
