// The header: every byte of it is checked before the payload is touched.

import { crc32 } from 'node:zlib'
import t from 'tap'
import {
  decodeEnvelope,
  encodeEnvelope,
  type Family,
  FLAG_INLINE_CODE,
  WIRE_VERSION_CURRENT,
} from '../../../runtime/codec/envelope.ts'
import { seal } from '../../fuzz/seal.ts'

const families: readonly Family[] = ['VLYEXPR', 'VLYUDFS', 'VLYUDFA', 'VLYUDFW', 'VLYTASK', 'VLYPROG', 'VLYCALL']
const payload = Uint8Array.of(1, 2, 3)
const nodeMajor = Number(process.versions.node.split('.')[0])

t.test('encodeEnvelope() writes family, versions, flags, length and checksum in 18 bytes', (t) => {
  const header = Buffer.of(...Buffer.from('VLYTASK'), 1, nodeMajor, 1, 3, 0, 0, 0)
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32LE(crc32(Buffer.concat([header, payload])))
  t.same(Buffer.from(encodeEnvelope('VLYTASK', FLAG_INLINE_CODE, payload)), Buffer.concat([header, checksum, payload]))
  t.end()
})

for (const family of families) {
  t.test(`decodeEnvelope() reads ${family}, and no other as ${family}`, (t) => {
    const bytes = encodeEnvelope(family, 0, payload)
    t.same(decodeEnvelope(bytes, family), { family, version: WIRE_VERSION_CURRENT, nodeMajor, flags: 0, payload })
    for (const other of families.filter((name) => name !== family)) {
      t.throws(() => decodeEnvelope(bytes, other), {
        name: 'WireError',
        code: 'wire_wrong_family',
        message: /^Cannot read an? [a-z ]+ as an? [a-z ]+$/,
      })
    }
    t.end()
  })
}

t.test('decodeEnvelope() refuses every length but the whole', (t) => {
  const bytes = encodeEnvelope('VLYEXPR', 0, payload)
  for (let length = 0; length < bytes.length; length++) {
    const code = length < 18 ? 'wire_truncated' : 'wire_length'
    t.throws(() => decodeEnvelope(bytes.subarray(0, length), 'VLYEXPR'), { code }, `${length} bytes`)
  }
  t.throws(() => decodeEnvelope(Buffer.concat([bytes, Buffer.of(0)]), 'VLYEXPR'), {
    code: 'wire_length',
    message: 'Cannot read an expression: its payload has 4 bytes, the header says 3',
  })
  t.throws(() => decodeEnvelope(new Uint8Array(5), 'VLYEXPR'), {
    message: 'Cannot read 5 bytes as an expression: a header alone has 18',
  })
  t.end()
})

t.test('decodeEnvelope() refuses every version byte but its own', (t) => {
  for (let version = 0; version < 256; version++) {
    const bytes = encodeEnvelope('VLYEXPR', 0, payload)
    bytes[7] = version
    if (version === WIRE_VERSION_CURRENT) {
      t.equal(decodeEnvelope(bytes, 'VLYEXPR').version, version)
      continue
    }
    const code = version > WIRE_VERSION_CURRENT ? 'wire_too_new' : 'wire_too_old'
    t.throws(() => decodeEnvelope(bytes, 'VLYEXPR'), {
      code,
      message: new RegExp(
        `wire version ${version}: this side reads .* 1\\. Align volley versions on sender and receiver$`,
      ),
    })
  }
  t.end()
})

t.test('decodeEnvelope() refuses flags that it does not know, with any checksum', (t) => {
  for (let flags = 2; flags < 256; flags++) {
    const refusal = {
      code: 'wire_unknown_flags',
      message: `Cannot read an expression with flags ${flags}: this side knows 1. Align volley versions on sender and receiver`,
    }
    const bytes = encodeEnvelope('VLYEXPR', flags, payload)
    t.throws(() => decodeEnvelope(bytes, 'VLYEXPR'), refusal)
    bytes[14] = (bytes[14] ?? 0) ^ 1
    t.throws(() => decodeEnvelope(bytes, 'VLYEXPR'), refusal)
  }
  t.end()
})

t.test('decodeEnvelope() refuses what was changed on its way, header or payload', (t) => {
  for (const at of [8, 9, 14, 17, 18, 20]) {
    const bytes = encodeEnvelope('VLYEXPR', 0, payload)
    bytes[at] = (bytes[at] ?? 0) ^ 1
    t.throws(() => decodeEnvelope(bytes, 'VLYEXPR'), {
      name: 'WireError',
      code: 'wire_checksum',
      message:
        'Cannot read an expression: it was changed on its way, its checksum is another. Send the bytes as they were encoded',
    })
  }
  t.end()
})

t.test('decodeEnvelope() takes the stamp of any Node', (t) => {
  for (const major of [0, 18, 24, 255]) {
    const bytes = encodeEnvelope('VLYEXPR', 0, payload)
    bytes[8] = major
    seal(bytes)
    t.equal(decodeEnvelope(bytes, 'VLYEXPR').nodeMajor, major)
  }
  t.end()
})

t.test('decodeEnvelope() refuses what is no payload of ours', (t) => {
  const other = encodeEnvelope('VLYEXPR', 0, payload)
  other[0] = 0x57
  for (const bytes of [other, new Uint8Array(100), Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')]) {
    t.throws(() => decodeEnvelope(bytes, 'VLYEXPR'), {
      code: 'wire_unknown_family',
      message: 'Cannot read these bytes as an expression: they are not a Volley payload',
    })
  }
  t.end()
})

t.test('decodeEnvelope() reads from the middle of other memory', (t) => {
  const memory = Buffer.concat([Buffer.alloc(3, 0xff), encodeEnvelope('VLYEXPR', 0, payload), Buffer.alloc(5, 0xff)])
  t.same(decodeEnvelope(memory.subarray(3, 24), 'VLYEXPR').payload, Buffer.from(payload))
  t.end()
})
