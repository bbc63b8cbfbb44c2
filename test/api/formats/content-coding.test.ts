// Content codings: which one a request gets, and that what comes in it is whole, soon there, and never looks whole if not.

import { once } from 'node:events'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import * as zlib from 'node:zlib'
import { tableFromIPC } from 'apache-arrow'
import { test } from 'tap'
import { encodeContent } from '../../../api/formats/content-coding.ts'
import { negotiate } from '../../../api/formats/negotiate.ts'
import { flights, serve, token } from '../with-server.ts'

const timeout = 120_000

test('negotiate() takes the coding that the header prefers', async (t) => {
  const cases = [
    [undefined, 'identity', 'identity'],
    ['', 'identity', 'identity'],
    ['gzip', 'gzip', 'identity'],
    ['gzip, deflate, br, zstd', 'zstd', 'identity'],
    ['GZIP;Q=1, zstd;q=0.5', 'gzip', 'identity'],
    ['zstd;q=0, gzip', 'gzip', 'identity'],
    ['br, deflate', 'identity', 'identity'],
    ['*', 'zstd', 'identity'],
    ['*;q=0.1, zstd;q=0', 'gzip', 'identity'],
    ['identity, gzip;q=0.5', 'identity', 'identity'],
    ['gzip, identity;q=0', 'gzip', 'gzip'],
    ['zstd, *;q=0', 'zstd', 'zstd'],
  ] as const
  for (const [header, ofText, ofArrow] of cases) {
    t.equal(negotiate('text/csv', {}, header).coding, ofText, `text, ${header}`)
    t.equal(negotiate('*/*', {}, header).coding, ofArrow, `Arrow, ${header}`)
  }
  for (const header of ['identity;q=0', '*;q=0', 'br, identity;q=0']) {
    t.throws(() => negotiate('text/csv', {}, header), { code: 'not_acceptable', details: { offered: Array } }, header)
  }
})

const decoders = { gzip: zlib.createGunzip, zstd: zlib.createZstdDecompress } as const

for (const coding of ['gzip', 'zstd'] as const) {
  test(`encodeContent() in ${coding} can be read as it comes`, { timeout }, async (t) => {
    const go = Promise.withResolvers<void>()
    async function* chunks() {
      yield Buffer.from('first\n')
      await go.promise
      yield Buffer.from('second\n')
    }
    const decoded = Readable.from(encodeContent(chunks(), coding)).pipe(decoders[coding]())
    const [first] = await once(decoded, 'data')
    t.equal(String(first), 'first\n')
    go.resolve()
    t.equal(await text(decoded), 'second\n')
  })

  test(`encodeContent() in ${coding} fails as its bytes do, and ends them when it is left`, { timeout }, async (t) => {
    async function* broken() {
      yield Buffer.from('first\n')
      throw new Error('broken off')
    }
    const seen: Uint8Array[] = []
    await t.rejects(
      async () => {
        for await (const chunk of encodeContent(broken(), coding)) seen.push(chunk)
      },
      { message: 'broken off' },
    )
    const decoder = decoders[coding]()
    decoder.end(Buffer.concat(seen))
    await t.rejects(text(decoder), 'what came does not look whole')
    const left = Promise.withResolvers<void>()
    async function* endless() {
      try {
        for (;;) yield Buffer.alloc(10_000)
      } finally {
        left.resolve()
      }
    }
    for await (const _ of encodeContent(endless(), coding)) break
    await left.promise
  })
}

test('results come in the coding that is asked for', { timeout }, async (t) => {
  const { url } = await serve(t)
  const ask = async (format: string, acceptEncoding: string, limit = 50_000) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'accept-encoding': acceptEncoding,
    }
    const sent = request(`${url}/v1/jobs?format=${format}`, { method: 'POST', headers })
    sent.end(JSON.stringify({ source: flights, steps: [{ limit }] }))
    const [response] = await once(sent, 'response')
    const body = Buffer.concat(await Array.fromAsync(response as AsyncIterable<Buffer>))
    const { vary, 'content-encoding': coding = 'identity' } = response.headers
    t.equal(vary, 'accept, accept-encoding')
    return { coding, body }
  }
  const plain = await ask('csv', 'identity')
  t.equal(plain.coding, 'identity')
  const gzip = await ask('csv', 'gzip, deflate')
  t.equal(gzip.coding, 'gzip')
  t.ok(zlib.gunzipSync(gzip.body).equals(plain.body))
  t.ok(gzip.body.length < plain.body.length / 3, `${gzip.body.length} of ${plain.body.length} bytes`)
  const zstd = await ask('csv', 'gzip, deflate, zstd')
  t.equal(zstd.coding, 'zstd')
  t.ok(zlib.zstdDecompressSync(zstd.body).equals(plain.body))

  const arrow = await ask('arrow', 'gzip, deflate, br, zstd')
  t.equal(arrow.coding, 'identity')
  t.equal(tableFromIPC(arrow.body).numRows, 50_000)
  const insisted = await ask('arrow', 'zstd, identity;q=0')
  t.equal(insisted.coding, 'zstd')
  t.ok(zlib.zstdDecompressSync(insisted.body).equals(arrow.body))

  const whole = await ask('json', 'gzip', 500)
  t.equal(whole.coding, 'gzip', 'a small result, in one piece')
  t.equal(JSON.parse(zlib.gunzipSync(whole.body).toString()).length, 500)
  t.equal((await ask('json', 'gzip', 3)).coding, 'identity', 'but not one that fits into a packet')
})
