// Arrow data comes in whoever made it: other copies of apache-arrow, bytes, streams, other libraries.

import { Readable } from 'node:stream'
import { ReadableStream } from 'node:stream/web'
import * as flechette from '@uwdata/flechette'
import * as arrow from 'apache-arrow'
import * as aq from 'arquero'
import * as arrow18 from 'arrow-18'
import t from 'tap'
import { type ArrowInput, col, lit, SessionContext, timestamp, udaf, udf, udwf } from 'volley'
import { polars } from '../../polars.ts'
import { type Arrow, columnsOf, copies, expected, tableOf } from './copies.ts'

t.setTimeout(240_000)

const ctx = new SessionContext({ backend: 'in-process' })
t.teardown(() => ctx.close())

for (const [name, copy] of Object.entries(copies)) {
  t.test(`fromArrow() reads columns of every type of ${name}`, async (t) => {
    const columns = columnsOf(copy)
    const table = tableOf(copy, columns)
    for (const [data, from] of [
      [table, 0],
      [table.batches, 0],
      [table.slice(1), 1],
    ] as const) {
      const rows = await ctx.fromArrow(data).toRows({ json: true })
      for (const column of Object.keys(columns)) {
        t.strictSame(
          rows.map((row) => row[column]),
          expected[column]?.slice(from),
          `${column} from ${from}`,
        )
      }
    }
  })
}

t.test('fromArrow() reads bytes of a stream or a file, and what writes itself as Arrow', async (t) => {
  const rows = [
    { n: 1, s: 'a' },
    { n: 2, s: null },
  ]
  const table = new arrow.Table({
    n: arrow.vectorFromArray([1, 2], new arrow.Int32()),
    s: arrow.vectorFromArray(['a', null], new arrow.Utf8()),
  })
  const stream = arrow.tableToIPC(table, 'stream')
  const given = {
    stream,
    file: arrow.tableToIPC(table, 'file'),
    'an ArrayBuffer': stream.slice().buffer,
    arquero: aq.table({ n: [1, 2], s: ['a', null] }),
    ...(polars === undefined ? {} : { 'nodejs-polars': polars.DataFrame({ n: [1, 2], s: ['a', null] }) }),
    flechette: flechette.tableToIPC(flechette.tableFromIPC(stream), {}) as Uint8Array,
  }
  for (const [name, data] of Object.entries(given)) {
    t.strictSame(await ctx.fromArrow(data).toRows({ json: true }), rows, name)
  }
})

t.test('fromArrow() gathers what comes by and by, once', async (t) => {
  const table = arrow.tableFromArrays({ n: Int32Array.of(1, 2, 3) })
  const bytes = Buffer.from(arrow.tableToIPC(table, 'stream'))
  const pieces = [bytes.subarray(0, 11), bytes.subarray(11, 300), bytes.subarray(300)]
  const later = async function* <Item>(items: readonly Item[]) {
    for (const item of items) yield item
  }
  const other = arrow18 as unknown as Arrow
  const given = {
    'batches of another copy': later(tableOf(other, { n: columnsOf(other).int32 as arrow.Vector }).batches),
    'a web stream of batches': ReadableStream.from(table.batches),
    'a web stream of bytes': ReadableStream.from(pieces),
    'a Node stream': Readable.from(pieces),
    'a generator of bytes': later(pieces),
    'a reader': arrow.RecordBatchReader.from(bytes),
    'a reader that waits': await arrow.RecordBatchReader.from(later(pieces)),
    'a promise': Promise.resolve(table),
  }
  for (const [name, data] of Object.entries(given)) {
    const frame = ctx.fromArrow(data as ArrowInput)
    t.equal((await frame.schema()).length, 1, name)
    t.equal(await frame.count(), 3, name)
    t.equal(await frame.filter('n > 1').count(), name.includes('copy') ? 1 : 2, name)
  }
  const both = ctx.fromArrow(ReadableStream.from(table.batches))
  t.strictSame(await Promise.all([both.count(), both.count()]), [3, 3])
})

t.test('fromArrow() says what it was given, and what to do', async (t) => {
  const vector = arrow.makeVector(Int32Array.of(1))
  const flechetteTable = flechette.tableFromArrays({ n: [1] })
  const wrong = [
    [vector, /not a vector; name it as a column: fromColumns\(\{ name: vector \}\)/],
    [flechetteTable, /Flechette; give its bytes: fromArrow\(tableToIPC\(table\)\)/],
    [[], /not none at all/],
    [[{ n: 1 }], /not an Object/],
    ['a.arrow', /not a string/],
    [null, /not null/],
  ] as const
  for (const [data, message] of wrong) {
    t.throws(() => ctx.fromArrow(data as never), { code: 'invalid_argument', message })
  }
  const streams = [
    [[], /a stream that ended before it gave anything/],
    [['text'], /not a string/],
    [[Uint8Array.of(1), 'text'], /not a stream of bytes and of a string/],
  ] as const
  for (const [items, message] of streams) {
    const frame = ctx.fromArrow(ReadableStream.from(items) as never)
    await t.rejects(frame.collect(), { code: 'invalid_argument', message })
    await t.rejects(frame.collect(), { code: 'invalid_argument', message }, 'the second time too')
  }
  const failing = ReadableStream.from(
    (async function* () {
      yield Uint8Array.of(255)
      throw new Error('the line is down')
    })(),
  )
  await t.rejects(ctx.fromArrow(failing).collect(), /the line is down/)
  const silent = new ReadableStream()
  const controller = new AbortController()
  const waiting = ctx.fromArrow(silent).collect({ signal: controller.signal })
  controller.abort()
  await t.rejects(waiting, { code: 'cancelled' }, 'what never comes')
  const cut = arrow.tableToIPC(arrow.tableFromArrays({ n: Int32Array.of(1) })).subarray(0, 200)
  await t.rejects(ctx.fromArrow(ReadableStream.from([cut])).collect(), { code: 'source_unreadable' })
})

