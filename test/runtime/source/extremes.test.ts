// Files that are sound and out of all proportion: very wide, very deep, very long. They are read, or refused at once.

import { appendFileSync, truncateSync } from 'node:fs'
import * as arrow from 'apache-arrow'
import t from 'tap'
import { openSource } from '../../../runtime/source/formats.ts'
import type { SourceSpec } from '../../../runtime/source/source.ts'
import { readColumns } from './read-all.ts'
import { temporaryFiles } from './temporary-files.ts'

t.setTimeout(240_000)

const write = temporaryFiles(t)
const names = (count: number) => Array.from({ length: count }, (_, i) => `c${i}`)

t.test('openSource() refuses more than 30,000 columns', async (t) => {
  const wide = names(30_001)
  const arrows = new arrow.RecordBatchStreamWriter()
  arrows.reset(undefined, new arrow.Schema(wide.map((name) => new arrow.Field(name, new arrow.Int32(), true))))
  const files: readonly SourceSpec[] = [
    { kind: 'csv', paths: [write('wide.csv', `${wide.join(',')}\n${wide.map(() => 1).join(',')}\n`)] },
    { kind: 'json', paths: [write('wide.ndjson', `${JSON.stringify(Object.fromEntries(wide.map((n) => [n, 1])))}\n`)] },
    { kind: 'arrow', paths: [write('wide.arrow', arrows.finish().toUint8Array(true))] },
  ]
  for (const spec of files) {
    await t.rejects(openSource(spec), { code: 'source_unreadable', message: /it has more than 30000 columns/ })
  }
})

t.test('openSource() counts the fields of structs as columns', async (t) => {
  const wide = names(30_001)
  const arrows = new arrow.RecordBatchStreamWriter()
  const fields = wide.map((name) => new arrow.Field(name, new arrow.Int32(), true))
  arrows.reset(undefined, new arrow.Schema([new arrow.Field('s', new arrow.Struct(fields), true)]))
  const files: readonly SourceSpec[] = [
    {
      kind: 'json',
      paths: [write('struct.ndjson', JSON.stringify({ s: Object.fromEntries(wide.map((n) => [n, 1])) }))],
    },
    // A struct that grows from row to row.
    {
      kind: 'json',
      paths: [write('growing.ndjson', wide.map((n) => `{"s":[{},{"${n}":1}]}`).join('\n'))],
      options: { sampleRows: 40_000 },
    },
    { kind: 'arrow', paths: [write('struct.arrow', arrows.finish().toUint8Array(true))] },
  ]
  for (const spec of files) {
    await t.rejects(openSource(spec), { code: 'source_unreadable', message: /it has more than 30000 columns/ })
  }
})

t.test('openSource() takes millions of digits for what they are', async (t) => {
  const digits = '9'.repeat(4_000_000)
  const csv: SourceSpec = { kind: 'csv', paths: [write('digits.csv', `a\n${digits}\n`)] }
  t.match((await openSource(csv)).schema, [{ name: 'a', type: { kind: 'float64' } }])
})

t.test('readPartition() reads a CSV file of 20,000 columns', async (t) => {
  const wide = names(20_000)
  const lines = [1, 2, 3].map((line) => wide.map((_, i) => line * i).join(','))
  const spec: SourceSpec = { kind: 'csv', paths: [write('a.csv', `${wide.join(',')}\n${lines.join('\n')}\n`)] }
  t.same(await readColumns(spec, { columns: ['c7', 'c19999'] }), { c7: [7, 14, 21], c19999: [19_999, 39_998, 59_997] })
})

t.test('openSource() refuses JSON values that are nested without end', async (t) => {
  const nested = (depth: number): readonly string[] => [
    '['.repeat(depth) + ']'.repeat(depth),
    `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
  ]
  for (const value of nested(5000)) {
    const paths = [write('deep.ndjson', `{"a":${value}}\n`)]
    await t.rejects(openSource({ kind: 'json', paths }), {
      code: 'schema_mismatch',
      message: /"a" in .*: its values are nested more than 64 deep/,
    })
    await t.rejects(readColumns({ kind: 'json', paths, options: { schema: { a: 'int64' } } }), {
      code: 'invalid_value',
      message: /line 1, column "a", a deeply nested value is not int64/,
    })
  }
  for (const value of nested(100_000)) {
    const paths = [write('deeper.ndjson', `{"a":${value}}\n`)]
    const refusal = { code: 'source_unreadable', message: /line 1: it nests more than 10000 deep/ }
    await t.rejects(openSource({ kind: 'json', paths }), refusal)
    await t.rejects(readColumns({ kind: 'json', paths, options: { schema: { a: 'int64' } } }), refusal)
  }
})

t.test('openSource() refuses Arrow types that are nested without end', async (t) => {
  let type: arrow.DataType = new arrow.Int32()
  for (let i = 0; i < 100; i++) type = new arrow.List(new arrow.Field('item', type, true))
  const writer = new arrow.RecordBatchStreamWriter()
  writer.reset(undefined, new arrow.Schema([new arrow.Field('x', type, true)]))
  const paths = [write('deep.arrow', writer.finish().toUint8Array(true))]
  await t.rejects(openSource({ kind: 'arrow', paths }), { code: 'source_unreadable', message: /nested more than 64/ })
})

t.test('openSource() refuses an Arrow file whose footer takes 100 MB', async (t) => {
  const path = write('footer.arrow', 'ARROW1\0\0')
  const end = Buffer.concat([Buffer.alloc(4), Buffer.from('ARROW1')])
  end.writeInt32LE(100_000_000)
  truncateSync(path, 100_000_100) // of zeros, which take no place on disk
  appendFileSync(path, end)
  await t.rejects(openSource({ kind: 'arrow', paths: [path] }), {
    code: 'source_unreadable',
    message: /its metadata has 100000000 bytes, more than 67108864/,
  })
})
