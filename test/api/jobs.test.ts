// POST /v1/jobs on real data: results, formats, SQL text, functions that travel, and the job's resource.

import { tableFromIPC } from 'apache-arrow'
import { test } from 'tap'
import { asBytes, flights, onDelay, serve, token } from './with-server.ts'

const delays = {
  source: flights,
  steps: [
    { filter: 'delay > 60' },
    { aggregate: { by: ['origin'], values: ['count(*) as n', 'avg(delay / 60.0) as hours'] } },
    { sort: ['n desc'] },
    { limit: 5 },
  ],
}
const counts = [
  { origin: 'ORD', n: 12891 },
  { origin: 'DFW', n: 8893 },
  { origin: 'ATL', n: 6498 },
  { origin: 'LAX', n: 5661 },
  { origin: 'PHX', n: 5024 },
]
const ndjson = { accept: 'application/x-ndjson' }
const linesOf = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

test('POST /v1/jobs', { timeout: 240_000 }, async (t) => {
  const { post, ask, url, session } = await serve(t, { allowInlineUdfs: true })
  session.registerTable('flights', session.readParquet('node_modules/vega-datasets/data/flights-3m.parquet'))

  await t.test('gives NDJSON', async (t) => {
    const { status, text, headers } = await post(delays, ndjson)
    t.equal(status, 200)
    t.equal(headers.get('content-type'), 'application/x-ndjson')
    const rows = linesOf(text)
    t.strictSame(
      rows.map(({ origin, n }) => ({ origin, n })),
      counts,
    )
    t.ok(Math.abs(Number(rows[0]?.hours) - 1.7935) < 0.0001)
  })

  await t.test('gives CSV', async (t) => {
    const { text } = await post(delays, { accept: 'text/csv' })
    const lines = text.split('\n')
    t.equal(lines[0], 'origin,n,hours')
    t.match(lines[1], /^ORD,12891,1\.7935\d*$/)
    t.equal(lines.length, 7)
  })

  await t.test('gives an Arrow stream unless asked for something else', async (t) => {
    const response = await fetch(`${url}/v1/jobs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(delays),
    })
    t.equal(response.headers.get('content-type'), 'application/vnd.apache.arrow.stream')
    const table = tableFromIPC(new Uint8Array(await response.arrayBuffer()))
    t.strictSame(
      table.toArray().map((row) => ({ origin: row.origin, n: Number(row.n) })),
      counts,
    )
  })

  await t.test('takes a query as SQL text', async (t) => {
    const sql = `select origin, count(*) as n, avg(delay / 60.0) as hours from flights
                 where delay > 60 group by origin order by n desc limit 5`
    t.strictSame(
      linesOf((await post({ sql }, ndjson)).text).map(({ origin, n }) => ({ origin, n })),
      counts,
    )
    const fromFile = await post({ sql: "select count(*) as n from 'flights-3m.parquet'" }, ndjson)
    t.strictSame(linesOf(fromFile.text), [{ n: 3_000_000 }])
  })

  await t.test('groups by sets of keys, asked in steps and as SQL text', async (t) => {
    const steps = [
      { filter: 'delay > 60' },
      { aggregate: { by: ['rollup(origin)'], values: ['count(*) as n', 'grouping(origin) as total'] } },
      { sort: ['n desc'] },
      { limit: 2 },
    ]
    const sql = `select origin, count(*) as n, grouping(origin) as total from flights where delay > 60
                 group by rollup (origin) order by n desc limit 2`
    const wanted = [
      { origin: null, n: 152_194, total: 1 },
      { origin: 'ORD', n: 12_891, total: 0 },
    ]
    for (const job of [{ source: flights, steps }, { sql }])
      t.strictSame(linesOf((await post(job, ndjson)).text), wanted)
    const { status, problem } = await post({ sql: 'select grouping(delay) from flights group by rollup(origin)' })
    t.equal(status, 400)
    t.match(problem, { code: 'type_mismatch', detail: /delay is not a key of the aggregation/ })
  })

  await t.test('runs functions that travel with what they captured', async (t) => {
    const threshold = 60
    const isLate = onDelay((delay) => (delay > threshold ? 1 : 0), 'is_late')
    const job = {
      source: flights,
      steps: [{ select: ['origin', asBytes(isLate.alias('late'))] }, { aggregate: { values: ['sum(late) as n'] } }],
    }
    const { text, headers } = await post(job, ndjson)
    t.strictSame(linesOf(text), [{ n: 152_194 }])
    const id = headers.get('x-volley-job-id')
    const { report } = JSON.parse((await ask('GET', `/v1/jobs/${id}`)).text)
    t.equal(new Set(report.pids).size, 3, 'each task had a worker of its own')
  })

  await t.test('takes rows in the job', async (t) => {
    const job = { source: { rows: [{ a: 1, b: 'x' }, { a: 3 }], schema: { a: 'int32' } }, steps: [{ filter: 'a > 1' }] }
    t.strictSame(linesOf((await post(job, ndjson)).text), [{ a: 3, b: null }])
  })

  await t.test('keeps the job for GET /v1/jobs/:id', async (t) => {
    t.equal((await post(delays, { ...ndjson, 'x-volley-job-id': 'mine' })).status, 200)
    const resource = JSON.parse((await ask('GET', '/v1/jobs/mine')).text)
    t.match(resource, {
      id: 'mine',
      status: 'succeeded',
      progress: { rowsRead: 3_000_000, rowsTotal: 3_000_000 },
      report: { rows: 5 },
      logs: { text: '', bytes: 0 },
    })
    t.match((await post(delays, { 'x-volley-job-id': 'mine' })).problem, { status: 409, code: 'job_id_taken' })
    t.match((await ask('GET', '/v1/jobs/nobody')).problem, { status: 404, code: 'not_found' })
  })

  await t.test('keeps what functions print', async (t) => {
    const chatty = onDelay((delay) => {
      console.log('seen', delay)
      return delay
    }, 'chatty')
    const job = { source: { rows: [{ delay: 1.5 }] }, steps: [{ select: [asBytes(chatty)] }] }
    t.equal((await post(job, { 'x-volley-job-id': 'chatty' })).status, 200)
    t.equal(JSON.parse((await ask('GET', '/v1/jobs/chatty')).text).logs.text, 'seen 1.5\n')
  })
})

test('GET /v1/functions lists the catalogue with its documentation', { timeout: 120_000 }, async (t) => {
  const { ask } = await serve(t)
  const { functions } = JSON.parse((await ask('GET', '/v1/functions')).text)
  const upper = functions.find((entry: { name: string }) => entry.name === 'upper')
  t.match(upper, { kind: 'scalar', name: 'upper', family: 'string', usage: /^upper\(/, summary: /./ })
  t.ok(functions.some((entry: { name: string; kind: string }) => entry.name === 'count' && entry.kind === 'aggregate'))
})
