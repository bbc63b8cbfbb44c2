import { createRequire } from 'node:module'
import * as arrow from 'apache-arrow'
import {
  DataType,
  Dictionary,
  Field,
  Float64,
  Int32,
  List,
  makeVector,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMillisecond,
  tableFromArrays,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import t from 'tap'
import { captureClosure, reviveClosure } from '../../../../runtime/codec/closure/index.ts'
import { startReviver } from './fixtures/ship.ts'

// Case 59: Arrow values travel as IPC bytes.

t.setTimeout(120_000)
const reviver = startReviver()
t.teardown(() => reviver.close())

const words = vectorFromArray(['a', 'b', null, 'a'], new Dictionary(new Utf8(), new Int32()))
const numbers = vectorFromArray([1.5, null, -0, 4], new Float64())

t.test('captureClosure() ships a Table with its schema and its metadata', async (t) => {
  const fields = [new Field('n', numbers.type, true, new Map([['unit', 'm']])), new Field('w', words.type, true)]
  const schema = new Schema(fields, new Map([['made by', 'a test']]))
  const table = new Table(schema, new Table({ n: numbers, w: words }).batches)
  const shipped = () => [
    table.toArray().map((row) => [row.n, row.w]),
    table.schema.fields[0]?.metadata.get('unit'),
    table.schema.metadata.get('made by'),
    String(table.schema.fields[1]?.type),
  ]
  t.strictSame(await reviver.call(shipped), [
    [
      [1.5, 'a'],
      [null, 'b'],
      [-0, null],
      [4, 'a'],
    ],
    'm',
    'a test',
    'Dictionary<Int32, Utf8>',
  ])
})

t.test('captureClosure() ships vectors: plain, sliced, of dictionaries, in chunks, and empty', async (t) => {
  const vectors = {
    plain: numbers,
    sliced: numbers.slice(1, 3),
    dictionary: words,
    slicedDictionary: words.slice(1, 4),
    chunks: vectorFromArray([1, 2]).concat(vectorFromArray([3])),
    nested: vectorFromArray([[1], [2, 3]], new List(new Field('item', new Int32(), true))),
    empty: vectorFromArray([], new Utf8()),
    typed: makeVector(new Int32Array([7, 8])),
  }
  const shipped = () =>
    Object.entries(vectors).map(([name, vector]) => [name, JSON.stringify([...vector]), vector.length])
  t.strictSame(await reviver.call(shipped), [
    ['plain', '[1.5,null,0,4]', 4],
    ['sliced', '[null,0]', 2],
    ['dictionary', '["a","b",null,"a"]', 4],
    ['slicedDictionary', '["b",null,"a"]', 3],
    ['chunks', '[1,2,3]', 3],
    ['nested', '[[1],[2,3]]', 2],
    ['empty', '[]', 0],
    ['typed', '[7,8]', 2],
  ])
})

t.test('captureClosure() ships a table in batches with a dictionary each', async (t) => {
  const first = new Table({ w: vectorFromArray(['a', 'b'], new Dictionary(new Utf8(), new Int32(), 7)) })
  const second = new Table({ w: vectorFromArray(['c', 'a'], new Dictionary(new Utf8(), new Int32(), 7)) })
  const both = first.concat(second)
  t.strictSame(await reviver.call(() => [...(both.getChild('w') ?? [])]), ['a', 'b', 'c', 'a'])
})

t.test('captureClosure() ships RecordBatch, Schema, Field and DataType', async (t) => {
  const batch = tableFromArrays({ a: Int32Array.of(1, 2) }).batches[0] as RecordBatch
  const type = new Struct([new Field('at', new TimestampMillisecond('UTC'), false)])
  const field = new Field('s', type, false, new Map([['k', 'v']]))
  const schema = new Schema([field])
  const shipped = () => [
    batch.numRows,
    [...(batch.getChild('a') ?? [])],
    String(type),
    [field.name, field.nullable, field.metadata.get('k'), String(field.type)],
    schema.fields.map(({ name }) => name),
  ]
  t.strictSame(await reviver.call(shipped), [
    2,
    [1, 2],
    'Struct<{at:Timestamp<MILLISECOND, UTC>}>',
    ['s', false, 'v', 'Struct<{at:Timestamp<MILLISECOND, UTC>}>'],
    ['s'],
  ])
})

t.test('captureClosure() keeps the identity of a table that is captured twice', async (t) => {
  const table = tableFromArrays({ a: Int32Array.of(1) })
  const list = [table, table]
  t.equal(await reviver.call(() => list[0] === list[1]), true)
})

t.test('captureClosure() ships values of another copy of Arrow as values of its own', async (t) => {
  const other: typeof import('apache-arrow') = createRequire(import.meta.url)('apache-arrow')
  const words = other.vectorFromArray(['x', 'y'], new other.Dictionary(new other.Utf8(), new other.Int32()))
  const table = new other.Table({ words, numbers: other.vectorFromArray([1, 2]) })
  const revived = (await reviveClosure(captureClosure(table).bytes)) as Table
  t.ok(revived instanceof Table)
  t.ok(revived.batches[0] instanceof RecordBatch)
  t.strictSame([...(revived.getChild('words') ?? [])], ['x', 'y'])
  t.ok(tableToIPC(revived).byteLength > 0)
})

t.test(
  'captureClosure() gives the same bytes for equal Arrow values, whatever their dictionaries are numbered',
  (t) => {
    const make = () => vectorFromArray(['a', 'b'], new Dictionary(new Utf8(), new Int32()))
    t.not((make().type as Dictionary).id, (make().type as Dictionary).id)
    t.equal(captureClosure(make()).hash, captureClosure(make()).hash)
    t.end()
  },
)

t.test('reviveClosure() numbers dictionaries anew, so that two of them never meet', async (t) => {
  const make = async (values: string[]) => {
    const vector = vectorFromArray(values, new Dictionary(new Utf8(), new Int32()))
    return (await reviveClosure(captureClosure(vector).bytes)) as typeof vector
  }
  const [left, right] = [await make(['a', 'b']), await make(['c', 'd'])]
  t.ok(DataType.isDictionary(left.type) && left.type.id !== right.type.id)
  const table = new Table({ left, right })
  t.strictSame((await reviver.call(() => [...(table.getChild('right') ?? [])])) as string[], ['c', 'd'])
})

t.test('reviveClosure() gives types back in the class they had', async (t) => {
  const types = [
    new arrow.Int8(),
    new arrow.Int32(),
    new arrow.Uint64(),
    new arrow.Float32(),
    new arrow.DateDay(),
    new arrow.TimeNanosecond(),
    new arrow.TimestampMicrosecond('UTC'),
    new arrow.DurationSecond(),
    new arrow.IntervalYearMonth(),
    new arrow.DenseUnion([0], [new Field('a', new Int32())]),
    new arrow.List(new Field('item', new Int32())),
  ]
  for (const type of types) {
    const revived = (await reviveClosure(captureClosure(type).bytes)) as DataType
    t.equal(revived.constructor, type.constructor, String(type))
    t.equal(String(revived), String(type))
  }
  const table = (await reviveClosure(captureClosure(tableFromArrays({ a: Int32Array.of(1) })).bytes)) as Table
  t.ok(table.schema.fields[0]?.type instanceof Int32)
})

t.test('reviveClosure() gives a type of lists and a table without rows back', async (t) => {
  const type = new arrow.List(new Field('item', new Int32()))
  const empty = new Table(new Schema([new Field('l', type)]))
  const [list, table] = (await reviveClosure(captureClosure([type, empty]).bytes)) as [DataType, Table]
  t.ok(list.children[0]?.type instanceof Int32)
  t.strictSame([table.numRows, String(table.schema)], [0, String(empty.schema)])
})
