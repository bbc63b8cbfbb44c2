// Texts decoded once per batch: ASCII, all planes, runs that begin inside of the bytes, and bytes that are no UTF-8.

import fc from 'fast-check'
import t from 'tap'
import { isAscii } from '../../../functions/column/column.ts'
import { columnOf } from '../../../functions/column/output-buffer.ts'
import { utf8 } from '../../../functions/types/type.ts'
import { decodeText } from '../../../runtime/engine/inputs.ts'

t.setTimeout(120_000)

/** Each row as a loop reads it. */
function rows(bytes: Uint8Array, offsets: Int32Array): readonly string[] {
  const { text, starts } = decodeText(bytes, offsets, offsets.length - 1)
  return Array.from({ length: offsets.length - 1 }, (_, i) => text.substring(starts[i] ?? 0, starts[i + 1]))
}

/** Rows of bytes one after another. */
function joined(parts: readonly (readonly number[])[]): readonly [Uint8Array, Int32Array] {
  const offsets = [0]
  for (const part of parts) offsets.push((offsets.at(-1) ?? 0) + part.length)
  return [Uint8Array.from(parts.flat()), Int32Array.from(offsets)]
}

t.test('decodeText() cuts rows of every plane', (t) => {
  const words = ['', 'ascii', 'ß', '', 'Ωé', '日本語', '😀', 'a😀b', '\u{10ffff}', '\0', '']
  const column = columnOf(words, utf8)
  if (column.storage !== 'bytes') throw new Error('texts are bytes')
  t.same(rows(column.values, column.offsets), words)
  t.same(rows(column.values, column.offsets.subarray(3, 8)), words.slice(3, 7), 'also in the middle')
  t.same(rows(column.values, column.offsets.subarray(0, 3)), ['', 'ascii'], 'where all is ASCII')
  t.same(rows(new Uint8Array(), Int32Array.of(0)), [])
  t.end()
})

const invalid: readonly (readonly [string, readonly number[], string])[] = [
  ['a byte that begins nothing', [0x61, 0xff, 0x62], 'a\ufffdb'],
  ['a continuation alone', [0x80], '\ufffd'],
  ['a character cut short', [0xe6, 0x97], '\ufffd'],
  ['an overlong layout', [0xc0, 0xaf], '\ufffd\ufffd'],
  ['a surrogate', [0xed, 0xa0, 0x80], '\ufffd\ufffd\ufffd'],
  ['what is beyond Unicode', [0xf4, 0x90, 0x80, 0x80], '\ufffd\ufffd\ufffd\ufffd'],
]
for (const [what, bytes, text] of invalid) {
  t.test(`decodeText() replaces ${what}, in its row alone`, (t) => {
    const [all, offsets] = joined([[0x78], bytes, [0xc3, 0xa9], bytes, []])
    t.same(rows(all, offsets), ['x', text, 'é', text, ''])
    t.end()
  })
}

t.test('decodeText() does not join a character that is cut between two rows', (t) => {
  const [bytes, offsets] = joined([[0xc3], [0xa9], [0x41]])
  t.same(rows(bytes, offsets), ['\ufffd', '\ufffd', 'A'])
  t.end()
})

t.test('decodeText() keeps a byte order mark inside of a text', (t) => {
  const [bytes, offsets] = joined([
    [0xef, 0xbb, 0xbf, 0x61],
    [0xef, 0xbb, 0xbf],
  ])
  t.same(rows(bytes, offsets), ['\ufeffa', '\ufeff'])
  const [broken, at] = joined([[0xef, 0xbb, 0xbf, 0x61], [0xff]])
  t.same(rows(broken, at), ['\ufeffa', '\ufffd'])
  t.end()
})

t.test('decodeText() gives what decoding row by row gives', (t) => {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const pieces = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 5 }).map((text) => [...Buffer.from(text)]),
    fc.string({ maxLength: 5 }).map((text) => [...Buffer.from(text)]),
    fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 4 }),
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 8 }), fc.nat(3), (parts, skip) => {
      const [bytes, offsets] = joined(parts)
      const from = Math.min(skip, parts.length)
      const wanted = parts.slice(from).map((part) => decoder.decode(Uint8Array.from(part)))
      const got = rows(bytes, offsets.subarray(from))
      if (JSON.stringify(got) !== JSON.stringify(wanted))
        throw new Error(`${JSON.stringify(got)} is not ${JSON.stringify(wanted)}`)
    }),
    { seed: Number(process.env.SEED ?? Date.now() % 1_000_000), numRuns: 2000 },
  )
  t.end()
})

t.test('isAscii() looks at every byte, however they lie in memory', (t) => {
  for (let start = 0; start < 9; start++) {
    for (let length = 0; length < 20; length++) {
      const bytes = new Uint8Array(40).fill(0xff)
      const view = bytes.subarray(start, start + length).fill(0x7f)
      t.ok(isAscii(view), `${length} bytes from ${start}`)
      for (let at = 0; at < length; at++) {
        view[at] = 0x80
        if (isAscii(view)) t.fail(`byte ${at} of ${length} from ${start}`)
        view[at] = 0x7f
      }
    }
  }
  t.end()
})
