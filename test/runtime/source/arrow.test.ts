import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RecordBatchFileWriter, tableFromArrays } from 'apache-arrow'
import t from 'tap'
import { typeName } from '../../../functions/types/type.ts'
import { narrowSource, openSource, readPartition } from '../../../runtime/source/formats.ts'
import type { SourceSpec } from '../../../runtime/source/source.ts'
import { readBatches, readColumns } from './read-all.ts'

t.setTimeout(120_000)

const folder = new URL('../../fixtures/parquet/', import.meta.url).pathname
const rows = { a: [1, null, 3, 4, 5, 6], b: ['x', 'y', null, 'z', '', 'ü'.repeat(40)] }
const spec = (name: string): SourceSpec => ({ kind: 'arrow', paths: [folder + name] })
const memory: SourceSpec = { kind: 'memory', bytes: readFileSync(`${folder}batches.arrows`) }

const forms = [
  ['batches.arrow', 'a file'],
  ['batches-zstd.arrow', 'a file compressed with zstd'],
  ['batches-lz4.arrow', 'a file compressed with lz4'],
  ['batches.arrows', 'a stream'],
  ['large-utf8.arrow', 'a file with 64-bit text offsets'],
  ['utf8-view.arrow', 'a file with text views'],
] as const

for (const [name, what] of forms) {
  t.test(`readPartition() reads ${what}`, async (t) => {
    const { schema } = await openSource(spec(name))
    t.same(
      schema.map((field) => `${field.name}: ${typeName(field.type)}`),
      ['a: int64', 'b: utf8'],
    )
    t.same(await readColumns(spec(name)), rows)
    t.same(await readColumns(spec(name), { columns: ['b'] }), { b: rows.b })
    t.same(await readColumns(spec(name), { columns: ['b', 'a'], batchRows: 1 }), { b: rows.b, a: rows.a })
  })
}

t.test('readPartition() reads a stream in memory', async (t) => {
  t.same(await readColumns(memory), rows)
  t.same(await readColumns(memory, { columns: ['b', 'a'] }, 2), { b: rows.b, a: rows.a })
})

t.test('readPartition() reads a file in memory', async (t) => {
  t.same(await readColumns({ kind: 'memory', bytes: readFileSync(`${folder}batches.arrow`) }, {}, 2), rows)
})

t.test('openSource() knows the rows and batches of a stream in memory', async (t) => {
  const source = await openSource(memory)
  t.equal(source.rows, 6)
  t.same(
    source.partitions().map((partition) => [partition.slices, partition.rows]),
    [
      [[{ range: [0, 1] }], 2],
      [[{ range: [1, 2] }], 2],
      [[{ range: [2, 3] }], 2],
    ],
  )
})

t.test('partitions() cuts an Arrow file between its batches', async (t) => {
  const path = `${folder}batches.arrow`
  const source = await openSource(spec('batches.arrow'))
  t.same(
    source.partitions(2).map(({ slices }) => slices.map(({ path, range }) => ({ path, range }))),
    [[{ path, range: [0, 1] }], [{ path, range: [1, 3] }]],
  )
  t.same(await readColumns(spec('batches.arrow'), {}, 2), rows)
})

t.test('readPartition() shares the memory of an uncompressed stream', async (t) => {
  const [batch] = await readBatches(memory)
  t.equal(batch?.data.children[0]?.values.buffer, memory.bytes.buffer)
})

t.test('readPartition() stops between batches when it is cancelled', async (t) => {
  const controller = new AbortController()
  const { partitions } = await openSource(spec('batches.arrow'))
  const [partition] = partitions(1)
  const read = async () => {
    for await (const _ of readPartition(spec('batches.arrow'), partition!, { signal: controller.signal })) {
      controller.abort()
    }
  }
  await t.rejects(read(), { code: 'cancelled' })
})

t.test('narrowSource() leaves a task only the bytes of its own batches', async (t) => {
  const [, second] = (await openSource(memory)).partitions(2)
  const narrow = await narrowSource(memory, second!)
  t.ok(narrow.spec.kind === 'memory' && narrow.spec.bytes.length < memory.bytes.length)
  const values: unknown[] = []
  for await (const batch of readPartition(narrow.spec, narrow.partition)) values.push(...batch.getChild('b')!)
  t.same(values, rows.b.slice(2))
})

t.test(
  'readPartition() reads files whose schema stands in the footer alone, as apache-arrow writes them',
  async (t) => {
    const table = tableFromArrays({ a: Int32Array.of(1, 2, 3), b: ['x', 'y', 'z'] })
    const path = join(t.testdir(), 'own.arrow')
    writeFileSync(path, RecordBatchFileWriter.writeAll(table).toUint8Array(true))
    t.same(await readColumns({ kind: 'arrow', paths: [path] }), { a: [1, 2, 3], b: ['x', 'y', 'z'] })
  },
)
