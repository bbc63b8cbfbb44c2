// Batches to Arrow streams that apache-arrow reads: every type, slices, nulls, dictionaries; and what is refused.

import { RecordBatchReader, tableFromIPC } from 'apache-arrow'
import fc from 'fast-check'
import t from 'tap'
import { fromRecordBatch } from '../../../functions/column/arrow.ts'
import type { Batch, Column } from '../../../functions/column/column.ts'
import { columnOf } from '../../../functions/column/output-buffer.ts'
import { sliceBatch } from '../../../functions/column/slice.ts'
import { fromArrowSchema } from '../../../functions/types/arrow.ts'
import {
  bool,
  decimal128,
  dictionary,
  field,
  float64,
  int32,
  int64,
  list,
  nullType,
  type Schema,
  struct,
  timestamp,
  utf8,
} from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import { BatchEncoder } from '../../../runtime/data/batch-encoder.ts'
import { batchOf, randomTable, rowsOf } from '../engine/random-columns.ts'
import { rowsIn } from '../engine/run-program.ts'
import { show } from '../engine/values.ts'

t.setTimeout(120_000)

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
t.comment(`SEED=${seed} repeats this run`)

function encode(schema: Schema, batches: readonly Batch[]): Buffer {
  const encoder = new BatchEncoder(schema)
  return Buffer.concat([...encoder.start(), ...batches.flatMap((batch) => encoder.batch(batch)), ...encoder.end()])
}
function decode(bytes: Buffer): readonly (readonly Value[])[] {
  const reader = RecordBatchReader.from(bytes)
  return rowsIn([...reader].map((batch) => fromRecordBatch(batch, fromArrowSchema(batch.schema))))
}
const batch = (...columns: readonly Column[]): Batch => ({ length: columns[0]?.length ?? 0, columns })

t.test('BatchEncoder writes what apache-arrow reads', (t) => {
  const schema = [
    field('a', int64),
    field('s', utf8, false),
    field('b', bool),
    field('d', decimal128(10, 2)),
    field('at', timestamp('us', 'UTC')),
  ]
  const columns = batch(
    columnOf([1n, null, -1n], int64),
    columnOf(['', 'é', '😀'], utf8),
    columnOf([true, null, false], bool),
    columnOf([12345n, null, -5n], decimal128(10, 2)),
    columnOf([1_700_000_000_123_456n, null, -1n], timestamp('us', 'UTC')),
  )
  const table = tableFromIPC(encode(schema, [columns, sliceBatch(columns, 1, 3)]))
  t.equal(table.numRows, 5)
  t.same([...(table.getChild('a') ?? [])], [1n, null, -1n, null, -1n])
  t.same([...(table.getChild('s') ?? [])], ['', 'é', '😀', 'é', '😀'])
  t.same([...(table.getChild('b') ?? [])], [true, null, false, null, false])
  t.same(
    table.schema.fields.map(({ name, nullable, type }) => `${name} ${type}${nullable ? '?' : ''}`),
    ['a Int64?', 's Utf8', 'b Bool?', 'd Decimal[10e+2]?', 'at Timestamp<MICROSECOND, UTC>?'],
  )
  t.end()
})

t.test('BatchEncoder writes slices that begin inside of their memory', (t) => {
  const long = Array.from({ length: 100 }, (_, i) => (i % 7 === 0 ? null : `word ${i}`))
  const all = batch(
    columnOf(long, utf8),
    columnOf(
      long.map((_, i) => (i % 3 === 0 ? null : i % 2 === 0)),
      bool,
    ),
  )
  const schema = [field('s', utf8), field('b', bool)]
  for (const [start, end] of [
    [0, 100],
    [1, 100],
    [9, 10],
    [50, 50],
    [63, 65],
  ] as const) {
    t.same(decode(encode(schema, [sliceBatch(all, start, end)])), rowsIn([all]).slice(start, end))
  }
  t.end()
})

