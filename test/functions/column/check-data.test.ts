import * as arrow from 'apache-arrow'
import t from 'tap'
import { checkBatch, checkData } from '../../../functions/column/check-data.ts'

const int32 = (...values: number[]) => arrow.makeData({ type: new arrow.Int32(), data: Int32Array.from(values) })
const bytes = (length: number) => new Uint8Array(length)
const field = (type: arrow.DataType) => new arrow.Field('x', type, true)
const listOf = new arrow.List(field(new arrow.Int32()))
const list = (offsets: number[], child: arrow.Data = int32(1, 2, 3)) =>
  arrow.makeData({ type: listOf, length: offsets.length - 1, valueOffsets: Int32Array.from(offsets), child })
const text = (offsets: number[], length: number) =>
  arrow.makeData({
    type: new arrow.Utf8(),
    length: offsets.length - 1,
    valueOffsets: Int32Array.from(offsets),
    data: bytes(length),
  })
const largeText = (offsets: bigint[], length: number) =>
  arrow.makeData({
    type: new arrow.LargeUtf8(),
    length: offsets.length - 1,
    valueOffsets: BigInt64Array.from(offsets),
    data: bytes(length),
  })
const pairs = new arrow.Struct<{ key: arrow.Int32; value: arrow.Int32 }>([
  new arrow.Field('key', new arrow.Int32()),
  new arrow.Field('value', new arrow.Int32()),
])
const struct = (...children: arrow.Data[]) => arrow.makeData({ type: pairs, length: 3, nullCount: 0, children })
const map = (offsets: number[], child: arrow.Data = struct(int32(1, 2, 3), int32(1, 2, 3))) =>
  arrow.makeData({
    type: new arrow.Map_(new arrow.Field('entries', pairs, false)),
    length: offsets.length - 1,
    valueOffsets: Int32Array.from(offsets),
    child: child as arrow.Data<typeof pairs>,
  })
const words = arrow.vectorFromArray(['a', 'b'], new arrow.Utf8())
const codes = (data: Int32Array | Int8Array | BigInt64Array, indices: arrow.DataType, valid?: number) =>
  arrow.makeData({
    type: new arrow.Dictionary(new arrow.Utf8(), indices as arrow.Int32),
    length: data.length,
    ...(valid === undefined ? {} : { nullBitmap: Uint8Array.of(valid) }),
    data: data as Int32Array,
    dictionary: words,
  })
const numbers = (length: number, nullCount: number, nullBitmap?: Uint8Array) =>
  new arrow.Data(new arrow.Int32(), 0, length, nullCount, [undefined, new Int32Array(length), nullBitmap] as never)
const fixedList = (size: number, length: number) =>
  arrow.makeData({ type: new arrow.FixedSizeList(size, field(new arrow.Int32())), length, child: int32(1, 2, 3) })
const views = (...parts: [length: number, buffer: number, offset: number][]) => {
  const data = new Int32Array(parts.flatMap(([length, buffer, offset]) => [length, 0, buffer, offset]))
  return arrow.makeData({
    type: new arrow.Utf8View(),
    length: parts.length,
    views: new Uint8Array(data.buffer),
    variadicBuffers: [bytes(20)],
  } as never)
}
const union = (typeIds: number[], offsets: number[]) =>
  arrow.makeData({
    type: new arrow.DenseUnion([0, 5], [field(new arrow.Int32()), field(new arrow.Int32())]),
    length: typeIds.length,
    typeIds: Int8Array.from(typeIds),
    valueOffsets: Int32Array.from(offsets),
    children: [int32(1), int32(1, 2)],
  })
const nulls = (length: number) => arrow.makeData({ type: new arrow.Null(), length })

t.test('checkData() takes what is sound, slices and odd codes below nulls included', async (t) => {
  const sound: readonly [string, arrow.Data][] = [
    ['integers', int32(1, 2, 3)],
    ['a slice', int32(1, 2, 3).slice(1, 2)],
    ['texts', text([0, 2, 2, 5], 5)],
    ['texts from the middle', text([2, 4], 5)],
    ['a slice of texts', text([0, 2, 2, 5], 5).slice(1, 2)],
    ['large texts', largeText([0n, 2n, 5n], 5)],
    ['no texts at all', arrow.makeData({ type: new arrow.Utf8(), length: 0 } as never)],
    ['lists', list([0, 1, 3])],
    ['a slice of lists', list([0, 1, 3]).slice(1, 1)],
    ['maps', map([0, 1, 3])],
    ['structs', struct(int32(1, 2, 3), int32(1, 2, 3))],
    ['a slice of structs', struct(int32(1, 2, 3), int32(1, 2, 3)).slice(1, 2)],
    ['fixed-size lists', fixedList(3, 1)],
    ['a slice of nulls', numbers(9, 1, Uint8Array.of(0b1111_1101, 1)).slice(1, 8)],
    ['codes', codes(Int32Array.of(0, 1), new arrow.Int32())],
    ['64-bit codes', codes(BigInt64Array.of(0n, 1n), new arrow.Int64())],
    ['a code below a null', codes(Int32Array.of(0, 77), new arrow.Int32(), 0b01)],
    ['views', views([12, 99, 99], [20, 0, 0], [13, 0, 7])],
    ['a union', union([0, 5, 5], [0, 0, 1])],
    ['booleans', arrow.vectorFromArray([true, null, false]).data[0] as arrow.Data],
    ['decimals', arrow.makeData({ type: new arrow.Decimal(2, 10, 128), length: 2, data: new Uint32Array(8) })],
  ]
  for (const [label, data] of sound) t.doesNotThrow(() => checkData(data), label)
})

