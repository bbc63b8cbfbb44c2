// Values and texts picked by position, in every kind of array, bit by bit.

import t from 'tap'
import { valueAt } from '../../../functions/column/column.ts'
import { columnOf } from '../../../functions/column/output-buffer.ts'
import { takeRows } from '../../../functions/column/take.ts'
import { takeValues } from '../../../functions/column/take-values.ts'
import { utf8 } from '../../../functions/types/type.ts'

t.setTimeout(120_000)

const kinds = {
  Int8Array,
  Int16Array,
  Int32Array,
  Uint8Array,
  Uint16Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
}
const positions = Int32Array.of(3, 0, 3, 2, 1)

for (const [name, Kind] of Object.entries(kinds)) {
  t.test(`values of ${name} keep their kind and their bits`, (t) => {
    const width = Kind.BYTES_PER_ELEMENT
    // The values start inside of their memory, and have bits that no number gives: negative, NaN, half of all set.
    const memory = Uint8Array.from({ length: 5 * width }, (_, i) => (i < width ? 0 : 0xff - ((i * 37) & 0x0f)))
    const values = new Kind(memory.buffer, width, 4)
    const taken = takeValues(values, positions, positions.length)
    t.equal(taken.constructor, Kind)
    const wanted = [...positions].flatMap((at) => [...memory.subarray(width * (at + 1), width * (at + 2))])
    t.same([...new Uint8Array(taken.buffer)], wanted)
    t.end()
  })

  t.test(`positions outside of ${name} give zeros`, (t) => {
    const values = new Kind(2).fill((name.startsWith('Big') ? 1n : 1) as never)
    t.same(Array.from(takeValues(values, Int32Array.of(0, 2, -1, 1), 4), Number), [1, 0, 0, 1])
    t.end()
  })
}

t.test('only the first positions are taken', (t) => {
  t.same([...takeValues(Int32Array.of(5, 6, 7), Int32Array.of(2, 1, 0), 2)], [7, 6])
  t.end()
})

t.test('texts of every size are copied whole, the first and the last ones too', (t) => {
  const texts = Array.from({ length: 300 }, (_, size) => String.fromCharCode(97 + (size % 26)).repeat(size))
  const column = columnOf([...texts, null, ''], utf8)
  const behind = { ...column, ...(column.storage === 'bytes' && { length: 2, offsets: column.offsets.subarray(7) }) }
  const orders = [
    Array.from({ length: 302 }, (_, i) => i),
    Array.from({ length: 302 }, (_, i) => 301 - i),
    Array.from({ length: 500 }, (_, i) => (i * 37) % 302),
    [300, 3, 300, 301, 3],
    [299],
    [1],
    [],
  ]
  for (const order of orders) {
    const taken = takeRows(column, Int32Array.from(order), order.length)
    t.same(
      order.map((_, i) => valueAt(taken, i)),
      order.map((at) => (at === 300 ? null : (texts[at] ?? ''))),
    )
  }
  const taken = takeRows(behind, Int32Array.of(1, 0), 2)
  t.same([valueAt(taken, 0), valueAt(taken, 1)], [texts[8], texts[7]])
  t.end()
})
