// lit() of a value that its type cannot hold is refused, not cut or kept as it is.

import t from 'tap'
import { type DataType, decimal128, int8, int64, lit, typeName, uint64 } from 'volley'

t.setTimeout(120_000)

const taken: readonly (readonly [value: number | bigint, DataType | string, text: string])[] = [
  [127, int8, 'Int8(127)'],
  [2n ** 63n, uint64, 'UInt64(9223372036854775808)'],
  [5, decimal128(10, 2), 'Decimal128(10, 2)(5.00)'],
  [-5n, decimal128(3, 0), 'Decimal128(3, 0)(-5)'],
  [500, decimal128(3, -2), 'Decimal128(3, -2)(500)'],
  [0.5, 'float32', 'Float32(0.5)'],
]
for (const [value, type, text] of taken) {
  t.test(`lit() makes ${text}`, async (t) => {
    t.equal(String(lit(value, type)), text)
  })
}

const refused: readonly (readonly [value: number | bigint, DataType])[] = [
  [128, int8],
  [1.5, int8],
  [Number.NaN, int8],
  [-1, uint64],
  [2n ** 63n, int64],
  [2 ** 63, int64],
  [1.5, { kind: 'date32' }],
  [1.5, decimal128(10, 2)],
  [1000, decimal128(4, 2)],
]
for (const [value, type] of refused) {
  t.test(`lit() refuses ${value} as ${typeName(type)}`, async (t) => {
    t.throws(() => lit(value, type), { code: 'invalid_argument', message: /^Cannot make a literal .*of the \w+ / })
  })
}
