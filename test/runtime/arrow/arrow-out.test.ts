// Results go out as objects of the user's copy of apache-arrow, as Arrow IPC, and as streams that are left early.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import * as flechette from '@uwdata/flechette'
import * as arrow from 'apache-arrow'
import * as aq from 'arquero'
import t from 'tap'
import { col, convertArrow, type DataFrame, SessionContext, udf } from 'volley'
import { VolleyClient } from 'volley/client'
import { polars } from '../../polars.ts'
import { forkedSession, processesOf } from '../with-jobs.ts'
import { columnsOf, copies, expected, tableOf } from './copies.ts'

t.setTimeout(240_000)

const ctx = new SessionContext({ backend: 'in-process' })
t.teardown(() => ctx.close())

/** Every type that the copy has, and that results have. */
const everything = (copy: typeof arrow): DataFrame => {
  const lacking = copy === copies['version 13'] ? ['duration'] : []
  const columns = columnsOf(arrow)
  return ctx.fromColumns(Object.fromEntries(Object.entries(columns).filter(([name]) => !lacking.includes(name))))
}

/** What the columns of a table hold, read as Arrow's bytes. */
const rowsOf = (bytes: Uint8Array) => ctx.fromArrow(bytes).toRows({ json: true })

for (const [name, copy] of Object.entries(copies)) {
  t.test(`collect() and stream() give objects of ${name}, which its own writer takes`, async (t) => {
    const frame = everything(copy)
    const table = await frame.collect({ arrow: copy })
    t.ok(table instanceof copy.Table)
    t.ok(table.schema.fields.every(({ type }) => type instanceof copy.DataType))
    const columns = Object.keys(columnsOf(arrow)).filter((column) => table.schema.names.includes(column))
    for (const format of ['stream', 'file'] as const) {
      const rows = await rowsOf(copy.tableToIPC(table, format))
      for (const column of columns)
        t.strictSame(
          rows.map((row) => row[column]),
          expected[column],
          `${format}: ${column}`,
        )
    }
    t.equal(copy.tableFromIPC(copy.tableToIPC(table)).numRows, 3)
    for await (const batch of frame.stream({ arrow: copy })) {
      t.ok(batch instanceof copy.RecordBatch)
      t.equal(copy.tableFromIPC(copy.tableToIPC(new copy.Table([batch]))).numRows, 3)
    }
    t.strictSame([...(table.getChild('int32') ?? [])], [-1, null, 3])
    t.strictSame([...(table.getChild('utf8') ?? [])], ['a', null, 'é'])
  })

  t.test(`a session of ${name} gives its objects everywhere`, async (t) => {
    await using own = new SessionContext({ backend: 'in-process', arrow: copy })
    const frame = own.fromColumns({ n: [1, 2] })
    t.ok((await frame.collect()) instanceof copy.Table)
    t.ok((await frame.head(1)) instanceof copy.Table)
    for await (const batch of frame) t.ok(batch instanceof copy.RecordBatch)
    for await (const batch of frame.toReadableStream()) t.ok(batch instanceof copy.RecordBatch)
    t.ok((await col('n').evaluate(await frame.collect(), own)) instanceof copy.Vector)
    t.ok((await frame.collect({ arrow })) instanceof arrow.Table)
    t.strictSame(await frame.toRows(), [{ n: 1n }, { n: 2n }])
    t.ok(
      (await own
        .withUdfInlining({ enabled: false })
        .fromColumns({ n: [1] })
        .collect()) instanceof copy.Table,
    )
  })
}

for (const [name, copy] of Object.entries(copies).filter(([name]) => name !== 'own')) {
  t.test(`the writer of ${name} refuses what is not its own, and says what to do`, async (t) => {
    const table = await ctx.fromColumns({ n: [1, 2], s: ['a', null] }).collect()
    const refusal = { code: 'invalid_argument', message: /toIPC\(\).*collect\(\{ arrow \}\)/ }
    t.throws(() => copy.tableToIPC(table), refusal)
    t.throws(() => copy.tableToIPC(table, 'file'), refusal)
    t.throws(() => copy.RecordBatchStreamWriter.writeAll(table.batches), refusal)
    t.throws(() => new copy.RecordBatchStreamWriter().write(table.batches[0]), refusal)
    const rows = [...table]
    t.strictSame(
      rows.map((row) => ({ ...row.toJSON() })),
      [
        { n: 1n, s: 'a' },
        { n: 2n, s: null },
      ],
      'whoever else asks gets on',
    )
    t.equal((await Promise.all(rows)).length, 2)
    t.equal(Reflect.get(rows[0] as object, Symbol.asyncIterator), undefined)
    t.equal(Reflect.get(table.schema.fields[0]?.type as object, 'type'), undefined)
    t.equal(arrow.tableFromIPC(arrow.tableToIPC(table)).numRows, 2, 'its own copy writes it')
  })
}

