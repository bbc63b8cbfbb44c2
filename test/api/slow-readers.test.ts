// Clients that read slowly, or not at all, over real connections: the workers are free all the same, and nothing is left.

import type { IncomingMessage } from 'node:http'
import { test } from 'tap'
import { flights, openJob, serve, until } from './with-server.ts'

const rows = (limit: number) => ({ source: flights, steps: [{ limit }] })
const bytesOf = async (response: IncomingMessage): Promise<number> => {
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) bytes += chunk.length
  return bytes
}

test('twenty clients that do not read keep no worker from others', { timeout: 240_000 }, async (t) => {
  const { url, pool, post, ask } = await serve(t)
  const responses = await Promise.all(Array.from({ length: 20 }, (_, i) => openJob(url, rows(100_000), `unread-${i}`)))
  t.ok(await until(() => pool.stats().busy === 0 && pool.stats().queued === 0), 'all workers are free')
  for (let i = 0; i < 20; i++) t.equal((await post(rows(10))).status, 200)
  for (const [i, response] of responses.entries()) {
    t.match(JSON.parse((await ask('GET', `/v1/jobs/unread-${i}`)).text), { status: 'succeeded' })
    t.notOk(response.readableEnded)
  }
  const sizes = await Promise.all(responses.map(bytesOf))
  t.equal(new Set(sizes).size, 1, 'then they read, and get the same')
  t.ok((sizes[0] ?? 0) > 3_000_000)
  t.ok(responses.every(({ complete }) => complete))
})

test('a reply of which nothing is taken is broken off and never looks whole', { timeout: 120_000 }, async (t) => {
  const { url, pool } = await serve(t, { replyIdleMs: 300 })
  const response = await openJob(url, { source: flights }, 'idle')
  t.ok(await until(() => pool.stats().busy === 0), 'the job is over, or cancelled')
  const closed = new Promise<void>((resolve) => response.once('close', resolve))
  // Reads what the sockets hold, long after the limit.
  setTimeout(() => response.resume(), 1500)
  await closed
  t.notOk(response.complete)
})