t.test('checkData() says what disagrees in an array', async (t) => {
  const damaged: readonly [string, arrow.Data, RegExp][] = [
    ['list offsets', list([0, 2_000_000_000, 3]), /has offsets that go back or are negative/],
    ['list offsets beyond the items', list([0, 1, 2_000_000_000]), /has offsets up to 2000000000 of 3/],
    ['a negative first offset', list([-1, 1, 3]), /go back or are negative/],
    ['offsets beyond 32 bits apart', list([2_000_000_000, -2_000_000_000, 3]), /go back or are negative/],
    ['too few offsets', list([0, 1]).clone(listOf, 0, 5), /has 5 values and 2 offsets/],
    ['map offsets', map([0, 2_000_000_000]), /has offsets up to 2000000000 of 3/],
    ['text offsets', text([0, 9], 5), /has offsets up to 9 of 5/],
    ['text offsets that go back', text([0, 5, 2], 5), /go back/],
    ['large text offsets', largeText([0n, 9n], 5), /has offsets up to 9 of 5/],
    ['large text offsets beyond 32 bits', largeText([0n, 2n ** 40n, 5n], 5), /go back/],
    ['negative large text offsets', largeText([-1n, 1n], 5), /go back/],
    ['lists in lists', list([0, 1], list([0, 7])), /an item of the array has offsets up to 7 of 3/],
    ['a struct with a short field', struct(int32(1, 2, 3), int32(1)), /has 3 values and 1 of its field "value"/],
    ['a struct without a field', struct(int32(1, 2, 3)), /has no field "value"/],
    [
      'a list with a damaged struct',
      map([0, 1], struct(int32(1, 2, 3), int32(1))),
      /an item of the array has 3 values/,
    ],
    ['fewer values than stated', int32(1, 2).clone(new arrow.Int32(), 0, 3), /has 3 values and a buffer of 8 bytes/],
    ['values of another width', int32(1, 2).clone(new arrow.Int64(), 0, 1), /has 1 values and a buffer of 8 bytes/],
    ['a validity that is too short', numbers(9, 1, Uint8Array.of(254)), /has 9 values and a validity of 1 bytes/],
    ['nulls without a validity', numbers(9, 1), /states 1 nulls and has 0/],
    ['another number of nulls', numbers(8, 5, Uint8Array.of(254)), /states 5 nulls and has 1/],
    ['a fixed-size list with few items', fixedList(2, 2), /has 2 lists of 2 items and 3 items/],
    ['a fixed-size list of a negative size', fixedList(-1, 2), /has 2 lists of -1 items/],
    ['a code beyond the dictionary', codes(Int32Array.of(0, 2), new arrow.Int32()), /code 2 of a dictionary of 2/],
    ['a negative code', codes(Int8Array.of(0, -1), new arrow.Int8()), /has the code -1 of a dictionary of 2 values/],
    ['a 64-bit code', codes(BigInt64Array.of(2n ** 40n), new arrow.Int64()), /code 1099511627776 of a dictionary/],
    ['a view beyond its buffer', views([14, 0, 7]), /has a text of 14 bytes at 7 of 20/],
    ['a view of another buffer', views([14, 1, 0]), /has a text of 14 bytes at 0 of 0/],
    ['a view of negative length', views([-14, 0, 0]), /has a text of -14 bytes/],
    ['a type id of no child', union([3], [0]), /has a value of type id 3/],
    ['a union offset beyond its child', union([0], [1]), /has a value at 1 of 1/],
    ['a negative union offset', union([5], [-1]), /has a value at -1 of 2/],
    [
      'two thousand million nulls in a list',
      arrow.makeData({
        type: new arrow.List(field(new arrow.Null())),
        length: 1,
        valueOffsets: Int32Array.of(0, 2_000_000_000),
        child: nulls(2_000_000_000),
      }),
      /has 2000000000 items of no bytes/,
    ],
  ]
  for (const [label, data, message] of damaged) t.throws(() => checkData(data), { message }, label)
})

t.test('checkBatch() names the column, and refuses rows without end', async (t) => {
  const batch = (length: number, ...children: arrow.Data[]) => {
    const type = new arrow.Struct(children.map((child, i) => new arrow.Field(`c${i}`, child.type, true)))
    return new arrow.RecordBatch(new arrow.Schema(type.children), arrow.makeData({ type, length, children }))
  }
  t.doesNotThrow(() => checkBatch(batch(3, int32(1, 2, 3), nulls(3))))
  t.throws(() => checkBatch(batch(1, int32(1), list([0, 7]))), { message: '"c1" has offsets up to 7 of 3' })
  t.throws(() => checkBatch(batch(2_000_000_000, nulls(2_000_000_000))), {
    message: 'the batch has 2000000000 rows of no bytes',
  })
})
