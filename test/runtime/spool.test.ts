// The spool: what goes in comes out, from memory or from a file, and the file goes away.

import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { Spool } from '../../runtime/spool.ts'

t.setTimeout(30_000)

const spools = (): readonly string[] =>
  readdirSync(tmpdir())
    .filter((name) => name.startsWith('volley-spool-'))
    .map((name) => join(tmpdir(), name))

/** Directories that appear while `work` runs and are there at its end. */
async function newSpools(work: () => Promise<void>): Promise<readonly string[]> {
  const before = new Set(spools())
  await work()
  return spools().filter((name) => !before.has(name) && existsSync(name))
}

async function readAll(spool: Spool): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of spool.read()) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const numbered = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + seed) & 255)

t.test('a small spool stays in memory', async (t) => {
  await using spool = new Spool()
  const made = await newSpools(async () => {
    await spool.write(numbered(5, 1))
    await spool.write(new Uint8Array())
    await spool.write(numbered(3, 2))
  })
  t.same(made, [])
  t.equal(spool.bytes, 8)
  t.same(await readAll(spool), Buffer.concat([numbered(5, 1), numbered(3, 2)]))
  t.same(await readAll(spool), Buffer.concat([numbered(5, 1), numbered(3, 2)]), 'and can be read again')
})

t.test('a spool beyond 8 MiB is a file, which ends with it', async (t) => {
  const chunks = [...Array.from({ length: 9 }, (_, i) => numbered(1024 * 1024, i)), numbered(1, 7), numbered(70_000, 8)]
  const wanted = Buffer.concat(chunks)
  const spool = new Spool()
  const made = await newSpools(async () => {
    for (const chunk of chunks) await spool.write(chunk)
  })
  t.equal(made.length, 1)
  t.equal(spool.bytes, wanted.length)
  t.ok((await readAll(spool)).equals(wanted))
  const [reader] = [spool.read()]
  const { value } = await reader.next()
  t.ok(Buffer.from(value ?? []).equals(wanted.subarray(0, value?.length)), 'a part can be read')
  await reader.return(undefined)
  await spool[Symbol.asyncDispose]()
  t.notOk(made.some((name) => existsSync(name)))
})

t.test('an empty spool gives nothing', async (t) => {
  await using spool = new Spool()
  t.equal(spool.bytes, 0)
  t.equal((await readAll(spool)).length, 0)
})
