// What a worker sends is hostile input: exactly a message is accepted, copied, and nothing of another shape.

import fc from 'fast-check'
import { test } from 'tap'
import { encodeFrame, FrameReader, maxContentBytes, maxMessageBytes } from '../../../runtime/pool/frames.ts'
import { parseWorkerMessage } from '../../../runtime/pool/protocol.ts'

const stats = { rows: 10, batches: 2, bytes: 300, elapsedMs: 1.5 }
const error = { code: 'udf_failed', message: 'no', details: { row: 3, path: ['a', { b: null }] }, stack: 'Error: no' }

const none = new Uint8Array(0)

const accepted: readonly object[] = [
  { kind: 'ready', pid: 17, node: 'v24.1.0', functions: ['gross'], hash: 'abc' },
  { kind: 'start-failed', error },
  { kind: 'progress', id: 1, progress: { rows: 1, batches: 1 } },
  { kind: 'progress', id: 1, progress: { rows: 1, batches: 1, rowsRead: 5, rowsTotal: 9 } },
  { kind: 'done', id: 1, stats, content: none },
  { kind: 'done', id: 1, stats, content: Uint8Array.of(1, 2, 3) },
  { kind: 'done', id: 1, stats: { ...stats, rowsRead: 5, metrics: { decodeMs: 0.5 } }, content: none },
  { kind: 'failed', id: 1, bytes: 0, error },
  { kind: 'failed', id: 1, bytes: 0, error: { ...error, code: 'closure_native', details: {} } },
]

const refused: readonly (readonly [value: unknown, field: string])[] = [
  [null, 'message'],
  ['done', 'message'],
  [[], 'message'],
  [{}, 'kind'],
  [{ kind: 'toString' }, 'kind'],
  [{ kind: 'ready', pid: -1, node: '', functions: [], hash: '' }, 'pid'],
  [{ kind: 'ready', pid: 1, node: '', functions: [1], hash: '' }, 'functions'],
  [{ kind: 'ready', pid: 1, node: '', functions: { length: 1 }, hash: '' }, 'functions'],
  [{ kind: 'ready', pid: 1, node: '', functions: [], hash: 'x'.repeat(201) }, 'hash'],
  [{ kind: 'progress', id: 1.5, progress: { rows: 1, batches: 1 } }, 'id'],
  [{ kind: 'progress', id: 1, progress: { rows: '1', batches: 1 } }, 'rows'],
  [{ kind: 'done', id: 1, stats: { ...stats, bytes: 2 ** 53 } }, 'bytes'],
  [{ kind: 'done', id: 1, stats: { ...stats, elapsedMs: null } }, 'elapsedMs'],
  [{ kind: 'done', id: 1, stats: { ...stats, metrics: { a: 'b' } } }, 'metrics'],
  [{ kind: 'failed', id: 1, bytes: 0, error: { ...error, code: 'my_code' } }, 'error.code'],
  [{ kind: 'failed', id: 1, bytes: 0, error: { ...error, code: 'toString' } }, 'error.code'],
  [{ kind: 'failed', id: 1, bytes: 0, error: { ...error, details: [] } }, 'error.details'],
  [{ kind: 'failed', id: 1, bytes: 0, error: { ...error, details: nested(20) } }, 'error.details'],
  [{ kind: 'failed', id: 1, bytes: 0, error: { ...error, stack: 5 } }, 'error.stack'],
]

function nested(depth: number): object {
  return depth === 0 ? {} : { inner: nested(depth - 1) }
}

test('parseWorkerMessage() accepts every kind of message', async (t) => {
  for (const message of accepted) {
    const { content = none, ...rest } = message as { readonly content?: Uint8Array }
    t.strictSame(parseWorkerMessage(structuredClone(rest), content), message)
  }
})

