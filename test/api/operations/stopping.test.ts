// A server that is told to stop, with a job that runs and a trace that is wanted: what it still answers, what it refuses,
// what it leaves behind.

import { test } from 'tap'
import { spawnServer } from '../spawn-server.ts'
import { token, until } from '../with-server.ts'
import { collector, type ExportedSpan } from './collector.ts'

const authorization = `Bearer ${token}`
const traceId = '0af7651916cd43dd8448eb211c80319c'
const traceparent = `00-${traceId}-b7ad6b7169203331-01`

const attributesOf = (span: ExportedSpan | undefined): object =>
  Object.fromEntries((span?.attributes ?? []).map(({ key, value }) => [key, Object.values(value)[0]]))

test('SIGTERM lets jobs and replies end, and traces go out', { timeout: 120_000 }, async (t) => {
  const { url: endpoint, spans } = await collector(t)
  const server = await spawnServer(t, ['--drain', '30', '--otlp-endpoint', endpoint, '--log-level', 'info'])
  t.ok(await until(async () => ((await server.ask('/readyz')) as { status: string }).status === 'ok'))
  const post = (id: string, sql: string) =>
    fetch(`${server.url}/v1/jobs`, {
      method: 'POST',
      headers: { authorization, traceparent, 'content-type': 'application/sql', 'x-volley-job-id': id },
      body: sql,
    })
  t.equal((await post('first', "select count(*) as n from 'flights-3m.parquet' where delay > 60")).status, 200)

  // A reply that is not read holds the server, as one that is read slowly does.
  const reply = await post('second', "select * from 'flights-3m.parquet'")
  const stopped = server.stop('SIGTERM')
  t.ok(await until(async () => ((await server.ask('/readyz')) as { status: string }).status === 'not ready'))
  t.match(await server.ask('/readyz'), {
    checks: [
      { name: 'accepting', status: 'failing', reason: 'the server is shutting down' },
      { name: 'workers' },
      { name: 'store' },
    ],
  })
  t.match(await server.ask('/v1/jobs/first'), { status: 'succeeded' })
  const refused = await post('third', 'select 1 as one')
  t.equal(refused.status, 503)
  t.match(await refused.json(), { code: 'closed' })
  t.ok((await reply.arrayBuffer()).byteLength > 1_000_000)
  t.equal((await stopped).code, 0)

  const request = spans.find(({ name, attributes }) => name === 'POST /v1/jobs' && attributes.length > 0)
  t.match(request, { traceId, parentSpanId: 'b7ad6b7169203331', kind: 2 })
  t.match(attributesOf(request), { 'http.route': '/v1/jobs', 'http.response.status_code': 200 })
  const job = spans.find(({ name, parentSpanId }) => name === 'job' && parentSpanId === request?.spanId)
  t.strictSame(attributesOf(job), { 'volley.job.id': 'first', 'volley.job.status': 'succeeded' })
  const below = (parent: ExportedSpan | undefined) =>
    spans.filter(({ parentSpanId }) => parentSpanId === parent?.spanId)
  const names = new Set(below(job).map(({ name }) => name))
  for (const name of ['admission', 'plan', 'encode', 'queue', 'send', 'task']) t.ok(names.has(name), name)
  const task = below(job).find(({ name }) => name === 'task')
  t.match(attributesOf(task), { 'volley.task': Number, 'process.pid': Number })
  const run = below(task).find(({ name }) => name === 'run')
  t.equal(run?.traceId, traceId)
  t.ok(BigInt(run?.startTimeUnixNano ?? 0) >= BigInt(job?.startTimeUnixNano ?? 0))
  t.ok(BigInt(run?.endTimeUnixNano ?? 0) <= BigInt(job?.endTimeUnixNano ?? 0))

  const lines = server
    .stderr()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
  t.match(
    lines.find(({ msg, jobId }) => msg === 'request completed' && jobId === 'first'),
    { traceId, requestId: String },
  )
})

test('a second signal ends a server that drains at once', { timeout: 120_000 }, async (t) => {
  const server = await spawnServer(t, ['--drain', '60'])
  const reply = await fetch(`${server.url}/v1/jobs`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/sql' },
    body: "select * from 'flights-3m.parquet'",
  })
  const stopped = server.stop('SIGHUP')
  t.ok(await until(async () => ((await server.ask('/readyz')) as { status: string }).status === 'not ready'))
  process.kill(server.pid, 'SIGTERM')
  t.equal((await stopped).code, 130)
  await t.rejects(reply.arrayBuffer())
})

test('SIGHUP ends a server that has nothing to do', { timeout: 120_000 }, async (t) => {
  const server = await spawnServer(t, ['--drain', '60'])
  t.equal((await server.stop('SIGHUP')).code, 0)
})