t.test('BatchEncoder writes dictionaries as plain values', (t) => {
  const codes: Column = {
    storage: 'dictionary',
    type: utf8,
    length: 3,
    valid: Uint8Array.of(1, 0, 1),
    codes: Int32Array.of(1, 9, 0),
    dictionary: columnOf(['x', 'y'], utf8) as never,
  }
  const bytes = encode([field('s', dictionary(utf8))], [batch(codes)])
  t.same(decode(bytes), [['y'], [null], ['x']])
  t.equal(String(tableFromIPC(bytes).schema.fields[0]?.type), 'Utf8')
  t.end()
})

t.test('BatchEncoder writes a stream without batches, and batches without rows or columns', (t) => {
  t.equal(tableFromIPC(encode([field('a', int32)], [])).numRows, 0)
  t.same(
    decode(
      encode(
        [field('a', list(int64)), field('n', nullType)],
        [batch(columnOf([], list(int64)), columnOf([], nullType))],
      ),
    ),
    [],
  )
  t.equal(tableFromIPC(encode([], [{ length: 4, columns: [] }])).batches[0]?.numRows, 4)
  t.end()
})

t.test('BatchEncoder refuses a batch that is not of its schema', (t) => {
  const encoder = new BatchEncoder([field('a', int32), field('b', utf8)])
  const wrong: readonly Batch[] = [
    batch(columnOf([1], int32)),
    batch(columnOf([1], int32), columnOf([1], int32)),
    batch(columnOf([1], int32), columnOf(['x'], utf8), columnOf(['x'], utf8)),
  ]
  for (const one of wrong) t.throws(() => encoder.batch(one), { code: 'internal', message: /Cannot write a batch/ })
  t.end()
})

t.test('BatchEncoder joins small chunks and copies no large ones', (t) => {
  const encoder = new BatchEncoder([field('a', float64), field('b', int32)])
  t.equal(encoder.start().length, 1)
  const values = Float64Array.from({ length: 1000 }, (_, i) => i)
  const large: Column = { storage: 'number', type: float64, length: 1000, valid: undefined, values }
  const chunks = encoder.batch(batch(large, columnOf(Array.from(values), int32)))
  t.ok(
    chunks.some((chunk) => chunk.buffer === values.buffer),
    'the values are in it as they are',
  )
  t.ok(chunks.length < 8)
  const small = encoder.batch(batch(columnOf([1], float64), columnOf([1], int32)))
  t.equal(small.length, 1)
  t.equal(encoder.end().length, 1)
  t.end()
})

t.test('nested values travel without loss at every depth', (t) => {
  const inner = struct([field('when', timestamp('ns')), field('cost', decimal128(38, 4)), field('tags', list(utf8))])
  const values: readonly Value[] = [
    [{ when: 1_700_000_000_123_456_789n, cost: -(10n ** 37n), tags: ['é', null] }, null],
    null,
    [],
    [{ when: null, cost: 5n, tags: null }],
  ]
  const column = columnOf(values, list(inner))
  t.same(
    decode(encode([field('l', list(inner))], [batch(column)])).map(([value]) => show(value)),
    values.map(show),
  )
  t.same(
    decode(encode([field('l', list(inner))], [sliceBatch(batch(column), 2, 4)])).map(([value]) => show(value)),
    values.slice(2).map(show),
  )
  t.end()
})

t.test('whatever a batch holds, its stream gives it back', (t) => {
  fc.assert(
    fc.property(randomTable(), (table) => {
      const wanted = rowsOf(table)
        .map((row) => row.map(show).join(' | '))
        .join('\n')
      const got = decode(encode(table.schema, [batchOf(table)]))
        .map((row) => row.map(show).join(' | '))
        .join('\n')
      if (got !== wanted) throw new Error(`wanted\n${wanted}\ngot\n${got}`)
    }),
    { seed, numRuns: 400 },
  )
  t.end()
})
