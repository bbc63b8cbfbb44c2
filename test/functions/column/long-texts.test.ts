// Texts whose bytes no 32-bit offset reaches: refused, instead of offsets that wrap around.

import t from 'tap'
import { allocateBytes, type BytesColumn } from '../../../functions/column/column.ts'
import { takeRows } from '../../../functions/column/take.ts'
import { utf8 } from '../../../functions/types/type.ts'

t.test('allocateBytes() makes room for what 32-bit offsets reach, and for no more', async (t) => {
  t.equal(allocateBytes(10).length, 10)
  t.throws(() => allocateBytes(2 ** 31), {
    code: 'size_limit',
    message: 'Cannot hold 2147483648 bytes of text in one column: use more partitions',
  })
})

t.test('takeRows() refuses a long text taken too often', async (t) => {
  const length = 50_000
  const text = new Uint8Array(length)
  const column: BytesColumn = {
    storage: 'bytes',
    type: utf8,
    length: 1,
    valid: undefined,
    values: text,
    offsets: Int32Array.of(0, length),
  }
  t.throws(() => takeRows(column, new Int32Array(65_536), 65_536), { code: 'size_limit' })
})
