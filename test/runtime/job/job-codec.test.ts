// Whole jobs as bytes: what comes back computes the same, under the contexts that expressions travel under; what is no job is
// refused with a code, whoever made it.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as devalue from 'devalue'
import { test } from 'tap'
import {
  clearWorkerCtx,
  col,
  DataFrame,
  exprReducers,
  exprRevivers,
  functions as f,
  float64,
  runWithSenderCtx,
  SessionContext,
  setWorkerCtx,
  udf,
  windowFrame,
} from 'volley'
import { isVolleyError } from '../../../functions/errors.ts'
import { encodeEnvelope, familyIn } from '../../../runtime/codec/envelope.ts'
import { encodeGraph } from '../../../runtime/codec/graph-codec.ts'

const rate = 1.19
const gross = udf((net: number) => net * rate, [float64], float64, { name: 'gross' })

const ctx = new SessionContext({ backend: 'in-process' })
const rows = ctx.fromColumns({ region: ['n', 's', 'n', 'w'], net: [10.5, 20, 30, null], id: [1, 2, 3, 4] })

const jobs: Readonly<Record<string, DataFrame>> = {
  'rows alone': rows,
  filter: rows.filter(col('net').gt(10), 'id < 4'),
  'select with a function': rows.select('id', gross(col('net')).alias('gross')),
  withColumns: rows.withColumns({ net: gross(col('net')), more: 'id + 1' }),
  dropColumns: rows.dropColumns('net'),
  aggregate: rows.aggregate(['region'], ['sum(net) as total', f.count().alias('n')]).sort('region'),
  'grouping sets': rows.aggregate(['rollup(region)'], ['count(*) as n']).sort('region', 'n'),
  windows: rows.select(
    'id',
    f
      .sum(col('id'))
      .over({ orderBy: [col('id').desc()], frame: windowFrame('rows', { preceding: 1 }) })
      .alias('w'),
  ),
  'sort and limit': rows.sort(col('id').desc(), 'region').limit(2, 1),
  'an offset alone': rows.limit(Number.MAX_SAFE_INTEGER, 1),
  distinct: rows.select('region').distinct().sort('region'),
  'a query': (() => {
    ctx.registerTable('rows', rows)
    return ctx.sql('select region, sum(id) as n from rows group by region order by n desc offset 1')
  })(),
  'a query without a table': ctx.sql('select 1 as one'),
}

for (const [what, frame] of Object.entries(jobs)) {
  test(`a job comes back from bytes: ${what}`, { timeout: 120_000 }, async (t) => {
    const bytes = frame.toBytes()
    const again = DataFrame.fromBytes(bytes, ctx)
    t.equal(familyIn(bytes), 'VLYJOBS')
    t.equal(String(again), String(frame))
    t.strictSame(await again.toRows(), await frame.toRows())
    t.strictSame(again.toBytes(), bytes, 'bytes of the same job are equal')
    // Wherever the bytes lie in memory.
    const moved = new Uint8Array(bytes.length + 3)
    moved.set(bytes, 3)
    t.strictSame(await DataFrame.fromBytes(moved.subarray(3), ctx).toRows(), await frame.toRows())
  })
}

test('files travel as their paths and options', async (t) => {
  const file = join(t.testdir(), 'a.csv')
  writeFileSync(file, 'a;b\n01;x\n')
  const frame = ctx.readCsv(file, { delimiter: ';', schema: { a: 'utf8' }, nullValues: ['-'], sampleRows: 5 })
  t.strictSame(await DataFrame.fromBytes(frame.toBytes(), ctx).toRows(), [{ a: '01', b: 'x' }])
  const declared = ctx.readCsv(file, { delimiter: ';', header: true, schema: await frame.schema() })
  t.strictSame(await DataFrame.fromBytes(declared.toBytes(), ctx).toRows(), [{ a: '01', b: 'x' }])
})

test('rows that are still to come do not travel', async (t) => {
  const frame = ctx.fromArrow(rows.toReadableStream())
  t.throws(() => frame.toBytes(), { code: 'closure_unserializable', message: /gather its rows first/ })
  t.ok(ctx.fromArrow(await frame.collect()).toBytes().length > 0)
})

