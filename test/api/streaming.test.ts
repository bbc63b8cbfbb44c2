// Results as they stream over real connections: how soon, how much memory, and what happens when the client leaves.

import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { residentBytes } from '../../runtime/pool/watch.ts'
import { spawnServer } from './spawn-server.ts'
import { asBytes, flights, onDelay, openJob, serve, token, until } from './with-server.ts'

const MB = 1024 * 1024

test('three million rows stream to a slow client from a server that stays small', { timeout: 240_000 }, async (t) => {
  const { url, pid, ask } = await spawnServer(t)
  const job = async () => (await ask('/v1/jobs/slow')) as { status: string; progress?: { rowsRead: number } }
  const response = await openJob(url, { source: flights }, 'slow')

  let bytes = 0
  let largest = 0
  const watch = setInterval(async () => {
    largest = Math.max(largest, (await residentBytes(pid)) ?? 0)
  }, 50)
  t.teardown(() => clearInterval(watch))

  let sinceRest = 0
  let rests = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (bytes === 0) {
      t.not((await job()).progress?.rowsRead, 3_000_000, 'the first batch is here before the last row group is read')
    }
    bytes += chunk.length
    sinceRest += chunk.length
    if (bytes > MB && rests === 0) {
      rests++
      t.ok(await until(async () => (await job()).status === 'succeeded'), 'the workers are done, 1 MB is taken')
    }
    if (sinceRest > 2 * MB) {
      sinceRest = 0
      await delay(60)
    }
  }
  t.equal(response.complete, true)
  t.equal(bytes, 114_021_480)
  t.comment(`the server had ${Math.round(largest / MB)} MB at most`)
  if (process.platform === 'linux') t.ok(largest > 0 && largest < 250 * MB, `${Math.round(largest / MB)} MB at most`)
})

test('closing the connection ends the work', { timeout: 120_000 }, async (t) => {
  const { url, pool, ask } = await serve(t, { allowInlineUdfs: true })
  const statusOf = async (id: string) => JSON.parse((await ask('GET', `/v1/jobs/${id}`)).text).status
  const isFree = () => pool.stats().busy === 0 && pool.stats().queued === 0

  await t.test('in the middle of a result', async (t) => {
    const response = await openJob(url, { source: flights }, 'left')
    await once(response, 'data')
    t.equal(await statusOf('left'), 'running')
    response.destroy()
    t.ok(await until(isFree), 'the workers are free')
    t.equal(await statusOf('left'), 'cancelled')
  })

  await t.test('before the first byte, with a function that never ends', async (t) => {
    const endless = onDelay(() => {
      for (;;);
    }, 'endless')
    const leave = new AbortController()
    const response = fetch(`${url}/v1/jobs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'x-volley-job-id': 'early' },
      body: JSON.stringify({ source: flights, steps: [{ select: [asBytes(endless)] }] }),
      signal: leave.signal,
    })
    t.ok(await until(() => pool.stats().busy > 0))
    leave.abort()
    await t.rejects(response, { name: 'AbortError' })
    t.ok(await until(isFree), 'the workers are free')
    t.equal(await statusOf('early'), 'cancelled')
  })

  await t.test('and the next job is served', async (t) => {
    const response = await openJob(url, { source: flights, steps: [{ limit: 10 }] }, 'next')
    t.equal(response.statusCode, 200)
    let bytes = 0
    for await (const chunk of response as AsyncIterable<Buffer>) bytes += chunk.length
    t.ok(bytes > 500)
  })
})

test('closing the server ends running jobs and their workers', { timeout: 120_000 }, async (t) => {
  const { url, ask, stop } = await spawnServer(t)
  const response = await openJob(url, { source: flights }, 'running')
  await once(response, 'readable')
  t.match(await ask('/v1/jobs/running'), { status: /running|succeeded/ })
  const { code, workers } = await stop('SIGTERM')
  t.equal(code, 0)
  response.resume()
  await t.rejects(once(response, 'end'), { code: 'ECONNRESET' })
  t.notOk(response.complete, 'what was cut off does not look whole')
  t.ok(workers.length > 0)
})

test('closing the server lets a reply that is nearly through go on', { timeout: 120_000 }, async (t) => {
  const { url, stop } = await spawnServer(t)
  const response = await openJob(url, { source: flights, steps: [{ limit: 50_000 }] }, 'short')
  let bytes = 0
  response.on('data', (chunk) => {
    bytes += chunk.length
  })
  t.equal((await stop('SIGTERM')).code, 0)
  t.ok(response.complete)
  t.ok(bytes > 1_250_000)
})
