// The parser of multipart bodies: whatever the chunks in which a body comes, the same parts; what is no part is refused.

import { test } from 'tap'
import { boundaryOf, partsOf } from '../../../api/uploads/multipart.ts'

const body = (...lines: readonly string[]) => lines.join('\r\n')

async function* chunksOf(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(text: string, size = 1000): Promise<readonly object[]> {
  const parts: object[] = []
  for await (const { name, fileName, contentType, body } of partsOf(chunksOf(text, size), 'B')) {
    const chunks: Uint8Array[] = []
    for await (const chunk of body) chunks.push(chunk)
    parts.push({ name, fileName, contentType, text: Buffer.concat(chunks).toString() })
  }
  return parts
}

test('partsOf() finds the same parts in chunks of any size', async (t) => {
  const text = body(
    'what stands before means nothing',
    '--B  ',
    'Content-Disposition: form-data; name="job"',
    '',
    '{}',
    '--B',
    'content-type: Text/CSV; charset=utf-8',
    'Content-Disposition: form-data; filename="ä;\\"b.csv"; name=t',
    '',
    'a\r\n--\r\n--C\r\n',
    '--B',
    'Content-Disposition: form-data; name="empty"',
    '',
    '',
    '--B--',
    'what stands after neither',
  )
  const parts = [
    { name: 'job', fileName: undefined, contentType: undefined, text: '{}' },
    { name: 't', fileName: 'ä;"b.csv', contentType: 'text/csv', text: 'a\r\n--\r\n--C\r\n' },
    { name: 'empty', fileName: undefined, contentType: undefined, text: '' },
  ]
  for (let size = 1; size <= Buffer.byteLength(text); size++) t.strictSame(await read(text, size), parts, `${size}`)
  t.strictSame(await read(text.replace('what stands before means nothing\r\n', ''), 7), parts)
})

test('partsOf() refuses what is not plainly a part', async (t) => {
  const disposition = 'Content-Disposition: form-data; name="t"'
  const malformed: readonly (readonly [text: string, message: RegExp])[] = [
    ['', /ends before the last/],
    [body('--B', disposition, '', 'cut'), /ends before the last/],
    [body('--B', disposition, '', 'cut', '--B'), /ends before the last/],
    [body('--B', disposition), /ends before the last/],
    [body('--B', '', 'a', '--B--'), /has no name/],
    [body('--B', 'Content-Disposition: attachment; name="t"', '', '', '--B--'), /has no name/],
    [body('--B', 'nonsense', '', '', '--B--'), /a header that is none/],
    [body('--B', disposition, disposition, '', '', '--B--'), /"Content-Disposition" twice/],
    [body('--B', disposition, 'Content-Transfer-Encoding: base64', '', '', '--B--'), /comes as "base64"/],
    [body('--B', disposition, '', 'a', '--BB', '', '--B--'), /stands within a part/],
    [body('--B', `X: ${'x'.repeat(9000)}`, '', '', '--B--'), /more than 8192 bytes/],
    [`--B\r\n${'x'.repeat(20_000)}`, /more than 8192 bytes/],
  ]
  for (const [text, message] of malformed) {
    for (const size of [1, 13, 100_000]) {
      await t.rejects(read(text, size), { code: 'invalid_upload', message }, text.slice(0, 60))
    }
  }
})

test('boundaryOf() takes what RFC 2046 allows', async (t) => {
  t.equal(boundaryOf('multipart/form-data; boundary=----abc'), '----abc')
  t.equal(boundaryOf('multipart/form-data; charset=utf-8; Boundary="a b?"'), 'a b?')
  for (const wrong of ['', '; boundary=', '; boundary="a\tb"', `; boundary=${'b'.repeat(71)}`]) {
    t.throws(() => boundaryOf(`multipart/form-data${wrong}`), { code: 'invalid_upload', message: /no boundary/ })
  }
})
