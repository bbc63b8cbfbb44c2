// The service of jobs over HTTP: asynchronous jobs, their results, idempotency, lists, and what a restart finds.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tableFromIPC } from 'apache-arrow'
import t from 'tap'
import { buildServer, type JobResource } from 'volley/api'
import { spawnServer } from '../spawn-server.ts'
import { dataRoot, flights, token } from '../with-server.ts'

const auth = { authorization: `Bearer ${token}` }
const byOrigin = { source: flights, steps: [{ aggregate: { by: ['origin'], values: ['count(*) as n'] } }] }
const slow = { source: flights, steps: [{ sort: ['delay', 'distance', 'origin', 'destination', 'date'] }] }

t.test('jobs that nobody waits for', { timeout: 300_000 }, async (t) => {
  const app = buildServer({
    tokens: [
      { token, id: 'ann' },
      { token: 'the-token-of-bob', id: 'bob', scopes: ['jobs:read', 'jobs:write'] },
    ],
    dataRoots: [dataRoot],
    pool: { workers: 2 },
  })
  t.teardown(() => app.close())
  const ask = (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object, headers: object = {}) =>
    app.inject({ method, url, headers: { ...auth, ...headers }, ...(payload === undefined ? {} : { payload }) })

  const made = await ask('POST', '/v1/jobs', byOrigin, { prefer: 'respond-async, wait=60' })
  const { id, ...job } = made.json<JobResource>()
  t.match(made, { statusCode: 202, headers: { location: `/v1/jobs/${id}`, 'preference-applied': 'respond-async' } })
  t.match(job, { status: 'succeeded', owner: 'ann', runs: 1, result: { batches: 1 } })

  const result = await ask('GET', `/v1/jobs/${id}/result`)
  t.equal(result.headers['content-length'], `${result.rawPayload.length}`, 'a small result goes in one piece')
  const rows = tableFromIPC(result.rawPayload).numRows
  t.equal(rows, job.result?.rows)
  t.equal(result.rawPayload.length, job.result?.bytes)
  const csv = await ask('GET', `/v1/jobs/${id}/result`, undefined, { accept: 'text/csv' })
  t.equal(csv.payload.trim().split('\n').length, rows + 1)
  t.equal(csv.headers['content-length'], `${csv.rawPayload.length}`)
  const part = await ask('GET', `/v1/jobs/${id}/result`, undefined, { range: 'bytes=8-15' })
  t.equal(part.statusCode, 206)
  t.same(part.rawPayload, result.rawPayload.subarray(8, 16))
  t.equal((await ask('GET', `/v1/jobs/${id}/result`, undefined, { range: 'bytes=999999999-' })).statusCode, 416)
  const rest = await ask('GET', `/v1/jobs/${id}/result?fromBatch=1`)
  t.equal(tableFromIPC(rest.rawPayload).numRows, 0)

  const seen = await ask('GET', `/v1/jobs/${id}`)
  t.equal((await ask('GET', `/v1/jobs/${id}`, undefined, { 'if-none-match': seen.headers.etag })).statusCode, 304)
  const events = await ask('GET', `/v1/jobs/${id}/events`)
  t.match(events.payload, /id: 1\nevent: status\ndata: \{"status":"queued"\}/)
  t.match(events.payload, /data: \{"status":"succeeded"\}\n\n$/)
  t.notMatch((await ask('GET', `/v1/jobs/${id}/events`, undefined, { 'last-event-id': '1' })).payload, /id: 1\n/)

  t.test('belong to the token they came with', async (t) => {
    const bob = { authorization: 'Bearer the-token-of-bob' }
    for (const path of ['', '/result', '/events', '/logs']) {
      t.match(await ask('GET', `/v1/jobs/${id}${path}`, undefined, bob), { statusCode: 404 })
    }
    t.same((await ask('GET', '/v1/jobs', undefined, bob)).json(), { jobs: [], next: null })
    t.equal((await ask('DELETE', `/v1/jobs/${id}`, undefined, bob)).statusCode, 404)
  })

  t.test('are listed newest first, page by page', async (t) => {
    const again = (await ask('POST', `/v1/jobs/${id}/rerun`)).json<JobResource>()
    const first = (await ask('GET', '/v1/jobs?limit=1')).json()
    t.match(first, { jobs: [{ id: again.id }] })
    t.match((await ask('GET', `/v1/jobs?limit=1&cursor=${first.next}`)).json(), { jobs: [{ id }], next: null })
    t.equal((await ask('GET', '/v1/jobs?status=lost')).statusCode, 400)
    t.same((await ask('GET', '/v1/jobs?since=2999-01-01T00:00:00Z')).json().jobs, [])
  })

  t.test('are cancelled, and then have no result', async (t) => {
    const { id } = (await ask('POST', '/v1/jobs', slow, { prefer: 'respond-async' })).json<JobResource>()
    t.match((await ask('DELETE', `/v1/jobs/${id}`)).json(), { status: 'cancelled' })
    t.match((await ask('DELETE', `/v1/jobs/${id}`)).json(), { status: 'cancelled' })
    t.match((await ask('GET', `/v1/jobs/${id}/result`)).json(), { code: 'no_result', status: 409 })
  })

  t.test('a key makes the second request the first one', async (t) => {
    const key = { 'idempotency-key': 'k1' }
    const first = await ask('POST', '/v1/jobs', byOrigin, key)
    const second = await ask('POST', '/v1/jobs', byOrigin, key)
    t.equal(second.headers['idempotency-replayed'], 'true')
    t.equal(second.headers['x-volley-job-id'], first.headers['x-volley-job-id'])
    t.same(second.rawPayload, first.rawPayload)
    t.match((await ask('POST', '/v1/jobs', slow, key)).json(), { code: 'idempotency_key_reused', status: 422 })
  })

  t.test('a key makes the second rerun the first one', async (t) => {
    const key = { 'idempotency-key': 'k2' }
    const first = await ask('POST', `/v1/jobs/${id}/rerun`, undefined, key)
    const second = await ask('POST', `/v1/jobs/${id}/rerun`, undefined, key)
    t.match([first.statusCode, second.statusCode], [202, 202])
    t.match(second.headers, { 'idempotency-replayed': 'true', location: first.headers.location })
    const other = await ask('POST', `/v1/jobs/${first.json<JobResource>().id}/rerun`, undefined, key)
    t.match(other.json(), { code: 'idempotency_key_reused', status: 422 })
    t.not((await ask('POST', `/v1/jobs/${id}/rerun`)).headers.location, first.headers.location)
  })

  t.test('a result that was streamed is not kept', async (t) => {
    const { headers } = await ask('POST', '/v1/jobs', byOrigin)
    const path = `/v1/jobs/${headers['x-volley-job-id']}`
    t.match((await ask('GET', path)).json(), { status: 'succeeded' })
    t.match((await ask('GET', `${path}/result`)).json(), { code: 'result_expired', status: 410 })
  })
})

