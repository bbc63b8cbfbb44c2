// GET /metrics: what Prometheus reads of a server, with and without anything having happened.

import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { Writable } from 'node:stream'
import { test } from 'tap'
import { definitions } from '../../../api/metrics/definitions.ts'
import { metricsPage } from '../../../api/metrics/reference.ts'
import { Registry } from '../../../api/metrics/registry.ts'
import { asBytes, flights, onDelay, serve, token, until } from '../with-server.ts'
import { parseExposition } from './exposition.ts'

test('GET /metrics tells what a server has done', { timeout: 120_000 }, async (t) => {
  const { url, ask, post } = await serve(t, {
    tokens: [token, { token: 'of-prometheus', id: 'prometheus', scopes: ['metrics:read'] }],
  })
  const scrape = async () =>
    parseExposition((await ask('GET', '/metrics', undefined, { authorization: 'Bearer of-prometheus' })).text)

  t.strictSame(
    [...(await scrape()).keys()],
    Object.values(definitions).map(({ name }) => name),
  )
  t.ok(await until(async () => (await ask('GET', '/readyz')).status === 200))

  const id = 'a-job-with-an-id'
  const job = { source: flights, steps: [{ filter: "origin = 'ORD'" }, { limit: 7 }], options: { partitions: 1 } }
  t.equal((await post(job, { 'x-volley-job-id': id })).status, 200)
  t.equal((await post({ sql: 'select 1 / 0 as x' })).status, 422)
  t.equal((await post({ sql: 'select from' })).status, 400)
  t.equal((await ask('GET', `/v1/jobs/${id}`)).status, 200)
  t.equal((await ask('GET', '/nowhere')).status, 404)
  t.equal((await ask('GET', '/v1/jobs', undefined, { authorization: 'Bearer wrong' })).status, 401)
  t.equal((await ask('GET', '/metrics', undefined, { authorization: `Bearer ${token}` })).status, 200)
  t.equal((await ask('GET', '/v1/jobs', undefined, { authorization: 'Bearer of-prometheus' })).status, 403)

  const malformed = connect({ host: '127.0.0.1', port: Number(new URL(url).port) })
  malformed.end('hello\r\n\r\n')
  await once(malformed.resume(), 'close')

  const metrics = await scrape()
  const sampled = (family: string, sample = `${family}{}`) => metrics.get(family)?.samples.get(sample)
  t.match(
    metrics.get('volley_build_info')?.samples,
    new Map([[`volley_build_info{version="0.1.0",node="${process.version}"}`, 1]]),
  )
  t.equal(sampled('volley_ready'), 1)
  t.equal(sampled('volley_jobs_accepted_total'), 2)
  t.strictSame(
    metrics.get('volley_jobs_ended_total')?.samples,
    new Map([
      ['volley_jobs_ended_total{status="succeeded",code=""}', 1],
      ['volley_jobs_ended_total{status="failed",code="division_by_zero"}', 1],
    ]),
  )
  t.equal(sampled('volley_job_queue_seconds', 'volley_job_queue_seconds_count{}'), 2)
  t.equal(sampled('volley_job_run_seconds', 'volley_job_run_seconds_count{status="succeeded"}'), 1)
  t.equal(sampled('volley_result_rows_total'), 7)
  t.ok((sampled('volley_result_bytes_total') ?? 0) > 100)
  t.equal(sampled('volley_tasks_total'), 1)
  t.equal(sampled('volley_workers', 'volley_workers{state="idle"}'), 2)
  t.equal(sampled('volley_workers_lost_total', 'volley_workers_lost_total{kind="killed"}'), 0)
  t.equal(sampled('volley_jobs', 'volley_jobs{status="running"}'), 0)
  t.equal(
    sampled('volley_http_requests_total', 'volley_http_requests_total{method="POST",route="/v1/jobs",status="200"}'),
    1,
  )
  t.equal(
    sampled('volley_http_requests_total', 'volley_http_requests_total{method="GET",route="/v1/jobs/:id",status="200"}'),
    1,
  )
  t.equal(sampled('volley_http_requests_total', 'volley_http_requests_total{method="GET",route="",status="404"}'), 1)
  for (const code of ['syntax_error', 'division_by_zero', 'not_found', 'unauthorized', 'scope_missing', 'bad_request'])
    t.equal(sampled('volley_http_problems_total', `volley_http_problems_total{code="${code}"}`), 1, code)
  t.ok((sampled('volley_store_call_seconds', 'volley_store_call_seconds_count{}') ?? 0) >= 4)
  t.equal(sampled('volley_http_requests_open'), 1)
  t.equal(sampled('volley_request_bytes_in_flight'), 0)
  t.equal(sampled('volley_upload_bytes'), 0)
  t.ok((sampled('volley_http_connections') ?? 0) >= 1)
  t.ok((sampled('process_resident_memory_bytes') ?? 0) > 10_000_000)
  const labels = [...metrics.values()].flatMap(({ samples }) => [...samples.keys()]).join('\n')
  t.notMatch(labels, id)
  t.notMatch(labels, 'prometheus')
})

