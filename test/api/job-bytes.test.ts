// DataFrames as jobs over HTTP: as bytes, in JSON, and by the client, under the server's policy for paths and functions.

import { join } from 'node:path'
import { test } from 'tap'
import { col, type DataFrame, float64, SessionContext, udf } from 'volley'
import { VolleyClient } from 'volley/client'
import { dataRoot, serve, token } from './with-server.ts'

const contentType = 'application/vnd.volley.job'
const ctx = new SessionContext()
const rows = ctx.fromColumns({ id: [1, 2, 3], net: [10, 20, 30.5] })
const rate = 2
const gross = udf((net: number) => net * rate, [float64], float64, { name: 'gross' })
const flights = join(dataRoot, 'flights-3m.parquet')

async function resultOf(client: VolleyClient, job: Parameters<VolleyClient['run']>[0]): Promise<unknown[]> {
  const found: unknown[] = []
  for await (const batch of client.run(job)) for (const row of batch) found.push(row.toJSON())
  return found
}

test('a server that takes functions', { timeout: 240_000 }, async (t) => {
  const { url, ask, post } = await serve(t, {
    allowInlineUdfs: true,
    limits: { maxSteps: 3, maxNodes: 50, maxColumns: 4 },
  })
  const client = new VolleyClient({ url, token })
  const send = (frame: DataFrame | Uint8Array, accept = 'application/x-ndjson') =>
    fetch(`${url}/v1/jobs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': contentType, accept },
      body: new Uint8Array(frame instanceof Uint8Array ? frame : frame.toBytes()),
    })

  await t.test('runs the bytes of a DataFrame', async (t) => {
    const answer = await send(rows.filter('id > 1').select('id', gross(col('net')).alias('gross')))
    t.equal(answer.status, 200)
    t.equal(await answer.text(), '{"id":2,"gross":40}\n{"id":3,"gross":61}\n')
  })
  await t.test('runs a DataFrame, and expressions in a document, from a client', async (t) => {
    t.strictSame(await resultOf(client, rows.filter(col('id').eq(2))), [{ id: 2n, net: 20 }])
    const steps = [{ select: [gross(col('a')).alias('b')] }, { filter: col('b').gt(2) }]
    t.strictSame(await resultOf(client, { source: { rows: [{ a: 1 }, { a: 2 }] }, steps }), [{ b: 4 }])
  })
  await t.test('runs the JSON of a DataFrame, with options beside it', async (t) => {
    const document = { ...rows.limit(1).toJSON(), options: { partitions: 1 } }
    t.equal((await post(document, { accept: 'text/csv' })).text, 'id,net\n1,10\n')
    const both = await post({ ...document, sql: 'select 1' })
    t.match(both.problem, { code: 'invalid_job', detail: /"source" and "steps", or "sql" and "tables", or "bytes"/ })
    t.match((await post({ bytes: '?' })).problem, { code: 'invalid_job', details: { pointer: '/bytes' } })
    t.match((await post({ bytes: 5 })).problem, { code: 'invalid_job', details: { pointer: '/bytes' } })
  })
  await t.test('reads the files that a DataFrame names only under its data roots', async (t) => {
    t.strictSame(await resultOf(client, ctx.readParquet(flights).aggregate([], ['count(*) as n'])), [{ n: 3_000_000n }])
    const outside = ctx.readCsv('/etc/passwd', { header: false })
    await t.rejects(resultOf(client, outside), { code: 'source_forbidden' })
    t.match((await post(outside.toJSON())).problem, { code: 'source_forbidden', status: 403 })
  })
  await t.test('holds them to the limits of documents', async (t) => {
    const four = rows.limit(3).limit(3).limit(3).limit(3)
    t.match((await post(four.toJSON())).problem, { code: 'size_limit' })
    const wide = rows.select('id as a', 'id as b', 'id as c', 'id as d', 'id as e')
    t.match((await post(wide.toJSON())).problem, { code: 'size_limit' })
    const deep = rows.filter(Array.from({ length: 60 }, (_, i) => `id > ${i}`).join(' and '))
    t.match((await post(deep.toJSON())).problem, { code: 'wire_too_large' })
    const long = await send(rows.filter(col('id').eq('x'.repeat(2 * 1024 * 1024))))
    t.match(await long.json(), { code: 'size_limit' })
  })
  await t.test('refuses what is no job', async (t) => {
    t.match(await (await send(col('a').toBytes())).json(), { code: 'wire_wrong_family', status: 400 })
    t.match(await (await send(rows.toBytes().subarray(0, -1))).json(), { code: 'wire_length' })
    t.match(await (await send(new Uint8Array(0))).json(), { code: /wire_truncated|invalid_job/ })
    t.match((await ask('POST', '/v1/jobs', 'x', { 'content-type': 'text/html' })).problem, {
      code: 'unsupported_media_type',
      detail: /application\/vnd\.volley\.job/,
    })
  })
})

test('a server that takes none', { timeout: 240_000 }, async (t) => {
  const { url, session } = await serve(t)
  session.registerUdf(gross)
  const client = new VolleyClient({ url, token })
  const frame = rows.select(gross(col('net')).alias('g')).limit(1)
  await t.rejects(resultOf(client, frame), { code: 'wire_inline_refused' })
  await t.rejects(resultOf(client, { ...frame.toJSON() }), { code: 'wire_inline_refused' })
  const strict = { bytes: Buffer.from(frame.toBytes(ctx.withUdfInlining({ enabled: false }))).toString('base64') }
  t.strictSame(await resultOf(client, strict), [{ g: 20 }])
})
