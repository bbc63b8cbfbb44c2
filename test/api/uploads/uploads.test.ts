// Jobs that bring files along: what is read as what, what is refused, how long it is kept, and that nothing stays behind.

import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { SessionContext } from 'volley'
import { buildServer, type JobResource, type ServerOptions } from 'volley/api'
import { token, until } from '../with-server.ts'

type Content = string | Uint8Array
interface Sent {
  readonly content: Content
  readonly fileName?: string
  readonly type?: string
}

const csv = 'a,b\n1,x\n2,y\n3,z\n'
const file: Sent = { content: csv, fileName: 't.csv' }
const auth = { authorization: `Bearer ${token}` }
const ofPart = { source: { part: 't' }, steps: [{ filter: 'a > 1' }] }
const rows = '{"a":2,"b":"y"}\n{"a":3,"b":"z"}\n'

/** A body as `curl -F` makes it: parts in the order in which they are given. */
function form(parts: Readonly<Record<string, Sent | object>>) {
  const chunks = Object.entries(parts).flatMap(([name, part]) => {
    const { content, fileName, type }: Sent = 'content' in part ? part : { content: JSON.stringify(part) }
    const named = fileName === undefined ? '' : `; filename="${fileName}"`
    const typed = type === undefined ? '' : `Content-Type: ${type}\r\n`
    const head = `--B\r\nContent-Disposition: form-data; name="${name}"${named}\r\n${typed}\r\n`
    return [Buffer.from(head), Buffer.from(content as Uint8Array), Buffer.from('\r\n')]
  })
  return Buffer.concat([...chunks, Buffer.from('--B--\r\n')])
}

async function stateDirectory(t: Test): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'volley-state-'))
  t.teardown(() => rm(directory, { recursive: true, force: true }))
  return directory
}

function server(t: Test, options: ServerOptions) {
  const app = buildServer({ tokens: [token], ...options })
  t.teardown(() => app.close())
  const post = (path: string, payload?: Buffer, headers: object = {}) =>
    app.inject({
      method: 'POST',
      url: path,
      headers: {
        ...auth,
        accept: 'application/x-ndjson',
        ...(payload === undefined ? {} : { 'content-type': 'multipart/form-data; boundary=B' }),
        ...headers,
      },
      ...(payload === undefined ? {} : { payload }),
    })
  return {
    app,
    post,
    send: (parts: Readonly<Record<string, Sent | object>>, headers?: object) => post('/v1/jobs', form(parts), headers),
  }
}

