// Pieces found in whole columns of bytes, and LIKE by them, against searching each row.

import fc from 'fast-check'
import t from 'tap'
import type { BytesColumn } from '../../../functions/column/column.ts'
import { likeColumn } from '../../../functions/kernels/match.ts'
import { rowsHolding } from '../../../functions/kernels/search.ts'
import { likePattern } from '../../../functions/scalar/pattern.ts'
import { utf8 } from '../../../functions/types/type.ts'

t.setTimeout(240_000)

/** A column of texts, behind bytes that belong to no row. */
function textColumn(rows: readonly string[], before = 0): BytesColumn {
  const offsets = Int32Array.from({ length: rows.length + 1 }).fill(before)
  rows.forEach((row, i) => {
    offsets[i + 1] = (offsets[i] ?? 0) + Buffer.byteLength(row)
  })
  const values = Buffer.concat([Buffer.alloc(before, 'ab'), Buffer.from(rows.join(''))])
  return { storage: 'bytes', type: utf8, length: rows.length, valid: undefined, values, offsets }
}

const holding = (column: BytesColumn, piece: string): readonly number[] => [
  ...rowsHolding(column, Buffer.from(piece), column.length),
]

const few = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '日'), maxLength: 60 })

t.test('rows that hold a piece are found, and only these', (t) => {
  fc.assert(
    fc.property(fc.array(few), few, fc.nat(20), (rows, text, before) => {
      for (const piece of [text, text.slice(0, 1), text.slice(0, 3), text.slice(0, 20)]) {
        t.strictSame(
          holding(textColumn(rows, before), piece),
          rows.map((row) => Number(row.includes(piece))),
        )
      }
    }),
  )
  t.end()
})

t.test('rows are found wherever the bytes are cut into blocks', (t) => {
  const needle = 'needle in a haystack'
  for (let shift = -30; shift < 30; shift++) {
    // Around the end of a block: within one row, across two rows, and in a row that is longer than a block.
    const around = 'n'.repeat(65_536 + shift)
    const rows = [
      around,
      needle,
      'n'.repeat(9) + needle,
      around + needle.slice(0, 10),
      needle.slice(10),
      around + needle,
    ]
    t.strictSame(holding(textColumn(rows), needle), [0, 1, 1, 0, 0, 1], `shifted by ${shift}`)
  }
  t.end()
})

t.test('pieces may be longer than what is searched at once', (t) => {
  for (const length of [20_000, 32_768, 32_769, 70_000]) {
    const piece = `${'x'.repeat(length - 1)}y`
    const rows = [piece, piece.slice(1), `xx${piece}`, `${piece.slice(0, -1)}x`]
    t.strictSame(holding(textColumn(rows), piece), [1, 0, 1, 0])
  }
  t.end()
})

t.test('without WebAssembly rows are searched one by one', async (t) => {
  const platform = globalThis as { WebAssembly?: unknown }
  const { WebAssembly } = platform
  t.teardown(() => {
    platform.WebAssembly = WebAssembly
  })
  platform.WebAssembly = undefined
  t.strictSame(holding(textColumn(['ab', 'ba', '', 'aab']), 'ab'), [1, 0, 0, 1])
  t.strictSame(holding(textColumn(['ab', '']), ''), [1, 1])
})

t.test('LIKE over columns gives what its regular expression gives', (t) => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '%', '%', '\\'), maxLength: 8 })
  const row = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '%', '\\'), maxLength: 10 })
  fc.assert(
    fc.property(fc.array(row), pattern, fc.nat(3), (rows, text, before) => {
      const column = textColumn(rows, before)
      const result = likeColumn(text)?.([{ column }], column.length)
      if (result?.storage !== 'mask') throw new Error('LIKE without _ has a kernel for columns')
      const wanted = likePattern(text, false)
      t.strictSame(
        [...result.values],
        rows.map((each) => Number(wanted.test(each))),
      )
    }),
    { numRuns: 1000 },
  )
  t.end()
})
