// The client against a server: jobs that are submitted, what belongs to them, files that travel with them, what goes wrong.

import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { test } from 'tap'
import { SessionContext } from 'volley'
import { type UploadFile, VolleyClient } from 'volley/client'
import { dataRoot, flights, serve, token } from '../with-server.ts'

const airports = join(dataRoot, 'airports.csv')

test('a client and its server', { timeout: 240_000 }, async (t) => {
  const { url } = await serve(t, { tables: { flights: join(dataRoot, 'flights-3m.parquet') } })
  const client = new VolleyClient({ url: `${url}/`, token })

  await t.test('runs and submits documents, SQL text and DataFrames', async (t) => {
    const frame = new SessionContext().fromColumns({ n: [1, 2, 3] }).filter('n > 1')
    for (const job of ['select 1 as n union all select 2', { sql: 'select 1 as n' }, frame]) {
      const ran = await Array.fromAsync(client.run(job)).then(
        (batches) => batches.flatMap((batch) => [...batch].map(String)),
        ({ code }) => code,
      )
      const submitted = await client
        .submit(job)
        .then((handle) => handle.collect())
        .then(
          (table) => [...table].map(String),
          ({ code }) => code,
        )
      t.strictSame(submitted, ran)
    }
    for (const job of [5, null, [1]]) {
      await t.rejects(client.submit(job as never), { code: 'invalid_argument', message: /a job document, a DataFrame/ })
    }
  })

  await t.test('holds a job by its id, in another process too', async (t) => {
    const job = await client.submit('select 1 as one', { jobId: 'mine' })
    t.equal(job.id, 'mine')
    const { status, owner } = await new VolleyClient({ url, token }).job('mine').wait()
    t.equal(status, 'succeeded')
    t.type(owner, 'string')
    await t.rejects(client.submit('select 2', { jobId: 'mine' }), { code: 'job_id_taken', name: 'ServerError' })
    t.equal((await job.collect()).numRows, 1)
    t.equal(await (await job.result('csv', { header: false })).text(), '1\n')
    t.equal(await job.logs(), '')
  })

  await t.test('a key of the caller makes one job of many', async (t) => {
    const idempotencyKey = 'nightly-1'
    const jobs = await Promise.all(
      Array.from({ length: 5 }, () => client.submit('select 2 as two', { idempotencyKey })),
    )
    t.equal(new Set(jobs.map(({ id }) => id)).size, 1)
    await jobs[0]?.wait()
    await t.rejects(client.submit('select 3', { idempotencyKey }), { code: 'idempotency_key_reused' })
  })

  await t.test('the error of a job is that of its result', async (t) => {
    const job = await client.submit('select 1 / 0 as n')
    t.match(await job.wait(), { status: 'failed', error: { code: 'division_by_zero' } })
    const reads: readonly (() => Promise<unknown>)[] = [
      () => job.collect(),
      () => Array.fromAsync(job.batches()),
      () => job.result('json'),
    ]
    for (const read of reads) {
      await t.rejects(read(), { code: 'division_by_zero', name: 'DataError', category: 'data' })
    }
    await t.rejects(Array.fromAsync(client.run('select 1 / 0 as n')), { code: 'division_by_zero' })
    await t.rejects(client.submit('select'), { code: 'syntax_error', name: 'PlanError' })
    await t.rejects(client.job('nobody').status(), { code: 'not_found', name: 'ServerError', details: { status: 404 } })
    await t.rejects(new VolleyClient({ url, token: 'wrong-token' }).tables(), { code: 'unauthorized' })
  })

  await t.test('cancels a job', async (t) => {
    const job = await client.submit({ source: flights, steps: [{ sort: ['delay', 'distance desc', 'origin'] }] })
    const { status } = await job.cancel()
    t.equal(status, 'cancelled')
    await t.rejects(job.collect(), { code: 'cancelled', name: 'CancelledError' })
  })

  await t.test('reads a result from a batch on', async (t) => {
    const job = await client.submit({ source: flights, steps: [{ filter: 'delay > 60' }] })
    const { result } = await job.wait()
    const rest = await Array.fromAsync(job.batches({ fromBatch: (result?.batches ?? 0) - 1 }))
    t.equal(rest.length, 1)
    const response = await job.result('ndjson', { fromBatch: (result?.batches ?? 0) - 1 })
    t.equal((await response.text()).trim().split('\n').length, rest[0]?.numRows)
    await t.rejects(Array.fromAsync(job.batches({ fromBatch: 100_000 })), { code: 'range_not_satisfiable' })
  })

  await t.test('sends files as paths, URLs, Blobs and streams', async (t) => {
    const sql = 'select count(*) as n from a'
    const files: Readonly<Record<string, () => UploadFile>> = {
      path: () => airports,
      url: () => pathToFileURL(airports),
      file: () => new File(['x,y\n1,2\n'], 'small "one".csv'),
      blob: () => new Blob(['{"x":1}\n'], { type: 'application/x-ndjson' }),
      'web stream': () => new Blob(['x,y\n1,2\n3,4\n']).stream(),
      'node stream': () => createReadStream(airports),
    }
    const counts: Record<string, unknown> = {}
    for (const [what, file] of Object.entries(files)) {
      const part = what.endsWith('stream') ? { part: 'a', format: 'csv' } : { part: 'a' }
      const job = await client.submit({ sql, tables: { a: part } }, { files: { a: file() } })
      counts[what] = (await job.collect()).get(0)?.n
    }
    const all = 3376n
    t.strictSame(counts, { path: all, url: all, file: 1n, blob: 1n, 'web stream': 2n, 'node stream': all })
    const ran = await Array.fromAsync(client.run({ source: { part: 'a' } }, { files: { a: airports } }))
    t.equal(
      ran.reduce((rows, { numRows }) => rows + numRows, 0),
      3376,
    )
    const { columns } = await client.explain({ source: { part: 'a' } }, { files: { a: new File(['x\n1\n'], 'a.csv') } })
    t.match(columns, [{ name: 'x', type: 'int64' }])
  })

  await t.test('says which file cannot be sent', async (t) => {
    const job = { source: { part: 'a' } }
    const submit = (files: object) => client.submit(job, { files: files as never })
    await t.rejects(submit({ a: '/no/such.csv' }), { code: 'source_not_found', message: /"a": there is no such file/ })
    await t.rejects(submit({ job: airports }), { code: 'invalid_argument' })
    await t.rejects(submit({ a: 5 }), { code: 'invalid_argument', message: /a path, a Blob or a stream/ })
    const broken = async function* () {
      yield new Uint8Array(10)
      throw new Error('the disk is gone')
    }
    await t.rejects(submit({ a: broken() }), { code: 'source_unreadable', message: /the disk is gone/ })
  })

  await t.test('tells plans, tables, functions and jobs', async (t) => {
    t.match(await client.explain('select count(*) as n from flights'), {
      columns: [{ name: 'n', type: 'int64' }],
      tasks: Number,
    })
    t.match(await client.tables(), [{ name: 'flights', rows: 3_000_000 }])
    t.ok((await client.functions()).some(({ name }) => name === 'upper'))
    const listed = await Array.fromAsync(client.jobs({ limit: 3 }), ({ id }) => id)
    t.equal(listed.length, 3)
    const failed = await Array.fromAsync(client.jobs({ status: 'failed', since: new Date(Date.now() - 3_600_000) }))
    t.ok(failed.length > 0 && failed.every(({ status }) => status === 'failed'))
  })

  await t.test('refuses options that there are not', async (t) => {
    await t.rejects(client.tables({ limit: 1 } as never), { code: 'invalid_argument' })
    await t.rejects(client.job('mine').result('excel' as never), { code: 'invalid_argument', message: /one of arrow/ })
    await t.rejects(Array.fromAsync(client.jobs({ since: 'yesterday' as never })), { code: 'invalid_argument' })
    t.throws(() => new VolleyClient({ url, token: 'two words' }), {
      message: 'Cannot take the token: it is a text without spaces',
    })
    t.throws(() => new VolleyClient({ url, retries: -1 }), { code: 'invalid_argument' })
  })
})
