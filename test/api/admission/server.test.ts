// Limits and fairness over HTTP, with real workers: two tokens, one of which asks for everything.

import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { buildServer } from 'volley/api'
import { serve } from '../with-server.ts'

const one = { sql: 'select 1 as n' }

test('a token that keeps both workers busy does not delay the job of another', { timeout: 120_000 }, async (t) => {
  const { ask, pool } = await serve(t, { tokens: ['greedy', 'modest'], maxRunningJobs: 4 })
  const as = (name: string) => ({ authorization: `Bearer ${name}` })
  await ask('POST', '/v1/jobs', one, as('modest'))
  const ended: string[] = []
  const submit = async (name: string, job: unknown): Promise<void> => {
    const { status } = await ask('POST', '/v1/jobs', job, as(name))
    t.equal(status, 200)
    ended.push(name)
  }
  const long = {
    source: { parquet: 'flights-3m.parquet' },
    steps: [{ aggregate: { by: ['origin', 'destination'], values: ['avg(delay) as delay'] } }],
    options: { partitions: 16 },
  }
  const greedy = Array.from({ length: 12 }, () => submit('greedy', long))
  while (pool.stats().queued === 0) await delay(5)
  await submit('modest', one)
  t.ok(ended.length < 12, `the modest job ended as number ${ended.length} of 13`)
  await Promise.all(greedy)
})

test('too many jobs and too many requests are refused with the time to come again', { timeout: 60_000 }, async (t) => {
  const { post } = await serve(t, { maxRunningJobs: 1, maxQueuedJobs: 0, rate: { requestsPerSecond: 0.01, burst: 4 } })
  const answers = await Promise.all([post(one), post(one), post(one), post(one)])
  const codes = answers.map(({ status, problem }) => (status === 200 ? 'done' : problem.code)).toSorted()
  t.ok(codes.includes('done') && codes.includes('queue_full'), codes.join(', '))
  for (const { status, headers } of answers) {
    t.match(headers.get('ratelimit'), /^"requests";r=[0-3];t=\d+$/)
    if (status !== 200) t.match([status, headers.get('retry-after')], [503, /^[1-9]\d?$/])
  }
  const limited = await post(one)
  t.match(limited, { status: 429, problem: { code: 'rate_limited' } })
  t.equal(limited.headers.get('retry-after'), '100')
})

test('a job that nobody waits for is refused at once where there is no room', { timeout: 60_000 }, async (t) => {
  const { ask, post } = await serve(t, { maxRunningJobs: 1, maxQueuedJobs: 2 })
  const submit = () => post(one, { prefer: 'respond-async' })
  const answers = await Promise.all(Array.from({ length: 40 }, submit))
  t.strictSame([...new Set(answers.map(({ status }) => status))].toSorted(), [202, 503])
  const refused = answers.filter(({ status }) => status === 503)
  for (const { problem, headers } of refused)
    t.match([problem.code, headers.get('retry-after')], ['queue_full', /^[1-9]/])
  const { jobs } = JSON.parse((await ask('GET', '/v1/jobs')).text)
  t.equal(jobs.length, answers.length - refused.length, 'what was refused is not on record')
  for (const { headers } of answers.filter(({ status }) => status === 202)) {
    await ask('GET', `${headers.get('location')}/events`)
    t.match(JSON.parse((await ask('GET', headers.get('location') ?? '')).text), { status: 'succeeded' })
  }
  t.match(await submit(), { status: 202 }, 'there is room again')
})

test('one token may have so many jobs waiting, a job so much time to start, and results so much of the disk', {
  timeout: 60_000,
}, async (t) => {
  const limits = { maxRunningJobs: 1, maxQueuedPerToken: 1, maxResultBytes: 100_000, maxSpoolBytes: 200_000 }
  const { ask, post } = await serve(t, { pool: { workers: 1 }, ...limits })
  // So many that no pace of theirs lets each find the queue empty.
  const answers = await Promise.all(Array.from({ length: 40 }, () => post(one)))
  t.strictSame([...new Set(answers.map(({ status }) => status))].toSorted(), [200, 429])
  t.ok(answers.some(({ problem }) => problem.code === 'too_many_jobs'))

  const alone = (startTimeoutMs: number) => ({ ...one, options: { isolation: 'job', startTimeoutMs } })
  t.match(await post(alone(1)), { status: 503, problem: { code: 'start_timeout', details: { timeoutMs: 1 } } })
  t.match(await post(alone(60_000)), { status: 200 })

  const large = { source: { parquet: 'flights-3m.parquet' }, steps: [{ limit: 500_000 }] }
  const { headers } = await post(large, { prefer: 'respond-async, wait=30' })
  const { text } = await ask('GET', headers.get('location') ?? '')
  t.match(JSON.parse(text), { status: 'failed', error: { code: 'storage_full', status: 507 } })
  t.throws(() => buildServer({ tokens: ['a-token'], maxResultBytes: 2, maxSpoolBytes: 1 }), {
    message: 'Cannot build a server with maxSpoolBytes = 1: it must be at least maxResultBytes, 2',
  })
})
