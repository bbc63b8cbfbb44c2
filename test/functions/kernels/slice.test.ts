// Kernels that cut and join the bytes of texts.

import t from 'tap'
import type { BytesColumn } from '../../../functions/column/column.ts'
import { joinColumns } from '../../../functions/kernels/slice.ts'
import { utf8 } from '../../../functions/types/type.ts'

/** A column of one text; its bytes need not be there. */
const text = (length: number, values = new Uint8Array()): BytesColumn => ({
  storage: 'bytes',
  type: utf8,
  length: 1,
  valid: undefined,
  values,
  offsets: Int32Array.of(0, length),
})

t.test('joinColumns() joins texts and constants', (t) => {
  const joined = joinColumns(
    [{ column: text(2, Buffer.from('ab')) }, { constant: '-' }, { column: text(1, Buffer.from('c')) }],
    1,
  )
  t.equal(Buffer.from(joined?.values ?? []).toString(), 'ab-c')
  t.same(joined?.offsets, Int32Array.of(0, 4))
  t.end()
})

t.test('joinColumns() refuses texts beyond the reach of offsets before it makes them', (t) => {
  for (const half of [2 ** 28 + 1, 2 ** 30, 2 ** 31 - 1]) {
    t.throws(() => joinColumns([{ column: text(half) }, { column: text(half) }], 1), { code: 'size_limit' })
    t.throws(
      () =>
        joinColumns(
          Array.from({ length: 4 }, () => ({ column: text(half) })),
          1,
        ),
      { code: 'size_limit' },
    )
  }
  t.end()
})
