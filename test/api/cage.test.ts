// The workers of a server are caged unless it is told otherwise: they read what jobs may read, and no more.

import fs from 'node:fs'
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { float64, lit, type PoolOptions, udf, utf8 } from 'volley'
import { buildServer, type ServerOptions } from 'volley/api'
import { serverPool } from '../../api/server-pool.ts'
import { Uploads } from '../../api/uploads/uploads.ts'
import { asBytes, token } from './with-server.ts'

t.setTimeout(120_000)

/** A server with a data root, a write root and a state directory below one directory. */
async function served(t: Test, options: ServerOptions) {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'volley-caged-')))
  for (const name of ['data', 'out', 'state']) await mkdir(join(directory, name))
  await writeFile(join(directory, 'data/a.csv'), 'a\n1\n')
  await writeFile(join(directory, 'state/secret'), 'of the server')
  const app = buildServer({
    tokens: [token],
    dataRoots: [join(directory, 'data')],
    writeRoots: [join(directory, 'out')],
    stateDir: join(directory, 'state'),
    allowInlineUdfs: true,
    ...options,
    pool: { workers: 1, ...options.pool },
  })
  t.teardown(async () => {
    await app.close()
    await rm(directory, { recursive: true })
  })
  return { app, directory }
}

const authorization = `Bearer ${token}`

/** What a job answers that reads a file by a function of its own. */
async function reading(app: FastifyInstance, path: string): Promise<string> {
  const read = udf((path: string) => fs.readFileSync(path, 'utf8'), [utf8], utf8, { name: 'read' })
  const job = { source: { csv: 'a.csv' }, steps: [{ select: [asBytes(read(lit(path)).alias('text'))] }] }
  const headers = { authorization, accept: 'application/json' }
  const { body } = await app.inject({ method: 'POST', url: '/v1/jobs', headers, payload: job })
  return body
}

t.test('functions read below the data roots, and nothing of the server', async (t) => {
  const { app, directory } = await served(t, {})
  t.strictSame(JSON.parse(await reading(app, join(directory, 'data/a.csv'))), [{ text: 'a\n1\n' }])
  for (const path of [join(directory, 'state/secret'), '/etc/passwd', `/proc/${process.pid}/environ`]) {
    const { code, detail } = JSON.parse(await reading(app, path))
    t.equal(code, 'udf_failed', path)
    t.match(detail, /Access to this API has been restricted/)
  }
})

t.test('a server may be told to have no cage', async (t) => {
  const { app, directory } = await served(t, { pool: { cage: false } })
  t.strictSame(JSON.parse(await reading(app, join(directory, 'state/secret'))), [{ text: 'of the server' }])
})

t.test("a server's workers have a limit of memory", async (t) => {
  const uploads = new Uploads(undefined, 1)
  t.teardown(() => uploads.close())
  const poolFor = (pool: PoolOptions) => serverPool({ options: { pool }, tables: new Map(), uploads })
  t.match(poolFor({}), { maxRssBytes: 1024 ** 3, cage: { read: [uploads.directory] } })
  t.match(poolFor({ maxRssBytes: 1, cage: false }), { maxRssBytes: 1, cage: false })
  const { app } = await served(t, { pool: { maxRssBytes: 400_000_000 } })
  const hoard = udf(() => [1, 2, 3, 4, 5, 6].map(() => Buffer.alloc(200_000_000, 1)).length, [], float64, {
    name: 'hoard',
  })
  const payload = { source: { csv: 'a.csv' }, steps: [{ select: [asBytes(hoard())] }] }
  const { body } = await app.inject({ method: 'POST', url: '/v1/jobs', headers: { authorization }, payload })
  t.match(JSON.parse(body), { code: 'memory_limit' })
})

t.test('caged workers read tables and uploads, and write below the write roots', async (t) => {
  const elsewhere = await mkdtemp(join(tmpdir(), 'volley-table-'))
  t.teardown(() => rm(elsewhere, { recursive: true }))
  await writeFile(join(elsewhere, 'b.csv'), 'b\n2\n')
  const { app, directory } = await served(t, { tables: { b: join(elsewhere, 'b.csv'), all: join(elsewhere, '*.csv') } })
  const headers = { authorization, accept: 'application/json', 'content-type': 'application/sql' }
  for (const table of ['b', '"all"']) {
    const { body } = await app.inject({ method: 'POST', url: '/v1/jobs', headers, payload: `select b from ${table}` })
    t.strictSame(JSON.parse(body), [{ b: 2 }], table)
  }
  const form = new FormData()
  form.set('job', JSON.stringify({ source: { part: 'mine' }, steps: [{ select: ['c'] }] }))
  form.set('mine', new File(['c\n3\n'], 'c.csv'))
  const sent = new Response(form)
  const upload = await app.inject({
    method: 'POST',
    url: '/v1/jobs',
    headers: { authorization, accept: 'application/json', 'content-type': String(sent.headers.get('content-type')) },
    payload: Buffer.from(await sent.arrayBuffer()),
  })
  t.strictSame(JSON.parse(upload.body), [{ c: 3 }])
  const sink = { csv: 'written.csv' }
  const payload = { source: { csv: 'a.csv' }, sink }
  const written = await app.inject({ method: 'POST', url: '/v1/jobs', headers: { authorization }, payload })
  t.equal(written.statusCode, 200, written.body)
  t.equal(await readFile(join(directory, 'out/written.csv'), 'utf8'), 'a\n1\n')
})
