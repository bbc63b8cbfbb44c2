// Values picked by position, in every kind of array, bit by bit.

import t from 'tap'
import { takeValues } from '../../../functions/column/take-values.ts'

t.setTimeout(10_000)

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
