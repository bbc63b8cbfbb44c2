// No request may keep the API's thread busy for long, whatever is in it or in the files it names: large bodies, wide tables,
// long texts, patterns, expressions, footers; whatever its result holds.
// The server runs in a process of its own, and measures itself how long its turns are.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { dirname, extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as arrow from 'apache-arrow'
import { type Test, test } from 'tap'
import { parquetFile, physical, thriftStruct } from '../runtime/source/make-parquet.ts'
import { temporaryFiles } from '../runtime/source/temporary-files.ts'
import { fewVariables } from './server-process.ts'
import { dataRoot, token, until } from './with-server.ts'

const LONGEST_MS = 50
/** A turn may be long for reasons of its own: code that runs for the first time, garbage to collect. */
const TRIES = 4

const command = fileURLToPath(new URL('../../api/cli/volley.js', import.meta.url))
const watcher = new URL('../fixtures/watch-event-loop.ts', import.meta.url).href

async function startServer(t: Test, files: string): Promise<{ readonly url: string; longestTurn(): Promise<number> }> {
  const args = [
    'serve',
    '--port',
    '0',
    '--workers',
    '1',
    '--data-root',
    dataRoot,
    '--data-root',
    files,
    '--log-level',
    'silent',
  ]
  const child: ChildProcess = spawn(process.execPath, ['--import', watcher, command, ...args], {
    env: fewVariables({ VOLLEY_TOKEN: token, VOLLEY_STATE_DIR: t.testdir() }),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  t.teardown(async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  })
  let stderr = ''
  child.stderr?.on('data', (text) => {
    stderr += text
  })
  if (!(await until(() => stderr.includes('listening on '), 30_000))) throw new Error(stderr)
  const longestTurn = async (): Promise<number> => {
    child.send('longest turn')
    const [milliseconds] = await once(child, 'message')
    return milliseconds
  }
  return { url: /listening on (http:\S+)/.exec(stderr)?.[1] ?? '', longestTurn }
}

/** The status of a request, and the code of its problem. */
function ask(url: string, body: string, path = '/v1/jobs'): Promise<string> {
  const method = body === '' ? 'GET' : 'POST'
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    accept: 'application/x-ndjson',
  }
  return new Promise((resolve, reject) => {
    const sent = request(url + path, { method, headers }, (response) => {
      let text = ''
      response.on('data', (bytes) => {
        if (text.length < 1_000_000) text += bytes
      })
      response.on('end', () => resolve(`${response.statusCode} ${/"code":"(\w+)"/.exec(text)?.[1] ?? ''}`.trim()))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const times = <Item>(count: number, make: (i: number) => Item): Item[] =>
  Array.from({ length: count }, (_, i) => make(i))
const columns = (count: number, value: (i: number) => unknown) =>
  Object.fromEntries(times(count, (i) => [`c${i}`, value(i)]))
const oneRow = { rows: [{ a: 1 }] }
const step = (step: unknown) => ({ source: oneRow, steps: [step] })

const jobs: readonly (readonly [title: string, job: () => unknown, answer: string])[] = [
  ['150,000 inline rows', () => ({ source: { rows: times(150_000, (a) => ({ a })) }, steps: [{ limit: 1 }] }), '200'],
  [
    'an inline row of 5,000 columns',
    () => ({ source: { rows: [columns(5000, (i) => i)] }, steps: [{ select: ['c0'] }] }),
    '200',
  ],
  ['an inline row of 100,000 columns', () => ({ source: { rows: [columns(100_000, (i) => i)] } }), '413 size_limit'],
  [
    'rows that share no columns',
    () => ({ source: { rows: times(4000, (i) => ({ [`c${i}`]: i })) } }),
    '413 size_limit',
  ],
  [
    'a text of 10 MB',
    () => ({ source: { rows: [{ a: 'x'.repeat(10_000_000) }] }, steps: [{ select: ['length(a) as n'] }] }),
    '200',
  ],
  [
    'values nested without end',
    () => `{"source":{"rows":[{"a":${'['.repeat(2e6)}${']'.repeat(2e6)}}]}}`,
    '400 invalid_job',
  ],
  ['a document nested without end', () => `${'{"a":'.repeat(1e6)}1${'}'.repeat(1e6)}`, '400 invalid_job'],
  [
    'a schema of 100,000 columns',
    () => ({ source: { csv: 'airports.csv', options: { schema: columns(100_000, () => 'int8') } } }),
    '413 size_limit',
  ],
  [
    'a type of 100,000 fields',
    () => ({ source: { rows: [], schema: { a: `struct<${times(1e5, (i) => `f${i}:int8`)}>` } } }),
    '400 unknown_type',
  ],
  ['100,000 steps', () => ({ source: oneRow, steps: times(100_000, () => ({ limit: 1 })) }), '413 size_limit'],
  [
    '200 steps over 1,000 columns',
    () => ({ source: { rows: [columns(1000, (i) => i)] }, steps: times(200, () => ({ distinct: true })) }),
    '413 size_limit',
  ],
  ['10 MB of SQL', () => ({ sql: `select ${'a'.repeat(10_000_000)} from t` }), '400 syntax_error'],
  ['100,000 items of a query', () => ({ sql: `select ${times(100_000, (i) => `a${i}`)} from t` }), '400 syntax_error'],
  [
    'many long texts',
    () => ({ source: oneRow, steps: times(100, () => ({ filter: `'${'x'.repeat(150_000)}' = a` })) }),
    '413 size_limit',
  ],
  ['a list of 9,900 values', () => step({ filter: `a in (${times(9900, (i) => i)})` }), '200'],
  [
    '1,000 aggregates',
    () => step({ aggregate: { by: ['a'], values: times(1000, (i) => `sum(a + ${i}) as s${i}`) } }),
    '200',
  ],
  [
    'a CASE of 1,900 branches',
    () => step({ select: [`case ${times(1900, (i) => `when a = ${i} then 't${i}'`).join(' ')} end as b`] }),
    '200',
  ],
  ['a list of 100,000 values', () => step({ filter: `a in (${times(100_000, (i) => i)})` }), '400 syntax_error'],
  [
    '1,000 columns that exist',
    () => step({ withColumns: Object.fromEntries(times(1000, (i) => [`x${i}`, 'a + 1'])) }),
    '200',
  ],
  [
    'a long name that does not exist',
    () => ({ source: { rows: [columns(1000, (i) => i)] }, steps: [{ filter: 'c'.repeat(100_000) }] }),
    '400 unknown_column',
  ],
  ['a long member that does not exist', () => ({ source: oneRow, ['x'.repeat(5_000_000)]: 1 }), '400 invalid_job'],
  [
    'a regular expression of 2,000 nested stars',
    () => step({ filter: `regexp_like('a', '${'('.repeat(2000)}a${'*)'.repeat(2000)}')` }),
    '400 invalid_argument',
  ],
  ['a path of 5 MB', () => ({ source: { parquet: 'x'.repeat(5_000_000) } }), '400 invalid_job'],
  ['12 pairs of braces in a path', () => ({ source: { parquet: '{a,b}'.repeat(12) } }), '400 invalid_argument'],
  [
    '1,000 patterns',
    () => ({ source: { csv: times(1000, (i) => `${'{a,b}'.repeat(8)}${i}*`) } }),
    '422 source_not_found',
  ],
  ['9 MB that are no expression', () => step({ filter: { bytes: 'A'.repeat(9_000_000) } }), '400 wire_unknown_family'],
]

/** Files that are wide, or whose metadata or sample is large, with the answer to a job over each. */
function writeFiles(
  write: (name: string, content: string | Uint8Array) => string,
): readonly (readonly [name: string, answer: string])[] {
  const names = (count: number) => times(count, (i) => `c${i}`)
  const csv = (columns: number, rows: number) =>
    `${[names(columns), ...times(rows, (row) => times(columns, (i) => (i * row) % 9))].join('\n')}\n`
  const ndjson = (count: number, rows: number) =>
    times(rows, (row) => JSON.stringify(columns(count, (i) => (i * row) % 9))).join('\n')
  const stream = new arrow.RecordBatchStreamWriter()
  stream.reset(undefined, new arrow.Schema(names(30_000).map((name) => new arrow.Field(name, new arrow.Int32(), true))))
  const files: readonly (readonly [name: string, content: string | Uint8Array, answer: string])[] = [
    ['columns.csv', csv(30_000, 1), '200'],
    ['columns.ndjson', ndjson(30_000, 1), '200'],
    ['columns.arrow', stream.finish().toUint8Array(true), '200'],
    ['columns.parquet', emptyParquet(30_000, 1), '200'],
    ['header.csv', `${names(1_000_000)}\n`, '422 source_unreadable'],
    ['line.ndjson', ndjson(100_000, 1), '422 source_unreadable'],
    ['schema.parquet', emptyParquet(300_000, 0), '422 source_unreadable'],
    ['sample.csv', csv(2000, 1000), '200'],
    ['sample.ndjson', ndjson(1000, 1000), '200'],
    ['text.ndjson', `{"c0":1,"c1":"${'x\\n'.repeat(5_000_000)}"}\n`, '200'],
    ['list.ndjson', `{"c0":1,"c1":[${times(400_000, (i) => `{"a":${i % 9}}`)}]}\n`, '200'],
    ['lists.ndjson', `{"c0":1,"c1":${'['.repeat(7e6)}${']'.repeat(7e6)}}\n`, '422 source_unreadable'],
    ['unclosed.ndjson', `{"c0":1,"c1":"${'x'.repeat(15_000_000)}\n`, '422 source_unreadable'],
    ['row-groups.parquet', emptyParquet(500, 300), '200'],
  ]
  for (const [name, content] of files) write(name, content)
  return files.map(([name, , answer]) => [name, answer] as const)
}

/** A file with a footer of row groups that have no rows. */
function emptyParquet(columns: number, groups: number): Uint8Array {
  const element = (i: number) => ({ 1: physical.int32, 3: 0, 4: `c${i}` })
  const schema = [{ 4: 'schema', 5: columns }, ...times(columns, element)].map((fields) => thriftStruct(fields))
  const statistics = { 3: 0n, 5: Uint8Array.of(0, 0, 0, 0), 6: Uint8Array.of(0, 0, 0, 0) }
  const chunk = thriftStruct({
    2: 4n,
    3: { 1: physical.int32, 2: [0], 3: ['x'], 4: 0, 5: 0n, 6: 0n, 7: 0n, 9: 4n, 12: statistics },
  })
  const rows = [0x16, 0]
  const group = Buffer.concat([list(times(columns, () => chunk)), Buffer.from([...rows, ...rows, 0])])
  const footer = [Buffer.from([0x15, 2]), list(schema), Buffer.from(rows), list(times(groups, () => group))]
  return parquetFile(new Uint8Array(0), Buffer.concat([...footer, Buffer.from([0])]))
}

/** The field that follows another, a list of these structs. */
function list(structs: readonly (readonly number[] | Uint8Array)[]): Uint8Array {
  const header = [0x19, 0xfc, (structs.length & 127) | 128, ((structs.length >> 7) & 127) | 128, structs.length >> 14]
  return Buffer.concat([Buffer.from(header), ...structs.map((bytes) => Uint8Array.from(bytes))])
}

test('no request keeps the event loop busy for long', { timeout: 240_000 }, async (t) => {
  const write = temporaryFiles(t)
  const files = writeFiles(write)
  const { url, longestTurn } = await startServer(t, dirname(write('a.csv', 'a')))
  const warm = JSON.stringify(step({ aggregate: { by: ['a'], values: ['count(*) as n'] } }))
  for (let round = 0; round < 3; round++) t.equal(await ask(url, warm), '200')
  const check = async (title: string, send: () => Promise<string>, answer: string): Promise<void> => {
    let longest = Number.POSITIVE_INFINITY
    for (let tries = 0; tries < TRIES && longest > LONGEST_MS; tries++) {
      await longestTurn()
      t.equal(await send(), answer, title)
      longest = Math.min(longest, await longestTurn())
    }
    t.ok(longest <= LONGEST_MS, `${title}: ${longest} ms`)
  }
  for (const [title, job, answer] of jobs) {
    const made = job()
    const body = typeof made === 'string' ? made : JSON.stringify(made)
    await check(title, () => ask(url, body), answer)
  }
  for (const [name, answer] of files) {
    const job = { source: { [extname(name).slice(1).replace('ndjson', 'json')]: name }, steps: [{ select: ['c0'] }] }
    await check(name, () => ask(url, JSON.stringify(job)), answer)
  }
  for (const format of ['ndjson', 'csv', 'parquet']) {
    for (const name of ['text.ndjson', 'list.ndjson']) {
      const body = JSON.stringify({ source: { json: name }, steps: [{ select: ['c1'] }] })
      await check(`${name} as ${format}`, () => ask(url, body, `/v1/jobs?format=${format}`), '200')
    }
  }
  const rows = JSON.stringify({ source: { parquet: 'flights-3m.parquet' }, steps: [{ limit: 300_000 }] })
  for (const format of ['csv', 'parquet']) {
    await check(`300,000 rows as ${format}`, () => ask(url, rows, `/v1/jobs?format=${format}`), '200')
  }
  for (const path of ['/v1/functions', '/readyz']) await check(path, () => ask(url, '', path), '200')
})