test('parseWorkerMessage() drops what it does not know', async (t) => {
  const sent = JSON.parse(
    '{"kind":"done","id":1,"extra":1,"stats":{"rows":1,"batches":1,"bytes":1,"elapsedMs":1,"more":2}}',
  )
  t.strictSame(parseWorkerMessage(sent, none), {
    kind: 'done',
    id: 1,
    stats: { rows: 1, batches: 1, bytes: 1, elapsedMs: 1 },
    content: none,
  })
  const text =
    '{"kind":"failed","id":1,"bytes":0,"error":{"code":"internal","message":"","details":{"__proto__":{"a":1},"b":2}}}'
  const message = parseWorkerMessage(JSON.parse(text), none)
  t.strictSame(message.kind === 'failed' && message.error.details, { b: 2 })
})

test('parseWorkerMessage() refuses everything else, naming the field', async (t) => {
  for (const [value, field] of refused) {
    t.throws(
      () => parseWorkerMessage(value, none),
      { code: 'protocol_error', details: { field } },
      JSON.stringify(value)?.slice(0, 80),
    )
  }
})

test('parseWorkerMessage() answers any JSON with a message or a coded error', async (t) => {
  const parts = fc.oneof(fc.jsonValue(), ...accepted.map((message) => fc.constant(message)))
  const altered = fc
    .tuple(fc.constantFrom(...accepted), fc.string(), parts)
    .map(([message, key, value]) => ({ ...message, [key]: value }))
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), altered), (value) => {
      try {
        return typeof parseWorkerMessage(value, none).kind === 'string'
      } catch (thrown) {
        return (thrown as { code?: string }).code === 'protocol_error'
      }
    }),
    { numRuns: 500 },
  )
  t.pass()
})

test('parseWorkerMessage() refuses bytes with a message that has none', async (t) => {
  const message = { kind: 'progress', id: 1, progress: { rows: 1, batches: 1 } }
  t.throws(() => parseWorkerMessage(message, Uint8Array.of(1)), {
    code: 'protocol_error',
    details: { field: 'content' },
  })
})

test('FrameReader puts messages and their bytes together from any pieces', async (t) => {
  const sent: readonly (readonly [message: object, content: Buffer])[] = [
    [{ a: 1 }, Buffer.of(1, 2, 3)],
    [{ text: 'grün' }, Buffer.alloc(0)],
    [{ long: 'x'.repeat(1000) }, Buffer.alloc(500, 7)],
  ]
  const bytes = Buffer.concat(sent.map(([message, content]) => encodeFrame(message, content)))
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (sizes) => {
      const reader = new FrameReader()
      const read: unknown[] = []
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1
        for (const { message, content } of reader.push(bytes.subarray(at, at + size))) {
          read.push([message, Buffer.from(content)])
        }
        at += size
      }
      return JSON.stringify(read) === JSON.stringify(sent)
    }),
  )
  t.pass()
})

test('FrameReader refuses lengths out of range before it takes memory', async (t) => {
  const header = (text: number, content: number) => {
    const bytes = Buffer.alloc(8)
    bytes.writeUInt32LE(text, 0)
    bytes.writeUInt32LE(content, 4)
    return bytes
  }
  for (const length of [0, maxMessageBytes + 1, 2 ** 32 - 1]) {
    t.throws(() => new FrameReader().push(header(length, 0)), {
      code: 'protocol_error',
      message: `Cannot read a message: its length is given as ${length}, allowed are 1 to 1048576 bytes`,
    })
  }
  t.throws(() => new FrameReader().push(header(2, maxContentBytes + 1)), {
    code: 'protocol_error',
    message: 'Cannot read a message: its length is given as 262145, allowed are 0 to 262144 bytes',
  })
  t.throws(() => new FrameReader().push(Buffer.concat([header(3, 0), Buffer.from('{{{')])), {
    code: 'protocol_error',
    message: 'Cannot read a message: it is not JSON',
    cause: SyntaxError,
  })
})

test('encodeFrame() refuses a message over the limit', async (t) => {
  t.throws(() => encodeFrame({ text: 'x'.repeat(maxMessageBytes) }), { code: 'protocol_error' })
})
