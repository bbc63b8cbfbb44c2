// What is wrong with a job before it runs: each has its code and status, says where, and over HTTP as in the library.

import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import { SessionContext, type VolleyError } from 'volley'
import { asBytes, dataRoot, flights, onDelay, serve } from './with-server.ts'

const filter = (text: unknown) => ({ source: flights, steps: [{ filter: text }] })

const cases: readonly (readonly [title: string, job: unknown, status: number, problem: Record<string, unknown>])[] = [
  ['a body that is not JSON', '{"source":', 400, { code: 'invalid_job', detail: /is not JSON/ }],
  ['an empty body', '', 400, { code: 'invalid_job' }],
  ['an array', [], 400, { code: 'invalid_job', detail: /an array, an object is wanted/ }],
  ['a job without a source', { steps: [] }, 400, { code: 'invalid_job', detail: /neither "source" nor "sql"/ }],
  [
    'an unknown member',
    { source: flights, stepps: [] },
    400,
    { code: 'invalid_job', detail: /Did you mean "steps"\?/, details: { pointer: '/stepps' } },
  ],
  [
    'an unknown step',
    { source: flights, steps: [{ limit: 1 }, { fliter: 'a' }] },
    400,
    { code: 'invalid_job', detail: /Did you mean "filter"\?/, details: { pointer: '/steps/1' } },
  ],
  ['a step of two', { source: flights, steps: [{ limit: 1, filter: 'a' }] }, 400, { code: 'invalid_job' }],
  ['a limit below zero', { source: flights, steps: [{ limit: -1 }] }, 400, { details: { pointer: '/steps/0/limit' } }],
  ['a bad option', { source: flights, options: { timeoutMs: 0 } }, 400, { details: { pointer: '/options/timeoutMs' } }],
  [
    'a syntax error',
    filter('delay >'),
    400,
    { code: 'syntax_error', details: { position: 7, pointer: '/steps/0/filter' } },
  ],
  [
    'an unknown column',
    filter('dely > 60'),
    400,
    { code: 'unknown_column', detail: /Did you mean "delay"\?/, details: { column: 'dely', suggestion: 'delay' } },
  ],
  ['an unknown function', filter('uper(origin) = 1'), 400, { code: 'unknown_function', details: { function: 'uper' } }],
  ['a type that does not fit', filter("delay + origin > 'x'"), 400, { code: /type_mismatch/ }],
  ['an unknown table', { sql: 'select 1 from nowhere' }, 400, { code: 'unknown_table', details: { table: 'nowhere' } }],
  ['a join', { sql: 'select a from b join c' }, 501, { code: 'not_implemented' }],
  [
    'a part without an upload',
    { source: { part: 'x' } },
    400,
    { code: 'invalid_job', details: { pointer: '/source/part' } },
  ],
  ['a URL', { source: { csv: 'https://example.org/a.csv' } }, 501, { code: 'not_implemented' }],
  ['a missing file', { source: { parquet: 'none.parquet' } }, 422, { code: 'source_not_found' }],
  ['a file of another kind', { source: { parquet: 'airports.csv' } }, 422, { code: 'source_unreadable' }],
  ['bytes that are no expression', filter({ bytes: 'AAAA' }), 400, { code: 'wire_truncated' }],
  ['bytes that are not base64', filter({ bytes: '??' }), 400, { details: { pointer: '/steps/0/filter/bytes' } }],
  [
    'a value of the wrong type',
    { source: { rows: [{ a: 'x' }], schema: { a: 'int32' } } },
    422,
    { code: 'invalid_value' },
  ],
  [
    'rows nested without end',
    `{"source":{"rows":[{"a":${'['.repeat(2e5)}${']'.repeat(2e5)}}]}}`,
    400,
    { code: 'invalid_job' },
  ],
  [
    'too many steps',
    { source: flights, steps: Array.from({ length: 201 }, () => ({ limit: 1 })) },
    413,
    { code: 'size_limit', details: { limit: 200 } },
  ],
  ['too many nodes', filter(Array.from({ length: 6000 }, () => 'delay').join(' + ')), 400, { code: /./ }],
]

test('a job that cannot run is refused', { timeout: 240_000 }, async (t) => {
  const { post, ask } = await serve(t)
  for (const [title, job, status, problem] of cases) {
    await t.test(title, async (t) => {
      const answer = await post(job)
      t.equal(answer.status, status)
      t.match(answer.problem, problem)
      t.equal(answer.problem.type, `urn:volley:error:${answer.problem.code}`)
      t.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8')
      t.notMatch(answer.text, dataRoot, 'where the data is, is nobody elses business')
    })
  }
  await t.test('another type of body', async (t) => {
    t.match((await ask('POST', '/v1/jobs', 'a=1', { 'content-type': 'text/xml' })).problem, {
      status: 415,
      code: 'unsupported_media_type',
    })
  })
  await t.test('another format', async (t) => {
    t.match((await post(filter('true'), { accept: 'image/png' })).problem, { status: 406, code: 'not_acceptable' })
  })
  await t.test('functions by value, unless the server allows them', async (t) => {
    const job = filter(asBytes(onDelay((delay) => delay, 'shipped').gt(1)))
    t.match((await post(job)).problem, {
      status: 403,
      code: 'wire_inline_refused',
      details: { function: 'shipped', pointer: '/steps/0/filter' },
    })
  })
})

test('functions by value need a token that allows them', { timeout: 120_000 }, async (t) => {
  const tokens = [{ token: 'plain-token', scopes: ['jobs:write' as const] }]
  const { post } = await serve(t, { allowInlineUdfs: true, tokens })
  const job = { source: { rows: [{ delay: 1.5 }] }, steps: [{ select: [asBytes(onDelay((delay) => delay, 'f'))] }] }
  t.match((await post(job, { authorization: 'Bearer plain-token' })).problem, { code: 'wire_inline_refused' })
})

test('a truncated Parquet file is a coded error over HTTP and in the library', { timeout: 120_000 }, async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'volley-test-'))
  t.teardown(() => rm(directory, { recursive: true }))
  const file = join(directory, 'cut.parquet')
  await writeFile(file, await readFile(join(dataRoot, 'flights-3m.parquet')))
  await truncate(file, 5_000_000)
  const { post } = await serve(t, { dataRoots: [directory] })
  t.match((await post({ source: { parquet: 'cut.parquet' } })).problem, { status: 422, code: 'source_unreadable' })
  await using session = new SessionContext({ workers: 1 })
  const error: VolleyError = await session
    .readParquet(file)
    .collect()
    .catch((thrown) => thrown)
  t.equal(error.code, 'source_unreadable')
})