t.test('files that come with a job', { timeout: 300_000 }, async (t) => {
  const stateDir = await stateDirectory(t)
  const kept = () => readdirSync(join(stateDir, 'uploads'))
  const keeps = (count: number) => until(() => kept().length === count)
  const { post, send } = server(t, {
    stateDir,
    dataRoots: [stateDir],
    pool: { workers: 1 },
    maxBodyBytes: 1000,
    maxUploadBytes: 5000,
    maxKeptUploadBytes: 6000,
    insecureNoAuth: true,
  })

  t.test('are read by its sources, whichever comes first', async (t) => {
    t.match(await send({ job: ofPart, t: file }), { statusCode: 200, payload: rows })
    t.match(await send({ t: file, job: ofPart }), { statusCode: 200, payload: rows })
    const query = { sql: 'select sum(a) as s from T', tables: { t: { part: 't' } } }
    t.equal((await send({ t: file, job: query })).payload, '{"s":6}\n')
    t.match((await post('/v1/explain', form({ job: ofPart, t: file }))).json(), { plan: /^Job\n {2}csv t\n/ })
    t.equal((await send({ job: { sql: 'select 1 as one' } })).payload, '{"one":1}\n')
    t.ok(await keeps(0))
  })

  t.test('are of the format that is told: by the document, the type, the name, the first bytes', async (t) => {
    const ndjson = '{"a":2,"b":"y"}\n{"a":3,"b":"z"}\n'
    const arrow = new Uint8Array((await send({ job: ofPart, t: file }, { accept: '*/*' })).rawPayload)
    const asked = { source: { part: 't', format: 'csv', options: { delimiter: ';' } }, steps: ofPart.steps }
    const told: readonly (readonly [job: object, part: Sent])[] = [
      [asked, { content: csv.replaceAll(',', ';'), fileName: 't.parquet', type: 'application/x-ndjson' }],
      [ofPart, { content: ndjson, fileName: 't.csv', type: 'application/x-ndjson; charset=utf-8' }],
      [ofPart, { content: csv.replaceAll(',', '\t'), type: 'text/tab-separated-values' }],
      [ofPart, { content: csv.replaceAll(',', '\t'), fileName: 't.TSV', type: 'application/octet-stream' }],
      [ofPart, { content: ndjson, fileName: 't.jsonl' }],
      [ofPart, { content: arrow, fileName: 't' }],
    ]
    for (const [job, part] of told)
      t.equal((await send({ job, t: part })).payload, rows, `${part.fileName} as ${part.type}`)
  })

  t.test('are refused unless they are what the job names', async (t) => {
    const wrong: readonly (readonly [parts: object, code: string, detail: RegExp])[] = [
      [{ t: file }, 'invalid_upload', /no part "job"/],
      [{ job: ofPart }, 'invalid_job', /at "\/source\/part": there is no part "t". Send it along/],
      [{ job: ofPart, T: file }, 'invalid_job', /Did you mean "T"/],
      [{ job: ofPart, sales: file }, 'invalid_job', /Its parts are sales/],
      [{ job: ofPart, t: file, u: file }, 'invalid_upload', /no source of the job names its part "u"/],
      [{ job: ofPart, t: file, T: file }, 'invalid_upload', /part "T" is there twice/],
      [{ job: ofPart, t: { ...file, content: '' } }, 'invalid_upload', /part "t" is empty/],
      [{ job: ofPart, t: { ...file, fileName: '../t.csv' } }, 'invalid_upload', /is a path/],
      [{ job: ofPart, '../t': file }, 'invalid_upload', /is called "..\/t"/],
      [{ job: ofPart, t: { content: csv } }, 'invalid_job', /nothing tells the format of part "t"/],
      [{ job: ofPart, t: { content: csv, fileName: 't.parquet' } }, 'source_unreadable', /^Cannot read "t": /],
      [
        { job: { source: { part: 't', format: 'xml' } }, t: file },
        'invalid_job',
        /Use one of arrow, parquet, csv, json/,
      ],
      [{ job: { source: { csv: 't.csv', format: 'csv' } } }, 'invalid_job', /"\/source\/format"/],
      [{ job: { source: { part: 't' }, tables: {} }, t: file }, 'invalid_job', /"\/tables"/],
      [{ job: { content: '{', type: 'application/json' } }, 'invalid_job', /not JSON/],
      [{ job: { content: '{}', type: 'text/html' } }, 'unsupported_media_type', /"text\/html"/],
      [{ job: { content: ' '.repeat(1001) } }, 'size_limit', /part "job" has more than 1000 bytes/],
      [{ job: ofPart, t: { ...file, content: 'a'.repeat(5000) } }, 'size_limit', /of at most 5000/],
      [
        Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`p${i}`, { content: 'a' }])),
        'size_limit',
        /of at most/,
      ],
    ]
    for (const [parts, code, detail] of wrong) {
      t.match((await send(parts as Record<string, Sent>)).json(), { code, detail }, String(detail))
    }
    const body = form({ job: ofPart, t: file })
    t.match((await post('/v1/jobs', body, { 'content-type': 'multipart/form-data' })).json(), {
      code: 'invalid_upload',
    })
    t.match((await post('/v1/jobs', body.subarray(0, 150))).json(), { code: 'invalid_upload', detail: /ends before/ })
    t.match((await post('/v1/jobs/x/rerun', body)).json(), { code: 'unsupported_media_type' })
    t.ok(await keeps(0))
  })

  t.test('are kept as long as the job can be run again, and counted', async (t) => {
    const sent = await send({ job: ofPart, t: file }, { prefer: 'respond-async, wait=60' })
    const { id, status } = sent.json<JobResource>()
    t.equal(status, 'succeeded')
    t.ok(await keeps(1))
    const again = (await post(`/v1/jobs/${id}/rerun`)).json<JobResource>()
    t.equal((await post(`/v1/jobs/${again.id}/rerun`)).statusCode, 202, 'and that one as well')
    const large = { ...file, content: `a\n${'1\n'.repeat(2200)}` }
    const forOnce = { source: { part: 't' }, options: { retention: { seconds: 0 } } }
    const async = { prefer: 'respond-async, wait=60' }
    const dropped = (await send({ job: forOnce, t: large }, async)).json<JobResource>()
    t.ok(await keeps(1))
    t.match((await post(`/v1/jobs/${dropped.id}/rerun`)).json(), { code: 'upload_expired', status: 410 })
    t.match(await send({ job: ofPart, t: large }, async), { statusCode: 202 })
    t.match((await send({ job: ofPart, t: large })).json(), { code: 'storage_full', status: 507 })
    t.ok(await keeps(2))
  })

  t.test('are part of what an idempotency key stands for', async (t) => {
    const key = { 'idempotency-key': 'k', prefer: 'respond-async, wait=60' }
    const first = (await send({ job: ofPart, t: file }, key)).json<JobResource>()
    const second = await send({ t: file, job: ofPart }, key)
    t.match(second, { headers: { 'idempotency-replayed': 'true' } })
    t.equal(second.json<JobResource>().id, first.id)
    const other = { ...file, content: csv.replace('x', 'X') }
    t.match((await send({ job: ofPart, t: other }, key)).json(), { code: 'idempotency_key_reused' })
    t.ok(await keeps(3))
  })

  t.test('are reached by nobody else', async (t) => {
    for (const path of [`uploads/${kept()[0]}/t`, 'uploads/*/t', 'uploads/nothing/t', 'jobs.db', '*.db']) {
      const { code } = (await send({ job: { source: { csv: path } } })).json()
      t.equal(code, 'source_forbidden', path)
    }
  })
})