for (const [name, copy] of Object.entries(copies)) {
  t.test(`vectors, types and schemas of ${name} are taken wherever Arrow's objects are`, async (t) => {
    const columns = columnsOf(copy)
    const rows = await ctx.fromColumns(columns).toRows({ json: true })
    for (const column of Object.keys(columns)) {
      t.strictSame(
        rows.map((row) => row[column]),
        expected[column],
        column,
      )
    }
    const { int8, utf8 } = columns as { int8: arrow.Vector; utf8: arrow.Vector }
    const declared = ctx.fromColumns({ n: int8, m: [1, 2, 3] }, { n: new copy.Float64(), m: new copy.Int16() })
    t.strictSame(
      (await declared.schema()).map(({ type }) => type.kind),
      ['float64', 'int16'],
    )
    t.strictSame((await declared.collectColumns()).n, [-1, null, 3])
    t.equal(String(col('a').cast(new copy.TimestampMillisecond())), String(col('a').cast(timestamp('ms'))))
    t.equal(String(lit(1, new copy.Int16())), 'Int16(1)')
    const schema = new copy.Schema([new copy.Field('n', new copy.Int16(), true)])
    t.equal((await ctx.fromRows([{ n: 1 }], schema).schema())[0]?.type.kind, 'int16')
    t.throws(() => ctx.parseExpr('m + 1', schema), { code: 'unknown_column' })

    const double = udf((x: number) => x * 2, [new copy.Float64()], new copy.Float64(), { name: 'double' })
    const frame = ctx.fromColumns({ n: int8, s: utf8 }).select(double(col('n')).alias('d'), 's')
    t.strictSame(await frame.collectColumns(), { d: [-2, null, 6], s: expected.utf8 })

    const table = tableOf(copy, { n: int8 })
    for (const data of [table, table.batches[0] as arrow.RecordBatch]) {
      t.strictSame([...(await col('n').add(1).evaluate(data))], [0n, null, 4n])
    }
  })
}

t.test(
  'functions return vectors of another copy: as columns, as lists, from accumulators and window evaluators',
  async (t) => {
    const upper = udf(
      (texts: arrow.Vector) =>
        arrow18.vectorFromArray(
          [...texts].map((text) => text?.toUpperCase() ?? null),
          new arrow18.Utf8(),
        ),
      [new arrow18.Utf8()],
      new arrow18.Field('upper', new arrow18.Utf8(), true),
      { name: 'upper_of', mode: 'vector' },
    )
    const pair = udf((n: number) => arrow18.makeVector(Int32Array.of(n, n + 1)), ['int32'], 'list<int32>', {
      name: 'pair',
    })
    class Numbers {
      all: number[] = []
      add(n: number | null) {
        if (n !== null) this.all.push(n)
      }
      merge(lists: number[][]) {
        for (const list of lists) this.all.push(...list)
      }
      state() {
        return [arrow18.makeVector(Int32Array.from(this.all))]
      }
      evaluate() {
        return arrow18.makeVector(Int32Array.from(this.all))
      }
    }
    class Doubled {
      evaluateAll([values]: [(number | null)[]]) {
        return arrow18.makeVector(Float64Array.from(values, (value) => 2 * (value ?? 0)))
      }
    }
    const numbers = udaf(Numbers, ['int32'], 'list<int32>', ['list<int32>'], { name: 'numbers' })
    const doubled = udwf(Doubled, ['float64'], 'float64', { name: 'doubled' })
    const frame = ctx.fromColumns({ n: Int32Array.of(1, 5), s: ['a', null] })
    t.strictSame(await frame.select(upper(col('s')).alias('u'), pair(col('n')).alias('p')).collectColumns(), {
      u: ['A', null],
      p: [
        [1, 2],
        [5, 6],
      ],
    })
    t.strictSame(await frame.aggregate([], [numbers(col('n')).alias('all')]).toRows({ partitions: 2 }), [
      { all: [1, 5] },
    ])
    t.strictSame(await frame.select(doubled(col('n')).over({}).alias('d')).collectColumns(), { d: [2, 10] })
  },
)