test('a strict context sends names, and refuses bodies', async (t) => {
  const frame = rows.select(gross(col('net')).alias('gross'))
  const strict = ctx.withUdfInlining({ enabled: false })
  const refused = { code: 'wire_inline_refused', message: /function "gross"/ }
  t.throws(() => DataFrame.fromBytes(frame.toBytes(), strict), refused)
  const byName = frame.toBytes(strict)
  t.strictSame(
    runWithSenderCtx(strict, () => frame.toBytes()),
    byName,
  )
  t.strictSame(new DataFrame(strict, frame.job).toBytes(), byName, 'a strict session writes strictly')
  t.throws(() => DataFrame.fromBytes(byName, ctx), { code: 'wire_not_registered' })
  const receiver = new SessionContext({ backend: 'in-process' })
  receiver.registerUdf(gross)
  t.strictSame(
    await DataFrame.fromBytes(byName, receiver.withUdfInlining({ enabled: false })).toRows(),
    await frame.toRows(),
  )
})

test('strict contexts refuse a body before anything is parsed', async (t) => {
  const bytes = rows.select(gross(col('net'))).toBytes()
  const { payload } = { payload: bytes.slice(18) }
  payload.fill(0x7b, 8 + 4 * new DataView(payload.buffer).getUint32(4, true), 60)
  t.throws(() => DataFrame.fromBytes(encodeEnvelope('VLYJOBS', 1, payload), ctx), { code: 'wire_damaged' })
  t.throws(() => DataFrame.fromBytes(encodeEnvelope('VLYJOBS', 1, payload), ctx.withUdfInlining({ enabled: false })), {
    code: 'wire_inline_refused',
  })
})

test('without a context the worker context decodes, else the global one', async (t) => {
  const worker = new SessionContext({ backend: 'in-process' })
  worker.registerUdf(gross)
  const byName = rows.select(gross(col('net'))).toBytes(ctx.withUdfInlining({ enabled: false }))
  t.throws(() => DataFrame.fromBytes(byName), { code: 'wire_not_registered' })
  setWorkerCtx(worker)
  t.teardown(clearWorkerCtx)
  t.equal((await DataFrame.fromBytes(byName).toRows()).length, 4)
  t.throws(() => DataFrame.fromBytes(byName, { udfInlining: true } as never), {
    code: 'invalid_argument',
    message: /give the SessionContext/,
  })
})

test('a DataFrame in JSON and in a payload of devalue', async (t) => {
  const frame = rows.filter('id > 2')
  const { bytes } = JSON.parse(JSON.stringify(frame)) as { bytes: string }
  t.strictSame(await DataFrame.fromBytes(Buffer.from(bytes, 'base64'), ctx).toRows(), await frame.toRows())
  const text = devalue.stringify({ jobs: new Map([['late', frame]]), by: col('id') }, exprReducers)
  setWorkerCtx(ctx)
  t.teardown(clearWorkerCtx)
  const { jobs: found } = devalue.parse(text, exprRevivers) as { jobs: Map<string, DataFrame> }
  t.strictSame(await found.get('late')?.toRows(), await frame.toRows())
  t.throws(() => devalue.parse('[["DataFrame",1],5]', exprRevivers), { code: 'wire_damaged' })
  t.throws(() => structuredClone(frame), { name: 'DataCloneError', message: /send frame\.toBytes\(\)/ })
})

const column = { kind: 'column', name: 'a' }
const memory = { kind: 'memory', bytes: new Uint8Array(0) }
const files = { kind: 'csv', paths: ['a.csv'] }
const filter = { kind: 'filter', condition: column }