t.test('a server that is killed', { timeout: 300_000 }, async (t) => {
  const state = await mkdtemp(join(tmpdir(), 'volley-state-'))
  t.teardown(() => rm(state, { recursive: true, force: true }))
  const submit = async (url: string, job: object, headers: object = { prefer: 'respond-async' }) => {
    const response = await fetch(`${url}/v1/jobs`, {
      method: 'POST',
      headers: { ...auth, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(job),
    })
    return response.json() as Promise<JobResource>
  }
  const first = await spawnServer(t, ['--state-dir', state])
  const done = await submit(first.url, byOrigin, { prefer: 'respond-async, wait=60' })
  const { id } = await submit(first.url, slow)
  await first.stop('SIGKILL')

  const second = await spawnServer(t, ['--state-dir', state])
  t.match(await second.ask(`/v1/jobs/${done.id}`), { status: 'succeeded', result: done.result })
  const result = await fetch(`${second.url}/v1/jobs/${done.id}/result`, { headers: auth })
  t.equal(tableFromIPC(new Uint8Array(await result.arrayBuffer())).numRows, done.result?.rows)
  // Whoever has seen many events of the first run sees all of the second.
  const headers = { ...auth, 'last-event-id': '1000000' }
  const events = await (await fetch(`${second.url}/v1/jobs/${id}/events`, { headers })).text()
  t.match(events, /"queued".*"running".*"succeeded"/s)
  const again = await fetch(`${second.url}/v1/jobs/${id}/result`, { headers: auth })
  t.equal(again.headers.get('x-volley-job-runs'), '2')
  await again.body?.cancel()
  t.match(await second.ask(`/v1/jobs/${id}`), { runs: 2, result: { rows: 3_000_000 } })
})

t.test('two servers do not share a state directory', { timeout: 120_000 }, async (t) => {
  const stateDir = await mkdtemp(join(tmpdir(), 'volley-state-'))
  t.teardown(() => rm(stateDir, { recursive: true, force: true }))
  const first = buildServer({ tokens: [token], stateDir, pool: { workers: 1 } })
  const second = buildServer({ tokens: [token], stateDir, pool: { workers: 1 } })
  await first.ready()
  await t.rejects(async () => second.ready(), { code: 'storage_failed', message: /another server has it open/ })
  await first.close()
  await second.close()
})
