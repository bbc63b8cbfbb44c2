// Arrow data from outside that contradicts itself: files, tables of the program, vectors of user functions, the bytes of
// workers. Each way in refuses it with a code; none hangs or ends the process.

import * as arrow from 'apache-arrow'
import t, { type Test } from 'tap'
import { col, type DataType, int32, int64, SessionContext, udf, utf8 } from 'volley'
import { encodeRows } from '../../../api/formats/rows.ts'
import { isVolleyError } from '../../../functions/errors.ts'
import { readArrowBatches, readArrowTable } from '../../../runtime/source/arrow/read-streams.ts'
import { temporaryFiles } from './temporary-files.ts'

t.setTimeout(240_000)

const write = temporaryFiles(t)
const ctx = new SessionContext({ backend: 'in-process' })
const item = new arrow.Field('item', new arrow.Int32(), true)
const entries = new arrow.Field(
  'entries',
  new arrow.Struct<{ key: arrow.Int32; value: arrow.Int32 }>([
    new arrow.Field('key', new arrow.Int32()),
    new arrow.Field('value', new arrow.Int32()),
  ]),
  false,
)
const items = arrow.makeData({ type: new arrow.Int32(), data: Int32Array.of(5, 6, 7) })
const pairs = arrow.makeData({ type: entries.type, length: 3, nullCount: 0, children: [items, items] })

/** Offsets that are sound, to be damaged once they are bytes: 11, 12, 13 stand nowhere else. */
const sound = Int32Array.of(0, 2, 3)
const columns: Readonly<Record<string, (valueOffsets: Int32Array) => arrow.Data>> = {
  list: (valueOffsets) => arrow.makeData({ type: new arrow.List(item), length: 2, valueOffsets, child: items }),
  map: (valueOffsets) => arrow.makeData({ type: new arrow.Map_(entries), length: 2, valueOffsets, child: pairs }),
  utf8: (valueOffsets) =>
    arrow.makeData({ type: new arrow.Utf8(), length: 2, valueOffsets, data: Uint8Array.of(97, 98, 99) }),
}

function tableOf(data: arrow.Data): arrow.Table {
  const schema = new arrow.Schema([new arrow.Field('x', data.type, true)])
  const children = [data]
  return new arrow.Table([
    new arrow.RecordBatch(schema, arrow.makeData({ type: new arrow.Struct(schema.fields), length: 2, children })),
  ])
}

/** The bytes of a sound column, its offsets overwritten. */
function damaged(kind: string, form: 'file' | 'stream'): Buffer {
  const bytes = Buffer.from(arrow.tableToIPC(tableOf(columns[kind]!(sound)), form))
  const at = bytes.lastIndexOf(Buffer.from(sound.buffer))
  bytes.writeInt32LE(2_000_000_000, at + 4)
  return bytes
}

async function refused(t: Test, run: () => Promise<unknown>, code: string, message: RegExp, label: string) {
  try {
    await run()
    t.fail(`${label} was taken`)
  } catch (error) {
    if (!isVolleyError(error)) throw error
    t.match({ code: error.code, message: error.message }, { code, message }, label)
  }
}

for (const kind of Object.keys(columns)) {
  t.test(`${kind} offsets beyond the data are refused wherever they come in`, async (t) => {
    const wrong = /has offsets (that go back or are negative|up to \d+ of \d)/
    for (const form of ['file', 'stream'] as const) {
      const path = write(`${kind}-${form}.arrow`, damaged(kind, form))
      await refused(t, () => ctx.readArrow(path).toRows(), 'source_unreadable', wrong, form)
      await refused(t, () => ctx.readArrow(path).collect(), 'source_unreadable', wrong, form)
    }
    const table = tableOf(columns[kind]!(Int32Array.of(0, 2_000_000_000, 3)))
    await refused(t, async () => ctx.fromArrow(table).toRows(), 'invalid_argument', wrong, 'fromArrow')
    const bytes = damaged(kind, 'stream')
    for (const size of [1, 7, 64, bytes.length]) {
      const read = () => Array.fromAsync(readArrowBatches(chunksOf(bytes, size)))
      await refused(t, read, 'protocol_error', wrong, `chunks of ${size} bytes`)
    }
  })
}

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

t.test('readArrowTable() reads streams however they are cut, one after another, and leaves their source', async (t) => {
  const bytes = arrow.tableToIPC(tableOf(columns.list!(sound)), 'stream')
  const twice = Buffer.concat([bytes, bytes])
  for (const size of [1, 3, 100, twice.length]) {
    const table = await readArrowTable(chunksOf(twice, size))
    t.same(
      table.toArray().map((row) => [...row.x]),
      [[5, 6], [7], [5, 6], [7]],
      `chunks of ${size} bytes`,
    )
  }
  let left = false
  async function* endless() {
    try {
      for (;;) yield bytes
    } finally {
      left = true
    }
  }
  for await (const batch of readArrowBatches(endless())) {
    t.equal(batch.numRows, 2)
    break
  }
  t.ok(left)
})

t.test('readArrowTable() refuses what is no Arrow stream, and lets failures of its source through', async (t) => {
  const bytes = Buffer.from(arrow.tableToIPC(tableOf(columns.list!(sound)), 'stream'))
  const huge = Buffer.from(bytes)
  huge.writeInt32LE(0x7fffffff, 4)
  const table: readonly [string, Uint8Array, RegExp][] = [
    ['text', Buffer.from('hello, this is no stream'), /a message has no beginning/],
    ['metadata of 2 GB', huge, /\d+ bytes of 2147483647 come before the end/],
    ['half a stream', bytes.subarray(0, bytes.length - 30), /\d+ bytes of \d+ come before the end/],
    ['half a prefix', bytes.subarray(0, 5), /5 bytes of 8 come before the end/],
    ['zeros', new Uint8Array(64), /a message has no beginning/],
  ]
  for (const [label, content, message] of table) {
    await refused(t, () => readArrowTable(chunksOf(content, 50)), 'protocol_error', message, label)
  }
  async function* failing() {
    yield bytes.subarray(0, 100)
    throw new RangeError('the pipe broke')
  }
  await t.rejects(readArrowTable(failing()), { name: 'RangeError', message: 'the pipe broke' })
})