t.test('convertArrow() makes every kind of object, both ways', (t) => {
  const copy = copies['version 18'] as typeof arrow
  const table = tableOf(arrow, columnsOf(arrow)).select(['int32', 'dictionary'])
  const [batch] = table.batches as [arrow.RecordBatch]
  const vector = table.getChild('dictionary') as arrow.Vector
  const objects = {
    Table: table,
    RecordBatch: batch,
    Vector: vector,
    Data: vector.data[0],
    Schema: table.schema,
    Field: table.schema.fields[0],
    DataType: vector.type,
  }
  for (const [name, value] of Object.entries(objects)) {
    const there = convertArrow(value, copy)
    t.ok(there instanceof (Reflect.get(copy, name) as never), name)
    t.ok(convertArrow(there, arrow) instanceof (Reflect.get(arrow, name) as never), `${name} back`)
  }
  t.strictSame([...convertArrow(vector, copy)], ['a', null, 'a'])
  t.throws(() => convertArrow({}, copy), { code: 'invalid_argument', message: /Cannot convert an object/ })
  t.throws(() => convertArrow(table, {} as typeof arrow), { code: 'invalid_argument', message: /import \* as arrow/ })
  t.throws(() => new SessionContext({ arrow: arrow.Table as never }), { code: 'invalid_argument' })
  const views = arrow.vectorFromArray(['a'], new arrow.Utf8View())
  t.throws(() => convertArrow(views, copy), { code: 'unknown_type', message: /Utf8View/ })
  t.end()
})

t.test('collect() of an unknown copy fails before the job runs', async (t) => {
  const frame = ctx.readCsv('no-such-file.csv')
  await t.rejects(frame.collect({ arrow: {} as never }), { code: 'invalid_argument' })
  await t.rejects(frame.stream({ arrow: null as never }).next(), { code: 'invalid_argument' })
})

t.test('toIPC() is read by other libraries, in both formats', async (t) => {
  const frame = ctx.fromColumns({ n: Int32Array.of(1, 2, 3), s: ['a', null, 'c'], '': [true, false, null] })
  for (const format of ['stream', 'file'] as const) {
    const bytes = await frame.toIPC({ format })
    t.strictSame(await rowsOf(bytes), await frame.toRows({ json: true }))
    t.equal(arrow.tableFromIPC(bytes).numRows, 3)
    t.strictSame(flechette.tableFromIPC(bytes).getChild('s').toArray(), ['a', null, 'c'])
    t.strictSame([...aq.fromArrow(bytes).array('n')], [1, 2, 3])
    if (polars === undefined) continue
    const read = format === 'file' ? polars.readIPC(Buffer.from(bytes)) : polars.readIPCStream(Buffer.from(bytes))
    t.strictSame(read.getColumn('s').toArray(), ['a', null, 'c'])
  }
  t.strictSame(await frame.toIPC(), await frame.toIPC({ format: 'stream' }))
  const sliced = ctx.fromArrow(
    new arrow.Table(
      [0, 1, 2].map((n) => arrow.tableFromArrays({ n: Int32Array.of(n) }).batches[0] as arrow.RecordBatch),
    ),
  )
  const file = await sliced.filter('n >= 0').toIPC({ format: 'file', partitions: 3 })
  const reader = arrow.RecordBatchReader.from(file).open() as arrow.RecordBatchFileReader
  t.ok(reader.isFile() && reader.numRecordBatches === 3)
  t.equal(reader.readRecordBatch(2)?.getChildAt(0)?.get(0), 2)
  t.equal(arrow.tableFromIPC(await sliced.filter('n > 5').toIPC({ format: 'file' })).schema.names[0], 'n')
  await t.rejects(frame.toIPC({ format: 'feather' as never }), { code: 'invalid_argument' })
})

