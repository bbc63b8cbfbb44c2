// What job documents say besides their source and steps: how they want to be run, where their rows go; and what is
// refused in them, with its pointer.

import { test } from 'tap'
import type { VolleyError } from 'volley'
import { parseJobJson, parseJson } from '../../../runtime/job/json-job.ts'

const source = { rows: [{ a: 1 }] }
const parse = (document: object) =>
  parseJobJson(document, {
    sql: {},
    table: () => {
      throw new Error('there are no tables')
    },
    files: async (paths) => paths,
    sink: async (spec) => spec,
    limits: { maxTimeoutMs: 5000, maxMemoryBytes: 9 },
  })

async function refused(document: object) {
  const { code, message, details }: VolleyError = await parse({ source, ...document }).then(
    () => ({ code: '', message: 'it was taken', details: {} }),
    (error) => error,
  )
  return { code, message, pointer: details.pointer }
}

test('every option of a document is read', async (t) => {
  const options = {
    queueTimeoutMs: 1,
    startTimeoutMs: 2,
    timeoutMs: 5000,
    idleTimeoutMs: 3,
    partitions: 4,
    isolation: 'job',
    maxMemoryBytes: 5,
    priority: -9,
    retention: { seconds: 0 },
    taskRetries: 0,
    idempotent: true,
  }
  t.strictSame((await parse({ source, options })).options, options)
})

test('options out of their bounds, and unknown ones, are refused with their pointers', async (t) => {
  const cases: readonly (readonly [options: object, pointer: string, message: RegExp])[] = [
    [{ queueTimeoutMs: 5001 }, '/options/queueTimeoutMs', /from 1 to 5000/],
    [{ startTimeoutMs: 0 }, '/options/startTimeoutMs', /from 1 to 5000/],
    [{ partitions: 1001 }, '/options/partitions', /from 1 to 1000/],
    [{ maxMemoryBytes: 10 }, '/options/maxMemoryBytes', /from 1 to 9/],
    [{ priority: 10 }, '/options/priority', /from -9 to 9/],
    [{ taskRetries: 101 }, '/options/taskRetries', /from 0 to 100/],
    [{ retention: 60 }, '/options/retention', /an object is wanted/],
    [{ retention: { second: 60 } }, '/options/retention/second', /Did you mean "seconds"/],
    [{ retention: {} }, '/options/retention/seconds', /whole number/],
    [{ idempotent: 1 }, '/options/idempotent', /true or false/],
    [{ idleTimoutMs: 1 }, '/options/idleTimoutMs', /Did you mean "idleTimeoutMs"/],
  ]
  for (const [options, pointer, message] of cases) {
    t.match(await refused({ options }), { code: 'invalid_job', pointer, message })
  }
})

test('a sink is read, with the options of its format', async (t) => {
  const { job } = await parse({ source, sink: { csv: 'out.csv', delimiter: ';', header: false, overwrite: true } })
  t.strictSame(job.sink, {
    kind: 'csv',
    path: 'out.csv',
    overwrite: true,
    options: { delimiter: ';', header: false },
  })
  const { job: partitioned } = await parse({ source, sink: { parquet: 'out/', partitionBy: 'a' } })
  t.strictSame(partitioned.sink, { kind: 'parquet', path: 'out/', partitionBy: ['a'] })
})

test('a sink that cannot be meant is refused with its pointer', async (t) => {
  const cases: readonly (readonly [sink: unknown, pointer: string, message: RegExp])[] = [
    [{}, '/sink', /names 0 formats, name one of arrow, parquet, csv, json/],
    [{ csv: 'a.csv', json: 'a.ndjson' }, '/sink', /names 2 formats/],
    [{ csv: 'a.csv', delimitr: ';' }, '/sink/delimitr', /Did you mean "delimiter"/],
    [{ csv: 'a.csv', compression: 'zstd' }, '/sink/compression', /unknown member/],
    [{ csv: 'a.csv', delimiter: ';;' }, '/sink/delimiter', /one ASCII character/],
    [{ parquet: 'a.parquet', compression: 'lz4' }, '/sink/compression', /one of snappy, zstd, gzip, none/],
    [{ parquet: 'a.parquet', partitionBy: [1] }, '/sink/partitionBy/0', /a string is wanted/],
    [{ parquet: 's3://bucket/a.parquet' }, '/sink/parquet', /only files are written/],
    [{ parquet: '' }, '/sink/parquet', /not a path/],
    ['out/', '/sink', /an object is wanted/],
  ]
  for (const [sink, pointer, message] of cases) {
    t.match(await refused({ sink }), { code: 'invalid_job', pointer, message })
  }
})

test('a member that is there twice is refused, whatever its place and spelling', async (t) => {
  const twice: readonly (readonly [text: string, pointer: string])[] = [
    ['{"sql": "select 1", "sql": "select 2"}', '/sql'],
    ['{"source": {"rows": [{"a": 1}, {"a": 1, "b": [1, {"c": 1}], "a": 2}]}}', '/source/rows/1/a'],
    ['{"options": {"timeoutMs": 1, "partitions": 2, "timeout\\u004ds": 3}}', '/options/timeoutMs'],
    ['{"a/b": {"~": 1, "~": 2}}', '/a~1b/~0'],
    ['{"a": "\\\\", "a": 1}', '/a'],
    ['{"": 1, "": 2}', '/'],
  ]
  for (const [text, pointer] of twice) {
    t.throws(() => parseJson(text), { code: 'invalid_job', details: { pointer } }, text)
  }
  const once = '{"a": {"a": ["a", "a", {"a": "a\\",\\"a\\":"}, {"a": ",{"}]}, "b": "}{", "c": [], "d": {}}'
  t.strictSame(parseJson(once), JSON.parse(once))
})
