// The bodies of requests: how many bytes of them are in the server at a time, and that large ones are parsed apart.

import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { SessionContext } from 'volley'
import { buildServer } from 'volley/api'
import { BodyParser } from '../../api/bodies/parse-body.ts'
import { EncodedRows } from '../../runtime/job/inline-rows.ts'
import { openSource } from '../../runtime/source/formats.ts'
import { token, until } from './with-server.ts'

const rows = (count: number) => Array.from({ length: count }, (_, i) => ({ a: i, b: `row ${i}` }))
const authorization = `Bearer ${token}`

/** A server without workers that takes few bytes at a time. */
function smallServer(t: { teardown(end: () => Promise<unknown>): void }) {
  const session = new SessionContext({ backend: 'in-process' })
  const app = buildServer({ tokens: [token], session, maxBodyBytes: 1000, maxBytesInFlight: 2500 })
  t.teardown(() => app.close())
  return app
}

const job = (padding = 0) =>
  JSON.stringify({ source: { rows: [{ a: 1 }] }, steps: [], options: { timeoutMs: 9000 } }) + ' '.repeat(padding)

/** Sends the beginning of a request and leaves the connection open. */
async function begin(port: number, headers: string, body: string) {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  let answer = ''
  socket.on('data', (bytes) => {
    answer += bytes
  })
  socket.on('error', () => {})
  const common = `Host: localhost\r\nAuthorization: ${authorization}\r\nContent-Type: application/json\r\n`
  socket.write(`POST /v1/jobs HTTP/1.1\r\n${common}${headers}\r\n\r\n${body}`)
  return { socket, answer: () => answer }
}

test('a server refuses bodies beyond its bytes in flight, and takes them again afterwards', {
  timeout: 240_000,
}, async (t) => {
  const app = smallServer(t)
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const port = Number(new URL(address).port)
  const post = () =>
    fetch(`${address}/v1/jobs`, {
      method: 'POST',
      body: job(),
      headers: { authorization, 'content-type': 'application/json' },
    })
  const first = await begin(port, 'Content-Length: 1000', '{')
  const second = await begin(port, 'Content-Length: 1000', '{')
  await delay(50)
  const third = await begin(port, 'Content-Length: 1000', '{')
  t.ok(await until(() => third.answer().includes('\r\n\r\n')))
  t.match(third.answer(), /^HTTP\/1.1 503 /)
  t.match(third.answer(), /retry-after: 1/i)
  t.match(third.answer(), /"code":"overloaded","details":\{"bytesInFlight":2000,"maxBytesInFlight":2500\}/)
  t.equal((await post()).status, 200, 'a small one fits')
  for (const { socket } of [first, second, third]) socket.destroy()
  await delay(50)
  const again = await Promise.all([begin(port, 'Content-Length: 1000', job(1000 - job().length)), post()])
  t.ok(await until(() => again[0].answer().includes('\r\n\r\n')))
  t.match(again[0].answer(), /^HTTP\/1.1 200 /)
  t.equal(again[1].status, 200)
  again[0].socket.destroy()
})

test('a server counts bodies of unknown length as they arrive', { timeout: 240_000 }, async (t) => {
  const app = smallServer(t)
  const port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port)
  const chunk = `384\r\n{${' '.repeat(899)}\r\n`
  const chunked = () => begin(port, 'Transfer-Encoding: chunked', chunk)
  const open = [await chunked(), await chunked()]
  await delay(50)
  const third = await chunked()
  t.ok(await until(() => third.answer().includes('\r\n\r\n')))
  t.match(third.answer(), /^HTTP\/1.1 503 [\s\S]*"code":"overloaded"/)
  for (const { socket } of [...open, third]) socket.destroy()
  await delay(50)
  const last = await begin(port, 'Transfer-Encoding: chunked', `${job().length.toString(16)}\r\n${job()}\r\n0\r\n\r\n`)
  t.ok(await until(() => last.answer().includes('\r\n\r\n')))
  t.match(last.answer(), /^HTTP\/1.1 200 /)
  last.socket.destroy()
})

