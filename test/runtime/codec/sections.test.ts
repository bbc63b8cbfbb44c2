// Text and attachments in one payload: what the lengths say is what is read, and nothing beyond.

import fc from 'fast-check'
import t from 'tap'
import { encodeSections, type Sections, splitSections } from '../../../runtime/codec/sections.ts'

const encode = (sections: Sections): Buffer => Buffer.concat(encodeSections(sections))

const split = (payload: Uint8Array) => {
  const { text, attachments } = splitSections(payload)
  return { text: Buffer.from(text).toString(), attachments: attachments.map((bytes) => [...bytes]) }
}

t.test('encodeSections() writes lengths, text, attachments', (t) => {
  const bytes = encode({ text: 'é', attachments: [[Uint8Array.of(9)], new Uint8Array()] })
  t.same([...bytes], [2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xc3, 0xa9, 9])
  t.same(split(bytes), { text: 'é', attachments: [[9], []] })
  t.end()
})

t.test('splitSections() gives back what encodeSections() was given', (t) => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 5 }),
      (text, attachments) => {
        const back = split(encode({ text, attachments }))
        return (
          back.text === text &&
          JSON.stringify(back.attachments) === JSON.stringify(attachments.map((bytes) => [...bytes]))
        )
      },
    ),
  )
  t.end()
})

t.test('splitSections() refuses every cut and every longer payload', (t) => {
  const bytes = encode({ text: 'text', attachments: [Uint8Array.of(1, 2), Uint8Array.of(3)] })
  for (let length = 0; length < bytes.length; length++) {
    t.throws(() => splitSections(bytes.subarray(0, length)), { code: 'wire_damaged' }, `${length} bytes`)
  }
  t.throws(() => splitSections(Buffer.concat([bytes, Buffer.of(0)])), {
    code: 'wire_damaged',
    message: 'Cannot read a payload: it is longer than its lengths say',
  })
  t.end()
})

t.test('splitSections() is not led astray by huge lengths', (t) => {
  for (const at of [0, 4, 8]) {
    for (const value of [0xffffffff, 0x7fffffff, 0x3fffffff, 100]) {
      const bytes = encode({ text: 'text', attachments: [Uint8Array.of(1)] })
      bytes.fill(0)
      new DataView(bytes.buffer, bytes.byteOffset).setUint32(at, value, true)
      t.throws(() => splitSections(bytes), { code: 'wire_damaged' }, `${value} at ${at}`)
    }
  }
  t.end()
})
