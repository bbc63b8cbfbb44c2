// Jobs over HTTP that write files: below a write root and nowhere else, links followed, with the rows of what was written
// as the reply.

import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import { SessionContext } from 'volley'
import { buildServer } from 'volley/api'
import { serve } from '../with-server.ts'

const ndjson = { accept: 'application/x-ndjson' }
const source = {
  rows: [
    { region: 'north', net: 1 },
    { region: 'south', net: 2 },
  ],
}

test('a job over HTTP writes files below a write root', { timeout: 240_000 }, async (t) => {
  const base = await mkdtemp(join(tmpdir(), 'volley-sinks-'))
  t.teardown(() => rm(base, { recursive: true }))
  const [root, secret] = [join(base, 'root'), join(base, 'secret')]
  for (const directory of [root, secret]) await mkdir(directory)
  await symlink(secret, join(root, 'link'))
  const { post } = await serve(t, { writeRoots: [root] })

  await t.test('one file, told of with its rows and bytes', async (t) => {
    const { status, text } = await post({ source, sink: { csv: 'sales.csv', delimiter: ';' } }, ndjson)
    t.equal(status, 200, text)
    t.strictSame(JSON.parse(text), { file: 'sales.csv', rows: 2, bytes: 27 })
    t.equal(await readFile(join(root, 'sales.csv'), 'utf8'), 'region;net\nnorth;1\nsouth;2\n')
  })
  await t.test('a directory, partitioned', async (t) => {
    const { status, text } = await post({ source, sink: { json: 'out/', partitionBy: ['region'] } }, ndjson)
    t.equal(status, 200, text)
    const written = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    t.strictSame(
      written.map(({ file, rows }) => ({ file, rows })),
      [
        { file: 'out/region=north/part-0.ndjson', rows: 1 },
        { file: 'out/region=south/part-0.ndjson', rows: 1 },
      ],
    )
    t.equal(await readFile(join(root, 'out/region=south/part-0.ndjson'), 'utf8'), '{"net":2}\n')
  })
  await t.test('what exists is kept, unless it is to be replaced', async (t) => {
    const again = await post({ source, sink: { csv: 'sales.csv' } })
    t.match(again, { status: 409, problem: { code: 'output_exists', details: { path: /^sales\.csv$/ } } })
    t.equal((await post({ source, sink: { csv: 'sales.csv', overwrite: true } })).status, 200)
    t.equal(await readFile(join(root, 'sales.csv'), 'utf8'), 'region,net\nnorth,1\nsouth,2\n')
  })
  await t.test('nothing outside, also by way of links', async (t) => {
    for (const path of ['../secret/a.csv', join(secret, 'a.csv'), 'link/a.csv', '/etc/a.csv', '.', 'out/../..']) {
      const { status, problem } = await post({ source, sink: { csv: path } })
      t.match({ status, problem }, { status: 403, problem: { code: 'output_forbidden', detail: /write root/ } }, path)
    }
    t.strictSame(await readdir(secret), [])
    const missing = await post({ source, sink: { csv: 'nowhere/a.csv' } })
    t.match(missing, { status: 422, problem: { code: 'output_unwritable', details: { path: /^nowhere\/a\.csv$/ } } })
  })
  await t.test('and leaves nothing of a job that fails', async (t) => {
    const steps = [{ withColumns: { x: '1 / (net - 2)' } }]
    t.equal((await post({ source, steps, sink: { csv: 'failed.csv' } })).problem.code, 'division_by_zero')
    t.strictSame((await readdir(root)).sort(), ['link', 'out', 'sales.csv'])
  })
})

test('a server without write roots writes nothing', { timeout: 240_000 }, async (t) => {
  const app = buildServer({ insecureNoAuth: true, session: new SessionContext({ backend: 'in-process' }) })
  t.teardown(() => app.close())
  const reply = await app.inject({ method: 'POST', url: '/v1/jobs', payload: { source, sink: { csv: 'a.csv' } } })
  t.equal(reply.statusCode, 403)
  t.match(reply.json(), { code: 'output_forbidden', detail: /--write-root/ })
})
