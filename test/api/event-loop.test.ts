// No request may keep the API's thread busy for long, whatever is in it: large bodies, wide tables, long texts, patterns.
// The server runs in a process of its own, and measures itself how long its turns are.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { type Test, test } from 'tap'
import { dataRoot, token, until } from './with-server.ts'

const LONGEST_MS = 50
/** A turn may be long for reasons of its own: code that runs for the first time, garbage to collect. */
const TRIES = 4

const command = fileURLToPath(new URL('../../api/cli/volley.js', import.meta.url))
const watcher = new URL('../fixtures/watch-event-loop.ts', import.meta.url).href

async function startServer(t: Test): Promise<{ readonly url: string; longestTurn(): Promise<number> }> {
  const { PATH = '', HOME = '' } = process.env
  const args = ['serve', '--port', '0', '--workers', '1', '--data-root', dataRoot, '--log-level', 'silent']
  const child: ChildProcess = spawn(process.execPath, ['--import', watcher, command, ...args], {
    env: { PATH, HOME, VOLLEY_TOKEN: token },
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
  ['a list of 5,000 values', () => step({ filter: `a in (${times(5000, (i) => i)})` }), '200'],
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

test('no request keeps the event loop busy for long', { timeout: 240_000 }, async (t) => {
  const { url, longestTurn } = await startServer(t)
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
  for (const path of ['/v1/functions', '/readyz']) await check(path, () => ask(url, '', path), '200')
})
