// Who may ask: tokens, scopes, hosts and origins, on every route and method.

import { request } from 'node:http'
import { test } from 'tap'
import { SessionContext } from 'volley'
import { buildServer, type ServerOptions } from 'volley/api'

const token = 'the-right-token'
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
const routes = ['/v1/jobs', '/v1/jobs/some', '/v1/functions', '/livez', '/readyz', '/nowhere', '/']

function build(options: ServerOptions = {}) {
  const session = new SessionContext({ backend: 'in-process', log: 'ignore' })
  return buildServer({ tokens: [token], session, ...options })
}

test('every route needs a token, but for the probes and what is the same on every server', {
  timeout: 120_000,
}, async (t) => {
  await using app = build()
  const isPublic = ['/livez', '/readyz', '/', '/docs', '/docs/errors', '/openapi.json']
  const { paths } = (await app.inject({ url: '/openapi.json' })).json<{ readonly paths: object }>()
  const described = Object.keys(paths).map((path) => path.replaceAll(/\{\w+\}/g, 'some'))
  for (const url of new Set([...described, ...routes])) {
    for (const method of methods) {
      const isOpen = isPublic.includes(url) && ['GET', 'HEAD'].includes(method)
      const { statusCode, headers } = await app.inject({ method, url })
      t.equal(statusCode === 401, !isOpen, `${method} ${url}: ${statusCode}`)
      if (!isOpen) t.match(headers['www-authenticate'], /^Bearer realm="volley"/)
    }
  }
})

test('a token is taken as it is, or not at all', { timeout: 120_000 }, async (t) => {
  await using app = build()
  const ask = async (authorization: string) =>
    (await app.inject({ url: '/v1/functions', headers: { authorization } })).statusCode
  t.equal(await ask(`Bearer ${token}`), 200)
  t.equal(await ask(`bearer ${token}`), 200)
  for (const wrong of ['Bearer wrong', 'Bearer', `Basic ${token}`, token, `Bearer ${token} x`, `Bearer ${token}x`]) {
    t.equal(await ask(wrong), 401, wrong)
  }
  const { headers } = await app.inject({ url: '/v1/functions', headers: { authorization: 'Bearer wrong' } })
  t.match(headers['www-authenticate'], /error="invalid_token"/)
})

test('a token does what its scopes say', { timeout: 120_000 }, async (t) => {
  await using app = build({ tokens: [{ token, scopes: ['jobs:read'] }] })
  const headers = { authorization: `Bearer ${token}` }
  t.equal((await app.inject({ url: '/v1/functions', headers })).statusCode, 200)
  const refused = await app.inject({ method: 'POST', url: '/v1/jobs', headers, payload: {} })
  t.equal(refused.statusCode, 403)
  t.match(refused.json(), { code: 'scope_missing', details: { scope: 'jobs:write' } })
})

test('pages of other sites and names of others are refused on every route', { timeout: 120_000 }, async (t) => {
  await using app = build({ allowedHosts: ['data.example'] })
  for (const url of routes) {
    for (const method of methods) {
      const authorization = `Bearer ${token}`
      const foreign = await app.inject({ method, url, headers: { authorization, origin: 'https://evil.example' } })
      t.equal(foreign.statusCode, 403, `${method} ${url}`)
      const rebound = await app.inject({ method, url, headers: { authorization, host: 'evil.example:8642' } })
      t.equal(rebound.statusCode, 403, `${method} ${url}`)
    }
  }
  const ask = async (headers: Record<string, string>) => (await app.inject({ url: '/livez', headers })).statusCode
  t.equal(await ask({ host: 'localhost:8642' }), 200)
  t.equal(await ask({ host: 'data.example' }), 200)
  t.equal(await ask({ host: 'localhost:8642', origin: 'http://localhost:8642' }), 200)
  t.equal(await ask({ host: 'localhost:8642', origin: 'http://localhost:9999' }), 403)
  t.equal(await ask({ host: 'localhost:8642', origin: 'null' }), 403)
  t.equal(await ask({ host: '10.1.2.3' }), 403)
})

test('the address that was connected to is a known host', { timeout: 120_000 }, async (t) => {
  await using app = build()
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  const ask = (host: string) =>
    new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, path: '/livez', headers: { host } }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode))
      })
        .on('error', reject)
        .end()
    })
  t.equal(await ask(`127.0.0.1:${port}`), 200)
  t.equal(await ask('127.0.0.2'), 403)
  t.equal(await ask('attacker.example'), 403)
})

test('a server without tokens is not built unless somebody says so', { timeout: 120_000 }, async (t) => {
  t.throws(() => build({ tokens: [] }), /without tokens/)
  await using app = build({ tokens: [], insecureNoAuth: true })
  t.equal((await app.inject({ url: '/v1/functions' })).statusCode, 200)
})

test('defects tell clients nothing', { timeout: 120_000 }, async (t) => {
  const session = new SessionContext({ backend: 'in-process', log: 'ignore' })
  session.sqlOptions = () => {
    throw new Error('a secret')
  }
  await using app = build({ session })
  const headers = { authorization: `Bearer ${token}` }
  const answer = await app.inject({ method: 'POST', url: '/v1/jobs', headers, payload: {} })
  t.equal(answer.statusCode, 500)
  t.match(answer.json(), { code: 'internal', type: 'urn:volley:error:internal' })
  t.notMatch(answer.body, 'secret')
})