t.test('an upload that is cut off, or comes too slowly, leaves nothing', { timeout: 120_000 }, async (t) => {
  const stateDir = await stateDirectory(t)
  const session = new SessionContext({ backend: 'in-process' })
  const { app } = server(t, { session, stateDir, connections: { bodyTimeoutMs: 500 } })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const skip = spawnSync('curl', ['--version']).status === 0 ? false : 'curl is not installed'
  await t.test('while the one in the reference works as printed', { skip }, async (t) => {
    const page = await readFile(new URL('../../../docs/reference/http.md', import.meta.url), 'utf8')
    const [, command = ''] = /```sh\n(curl [^`]*@sales\.csv)\n```/.exec(page) ?? []
    await writeFile(join(stateDir, 'sales.csv'), 'region,net\nsouth,20\nnorth,1\nsouth,2\n')
    const env = { ...process.env, VOLLEY_URL: url, VOLLEY_TOKEN: token }
    const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd: stateDir, env })
    t.equal(stdout, '{"region":"north","net":1}\n{"region":"south","net":22}\n')
  })

  const port = Number(new URL(url).port)
  const begin = async () => {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    const body = form({ job: ofPart, t: { ...file, content: csv.repeat(1000) } })
    const headers = `Host: localhost\r\nAuthorization: ${auth.authorization}\r\nContent-Type: multipart/form-data; boundary=B\r\n`
    socket.write(`POST /v1/jobs HTTP/1.1\r\n${headers}Content-Length: ${body.length}\r\n\r\n`)
    socket.write(body.subarray(0, -100))
    return socket
  }
  const kept = () => readdirSync(join(stateDir, 'uploads'))
  const cut = await begin()
  t.ok(await until(() => kept().length === 1))
  cut.destroy()
  t.ok(await until(() => kept().length === 0))
  const slow = await begin()
  const [answer] = await once(slow, 'data')
  t.match(String(answer), /^HTTP\/1.1 408 [\s\S]*"code":"request_timeout"/)
  slow.destroy()
  t.ok(await until(() => kept().length === 0))
})

t.test(
  'a job that waits finds its files after a restart; what belongs to none is removed',
  { timeout: 120_000 },
  async (t) => {
    const stateDir = await stateDirectory(t)
    const begin = () => server(t, { session: new SessionContext({ backend: 'in-process' }), stateDir, drainMs: 0 })
    const first = begin()
    const large = { ...file, content: `a,b\n${'2,y\n'.repeat(50_000)}` }
    const { id } = (await first.send({ job: ofPart, t: large }, { prefer: 'respond-async' })).json<JobResource>()
    await first.app.close()
    mkdirSync(join(stateDir, 'uploads/left'))
    await writeFile(join(stateDir, 'uploads/left/t'), csv)

    const second = begin()
    const events = await second.app.inject({ url: `/v1/jobs/${id}/events`, headers: auth })
    t.match(events.payload, /"status":"succeeded"/)
    const job = (await second.app.inject({ url: `/v1/jobs/${id}`, headers: auth })).json<JobResource>()
    t.match(job, { runs: 2, result: { rows: 50_000 } })
    t.equal(readdirSync(join(stateDir, 'uploads')).length, 1)
  },
)
