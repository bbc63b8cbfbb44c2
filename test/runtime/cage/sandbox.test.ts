// Attacks from within a worker in a sandbox of the system, and what becomes of a worker there.

import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import { dirname } from 'node:path'
import t, { type Test } from 'tap'
import { type CageOptions, type PoolOptions, WorkerPool } from 'volley'
import { cageLayers } from '../../../runtime/cage/layers.ts'
import { findSandbox, sandboxCommand } from '../../../runtime/cage/sandbox.ts'
import { spawnServer, volley } from '../../api/spawn-server.ts'
import { token } from '../../api/with-server.ts'
import { isAlive, until } from '../pool/with-pool.ts'

t.setTimeout(120_000)
const { reason } = findSandbox()
const sandboxed = { skip: reason ?? false }

function sandboxedPool(t: Test, cage: CageOptions = {}, options: PoolOptions = {}): WorkerPool {
  const pool = WorkerPool.fork({ workers: 1, cage: { sandbox: 'required', ...cage }, ...options })
  t.teardown(() => pool.close())
  return pool
}

t.test('a sandboxed function has no network, unless it is given it', sandboxed, async (t) => {
  const server = net.createServer((socket) => socket.end()).listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const connect = (port: number): Promise<string> =>
    new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => resolve('connected'))
      socket.on('error', (error) => resolve(String((error as NodeJS.ErrnoException).code)))
    })
  t.equal(await sandboxedPool(t).run(connect, port), 'ECONNREFUSED')
  t.equal(await sandboxedPool(t, { network: true }).run(connect, port), 'connected')
})

t.test('a sandboxed function sees no process but its own', sandboxed, async (t) => {
  const pool = sandboxedPool(t, { read: ['/proc'] })
  const seen = await pool.run(() => fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length)
  t.equal(seen, 2, 'itself, and the sandbox')
  const parent = await pool.run(() => fs.readFileSync(`/proc/${process.ppid}/cmdline`, 'utf8'))
  t.match(parent, /bwrap/)
})

t.test('the file system of a sandboxed function is what it was given', sandboxed, async (t) => {
  const directory = t.testdir({ data: { a: 'a' }, out: {} })
  const pool = sandboxedPool(t, { read: [`${directory}/data`], write: [`${directory}/out`] })
  t.equal(await pool.run((path: string) => fs.readFileSync(path, 'utf8'), `${directory}/data/a`), 'a')
  await pool.run((path: string) => fs.writeFileSync(path, 'x'), `${directory}/out/b`)
  t.equal(fs.readFileSync(`${directory}/out/b`, 'utf8'), 'x')
  // By the kernel alone, without Node's permission model in front of it.
  const places = { read: [`${directory}/data`], write: [`${directory}/out`] }
  const [file = '', ...args] = [...sandboxCommand(String(findSandbox().file), places, false), process.execPath]
  const script = `
    const codeOf = (call) => { try { call(); return 'nothing stopped it' } catch (error) { return error.code } }
    console.log([
      codeOf(() => fs.readFileSync('/etc/passwd')), codeOf(() => fs.readdirSync('/home')), codeOf(() => fs.readdirSync('/root')),
      codeOf(() => fs.writeFileSync('${directory}/data/a', '')), codeOf(() => fs.writeFileSync('/usr/volley', '')),
      codeOf(() => process.kill(${process.pid}, 0)),
    ].join())`
  t.equal(
    execFileSync(file, [...args, '-e', script], { encoding: 'utf8' }).trim(),
    'ENOENT,ENOENT,ENOENT,EROFS,EROFS,ESRCH',
  )
})

t.test('the end of a sandboxed worker is told as without a sandbox', sandboxed, async (t) => {
  const pool = sandboxedPool(t, {}, { maxRssBytes: 400_000_000 })
  const lost = { code: 'worker_lost' }
  await t.rejects(
    pool.run(() => process.exit(3)),
    { ...lost, details: { exitCode: 3, signal: null } },
  )
  await t.rejects(
    pool.run(() => process.abort()),
    { ...lost, details: { exitCode: null, signal: 'SIGABRT' } },
  )
  const hoard = () => [1, 2, 3, 4, 5, 6].map(() => Buffer.alloc(200_000_000, 1)).length
  await t.rejects(pool.run(hoard), { code: 'memory_limit' })
  const spin = (): never => {
    for (;;);
  }
  await t.rejects(pool.runWith({ timeoutMs: 300 }, spin), { code: 'timeout' })
  t.equal(await pool.run(() => 1), 1)
  const { pid } = await pool.ready()
  await pool.close()
  t.ok(await until(() => !isAlive(pid)))
})

t.test('volley serve runs jobs in a sandbox', sandboxed, async (t) => {
  const { url } = await spawnServer(t, ['--sandbox', 'required'])
  const response = await fetch(`${url}/v1/jobs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, accept: 'application/json', 'content-type': 'application/sql' },
    body: "select count(*) as n from 'flights-3m.parquet'",
  })
  t.strictSame(await response.json(), [{ n: 3_000_000 }])
})

t.test('a sandbox that is required and cannot be had is refused with what is missing', async (t) => {
  const env = { PATH: dirname(process.execPath), VOLLEY_TOKEN: 'some-token-of-mine', VOLLEY_PORT: '0' }
  const required = await volley(['serve', '--sandbox', 'required'], { env })
  t.match(required, { code: 1, stderr: /there is no bwrap on the PATH.*\[start_failed\]/ })
  const contradicting = await volley(['serve', '--cage', 'off', '--sandbox', 'auto'], { env })
  t.match(contradicting, { code: 2, stderr: /Cannot run workers in a sandbox without a cage/ })
})

t.test('cageLayers() tells what is there, and why the rest is not', async (t) => {
  const reasons = (cage: boolean | CageOptions) => cageLayers(cage).map(({ isActive, reason }) => reason ?? isActive)
  t.strictSame(reasons(false), ['there is to be no cage', 'it was not asked for', 'there is no sandbox'])
  t.strictSame(reasons(true), [true, 'it was not asked for', 'there is no sandbox'])
  const { reason } = findSandbox()
  t.strictSame(
    reasons({ sandbox: 'auto' }),
    reason === undefined ? [true, true, true] : [true, reason, 'there is no sandbox'],
  )
})
