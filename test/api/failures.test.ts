// What goes wrong while a job runs: each has its code over HTTP and in the library, soon, and the next job is served.

import { test } from 'tap'
import { SessionContext, type VolleyError } from 'volley'
import { resultFormats } from '../../api/formats/result-formats.ts'
import { type Answer, asBytes, flights, onDelay, serve, until } from './with-server.ts'

const throwing = onDelay((delay) => {
  if (delay > 1000) throw new Error(`too late: ${delay}`)
  return delay
}, 'throwing')
const endless = onDelay(() => {
  for (;;);
}, 'endless')
const dying = onDelay((delay) => {
  if (delay > 1000) process.kill(process.pid, 'SIGKILL')
  return delay
}, 'dying')
const wrong = onDelay(() => 'a text' as unknown as number, 'wrong')
const noisy = onDelay((delay) => {
  // 100 MB within the first rows.
  console.log('x'.repeat(100_000))
  return delay
}, 'noisy')

const cases = [
  {
    title: 'a function that throws',
    expr: throwing,
    options: {},
    problem: {
      status: 422,
      code: 'udf_failed',
      detail: /^Function "throwing" threw in row \d+ at .*failures\.test\.ts:9:\d+: too late: \d+$/,
      details: {
        udf: 'throwing',
        file: /failures\.test\.ts$/,
        line: 9,
        row: Number,
        workerStack: /failures\.test\.ts:9/,
      },
    },
  },
  {
    title: 'a function without an end',
    expr: endless,
    options: { timeoutMs: 700 },
    problem: { status: 504, code: 'timeout', details: { timeoutMs: 700 } },
  },
  {
    title: 'a worker that is killed',
    expr: dying,
    options: {},
    problem: { status: 502, code: 'worker_lost', details: { signal: 'SIGKILL', pid: Number } },
  },
  {
    title: 'a function that gives another type than it declares',
    expr: wrong,
    options: {},
    problem: { status: 422, code: 'udf_wrong_result' },
  },
  {
    title: 'a function that prints 100 MB',
    expr: noisy,
    options: {},
    problem: { status: 422, code: 'log_limit' },
  },
]

const next = { source: flights, steps: [{ aggregate: { values: ['count(*) as n'] } }] }

test('a job that fails while it runs', { timeout: 240_000 }, async (t) => {
  const { post, ask } = await serve(t, { allowInlineUdfs: true })
  for (const { title, expr, options, problem } of cases) {
    await t.test(title, async (t) => {
      const job = { source: flights, steps: [{ select: [asBytes(expr.alias('x'))] }], options }
      const answer: Answer = await post(job)
      t.match(answer.problem, problem)
      const { text } = await ask('GET', `/v1/jobs/${answer.problem.jobId}`)
      t.match(JSON.parse(text), { status: 'failed', error: { code: problem.code } })
      const after = await post(next, { accept: 'text/csv' })
      t.equal(after.text, 'n\n3000000\n', 'the next job is served')
    })
  }
})

test('the same in the library', { timeout: 240_000 }, async (t) => {
  await using session = new SessionContext({ workers: 2, log: 'ignore' })
  const frame = session.readParquet('node_modules/vega-datasets/data/flights-3m.parquet')
  for (const { title, expr, options, problem } of cases) {
    await t.test(title, async (t) => {
      const job = frame.select(expr.alias('x'))
      const error: VolleyError = await job.collect(options).catch((thrown) => thrown)
      const { status: _, detail = /./, ...rest } = problem
      t.match(error, { ...rest, message: detail })
      t.equal(await frame.count(), 3_000_000, 'the next job is served')
    })
  }
})

test('a failure after the first batch breaks the connection off and is kept with the job', {
  timeout: 120_000,
}, async (t) => {
  const { post, ask } = await serve(t, { allowInlineUdfs: true })
  const failingAfter = (waitMs: number) => {
    const late = onDelay((delay) => {
      if (delay <= 1000) return delay
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs)
      throw new Error('too late')
    }, 'late')
    return {
      source: flights,
      // The first partition has no such delay in its first batches.
      steps: [{ filter: "date > timestamp '2001-01-20' or delay < 200" }, { select: [asBytes(late.alias('x'))] }],
      options: { partitions: 1 },
    }
  }
  /** How the reply ended; on a slow machine the failure waits longer until the first rows are on their way. */
  const brokenOff = async (accept: string, id: string): Promise<{ readonly outcome: unknown; readonly id: string }> => {
    for (let waitMs = 500; ; waitMs *= 4) {
      const headers = { accept, 'x-volley-job-id': `${id}-${waitMs}` }
      const outcome = await post(failingAfter(waitMs), headers).catch((error) => error)
      if (outcome instanceof Error || waitMs > 5000) return { outcome, id: headers['x-volley-job-id'] }
    }
  }
  const rows = { source: flights, steps: [{ limit: 100_000 }] }
  t.equal((await post(rows, { accept: 'text/csv' })).status, 200, 'the thread that writes texts has started')
  for (const { name, contentType } of resultFormats) {
    const { outcome, id } = await brokenOff(contentType, `late-${name}`)
    t.match(outcome, { message: 'terminated' }, name)
    const resource = async () => JSON.parse((await ask('GET', `/v1/jobs/${id}`)).text)
    t.ok(await until(async () => (await resource()).status === 'failed'))
    t.match(await resource(), { error: { code: 'udf_failed', details: { udf: 'late' } } })
  }
})
