import t from 'tap'
import { countOnes } from '../../../functions/column/bits.ts'

const bits = Uint8Array.of(0b10110001, 0b11111111, 0b00000001)

for (const [offset, length, ones] of [
  [0, 0, 0],
  [0, 1, 1],
  [1, 3, 0],
  [0, 8, 4],
  [4, 12, 11],
  [0, 16, 12],
  [7, 10, 10],
  [0, 24, 13],
  [17, 7, 0],
] as const) {
  t.test(`countOnes() finds ${ones} in ${length} bits from ${offset} on`, async (t) => {
    t.equal(countOnes(bits, offset, length), ones)
  })
}