test('Registry writes labels, histograms and counters that nothing was counted of', async (t) => {
  const registry = new Registry({
    asked: { name: 'asked_total', type: 'counter', help: 'Asked.\nTwice.' },
    labelled: { name: 'labelled', type: 'gauge', help: 'A \\.', labels: ['what'] },
    took: { name: 'took_seconds', type: 'histogram', help: 'Took.', labels: ['by'], buckets: [0.1, 1] },
  })
  registry.onRead('labelled', () => [[3, 'a "b"\\\n']])
  for (const seconds of [0.1, 0.5, 2]) registry.observe('took', seconds, ['me'])
  t.equal(
    registry.text(),
    [
      '# HELP asked_total Asked.\\nTwice.',
      '# TYPE asked_total counter',
      'asked_total 0',
      '# HELP labelled A \\\\.',
      '# TYPE labelled gauge',
      'labelled{what="a \\"b\\"\\\\\\n"} 3',
      '# HELP took_seconds Took.',
      '# TYPE took_seconds histogram',
      'took_seconds_bucket{by="me",le="0.1"} 1',
      'took_seconds_bucket{by="me",le="1"} 2',
      'took_seconds_bucket{by="me",le="+Inf"} 3',
      'took_seconds_sum{by="me"} 2.6',
      'took_seconds_count{by="me"} 3',
      '',
    ].join('\n'),
  )
  parseExposition(registry.text())
})

test('docs/reference/metrics.md is what `npm run generate` writes', async (t) => {
  t.equal(await readFile(new URL('../../../docs/reference/metrics.md', import.meta.url), 'utf8'), metricsPage())
})

test('the log has a line for each job that ended, with hashes and names only', { timeout: 120_000 }, async (t) => {
  let log = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      log += chunk
      done()
    },
  })
  const { url, post } = await serve(t, {
    pool: { workers: 1 },
    allowInlineUdfs: true,
    logger: { level: 'info', stream },
  })
  const twice = onDelay((delay) => delay * 2, 'twice')
  const byValue = { source: flights, steps: [{ withColumns: { twice: asBytes(twice) } }, { filter: 'delay > 424242' }] }
  t.equal((await post(byValue, { 'x-request-id': 'asked-1', 'x-volley-job-id': 'job-1' })).status, 200)
  t.equal((await post({ sql: "select 1 / (length('a secret') - 8) as x" }, { 'x-request-id': 'asked-2' })).status, 422)

  const uploaded = new FormData()
  uploaded.set('job', '{ "source": { "part": "sales" } }')
  uploaded.set('sales', new File(['a\n1\n'], 'secret-name.csv'))
  const headers = { authorization: `Bearer ${token}` }
  t.equal((await fetch(`${url}/v1/jobs`, { method: 'POST', headers, body: uploaded })).status, 200)
  const ends = () => log.match(/"audit":"job"/g)?.length
  t.ok(await until(() => ends() === 3), 'a job may be on record after its reply')

  const lines = log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
  const [first, second, third] = lines.filter(({ audit }) => audit === 'job')
  t.match(first, {
    msg: 'job ended',
    jobId: 'job-1',
    requestId: 'asked-1',
    owner: /^token-[0-9a-f]{8}$/,
    document: /^[0-9a-f]{64}$/,
    functions: [{ name: 'twice', by: 'value', sha256: /^[0-9a-f]{64}$/ }],
    sources: ['parquet flights-3m.parquet'],
    status: 'succeeded',
    rowsRead: 3_000_000,
    rows: 0,
    retries: 0,
    queuedMs: Number,
    ranMs: Number,
  })
  t.match(second, { requestId: 'asked-2', functions: [], status: 'failed', code: 'division_by_zero' })
  const sha256 = '309b0e45a73d3fc5325e2b6ed0a01ef8b9cde6b05a5633c1f893f970d52bfddc'
  t.match(third, { sources: ['csv sales'], uploads: [{ part: 'sales', bytes: 4, sha256 }] })
  t.equal(lines.find(({ msg, requestId }) => msg === 'request completed' && requestId === 'asked-1').jobId, 'job-1')
  for (const written of ['a secret', '424242', 'delay * 2', 'secret-name']) t.notMatch(log, written)
})
