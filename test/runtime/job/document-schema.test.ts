// The schema of job documents and their parser accept the same: documents, and each of them with one part replaced, left
// out or added. What only the parser can know, such as whether a text is SQL, has codes of its own.

import { Ajv2020 } from 'ajv/dist/2020.js'
import { test } from 'tap'
import { SessionContext } from 'volley'
import { documentSchema } from '../../../runtime/job/document-schema.ts'
import { parseJobJson } from '../../../runtime/job/json-job.ts'

const ctx = new SessionContext({ backend: 'in-process', log: 'ignore' })
const rows = { rows: [{ a: 1 }] }

const documents: readonly object[] = [
  {
    source: { csv: ['a.csv'], options: { delimiter: ';', header: true, nullValues: ['-'], schema: { a: 'int64' } } },
    steps: [
      { filter: 'a > 1' },
      { withColumns: { b: 'a + 1' } },
      { aggregate: { by: ['b'], values: ['count(*) as n'] } },
      { sort: ['n desc'] },
      { limit: { count: 5, offset: 1 } },
    ],
    sink: { csv: 'out/', partitionBy: ['b'], overwrite: true, delimiter: ',', header: false, nullValue: '' },
    options: { timeoutMs: 1000, partitions: 2, isolation: 'job', priority: -9, retention: { seconds: 0 } },
  },
  { source: { json: 'a.ndjson', options: { sampleRows: 10 } }, steps: [{ dropColumns: ['a'] }, { distinct: true }] },
  { source: { parquet: 'a.parquet' }, sink: { parquet: 'out/', compression: 'zstd', rowGroupRows: 1000 } },
  { source: { arrow: 'a.arrow' }, sink: { arrow: 'a.arrows', format: 'stream' }, options: { idempotent: true } },
  { source: { ...rows, schema: { a: 'int32' } }, steps: [{ select: ['a as b'] }, { limit: 1 }] },
  {
    source: rows,
    options: { queueTimeoutMs: 1, startTimeoutMs: 1, idleTimeoutMs: 1, maxMemoryBytes: 1, taskRetries: 100 },
  },
  { source: { function: { name: 'numbers', args: [1, 'a', true, null] } } },
  { source: rows, sink: { json: 'a.ndjson', partitionBy: 'a' } },
  { source: { part: 't' } },
  { source: { part: 't', format: 'csv', options: { header: false } } },
  { source: { part: 't', format: 'parquet' } },
  { sql: 'select 1 as one' },
  { sql: 'select a from t', tables: { t: { ...rows, schema: { a: 'int32' } }, u: { part: 'u' } } },
]

const replacements: readonly unknown[] = [
  null,
  true,
  false,
  -1,
  0,
  1.5,
  2,
  1e9,
  '',
  'x',
  'é',
  [],
  ['a'],
  [7],
  {},
  { a: 'b' },
]

interface Variant {
  readonly pointer: string
  readonly document: unknown
}

/** The documents that differ from one in a single part. */
function* variantsOf(value: unknown, pointer = ''): Generator<Variant> {
  for (const document of replacements) yield { pointer: `${pointer} = ${JSON.stringify(document)}`, document }
  if (typeof value !== 'object' || value === null) return
  const entries = Object.entries(value)
  const rebuilt = (changed: readonly (readonly [string, unknown])[]): unknown =>
    Array.isArray(value) ? changed.map(([, item]) => item) : Object.fromEntries(changed)
  if (!Array.isArray(value)) yield { pointer: `${pointer}/more`, document: rebuilt([...entries, ['more', 1]]) }
  for (const [name, inner] of entries) {
    const others = entries.filter(([other]) => other !== name)
    yield { pointer: `without ${pointer}/${name}`, document: rebuilt(others) }
    for (const { pointer: where, document } of variantsOf(inner, `${pointer}/${name}`)) {
      yield {
        pointer: where,
        document: rebuilt(entries.map((entry) => (entry[0] === name ? [name, document] : entry))),
      }
    }
  }
}

/** The code of what the parser says; undefined when it accepts. */
async function codeOf(document: unknown): Promise<string | undefined> {
  try {
    await parseJobJson(document, {
      sql: ctx.sqlOptions(),
      table: () => ({ source: { kind: 'memory', bytes: new Uint8Array() }, steps: [] }),
      files: async (paths) => paths,
      parts: { find: () => ({ paths: ['t'], kind: 'csv' }), names: () => [], advice: '' },
      sink: async (spec) => spec,
      decodeBytes: () => ctx.parseExpr('1'),
      decodeJob: () => ({ source: { kind: 'memory', bytes: new Uint8Array() }, steps: [] }),
    })
  } catch (error) {
    return (error as { readonly code: string }).code
  }
}

test('the schema accepts what the parser does', { timeout: 120_000 }, async (t) => {
  const matches = new Ajv2020({ strict: false }).compile(documentSchema)
  for (const document of documents) {
    t.equal(matches(document), true, JSON.stringify(matches.errors))
    t.not(await codeOf(document), 'invalid_job')
    for (const { pointer, document: variant } of variantsOf(document)) {
      const code = await codeOf(variant)
      if (matches(variant) !== (code !== 'invalid_job' && code !== 'size_limit')) {
        t.fail(`${pointer}: the parser says ${code ?? 'yes'}, the schema the opposite`)
      }
    }
  }
})