const hostile: Readonly<Record<string, unknown>> = {
  nothing: null,
  'a list': [],
  'no source': { steps: [] },
  'no steps': { source: memory },
  'a sink': { source: memory, steps: [], sink: { path: '/tmp/x' } },
  'a source without a kind': { source: {}, steps: [] },
  'a source that is still to come': { source: { kind: 'pending', bytes: 1 }, steps: [] },
  'a source of no known kind': { source: { kind: 'constructor', paths: ['a'] }, steps: [] },
  'memory without bytes': { source: { kind: 'memory', bytes: 'x' }, steps: [] },
  'memory with a path': { source: { ...memory, paths: ['/etc/passwd'] }, steps: [] },
  'files without paths': { source: { kind: 'csv' }, steps: [] },
  'no file': { source: { ...files, paths: [] }, steps: [] },
  'a path that is none': { source: { ...files, paths: [5] }, steps: [] },
  'a path with a zero': { source: { ...files, paths: ['a\0b'] }, steps: [] },
  'a list of paths with holes': { source: { ...files, paths: Array(3) }, steps: [] },
  'an unknown option': { source: { ...files, options: { eval: true } }, steps: [] },
  'an option of another form': { source: { ...files, options: { delimiter: 'ab' } }, steps: [] },
  'a count of nothing': { source: { ...files, options: { sampleRows: 0 } }, steps: [] },
  'types that are none': { source: { ...files, options: { schema: { a: { kind: 'x' } } } }, steps: [] },
  'options of a format without any': {
    source: { kind: 'parquet', paths: ['a'], options: { header: true } },
    steps: [],
  },
  'a step that is none': { source: memory, steps: [5] },
  'an unknown step': { source: memory, steps: [{ kind: 'exec' }] },
  'a step of the prototype': { source: memory, steps: [{ kind: 'toString' }] },
  'a member too many': { source: memory, steps: [{ ...filter, more: 1 }] },
  'a field too few': { source: memory, steps: [{ kind: 'filter' }] },
  'a node that is none': { source: memory, steps: [{ kind: 'filter', condition: { kind: 'x' } }] },
  'a limit below zero': { source: memory, steps: [{ kind: 'limit', offset: 0, count: -1 }] },
  'a limit of half a row': { source: memory, steps: [{ kind: 'limit', offset: 0, count: 0.5 }] },
  'keys that are none': { source: memory, steps: [{ kind: 'sort', keys: [column] }] },
  'names that are none': { source: memory, steps: [{ kind: 'dropColumns', names: [1] }] },
  'a column without a name': { source: memory, steps: [{ kind: 'select', columns: [{ node: column }] }] },
}

for (const [what, value] of Object.entries(hostile)) {
  test(`bytes are no job: ${what}`, async (t) => {
    const bytes = encodeEnvelope('VLYJOBS', 0, encodeGraph(value, ctx).payload)
    t.throws(() => DataFrame.fromBytes(bytes, ctx), {
      code: 'wire_damaged',
      message: /Cannot read (a job|an expression)/,
    })
  })
}

test('bytes of something else are no job', async (t) => {
  t.throws(() => DataFrame.fromBytes(col('a').toBytes(), ctx), { code: 'wire_wrong_family' })
  t.throws(() => DataFrame.fromBytes('text' as never, ctx), { code: 'invalid_argument', message: /give its bytes/ })
  t.throws(() => DataFrame.fromBytes(new Uint8Array(3), ctx), { code: 'wire_truncated' })
})

test('damaged jobs are refused with a code, or run into one', { timeout: 240_000 }, async (t) => {
  const bytes = jobs.aggregate?.toBytes() ?? new Uint8Array(0)
  let seed = 7
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed % below
  }
  const codes = new Set<string>()
  for (let i = 0; i < 400; i++) {
    const payload = bytes.slice(18)
    for (let flips = 1 + random(3); flips > 0; flips--) payload[random(payload.length)] = random(256)
    try {
      const frame = DataFrame.fromBytes(encodeEnvelope('VLYJOBS', 0, payload), ctx)
      if (i % 10 === 0) await frame.toRows()
    } catch (error) {
      if (!isVolleyError(error) || error.code === 'internal') throw error
      codes.add(error.code)
    }
  }
  t.ok(codes.has('wire_damaged'))
})
