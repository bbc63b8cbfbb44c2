import * as arrow from 'apache-arrow'
import t from 'tap'
import { fromData, fromRecordBatch, toData, toRecordBatch } from '../../../functions/column/arrow.ts'
import { valueAt } from '../../../functions/column/column.ts'
import { fromArrowSchema, fromArrowType, toArrowSchema, toArrowType } from '../../../functions/types/arrow.ts'
import { parseType } from '../../../functions/types/parse-type.ts'
import { field, typeName } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import { BatchEncoder } from '../../../runtime/data/batch-encoder.ts'
import { columnOf } from '../../conformance/cases.ts'

t.setTimeout(120_000)

const values = (data: arrow.Data, type: string): readonly Value[] => {
  const column = fromData(data, parseType(type))
  return Array.from({ length: column.length }, (_, row) => valueAt(column, row))
}

const columns: readonly (readonly [string, readonly Value[]])[] = [
  ['int8', [1, null, -128]],
  ['uint32', [0, 4294967295, null]],
  ['int64', [1n, null, -(2n ** 63n)]],
  ['uint64', [2n ** 64n - 1n, 0n, null]],
  ['float32', [Math.fround(0.1), null, Number.NaN]],
  ['float64', [0.1, -0, null]],
  ['bool', [true, false, null, true, true, true, true, true, true, false]],
  ['utf8', ['a', '', null, '日本語', '👍']],
  ['binary', [Uint8Array.of(1, 2), null, Uint8Array.of()]],
  ['date32', [0, -1, null, 19782]],
  ['timestamp(s)', [-1n, null, 1709164800n]],
  ['timestamp(ns,Europe/Rome)', [1n, null, -1n]],
  ['time32(s)', [0n, 86_399n, null]],
  ['time32(ms)', [86_399_999n, null]],
  ['time64(us)', [0n, 86_399_999_999n, null]],
  ['duration(ms)', [5n, null, -5n]],
  ['decimal128(38,10)', [10n ** 37n, null, -(10n ** 37n), 0n]],
  ['list<int64>', [[1n, null], [], null]],
  ['list<list<utf8>>', [[['a'], []], null, [null]]],
  ['struct<a:int64,b:utf8>', [{ a: 1n, b: null }, null, { a: null, b: 'x' }]],
  ['map<utf8,int64>', [[['k', 1n]], null, []]],
  ['interval(month_day_nano)', [{ months: 1, days: -2, nanos: 3n }, null]],
]

for (const [type, wanted] of columns) {
  t.test(`a column of ${type} goes to Arrow and back`, (t) => {
    const schema = [field('c', parseType(type))]
    const batch = { length: wanted.length, columns: [columnOf(parseType(type), wanted)] }
    const arrowSchema = toArrowSchema(schema)
    const table = arrow.tableFromIPC(arrow.tableToIPC(new arrow.Table([toRecordBatch(batch, schema, arrowSchema)])))
    t.same(
      fromArrowSchema(table.schema).map((f) => [f.name, typeName(f.type)]),
      [['c', type]],
    )
    const read = fromRecordBatch(table.batches[0]!, schema)
    t.same(
      Array.from({ length: read.length }, (_, row) => valueAt(read.columns[0]!, row)),
      wanted,
    )
    t.end()
  })

  t.test(`a stream without batches has an empty column of ${type}`, (t) => {
    const schema = [field('c', parseType(type))]
    const encoder = new BatchEncoder(schema)
    const bytes = Buffer.concat([...encoder.start(), ...encoder.end()])
    const batches = [...arrow.RecordBatchReader.from(bytes)]
    t.same(
      batches.map((batch) => fromRecordBatch(batch, schema).columns.map(({ length }) => length)),
      batches.map(() => [0]),
    )
    t.ok(batches.length > 0, 'Arrow gives a batch that stands for none')
    t.end()
  })

  t.test(`a column of ${type} without nulls carries no validity`, (t) => {
    const full = wanted.filter((value) => value !== null)
    const data = toData(columnOf(parseType(type), full), field('c', parseType(type)))
    t.equal(data.nullCount, 0)
    t.equal(fromData(data, parseType(type)).valid, undefined)
    t.end()
  })

  t.test(`a slice of a column of ${type} has its own rows`, (t) => {
    const data = toData(columnOf(parseType(type), wanted), field('c', parseType(type)))
    t.same(values(data.slice(1, wanted.length - 1), type), wanted.slice(1))
    t.end()
  })
}

t.test('dictionaries keep their codes and give their values', (t) => {
  const vector = arrow.vectorFromArray(['a', 'b', null, 'a'], new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8()))
  const column = fromData(vector.data[0]!, parseType('dictionary<int8,utf8>'))
  t.equal(column.storage, 'dictionary')
  t.same(values(vector.data[0]!, 'utf8'), ['a', 'b', null, 'a'])
  const plain = toData(column, field('c', parseType('utf8')))
  t.same(values(plain, 'utf8'), ['a', 'b', null, 'a'])
  t.same(values(vector.data[0]!.slice(1, 2), 'utf8'), ['b', null])
  t.end()
})

t.test('types of Arrow without one of ours are refused, wide and view types count as ours', (t) => {
  t.equal(typeName(fromArrowType(new arrow.LargeUtf8())), 'utf8')
  t.equal(typeName(fromArrowType(new arrow.LargeBinary())), 'binary')
  t.equal(typeName(fromArrowType(new arrow.DateMillisecond())), 'timestamp(ms)')
  t.throws(() => fromArrowType(new arrow.Float16()), {
    code: 'unknown_type',
    message: /^Cannot evaluate columns of the Arrow type .*: cast it before it is read$/,
  })
  t.end()
})

t.test('every type of ours has its Arrow type and back', (t) => {
  for (const [type] of columns) t.equal(typeName(fromArrowType(toArrowType(parseType(type)))), type)
  t.end()
})

t.test('metadata and nullability of fields survive', (t) => {
  const schema = [field('a', parseType('int64'), false, { unit: 'kg' })]
  t.same(fromArrowSchema(toArrowSchema(schema)), schema)
  t.end()
})