test('a server holds what it counts until the job is over, not longer', { timeout: 240_000 }, async (t) => {
  const app = smallServer(t)
  const headers = { authorization, 'content-type': 'application/json', host: 'localhost' }
  for (let round = 0; round < 20; round++) {
    const outcomes = await Promise.all(
      [job(500), '{', job(2000), '[]'].map((payload) =>
        app.inject({ method: 'POST', url: '/v1/jobs', payload, headers }),
      ),
    )
    t.strictSame(
      outcomes.map(({ statusCode }) => statusCode),
      [200, 400, 413, 400],
    )
  }
})

test('buildServer() refuses a bound that no body would fit', async (t) => {
  const session = new SessionContext({ backend: 'in-process' })
  const wrong = { tokens: [token], session, maxBodyBytes: 1000, maxBytesInFlight: 999 }
  t.throws(() => buildServer(wrong), { code: 'invalid_argument' })
  t.throws(() => buildServer({ ...wrong, maxBytesInFlight: Number.NaN }), { code: 'invalid_argument' })
})

test('parse() encodes the rows of large bodies apart', { timeout: 240_000 }, async (t) => {
  await using parser = new BodyParser()
  const parse = (document: unknown) => parser.parse(Buffer.from(JSON.stringify(document)))
  const { json, bytes } = await parse({ source: { rows: rows(5000), schema: { a: 'int32' } }, steps: [{ limit: 1 }] })
  const { source, steps } = json as { source: { rows: EncodedRows }; steps: unknown }
  t.ok(source.rows instanceof EncodedRows)
  t.strictSame(Object.keys(source), ['rows'])
  t.strictSame(steps, [{ limit: 1 }])
  t.equal(bytes, source.rows.bytes.length)
  const opened = await openSource({ kind: 'memory', bytes: source.rows.bytes })
  t.strictSame(
    [opened.rows, opened.schema.map(({ name, type }) => [name, type.kind])],
    [
      5000,
      [
        ['a', 'int32'],
        ['b', 'utf8'],
      ],
    ],
  )

  const small = await parse({ source: { rows: rows(10) } })
  t.notOk((small.json as { source: { rows: unknown } }).source.rows instanceof EncodedRows, 'and few rows at once')
  const sparse = await parse({ source: { rows: Array.from({ length: 900 }, (_, i) => ({ [`c${i}`]: 1 })) } })
  t.ok((sparse.json as { source: { rows: unknown } }).source.rows instanceof EncodedRows, 'few bytes can be many cells')
})

test('parse() tells what is wrong with a large body as with a small one', { timeout: 240_000 }, async (t) => {
  await using parser = new BodyParser()
  const filler = ' '.repeat(20_000)
  const wrong: readonly (readonly [
    body: string,
    error: { readonly code: string; readonly message?: RegExp; readonly details?: object },
  ])[] = [
    [`{"source":${filler}`, { code: 'invalid_job', message: /is not JSON/ }],
    [`{"source":{"rows":[1]}}${filler}`, { code: 'invalid_job', details: { pointer: '/source/rows/0' } }],
    [
      `{"source":{"rows":[{"a":"x"}],"schema":{"a":"int32"}}}${filler}`,
      { code: 'invalid_value', details: { column: 'a', row: 0, pointer: '/source/rows' } },
    ],
    [`{"steps":[${'1,'.repeat(50_000)}1]}`, { code: 'size_limit', message: /more than 50000 values besides its rows/ }],
    [
      `{"source":{"rows":[{}${',{}'.repeat(3000)}],"schema":{${Array.from({ length: 4000 }, (_, i) => `"c${i}":"int8"`)}}}}`,
      { code: 'size_limit', message: /its rows have 12004000 cells, at most 10000000/ },
    ],
    [`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`, { code: 'invalid_job', message: /nests deeper than 100 levels/ }],
  ]
  for (const [body, error] of wrong) await t.rejects(parser.parse(Buffer.from(body)), error)
  const error = await parser.parse(Buffer.from(`{"source":{"rows":[1]}}${filler}`)).catch((thrown) => thrown)
  t.notOk('workerStack' in error.details)
})

test('parse() answers when its thread is ended', { timeout: 240_000 }, async (t) => {
  const parser = new BodyParser()
  const large = Buffer.from(`{"a":1}${' '.repeat(20_000)}`)
  const left = [parser.parse(large), parser.parse(large)]
  const ended = Promise.allSettled(left)
  await parser[Symbol.asyncDispose]()
  t.strictSame(
    (await ended).map(({ status }) => status),
    ['rejected', 'rejected'],
  )
})
