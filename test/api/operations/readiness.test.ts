// When a server is not ready, but for its shutting down, which is in stopping.test.ts. The disk that fills up is a small
// tmpfs, which only root may mount.

import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Test, test } from 'tap'
import { SessionContext } from 'volley'
import { buildServer } from 'volley/api'
import { serve, until } from '../with-server.ts'

/** A directory with room for a mebibyte; undefined where none can be made. */
async function smallDisk(t: Test): Promise<string | undefined> {
  const directory = await mkdtemp(join(tmpdir(), 'volley-disk-'))
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory])
  t.teardown(async () => {
    if (status === 0) spawnSync('umount', [directory])
    await rm(directory, { recursive: true })
  })
  return status === 0 ? directory : undefined
}

test('a server whose store cannot be written to is not ready until it can', { timeout: 60_000 }, async (t) => {
  const stateDir = await smallDisk(t)
  if (stateDir === undefined) return t.plan(0, 'a tmpfs cannot be mounted here')
  const session = new SessionContext({ backend: 'in-process', log: 'ignore' })
  const app = buildServer({ tokens: ['a-token'], stateDir, session })
  t.teardown(() => app.close())
  const headers = { authorization: 'Bearer a-token', 'content-type': 'application/sql' }
  const post = () => app.inject({ method: 'POST', url: '/v1/jobs', headers, payload: 'select 1 as one' })
  const ready = async () => (await app.inject('/readyz')).json()

  t.equal((await post()).statusCode, 200)
  t.match(await ready(), { status: 'ok' })
  const filler = join(stateDir, 'filler')
  await writeFile(filler, Buffer.alloc(2 ** 20)).catch(() => {})
  const refused = await post()
  t.match([refused.statusCode, refused.json().code], [507, 'storage_failed'])
  t.match(await ready(), {
    status: 'not ready',
    checks: [{ status: 'ok' }, { status: 'ok' }, { name: 'store', status: 'failing', reason: /the disk may be full/ }],
  })
  await rm(filler)
  t.equal((await post()).statusCode, 200)
  t.match(await ready(), { status: 'ok' })
})

test('a server whose workers cannot start is not ready', { timeout: 60_000 }, async (t) => {
  const directory = t.testdir({ 'broken.mjs': "throw new Error('broken')" })
  const workerContext = pathToFileURL(join(directory, 'broken.mjs'))
  const { ask, pool } = await serve(t, { pool: { workers: 1, workerContext } })
  t.ok(await until(() => pool.stats().isFailing))
  const { status, text } = await ask('GET', '/readyz')
  t.equal(status, 503)
  t.match(JSON.parse(text).checks[1], { name: 'workers', status: 'failing', reason: /^no worker is idle or at work/ })
})

test('a server that starts workers when they are wanted is ready without any', { timeout: 60_000 }, async (t) => {
  const { ask, pool } = await serve(t, { pool: { minWorkers: 0, maxWorkers: 1 } })
  t.equal((await ask('GET', '/readyz')).status, 200)
  t.match(pool.stats(), { idle: 0, busy: 0, starting: 0, isFailing: false })
})
