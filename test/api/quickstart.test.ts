// The quickstart as a newcomer runs it, and interrupted.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { test } from 'tap'
import { childrenOf } from './server-process.ts'
import { isAlive, until } from './with-server.ts'

const script = fileURLToPath(new URL('../../examples/quickstart.ts', import.meta.url))

test('the quickstart runs its job and ends', { timeout: 120_000 }, async (t) => {
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (text) => {
    stdout += text
  })
  child.stderr.on('data', (text) => {
    stderr += text
  })
  const [code] = await once(child, 'close')
  t.equal(code, 0, stderr)
  t.notMatch(stderr, /progress +0 %/)
  t.match(stdout, /'ORD'.*12891/)
  t.match(stdout, /rows +3,000,000 in \d/)
  t.match(stdout, /workers +pids \d+, \d+/)
  t.match(stdout, /received +\d+ bytes/)
  t.match(stdout, /curl -sS http/)
  const pids = [...(/pids (.*)/.exec(stdout)?.[1] ?? '').matchAll(/\d+/g)].map(([pid]) => Number(pid))
  t.notOk(pids.some(isAlive))
})

test('Ctrl-C ends the quickstart and its workers', { timeout: 120_000 }, async (t) => {
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'ignore'] })
  await once(child.stdout, 'data')
  const workers = childrenOf(child.pid ?? 0)
  child.kill('SIGINT')
  const [code] = await once(child, 'exit')
  t.equal(code, 130)
  t.ok(await until(() => !workers.some(isAlive)))
})
