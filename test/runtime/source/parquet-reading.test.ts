import t from 'tap'
import { openSource, readPartition } from '../../../runtime/source/formats.ts'
import type { ColumnRange, ReadProgress, SourceSpec } from '../../../runtime/source/source.ts'
import { readBatches, readColumns } from './read-all.ts'

t.setTimeout(240_000)

const folder = new URL('../../fixtures/parquet/', import.meta.url).pathname
const spec = (name: string): SourceSpec => ({ kind: 'parquet', paths: [folder + name] })
// 100 rows in 10 row groups; i: 0 … 99, s: "k000" … "k099", f: as i with NaN at 95, n: null below 50, d: days of 2024
const statistics = spec('statistics.parquet')
const flights: SourceSpec = {
  kind: 'parquet',
  paths: [new URL('../../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url).pathname],
}

t.test('readPartition() skips row groups that their statistics rule out', async (t) => {
  const table: readonly [string, ColumnRange, number][] = [
    ['below', { column: 'i', max: 9 }, 10],
    ['above', { column: 'i', min: 85 }, 20],
    ['between', { column: 'i', min: 42n, max: 43n }, 10],
    ['outside', { column: 'i', min: 1000 }, 0],
    ['texts by their bytes', { column: 's', min: 'k095', max: 'k1' }, 10],
    ['an equal text', { column: 's', min: 'k020', max: 'k020' }, 10],
    ['days', { column: 'd', max: 19722 + 9 }, 10],
    ['not null', { column: 'n', min: 0 }, 50],
    ['any that is not null', { column: 'n' }, 50],
    ['null or large', { column: 'n', min: 90, nulls: true }, 60],
    ['floats below', { column: 'f', max: 9 }, 10],
    ['floats above, where NaN counts as larger than all', { column: 'f', min: 1000 }, 100],
    ['floats between', { column: 'f', min: 1000, max: 2000 }, 0],
    ['a column that is not there', { column: 'zebra', min: 1 }, 100],
    ['a bound of another kind', { column: 's', min: 5 }, 100],
  ]
  for (const [what, range, rows] of table) {
    const columns = await readColumns(statistics, { columns: ['i'], predicate: [range] })
    t.equal(columns.i?.length, rows, what)
  }
  t.same(
    await readColumns(statistics, {
      columns: ['i'],
      predicate: [
        { column: 'i', min: 30 },
        { column: 's', max: 'k035' },
      ],
    }),
    {
      i: [30, 31, 32, 33, 34, 35, 36, 37, 38, 39],
    },
  )
})

t.test('partitions() groups row groups evenly, in order', async (t) => {
  const source = await openSource(statistics)
  t.equal(source.rows, 100)
  t.equal(source.partitions().length, 10)
  t.same(
    source.partitions(3).map((partition) => [partition.slices[0]?.range, partition.rows]),
    [
      [[0, 4], 40],
      [[4, 7], 30],
      [[7, 10], 30],
    ],
  )
  t.equal(source.partitions(100).length, 10)
})

t.test('openSource() expands globs in alphabetical order and reads the files as one', async (t) => {
  const many: SourceSpec = { kind: 'parquet', paths: [`${folder}types-{plain,v2,dictionary}.parquet`] }
  const source = await openSource(many)
  t.equal(source.rows, 120)
  t.same(
    source.partitions().map((partition) => partition.slices[0]?.path?.slice(folder.length)),
    ['types-dictionary.parquet', 'types-plain.parquet', 'types-v2.parquet'],
  )
  t.equal((await readColumns(many, { columns: ['utf8'] }, 1)).utf8?.length, 120)
})

t.test('readPartition() keeps dictionaries only when it is asked to', async (t) => {
  const [kept] = await readBatches(flights, { columns: ['origin', 'delay'], dictionaries: 'keep' }, 1)
  const [decoded] = await readBatches(flights, { columns: ['origin', 'delay'] }, 1)
  t.equal(String(kept?.schema.fields[0]?.type), 'Dictionary<Int32, Utf8>')
  t.equal(String(decoded?.schema.fields[0]?.type), 'Utf8')
  t.same([kept?.numRows, kept?.getChild('origin')?.get(65_535)], [65_536, decoded?.getChild('origin')?.get(65_535)])
})

t.test('readPartition() hands out the first batch before it reads the second row group', async (t) => {
  const source = await openSource(flights)
  const [partition] = source.partitions(1)
  const progress: ReadProgress[] = []
  for await (const batch of readPartition(flights, partition!, {
    columns: ['delay'],
    onProgress: (p) => progress.push(p),
  })) {
    t.equal(batch.numRows, 65_536)
    t.same(progress, [])
    break
  }
})

t.test('readPartition() reports progress up to the bytes of the partition', async (t) => {
  const [partition] = (await openSource(flights)).partitions(1)
  let last: ReadProgress = { rows: 0, bytes: 0 }
  for await (const _ of readPartition(flights, partition!, { columns: ['delay'], onProgress: (p) => (last = p) }));
  t.same(last, { rows: 3_000_000, bytes: partition?.bytes })
})

t.test('readPartition() stops between batches when it is cancelled', async (t) => {
  const controller = new AbortController()
  const [partition] = (await openSource(flights)).partitions(1)
  let batches = 0
  const read = async () => {
    for await (const _ of readPartition(flights, partition!, { signal: controller.signal })) {
      if (++batches === 2) controller.abort()
    }
  }
  await t.rejects(read(), { code: 'cancelled', message: 'Reading stopped: it was cancelled' })
  t.equal(batches, 2)
})

t.test('readPartition() agrees with known facts of the flights file', async (t) => {
  const [partition] = (await openSource(flights)).partitions(1)
  let [rows, sum, ord] = [0, 0, 0]
  for await (const batch of readPartition(flights, partition!, { columns: ['delay', 'origin'] })) {
    rows += batch.numRows
    const [delay, origin] = batch.data.children
    const { values: text, valueOffsets } = origin!
    for (let i = 0; i < batch.numRows; i++) {
      const late = Number(delay?.values[i])
      sum += late
      const at = valueOffsets[i]
      if (late > 60 && text[at] === 79 && text[at + 1] === 82 && text[at + 2] === 68) ord++
    }
  }
  t.same([rows, ord], [3_000_000, 12_891])
  t.equal(sum, 20_003_603)
})

t.test('readPartition() holds one row group at most, however many there are', async (t) => {
  const [partition] = (await openSource(flights)).partitions(1)
  const peaks: number[] = []
  let batches = 0
  for await (const _ of readPartition(flights, partition!)) {
    if (++batches % 10 === 0) peaks.push(process.memoryUsage().arrayBuffers)
  }
  // A row group takes 12 MB decoded; what the collector has not taken yet comes on top.
  t.ok(Math.max(...peaks) < 250e6, `at most ${Math.max(...peaks)} bytes of buffers at a time`)
})
