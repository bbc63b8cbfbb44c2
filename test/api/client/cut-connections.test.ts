// A client behind a network that breaks off, and before servers that refuse: each row, each event and each job comes once.

import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Test, test } from 'tap'
import { SessionContext } from 'volley'
import { RemoteJob, VolleyClient } from 'volley/client'
import { flights, serve, token } from '../with-server.ts'
import { cuttingProxy } from './cutting-proxy.ts'

const late = { source: flights, steps: [{ filter: 'delay > 60' }, { select: ['delay', 'distance', 'origin'] }] }
const wholeStream = await new SessionContext().fromColumns({ n: [1, 2, 3] }).toIPC()

/** A server that answers each request as it is told, and counts them. */
async function stub(t: Test, answer: RequestListener) {
  let requests = 0
  const server = createServer((request, response) => {
    requests += 1
    request.resume()
    answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: () => requests }
}

const problem = (code: string, status: number) =>
  JSON.stringify({ code, status, detail: `Cannot: ${code}`, details: {} })
const problemType = { 'content-type': 'application/problem+json; charset=utf-8' }

test('a server behind a network that breaks off', { timeout: 120_000 }, async (t) => {
  const { url } = await serve(t)
  const direct = new VolleyClient({ url, token })

  await t.test('batches() gives each row once over 12 cuts at random places', async (t) => {
    const job = await direct.submit(late)
    const expected = await job.collect()
    // Twelve times 400 kB at most are less than the result has.
    const proxy = await cuttingProxy(t, url, () =>
      proxy.cuts() < 12 ? Math.floor(Math.random() * 400_000) : undefined,
    )
    const behind = new VolleyClient({ url: proxy.url, token, retries: 12 }).job(job.id)
    let rows = 0
    for await (const batch of behind.batches()) {
      const same = expected.slice(rows, rows + batch.numRows)
      for (const [i, { name }] of expected.schema.fields.entries()) {
        if (!isSame(batch.getChildAt(i)?.toArray(), same.getChildAt(i)?.toArray())) t.fail(`${name} from row ${rows}`)
      }
      rows += batch.numRows
    }
    t.equal(rows, expected.numRows)
    t.equal(proxy.cuts(), 12)
  })

  await t.test('batches() of a job that still runs go on as well', async (t) => {
    const proxy = await cuttingProxy(t, url, () =>
      proxy.cuts() < 6 ? 50_000 + Math.floor(Math.random() * 200_000) : undefined,
    )
    const job = await direct.submit(late)
    let rows = 0
    const behind = new VolleyClient({ url: proxy.url, token, retries: 12 }).job(job.id)
    for await (const batch of behind.batches()) rows += batch.numRows
    const { result } = await job.wait()
    t.equal(rows, result?.rows)
    t.equal(proxy.cuts(), 6)
  })

  await t.test('events() gives each event once, and wait() the end', async (t) => {
    const proxy = await cuttingProxy(t, url, () =>
      proxy.cuts() < 5 ? 300 + Math.floor(Math.random() * 500) : undefined,
    )
    const job = await direct.submit({
      source: flights,
      steps: [{ aggregate: { by: ['origin'], values: ['count(*) as n'] } }],
    })
    const behind = new VolleyClient({ url: proxy.url, token, retries: 12 }).job(job.id)
    const events = await Array.fromAsync(behind.events())
    const ids = events.map(({ id }) => id)
    t.strictSame(
      ids,
      [...new Set(ids)].toSorted((a, b) => a - b),
    )
    t.strictSame(
      events.flatMap(({ event, data }) => (event === 'status' ? [data.status] : [])),
      ['queued', 'running', 'succeeded'],
    )
    const last = events.at(-1)?.id ?? 0
    t.strictSame(await Array.fromAsync(behind.events({ after: last })), [], 'all of them are known')
    t.equal((await behind.wait()).status, 'succeeded')
  })

  await t.test('submit() makes one job, though the answer to it was lost', async (t) => {
    const proxy = await cuttingProxy(t, url, () => (proxy.cuts() < 2 ? 0 : undefined))
    const since = new Date()
    const job = await new VolleyClient({ url: proxy.url, token }).submit({ sql: 'select 1 as once' })
    t.equal(proxy.cuts(), 2)
    await job.wait()
    const ids = await Array.fromAsync(direct.jobs({ since }), ({ id }) => id)
    t.strictSame(ids, [job.id])
    const again = await job.rerun()
    t.not(again.id, job.id)
  })

  await t.test('run() does not go on, and says so', async (t) => {
    const proxy = await cuttingProxy(t, url, () => (proxy.cuts() < 1 ? 200_000 : undefined))
    const run = Array.fromAsync(new VolleyClient({ url: proxy.url, token }).run(late))
    await t.rejects(run, { code: /connection_lost|cancelled/ })
  })

  await t.test('result() that breaks off fails', async (t) => {
    const job = await direct.submit(late)
    await job.wait()
    const proxy = await cuttingProxy(t, url, () => (proxy.cuts() < 1 ? 200_000 : undefined))
    const response = await new VolleyClient({ url: proxy.url, token }).job(job.id).result('csv')
    t.equal(response.headers.get('content-type'), 'text/csv; charset=utf-8')
    await t.rejects(response.text(), { code: 'connection_lost' })
  })
})

function isSame(a: ArrayLike<unknown> | undefined, b: ArrayLike<unknown> | undefined): boolean {
  return a !== undefined && a.length === b?.length && Array.from(a).every((value, i) => value === b[i])
}

test('a client comes again when a busy server says so', { timeout: 30_000 }, async (t) => {
  const { url, requests } = await stub(t, (_, response) => {
    if (requests() === 1)
      response.writeHead(429, { ...problemType, 'retry-after': '0' }).end(problem('rate_limited', 429))
    else if (requests() === 2)
      response.writeHead(503, { ...problemType, 'retry-after': '0' }).end(problem('closed', 503))
    else if (requests() === 3) response.writeHead(502).end('bad gateway')
    else response.end(JSON.stringify({ tables: [{ name: 'sales' }] }))
  })
  t.strictSame(await new VolleyClient({ url }).tables(), [{ name: 'sales' }])
  t.equal(requests(), 4)
})

test('a client does not come again when that would not help', { timeout: 30_000 }, async (t) => {
  for (const [code, status, wait] of [
    ['queue_timeout', 503, '0'],
    ['too_many_attempts', 429, '0'],
    ['rate_limited', 429, '3600'],
    ['unauthorized', 401, '0'],
  ] as const) {
    const { url, requests } = await stub(t, (_, response) =>
      response.writeHead(status, { ...problemType, 'retry-after': wait }).end(problem(code, status)),
    )
    await t.rejects(new VolleyClient({ url }).tables(), {
      code,
      name: 'ServerError',
      category: 'server',
      details: { status },
    })
    t.equal(requests(), 1, code)
  }
  const { url, requests } = await stub(t, (_, response) => response.destroy())
  await t.rejects(Array.fromAsync(new VolleyClient({ url }).run('select 1')), { code: 'connection_lost' })
  t.equal(requests(), 1, 'run() may have been begun')
  await t.rejects(new VolleyClient({ url, retries: 2 }).submit('select 1'), { code: 'connection_lost' })
  t.equal(requests(), 4, 'submit() is tried again as often as it is told')
})

test('a stream that is sent is sent once', { timeout: 30_000 }, async (t) => {
  const { url, requests } = await stub(t, (_, response) => response.destroy())
  const stream = new Blob(['a\n1\n']).stream()
  const submitted = new VolleyClient({ url }).submit({ source: { part: 'a' } }, { files: { a: stream } })
  await t.rejects(submitted, { code: 'connection_lost' })
  t.equal(requests(), 1)
})

test('a stream without its end is never a whole result, even where the connection closes in order', {
  timeout: 30_000,
}, async (t) => {
  const { url } = await stub(t, (_, response) => {
    response.shouldKeepAlive = false
    response.writeHead(200, { 'content-length': wholeStream.length - 8 }).end(wholeStream.subarray(0, -8))
  })
  await t.rejects(Array.fromAsync(new VolleyClient({ url }).run('select 1')), { code: 'connection_lost' })
})

test('batches() does not mix the batches of two runs of a job', { timeout: 30_000 }, async (t) => {
  const { url, requests } = await stub(t, (request, response) => {
    if (requests() === 1) {
      response.writeHead(200, { 'x-volley-job-runs': '1' })
      response.write(wholeStream.subarray(0, -8))
      setTimeout(() => response.destroy(), 50)
    } else {
      t.match(request.url, /fromBatch=1$/)
      response.writeHead(200, { 'x-volley-job-runs': '2' }).end(wholeStream)
    }
  })
  const seen: number[] = []
  await t.rejects(
    (async () => {
      for await (const batch of new VolleyClient({ url }).job('a').batches()) seen.push(batch.numRows)
    })(),
    { code: 'result_restarted', category: 'connection' },
  )
  t.strictSame(seen, [3])
})

test('jobs() goes from page to page', { timeout: 30_000 }, async (t) => {
  const { url } = await stub(t, (request, response) => {
    const query = new URL(request.url ?? '', 'http://x').searchParams
    const [id, next] = query.get('cursor') === '7' ? ['b', null] : ['a', '7']
    response.end(JSON.stringify({ jobs: [{ id, limit: query.get('limit'), status: query.get('status') }], next }))
  })
  const client = new VolleyClient({ url })
  t.match(await Array.fromAsync(client.jobs({ status: 'failed' })), [{ id: 'a', status: 'failed' }, { id: 'b' }])
  t.match(await Array.fromAsync(client.jobs({ limit: 1 })), [{ id: 'a', limit: '1' }])
})

test('a signal ends whatever is waited for', { timeout: 30_000 }, async (t) => {
  const nobody = new VolleyClient({ url: 'http://127.0.0.1:2', retries: 1000 })
  const { url } = await stub(t, () => {})
  const silent = new VolleyClient({ url })
  const calls: Readonly<Record<string, (signal: AbortSignal) => Promise<unknown>>> = {
    'the time until the next try': (signal) => nobody.tables({ signal }),
    'an answer': (signal) => silent.job('a').status({ signal }),
    'a result': (signal) => silent.job('a').collect({ signal }),
    events: (signal) => silent.job('a').wait({ signal }),
    'a run': (signal) => Array.fromAsync(silent.run('select 1', { signal })),
    'a submission': (signal) => silent.submit('select 1', { signal }),
  }
  for (const [what, call] of Object.entries(calls)) {
    await t.rejects(call(AbortSignal.timeout(50)), { name: 'TimeoutError' }, what)
  }
})

test('a handle of a job is of one process', { timeout: 30_000 }, async (t) => {
  const job = new VolleyClient({ url: 'http://127.0.0.1:2', token: 'secret' }).job('a')
  t.ok(job instanceof RemoteJob)
  t.throws(() => JSON.stringify({ job }), { code: 'closure_unserializable', message: /client\.job\(id\)/ })
  t.throws(() => structuredClone(job), { name: 'DataCloneError' })
})
