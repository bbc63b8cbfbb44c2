// Results that a thread writes are the same as those written in place, and so is what fails.

import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { SessionContext } from 'volley'
import { ResultEncoder } from '../../../api/formats/encode-result.ts'
import { type ResultFormat, resultFormats } from '../../../api/formats/result-formats.ts'
import { createError } from '../../../functions/errors.ts'
import { streamOf } from '../spool/streams.ts'
import { until } from '../with-server.ts'

const timeout = 120_000

async function arrowStream(rows: number): Promise<Buffer> {
  await using session = new SessionContext({ backend: 'in-process' })
  const values = Array.from({ length: rows }, (_, i) => ({ i, s: `"${i}",\n`, l: [i, null], o: { a: `${i}` } }))
  return concat((await session.fromRows(values).run()).stream)
}

async function concat(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

async function* inChunks(bytes: Buffer, size = 50_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const formatOf = (name: string): ResultFormat => resultFormats.find((each) => each.name === name)!

test('encode() gives the bytes that the format gives, several at a time, and leaves the stream as it was', {
  timeout,
}, async (t) => {
  await using encoder = new ResultEncoder()
  for (const rows of [10, 5000]) {
    const bytes = await arrowStream(rows)
    const before = Buffer.from(bytes)
    await Promise.all(
      resultFormats.map(async (format) => {
        const parameters = format.name === 'csv' ? { header: 'absent' } : {}
        const expected = await concat(format.encode(inChunks(bytes), parameters))
        t.ok(
          expected.equals(await concat(encoder.encode(format, inChunks(bytes), parameters))),
          `${rows} ${format.name}`,
        )
      }),
    )
    t.ok(bytes.equals(before))
  }
})

test('encode() throws what the stream throws', { timeout }, async (t) => {
  await using encoder = new ResultEncoder()
  const bytes = await arrowStream(5000)
  const failure = createError('timeout', 'Cannot finish the job')
  async function* failing(end: number): AsyncGenerator<Uint8Array> {
    yield* inChunks(bytes.subarray(0, end))
    throw failure
  }
  for (const end of [100, bytes.length / 2]) {
    const thrown = await concat(encoder.encode(formatOf('json'), failing(end), {})).catch((error: unknown) => error)
    t.equal(thrown, failure)
  }
})

test('encode() refuses in a thread as it does in place', { timeout }, async (t) => {
  await using encoder = new ResultEncoder()
  for (const bytes of [Buffer.alloc(10, 1), Buffer.alloc(200_000, 1)]) {
    const encoded = concat(encoder.encode(formatOf('csv'), inChunks(bytes), {}))
    await t.rejects(encoded, { code: 'protocol_error', message: /Arrow/ })
  }
})

test('encode() lets go of a stream that nobody wants any more', { timeout }, async (t) => {
  await using encoder = new ResultEncoder()
  const bytes = await arrowStream(50_000)
  let isLeft = false
  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      yield* inChunks(bytes)
    } finally {
      isLeft = true
    }
  }
  const encoded = encoder.encode(formatOf('ndjson'), watched(), {})
  t.equal((await encoded.next()).done, false)
  await encoded.return()
  t.ok(isLeft)
  t.equal((await concat(encoder.encode(formatOf('csv'), inChunks(bytes), {}))).length > 0, true, 'others are written')
})

test('encode() breaks off what is being written when the server closes', { timeout }, async (t) => {
  const encoder = new ResultEncoder()
  const encoded = encoder.encode(formatOf('ndjson'), inChunks(await arrowStream(50_000)), {})
  await encoded.next()
  await encoder[Symbol.asyncDispose]()
  await t.rejects(concat(encoded), { code: 'closed' })
})

test('encode() takes no more of a stream than its reader is behind', { timeout }, async (t) => {
  await using encoder = new ResultEncoder()
  const bytes = Buffer.from(streamOf(40, 10_000))
  let taken = 0
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of inChunks(bytes, 10_000)) {
      taken += chunk.length
      yield chunk
    }
  }
  const encoded = encoder.encode(formatOf('csv'), counted(), {})
  await encoded.next()
  let before = -1
  const stands = async (): Promise<boolean> => {
    const isSame = taken === before
    before = taken
    await delay(300)
    return isSame
  }
  t.ok(await until(stands))
  t.ok(taken < bytes.length / 2, `${taken} of ${bytes.length} bytes`)
  await encoded.return()
})

test('a thread that fails takes with it what it had, and another takes its place', { timeout }, async (t) => {
  await using encoder = new ResultEncoder(1)
  const bytes = await arrowStream(50_000)
  const waiting = encoder.encode(formatOf('csv'), inChunks(bytes), {})
  await waiting.next()
  const unknown = { ...formatOf('csv'), name: 'unknown' }
  await t.rejects(concat(encoder.encode(unknown, inChunks(bytes), {})), { code: 'internal' })
  await t.rejects(concat(waiting), { code: 'internal' })
  t.ok((await concat(encoder.encode(formatOf('csv'), inChunks(bytes), {}))).length > 0)
})