t.test('encodeRows() refuses a damaged stream', async (t) => {
  const format = { header: () => '', start: '', before: () => [''], end: '\n', nullText: () => '', cell: () => String }
  const encode = () => Array.fromAsync(encodeRows(chunksOf(damaged('list', 'stream'), 100), format))
  await refused(t, encode, 'protocol_error', /has offsets/, 'rows')
})

t.test('udf() in vector mode refuses vectors that are not sound', async (t) => {
  const rows = ctx.fromRows([{ a: 1 }, { a: 2 }])
  const run = async (fn: () => unknown, message: RegExp, type: DataType = int32) => {
    const bad = udf(fn as () => never, [int32], type, { name: 'bad', mode: 'vector' })
    await refused(t, () => rows.select(bad(col('a'))).toRows(), 'udf_wrong_result', message, String(message))
  }
  const texts = () => {
    const valueOffsets = Int32Array.of(0, 2_000_000_000, 3)
    return new arrow.Vector([
      arrow.makeData({ type: new arrow.Utf8(), length: 2, valueOffsets, data: new Uint8Array(3) }),
    ])
  }
  await run(texts, /returned a vector that is not sound \(it has offsets that go back/, utf8)
  const ints = () => {
    const data = arrow.makeData({ type: new arrow.Int32(), data: Int32Array.of(1) })
    return new arrow.Vector([data.clone(data.type, 0, 2)])
  }
  await run(ints, /not sound \(it has 2 values and a buffer of 4 bytes\)/)
  const liar = () => {
    const vector = arrow.makeVector(Int32Array.of(1))
    return Object.defineProperty(vector, 'length', { value: 2 })
  }
  await run(liar, /returned a vector of 1 values for a batch of 2 rows/)
  await run(() => Object.defineProperty(Int32Array.of(1), 'length', { value: 2 }), /1 values for a batch of 2 rows/)
  const disguised = () => Object.defineProperty(Float64Array.of(1, 2.5), 'constructor', { value: Int32Array })
  await run(disguised, /returned the number 2.5/)
})

t.test('a closure with damaged Arrow data is refused before it is called', async (t) => {
  const vector = new arrow.Vector([columns.utf8!(Int32Array.of(0, 2_000_000_000, 3))])
  const first = udf((_: number) => String(vector.get(0)), [int32], utf8, { name: 'first' })
  const rows = ctx.fromRows([{ a: 1 }])
  await refused(t, () => rows.select(first(col('a'))).toRows(), 'wire_closure_malformed', /closure/, 'captured')
})

t.test('udf() in vector mode may fill one array again and again', async (t) => {
  const rows = ctx.fromRows(Array.from({ length: 70_000 }, (_, i) => ({ a: 70_000 - i })))
  const out = new Int32Array(70_000)
  const same = (a: arrow.Vector) => {
    for (let i = 0; i < a.length; i++) out[i] = Number(a.get(i))
    return out.subarray(0, a.length)
  }
  const asArray = udf(same, [int32], int32, { name: 'asArray', mode: 'vector' })
  const asVector = udf((a: arrow.Vector) => arrow.makeVector(same(a)), [int32], int32, { name: 'v', mode: 'vector' })
  for (const again of [asArray, asVector]) {
    const sorted = await rows
      .select(again(col('a').cast('int32')).alias('b'))
      .sort('b')
      .toRows()
    t.same([sorted[0], sorted[69_999]], [{ b: 1 }, { b: 70_000 }])
  }
})

t.test('a function that writes its own batches to the result pipe ends its job, and nothing else', async (t) => {
  await using forked = new SessionContext({ workers: 1, spareWorkers: 0 })
  const bytes = damaged('list', 'stream')
  const rogue = udf(
    (a: bigint) => {
      process.getBuiltinModule('node:fs').writeSync(3, bytes)
      return a
    },
    [int64],
    int64,
    { name: 'rogue', volatility: 'volatile' },
  )
  const rows = forked.fromRows([{ a: 1n }, { a: 2n }])
  await refused(t, () => rows.select(rogue(col('a'))).toRows(), 'protocol_error', /has offsets that go back/, 'written')
  t.same(await rows.toRows(), [{ a: 1n }, { a: 2n }])
})

t.test('a batch of other rows than its columns have is refused before its columns are filled up', async (t) => {
  const bytes = Buffer.from(arrow.tableToIPC(tableOf(columns.utf8!(sound)), 'stream'))
  const start = 8 + bytes.readInt32LE(4)
  const end = start + 8 + bytes.readInt32LE(start + 4)
  let stated = 0
  for (let at = start + 8; at + 8 <= end; at += 4) {
    if (bytes.readBigInt64LE(at) !== 2n) continue
    const changed = Buffer.from(bytes)
    changed.writeBigInt64LE(2_000_000_000n, at)
    const wrong = /a column of (2 values in a batch of 2000000000 rows|2000000000 values in a batch of 2 rows)/
    const path = write(`rows-${at}.arrows`, changed)
    await refused(t, () => ctx.readArrow(path).toRows(), 'source_unreadable', wrong, 'a file')
    await refused(t, () => readArrowTable(chunksOf(changed, 100)), 'protocol_error', wrong, 'a result')
    stated++
  }
  t.equal(stated, 2, 'the rows and the length of the column')
})
