// `volley serve` as users run it: what it says, how it ends, what it refuses.

import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import { spawnVolley } from '../server-process.ts'
import { spawnServer, volley } from '../spawn-server.ts'
import { until } from '../with-server.ts'

test('volley serve', { timeout: 240_000 }, async (t) => {
  await t.test('says where it listens and ends on Ctrl-C with 130', async (t) => {
    const server = await spawnServer(t)
    t.equal(server.stderr(), `listening on ${server.url}\n`)
    t.match(server.url, /^http:\/\/127\.0\.0\.1:\d+$/)
    t.ok(await until(async () => ((await server.ask('/readyz')) as { status: string }).status === 'ok'))
    t.equal((await server.stop('SIGINT')).code, 130)
  })
  await t.test('makes a token once and keeps it for itself', async (t) => {
    const state = await mkdtemp(join(tmpdir(), 'volley-state-'))
    t.teardown(() => rm(state, { recursive: true }))
    const start = async () => {
      const child = spawnVolley(['serve', '--port', '0', '--workers', '1', '--log-level', 'silent'], {
        VOLLEY_STATE_DIR: state,
      })
      let stderr = ''
      child.stderr?.on('data', (text) => {
        stderr += text
      })
      t.ok(await until(() => stderr.includes('listening on')))
      child.kill('SIGTERM')
      await once(child, 'exit')
      return stderr
    }
    const first = await start()
    const token = (await readFile(join(state, 'token'), 'utf8')).trim()
    t.match(first, `made a token: ${token}`)
    t.equal((await stat(join(state, 'token'))).mode & 0o777, 0o600)
    const second = await start()
    t.notMatch(second, token)
    t.match(second, join(state, 'token'))
  })
  await t.test('refuses what would be open to others', async (t) => {
    for (const host of ['0.0.0.0', '::', '192.168.1.1', 'somewhere.example']) {
      const { code, stderr } = await volley(['serve', '--host', host, '--port', '0'])
      t.equal(code, 2)
      t.match(stderr, /without a token: .*--token-file FILE/)
    }
    t.equal((await volley(['serve', '--token', 'short'])).code, 2)
    t.equal((await volley(['serve'], { env: { VOLLEY_PORT: 'many' } })).code, 2)
  })
  await t.test('refuses data roots and tables that are not there', async (t) => {
    const env = { VOLLEY_TOKEN: 'some-token', VOLLEY_PORT: '0' }
    t.match(await volley(['serve', '--data-root', '/no/such'], { env }), { code: 1, stderr: /no such directory/ })
    t.match(await volley(['serve', '--table', 'a=/no/such.csv'], { env }), { code: 1, stderr: /source_not_found/ })
    t.match(await volley(['serve', '--table', 'a'], { env }), { code: 2, stderr: /NAME=PATH/ })
  })
})
