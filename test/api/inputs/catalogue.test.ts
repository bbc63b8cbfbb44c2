// What a server tells of jobs that do not run, of its tables and of single functions; and SQL text as a body.

import { test } from 'tap'
import { col, field, float64, inspectUdf, int64, SessionContext, udf, udtf, utf8 } from 'volley'
import { buildServer, type ServerOptions } from 'volley/api'
import { dataRoot, token } from '../with-server.ts'

const session = new SessionContext({ backend: 'in-process' })
session.registerUdtf(
  udtf(
    function* (word: string | null, times: bigint | null) {
      for (let i = 0n; i < (times ?? 0n); i++) yield { word, i }
    },
    [utf8, int64],
    [field('word', utf8), field('i', int64)],
    { name: 'repeated' },
  ),
)

function ask(options: ServerOptions = {}) {
  const app = buildServer({ insecureNoAuth: true, session, dataRoots: [dataRoot], ...options })
  return async (
    method: 'GET' | 'POST',
    url: string,
    payload?: object | string,
    headers: Record<string, string> = {},
  ) => {
    const {
      statusCode,
      body,
      headers: sent,
    } = await app.inject({
      method,
      url,
      headers,
      ...(payload === undefined ? {} : { payload }),
    })
    return { status: statusCode, text: body, type: String(sent['content-type']), json: () => JSON.parse(body) }
  }
}

test('what a server tells', { timeout: 120_000 }, async (t) => {
  const request = ask({ tables: { flights: `${dataRoot}/flights-3m.parquet` } })
  const ndjson = { accept: 'application/x-ndjson' }

  await t.test('POST /v1/explain gives the plan and the columns, and runs nothing', async (t) => {
    const job = { source: { parquet: 'flights-3m.parquet' }, steps: [{ filter: 'delay > 60' }, { select: ['origin'] }] }
    const { status, json } = await request('POST', '/v1/explain', job)
    t.equal(status, 200)
    const { plan, columns } = json()
    t.strictSame(columns, [{ name: 'origin', type: 'utf8', nullable: true }])
    t.match(plan, /^Job\n {2}parquet flights-3m\.parquet\n/)
    t.match(plan, /columns: origin, delay \(2 of \d+\)|columns: delay, origin \(2 of \d+\)/)
    const failing = { source: { rows: [{ a: 0 }] }, steps: [{ select: ['1 / a as x'] }] }
    t.equal((await request('POST', '/v1/explain', failing)).status, 200)
    t.match((await request('POST', '/v1/explain', { sql: 'select dely from flights' })).json(), {
      code: 'unknown_column',
    })
  })
  await t.test('as data too: steps, what is read, stages, tasks, columns, functions', async (t) => {
    const rate = 1.19
    const gross = udf((net: number) => net * rate, [float64], float64, { name: 'gross' })
    const bytes = Buffer.from(gross(col('delay')).toBytes()).toString('base64')
    const job = {
      source: { table: 'flights' },
      steps: [
        { filter: 'delay > 60' },
        { withColumns: { gross: { bytes } } },
        { aggregate: { by: ['origin'], values: ['sum(gross) as g'] } },
      ],
    }
    const trusting = ask({
      tables: { flights: `${dataRoot}/flights-3m.parquet` },
      dataRoots: [],
      insecureNoAuth: false,
      tokens: [token],
      allowInlineUdfs: true,
    })
    const { plan, functions, ...rest } = (
      await trusting('POST', '/v1/explain', job, { authorization: `Bearer ${token}` })
    ).json()
    const columns = ['date', 'delay', 'distance', 'origin', 'destination']
    t.strictSame(rest, {
      steps: [
        'parquet flights',
        'filter delay > Int64(60)',
        'withColumns gross = gross(delay)',
        'aggregate by origin: sum(gross) AS g',
      ],
      reads: { rows: 3_000_000, columns, sourceColumns: 5, skips: ['delay >= 60'] },
      stages: [
        {
          tasks: 1,
          operations: [
            'filter delay > Int64(60)',
            `project ${columns.join(', ')}, gross = gross(delay)`,
            'aggregate by origin: sum(gross)',
            'project origin, g = sum(gross)',
          ],
        },
      ],
      tasks: 1,
      columns: [
        { name: 'origin', type: 'utf8', nullable: true },
        { name: 'g', type: 'float64', nullable: true },
      ],
    })
    const { hash } = inspectUdf(gross)
    t.match(functions, [{ name: 'gross', family: 'scalar', kind: 'by-value', hash, captures: [] }])
    t.match(plan, /\n {2}gross: scalar function, by value, \d+ bytes\n/)
  })
  await t.test('and the same as text, with tables by their names', async (t) => {
    const sql = { sql: 'select count(*) as n from flights' }
    const outside = ask({ tables: { flights: `${dataRoot}/flights-3m.parquet` }, dataRoots: [] })
    const { text, type } = await outside('POST', '/v1/explain', sql, { accept: 'text/plain' })
    t.match(type, /^text\/plain/)
    t.match(text, /^Job\n {2}parquet flights\n/)
    t.notMatch(text, dataRoot)
  })
  await t.test('GET /v1/tables lists tables with their columns and rows', async (t) => {
    const [table] = (await request('GET', '/v1/tables')).json().tables
    t.equal(table.name, 'flights')
    t.equal(table.rows, 3_000_000)
    t.ok(table.columns.some((column: object) => JSON.stringify(column).startsWith('{"name":"delay","type":"')))
  })
  await t.test('GET /v1/functions/:name tells of one function', async (t) => {
    const { functions } = (await request('GET', '/v1/functions/date_bin')).json()
    t.strictSame(
      functions.map(({ name }: { name: string }) => name),
      ['date_bin'],
    )
    t.match((await request('GET', '/v1/functions/date_bim')).json(), { status: 404, detail: /Did you mean "date_bin"/ })
  })
  await t.test('SQL text may be a body of its own', async (t) => {
    for (const type of ['application/sql', 'text/plain']) {
      const { status, text } = await request('POST', '/v1/jobs', 'select 1 + 1 as two', {
        'content-type': type,
        ...ndjson,
      })
      t.strictSame([status, text], [200, '{"two":2}\n'], type)
    }
    const form = await request('POST', '/v1/jobs', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' })
    t.match(form.json(), { status: 415, detail: /Content-Type: application\/json/ })
    const long = await request('POST', '/v1/jobs', `select '${'x'.repeat(2 ** 20)}'`, { 'content-type': 'text/plain' })
    t.match(long.json(), { status: 400, code: 'syntax_error', detail: /characters, at most/ })
  })
  await t.test('a source may be a table function', async (t) => {
    const call = (name: unknown, args: unknown) => ({ source: { function: { name, args } } })
    const { text } = await request('POST', '/v1/jobs', call('repeated', ['ab', 2]), ndjson)
    t.equal(text, '{"word":"ab","i":0}\n{"word":"ab","i":1}\n')
    const unknown = await request('POST', '/v1/jobs', call('repeatd', []))
    t.match(unknown.json(), { code: 'unknown_function', detail: /Did you mean "repeated"/ })
    const wrong = await request('POST', '/v1/jobs', call('repeated', ['ab', [2]]))
    t.match(wrong.json(), { code: 'invalid_job', details: { pointer: '/source/function/args/1' } })
  })
})
