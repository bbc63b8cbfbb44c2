// Whatever a server refuses, below its routes too, is a problem document with the request's id. By raw sockets, as no
// client sends such requests.

import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'tap'
import { SessionContext } from 'volley'
import { buildServer, type Problem, type ServerOptions } from 'volley/api'

const token = 'the-right-token'
const authorization = `Bearer ${token}`

function build(options: ServerOptions = {}) {
  const session = new SessionContext({ backend: 'in-process', log: 'ignore' })
  return buildServer({ tokens: [token], session, ...options })
}

/** Sends text as it is, in pieces, and reads until the server ends the connection. */
async function send(port: number, ...pieces: readonly string[]) {
  const socket = connect({ host: '127.0.0.1', port })
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk
  })
  socket.on('error', () => {})
  for (const piece of pieces) socket.write(piece)
  await once(socket, 'close')
  const [head = '', body = ''] = text.split('\r\n\r\n')
  return {
    text,
    status: Number(/^HTTP\/1.1 (\d+)/.exec(head)?.[1]),
    head: head.toLowerCase(),
    problem: problemIn(body),
  }
}

function problemIn(body: string): Partial<Problem> {
  return body.startsWith('{') ? (JSON.parse(body) as Problem) : {}
}

const lines = (...all: readonly string[]): string => `${all.join('\r\n')}\r\n\r\n`
const get = (path: string, ...headers: readonly string[]): string =>
  lines(`GET ${path} HTTP/1.1`, 'host: localhost', 'connection: close', `authorization: ${authorization}`, ...headers)
const post = (...headers: readonly string[]): string =>
  lines('POST /v1/jobs HTTP/1.1', 'host: localhost', 'content-type: application/json', ...headers)
const authorized = `authorization: ${authorization}`

const cases: readonly (readonly [title: string, request: string, status: number, code: string])[] = [
  ['what is not HTTP', 'hello\r\n\r\n', 400, 'bad_request'],
  ['a method that there is not', get('/').replace('GET', 'FETCH'), 400, 'bad_request'],
  ['two lengths', post('content-length: 1', 'content-length: 2'), 400, 'bad_request'],
  ['a length and chunks', post('content-length: 1', 'transfer-encoding: chunked'), 400, 'bad_request'],
  ['bad percent-encoding', get('/v1/jobs/%zz'), 400, 'bad_request'],
  ['a wrong id', get('/v1/jobs/a%20b'), 400, 'bad_request'],
  ['an address too long', get(`/${'a'.repeat(9000)}`), 414, 'uri_too_long'],
  ['headers too large', get('/', `x-large: ${'a'.repeat(20_000)}`), 431, 'headers_too_large'],
  ['an expectation', get('/livez', 'expect: miracles'), 417, 'expectation_failed'],
  ['no such route', get('/nowhere'), 404, 'not_found'],
  ['no such method here', get('/v1/functions').replace('GET', 'PUT'), 405, 'method_not_allowed'],
  ['a method of WebDAV', get('/v1/functions').replace('GET', 'PROPFIND'), 405, 'method_not_allowed'],
  ['a body too large', post('connection: close', authorized, 'content-length: 99999999'), 413, 'size_limit'],
  ['bad JSON', `${post('connection: close', authorized, 'content-length: 2')}{]`, 400, 'invalid_job'],
  ['no token', lines('GET /v1/functions HTTP/1.1', 'host: localhost', 'connection: close'), 401, 'unauthorized'],
]

test('every refusal is a problem document', { timeout: 120_000 }, async (t) => {
  await using app = build()
  const port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port)
  for (const [title, request, status, code] of cases) {
    const answer = await send(port, request)
    t.match(answer, { status, problem: { status, code, type: `urn:volley:error:${code}` } }, title)
    t.match(answer.head, /content-type: application\/problem\+json/, title)
    t.match(answer.head, /x-request-id: [\w-]+/, title)
  }
})

test('routes say which methods they take, ids of requests come back', { timeout: 120_000 }, async (t) => {
  await using app = build()
  const ask = (method: 'PUT' | 'OPTIONS' | 'HEAD', url: string, id = 'my-request:1') =>
    app.inject({ method, url, headers: { authorization, 'x-request-id': id } })
  const refused = await ask('PUT', '/v1/jobs/some')
  t.match(refused, { statusCode: 405, headers: { 'x-request-id': 'my-request:1' } })
  t.match(refused.headers.allow, /\bGET\b.*\bOPTIONS\b/)
  const options = await ask('OPTIONS', '/v1/functions')
  t.match(options, { statusCode: 204, headers: { allow: 'GET, HEAD, OPTIONS' } })
  t.match(await ask('HEAD', '/livez'), { statusCode: 200, body: '' })
  t.match(await ask('HEAD', '/livez', 'no\tid'), { headers: { 'x-request-id': /^[0-9a-f-]{36}$/ } })
})

test('HTTP/1.0 gets no format of which a part looks like a whole', { timeout: 120_000 }, async (t) => {
  await using app = build()
  const port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port)
  const job = '{"source":{"rows":[{"a":1}]}}'
  const ask = (accept: string) => {
    const request = post(authorized, `accept: ${accept}`, `content-length: ${job.length}`).replace(
      'HTTP/1.1',
      'HTTP/1.0',
    )
    return send(port, request + job)
  }
  for (const accept of ['text/csv', 'application/x-ndjson', '*/*']) {
    t.match(await ask(accept), { status: 406, problem: { code: 'not_acceptable', detail: /use HTTP\/1\.1/ } }, accept)
  }
  t.match(await ask('application/json'), { status: 200, text: /\n\]\n$/ })
})

test('who is slow is answered 408, before and after the token is known', { timeout: 120_000 }, async (t) => {
  const connections = { headersTimeoutMs: 200, bodyTimeoutMs: 200, minBodyBytesPerSecond: 1_000_000 }
  await using app = build({ connections })
  const port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port)
  const slow = { status: 408, problem: { code: 'request_timeout' } }
  t.match(await send(port, 'GET / HTTP/1.1\r\nhost: loc'), slow, 'a head')
  t.match(await send(port, post(authorized, 'content-length: 100'), '{"a"'), slow, 'a body')
  t.match(await send(port, post(authorized, 'transfer-encoding: chunked'), '4\r\n{"a"\r\n'), slow, 'a body in chunks')
  const stranger = await send(port, post('content-length: 100'), '{"a"')
  t.match(stranger, { status: 401, head: /connection: close/ }, 'a body without a token is not waited for')
})

test('there are only so many connections and requests', { timeout: 120_000 }, async (t) => {
  await using app = build({ connections: { maxConnections: 2, maxRequests: 1 } })
  const port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port)
  const first = connect({ host: '127.0.0.1', port }).on('error', () => {})
  await once(first, 'connect')
  first.write(post(authorized, 'content-length: 100'))
  await once(app.server, 'request')
  const busy = { status: 503, problem: { code: 'overloaded' }, head: /retry-after: 1/ }
  t.match(await send(port, get('/livez')), busy, 'a request too many')
  const second = connect({ host: '127.0.0.1', port }).on('error', () => {})
  await once(second, 'connect')
  t.match(await send(port), busy, 'a connection too many')
  const left = [first, second].map((socket) => once(socket, 'close'))
  first.destroy()
  second.destroy()
  await Promise.all(left)
})
