// Case and length of whole columns of text, against JavaScript's own answers for each row.

import fc from 'fast-check'
import t from 'tap'
import type { BytesColumn } from '../../../functions/column/column.ts'
import { isAscii, valueAt } from '../../../functions/column/column.ts'
import { lowerColumn, upperColumn } from '../../../functions/kernels/case.ts'
import { lengthColumn } from '../../../functions/kernels/slice.ts'
import { utf8 } from '../../../functions/types/type.ts'

t.setTimeout(240_000)

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** A column of rows given as bytes; `before` bytes of other rows stand in front of them, and nothing behind. */
function bytesColumn(rows: readonly Uint8Array[], before = 0): BytesColumn {
  const offsets = Int32Array.from({ length: rows.length + 1 }).fill(before)
  rows.forEach((row, i) => {
    offsets[i + 1] = (offsets[i] ?? 0) + row.length
  })
  const values = new Uint8Array(offsets[rows.length] ?? 0).fill(0xa5, 0, before)
  for (const [i, row] of rows.entries()) values.set(row, offsets[i])
  return { storage: 'bytes', type: utf8, length: rows.length, valid: undefined, values, offsets }
}

const textColumn = (rows: readonly string[], before?: number): BytesColumn =>
  bytesColumn(
    rows.map((row) => encoder.encode(row)),
    before,
  )

function answers(kernel: typeof upperColumn, column: BytesColumn): unknown {
  const result = kernel([{ column }], column.length)
  return result && Array.from({ length: column.length }, (_, i) => valueAt(result, i))
}

const everyCharacter = (): readonly string[] =>
  Array.from({ length: 0x110000 - 0x800 }, (_, i) => String.fromCodePoint(i < 0xd800 ? i : i + 0x800))

t.test('every character has the case that JavaScript gives it', (t) => {
  // Few of them decide that a text is mapped as a whole: in rows of one each, the others are not.
  const rows = everyCharacter()
  const column = textColumn(rows)
  for (const [kernel, map] of [
    [upperColumn, (row: string) => row.toUpperCase()],
    [lowerColumn, (row: string) => row.toLowerCase()],
  ] as const) {
    const got = answers(kernel, column) as readonly string[]
    t.same(
      rows.filter((row, i) => got[i] !== map(row)),
      [],
    )
  }
  t.end()
})

const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      'a',
      'Z',
      ' ',
      'é',
      'ß',
      'ŉ',
      'İ',
      'Σ',
      'σ',
      'ΐ',
      'я',
      '日',
      'ﬃ',
      'ᾳ',
      '𐐨',
      '😀',
      '\u0345',
      '\ufeff',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
})
const someBefore = fc.nat(5)

t.test('texts in the other case are those of JavaScript', (t) => {
  fc.assert(
    fc.property(fc.array(anyText), someBefore, (rows, before) => {
      const column = textColumn(rows, before)
      const wellFormed = rows.map((row) => row.toWellFormed())
      t.strictSame(
        answers(upperColumn, column),
        wellFormed.map((row) => row.toUpperCase()),
      )
      t.strictSame(
        answers(lowerColumn, column),
        wellFormed.map((row) => row.toLowerCase()),
      )
    }),
  )
  t.end()
})

t.test('bytes that are not UTF-8 become replacement characters in the other case', (t) => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          anyText.map((text) => encoder.encode(text)),
          fc.uint8Array({ maxLength: 12 }),
        ),
      ),
      someBefore,
      (rows, before) => {
        const column = bytesColumn(rows, before)
        t.strictSame(
          answers(upperColumn, column),
          rows.map((row) => decoder.decode(row).toUpperCase()),
        )
      },
    ),
  )
  for (const bytes of [[0xc0, 0x80], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80], [0xc3], [0xe6, 0x97], [0x80], [0xff]]) {
    const row = Uint8Array.from(bytes)
    const column = bytesColumn([encoder.encode('é'), row, encoder.encode('日本')])
    t.strictSame(answers(upperColumn, column), ['É', decoder.decode(row), '日本'])
  }
  t.end()
})

t.test('the length of a text is the number of its code points, wherever its bytes begin', (t) => {
  fc.assert(
    fc.property(fc.array(anyText), someBefore, fc.nat(7), (rows, before, place) => {
      const column = textColumn(rows, before)
      const values = new Uint8Array(column.values.length + place).subarray(place)
      values.set(column.values)
      t.strictSame(
        answers(lengthColumn, { ...column, values }),
        rows.map((row) => [...row].length),
      )
    }),
  )
  const long = 'é'.repeat(5000)
  t.strictSame(answers(lengthColumn, textColumn([long, 'ab', long])), [5000, 2, 5000])
  t.end()
})

t.test('bytes are ASCII when none is above 127, wherever they begin', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ max: 127 }), fc.nat(7), fc.nat(), (bytes, place, at) => {
      const moved = new Uint8Array(bytes.length + place).subarray(place)
      moved.set(bytes)
      t.equal(isAscii(moved), true)
      if (moved.length === 0) return
      moved[at % moved.length] = 128
      t.equal(isAscii(moved), false)
    }),
  )
  const long = new Uint8Array(100_000)
  t.equal(isAscii(long), true)
  long[99_999] = 0xc3
  t.equal(isAscii(long), false)
  t.end()
})
