// A Fastify application with the service as a plugin, asked for what it does in threads, workers and files of its own: a body
// large enough to be parsed beside, a job that the store keeps, an upload, pages, metrics, and the client.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fastify from 'fastify'
import { volleyPlugin } from 'volley/api'
import { VolleyClient } from 'volley/client'

async function main() {
  const stateDir = await mkdtemp(join(tmpdir(), 'volley-service-'))
  const app = fastify()
  app.get('/hello', () => 'hello')
  app.register(volleyPlugin, { prefix: '/volley', tokens: ['secret'], pool: { workers: 1 }, stateDir })
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/volley`

  const headers = { authorization: 'Bearer secret' }
  const ask = (path, options) => fetch(`${url}${path}`, { ...options, headers: { ...headers, ...options?.headers } })
  const json = { 'content-type': 'application/json' }

  const rows = Array.from({ length: 12_000 }, (_, a) => ({ a }))
  const body = JSON.stringify({ source: { rows }, steps: [{ filter: 'a >= 2' }] })
  const kept = await ask('/v1/jobs', { method: 'POST', headers: { ...json, prefer: 'respond-async, wait=60' }, body })
  const { id, status } = await kept.json()
  const lines = (await (await ask(`/v1/jobs/${id}/result?format=ndjson`)).text()).split('\n').length - 1

  const form = new FormData()
  form.set('job', '{ "source": { "part": "sales" }, "steps": [{ "aggregate": { "values": ["sum(net) as net"] } }] }')
  form.set('sales', new Blob(['net\n1\n5\n']), 'sales.csv')
  const uploaded = await ask('/v1/jobs?format=ndjson', { method: 'POST', body: form })

  const client = new VolleyClient(url, { token: 'secret' })
  let count = 0
  for await (const batch of client.stream({ source: { rows: rows.slice(0, 3) } })) count += batch.numRows

  const page = await (await fetch(`${url}/docs`)).text()
  const metrics = await (await ask('/metrics')).text()
  const seen = {
    hello: await (await fetch(new URL('/hello', url))).text(),
    kept: [status, lines],
    uploaded: await uploaded.json(),
    client: count,
    docs: page.includes('/volley/v1/jobs'),
    metrics: /^volley_jobs_ended_total\{.*succeeded.*\} 3$/m.test(metrics),
  }
  await app.close()
  await rm(stateDir, { recursive: true })
  console.log(JSON.stringify(seen))
}
main()
