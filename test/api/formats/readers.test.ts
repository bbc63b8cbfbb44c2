// One stored result in every format, read by libraries that are not ours. Those of Python are skipped where it lacks them.

import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import * as flechette from '@uwdata/flechette'
import t from 'tap'
import { buildServer, type JobResource } from 'volley/api'
import { lacksPolars, polars } from '../../polars.ts'
import { token } from '../with-server.ts'
import { everyContentType } from './every-content-type.ts'

const auth = { authorization: `Bearer ${token}` }
const columns = {
  n: [1, null, 9007199254740991],
  s: ['plain', null, 'é, "q"\nline'],
  f: [1.5, null, -0.5],
  b: [true, null, false],
  day: ['2024-02-29', null, '1969-12-31'],
}
const schema = { n: 'int64', s: 'utf8', f: 'float64', b: 'bool', day: 'date32' }
const rows = columns.n.map((_, row) =>
  Object.fromEntries(Object.entries(columns).map(([name, all]) => [name, all[row]])),
)

t.test('results in every format', { timeout: 240_000 }, async (t) => {
  const app = buildServer({ tokens: [token], pool: { workers: 1 } })
  const directory = await mkdtemp(join(tmpdir(), 'volley-formats-'))
  t.teardown(async () => {
    await app.close()
    await rm(directory, { recursive: true })
  })
  const job = { source: { rows, schema } }
  const made = await app.inject({
    method: 'POST',
    url: '/v1/jobs',
    headers: { ...auth, prefer: 'respond-async, wait=60' },
    payload: job,
  })
  const { id, result } = made.json<JobResource>()
  const get = (query: string, accept = '*/*') =>
    app.inject({ url: `/v1/jobs/${id}/result?${query}`, headers: { ...auth, accept } })
  const read = async (format: string): Promise<Buffer> => (await get(`format=${format}`)).rawPayload

  t.test('are those that the job tells of', async (t) => {
    t.same(result?.formats, everyContentType)
    for (const type of result?.formats ?? []) {
      const reply = await get('', type)
      t.match(reply, { statusCode: 200, headers: { 'content-type': type, vary: 'accept, accept-encoding' } })
    }
  })

  t.test('are JSON and CSV as they are written', async (t) => {
    t.same(JSON.parse((await read('json')).toString()), rows)
    t.same(
      (await read('ndjson'))
        .toString()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
      rows,
    )
    const body = '1,plain,1.5,true,2024-02-29\n,,,,\n9007199254740991,"é, ""q""\nline",-0.5,false,1969-12-31\n'
    t.equal((await read('csv')).toString(), `n,s,f,b,day\n${body}`)
    t.equal((await get('header=absent', 'text/csv')).payload, body)
  })

  t.test('begin at any batch', async (t) => {
    t.equal((await get('format=json&fromBatch=1')).payload, '[]\n')
    t.equal((await get('format=csv&fromBatch=1')).payload, 'n,s,f,b,day\n')
    for (const format of ['json', 'parquet']) {
      t.match((await get(`format=${format}&fromBatch=2`)).json(), { status: 416, code: 'range_not_satisfiable' })
    }
  })

  t.test('are read by flechette', async (t) => {
    for (const format of ['arrow', 'arrow-file']) {
      const table = flechette.tableFromIPC(await read(format))
      t.same(Object.keys(table.toColumns()), Object.keys(columns))
      t.same(table.getChild('n').toArray(), columns.n, format)
      t.same(table.getChild('s').toArray(), columns.s, format)
    }
  })

  t.test('are read by nodejs-polars', { skip: lacksPolars }, async (t) => {
    const frames = {
      arrow: polars?.readIPCStream(await read('arrow')),
      'arrow-file': polars?.readIPC(await read('arrow-file')),
      parquet: polars?.readParquet(await read('parquet')),
      csv: polars?.readCSV((await read('csv')).toString()),
      json: polars?.readJSON(await read('json'), { format: 'json' }),
      ndjson: polars?.readJSON(await read('ndjson'), { format: 'lines' }),
    }
    for (const [format, frame] of Object.entries(frames)) {
      t.same(frame?.getColumn('f').toArray(), columns.f, format)
      t.same(frame?.getColumn('s').toArray(), columns.s, format)
    }
  })

  const python = process.env.VOLLEY_TEST_PYTHON ?? 'python3'
  const skip = await promisify(execFile)(python, ['-c', 'import duckdb, polars, pyarrow']).then(
    () => false,
    () => `${python} has no duckdb, polars and pyarrow: set VOLLEY_TEST_PYTHON to one that has`,
  )
  t.test('are read by pyarrow, DuckDB and Polars', { skip }, async (t) => {
    for (const format of ['arrow', 'arrow-file', 'parquet', 'csv', 'json', 'ndjson']) {
      await writeFile(join(directory, format), await read(format))
    }
    const script = fileURLToPath(new URL('fixtures/read-results.py', import.meta.url))
    const { stdout } = await promisify(execFile)(python, [script, directory])
    for (const [reader, table] of Object.entries(JSON.parse(stdout))) t.same(table, columns, reader)
  })

  t.test('but not where a format has no type for a column', async (t) => {
    const reply = await app.inject({
      method: 'POST',
      url: '/v1/jobs?format=parquet',
      headers: auth,
      payload: { source: { rows: [{ a: 1 }] }, steps: [{ select: ["interval '1 month' as span"] }] },
    })
    t.match(reply.json(), { status: 501, code: 'not_implemented', details: { column: 'span' } })
  })
})