t.test('VolleyClient gives batches of the copy it is told', async (t) => {
  const body = await ctx.fromColumns({ n: [1, 2] }).toIPC()
  const server = createServer((_, response) => response.end(body))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  for (const copy of Object.values(copies)) {
    for await (const batch of new VolleyClient({ url, arrow: copy }).run({ sql: 'select 1' })) {
      t.ok(batch instanceof copy.RecordBatch)
    }
  }
  t.throws(() => new VolleyClient({ url, arrow: {} as never }), { code: 'invalid_argument' })
})

t.test('streams go where web and Node streams go', async (t) => {
  const frame = ctx.fromColumns({ n: Int32Array.of(1, 2, 3) })
  t.equal((await frame.toReadableStream().getReader().read()).value?.numRows, 3)
  t.strictSame(await rowsOf(await new Response(frame.toArrowStream()).bytes()), await frame.toRows({ json: true }))
  const written: Buffer[] = []
  const sink = new Writable({
    write: (chunk, _, done) => done(written.push(Buffer.from(chunk)) > 0 ? null : undefined),
  })
  await pipeline(frame.toArrowStream(), sink)
  t.equal(arrow.tableFromIPC(Buffer.concat(written)).numRows, 3)
  t.equal((await arrow.tableFromIPC(Readable.fromWeb(frame.toArrowStream()))).numRows, 3)
  t.equal(await ctx.fromArrow(frame).count(), 3, 'a DataFrame is a stream of batches')
})

t.test('a stream that fails never looks complete', async (t) => {
  const fails = udf((n: number) => (n > 1 ? Math.round(Number.NaN / (undefined as never)[0]) : n), ['int32'], 'int32', {
    name: 'fails',
  })
  const [first, second] = [1, 2].map(
    (n) => arrow.tableFromArrays({ n: Int32Array.of(n) }).batches[0] as arrow.RecordBatch,
  )
  const frame = ctx.fromArrow([first, second] as arrow.RecordBatch[]).select(fails(col('n')).alias('n'))
  await t.rejects(frame.toIPC(), { code: 'udf_failed' })
  await t.rejects(frame.toIPC({ format: 'file' }), { code: 'udf_failed' })
  await t.rejects(Array.fromAsync(frame.toReadableStream()), { code: 'udf_failed' })
  const chunks: Uint8Array[] = []
  await t.rejects(
    (async () => {
      for await (const chunk of frame.toArrowStream({ partitions: 2 })) chunks.push(chunk)
    })(),
    { code: 'udf_failed' },
  )
  const bytes = Buffer.concat(chunks)
  t.ok(bytes.length > 0, 'what came before the failure')
  t.notSame(bytes.subarray(-8), Buffer.of(255, 255, 255, 255, 0, 0, 0, 0))
})

t.test('leaving a stream early ends the job', async (t) => {
  const forked = forkedSession(t, 2, { arrow: copies['version 18'] as typeof arrow })
  const endless = udf(
    (n: bigint) => {
      while (n > 2n);
      return n
    },
    ['int64'],
    'int64',
    { name: 'endless' },
  )
  const batches = [1n, 3n, 4n].map(
    (n) => arrow.tableFromArrays({ n: BigInt64Array.of(n) }).batches[0] as arrow.RecordBatch,
  )
  const frame = forked.fromArrow(batches).select(endless(col('n')).alias('n'))
  const isFree = async (): Promise<boolean> => (await forked.fromColumns({ n: [1] }).count()) === 1

  for await (const batch of frame) {
    t.ok(batch instanceof (copies['version 18'] as typeof arrow).RecordBatch)
    break
  }
  t.ok(await isFree(), 'after a loop was left')

  const untouched: ReadableStream = frame.toReadableStream()
  await untouched.cancel()

  for (const stream of [frame.toReadableStream(), frame.toArrowStream()]) {
    const reader = stream.getReader()
    await reader.read()
    // Nothing comes any more: cancelling must not wait for it.
    const pending = [reader.read(), reader.read(), reader.read(), reader.read()]
    await reader.cancel()
    await Promise.all(pending)
    t.ok(await isFree(), 'after a cancel')
  }

  const controller = new AbortController()
  const reader = frame.toArrowStream({ signal: controller.signal }).getReader()
  await reader.read()
  const rest = Array.from({ length: 4 }, () => reader.read())
  controller.abort()
  const settled = await Promise.allSettled(rest)
  t.ok(settled.some(({ status }) => status === 'rejected'))
  t.ok(await isFree(), 'after an abort')
  t.ok((await processesOf(forked)).pids().length >= 1)
})
