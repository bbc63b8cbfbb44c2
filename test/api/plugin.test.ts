// The service as a part of somebody's application: it serves below its prefix and leaves the rest alone.

import fastify from 'fastify'
import { test } from 'tap'
import { SessionContext } from 'volley'
import { type VolleyPluginOptions, volleyPlugin } from 'volley/api'
import { isAlive, until } from './with-server.ts'

const authorization = 'Bearer a-token-for-tests'
const options = { prefix: '/volley', tokens: ['a-token-for-tests'] } as const
const rows = { source: { rows: [{ a: 1 }] } }

/** An application that does everything its own way. */
function application() {
  const app = fastify({ genReqId: () => 'own-id' })
  const seen: string[] = []
  app.addHook('onRoute', ({ method, url }) => {
    if (url.startsWith('/volley')) seen.push(`${method} ${url}`)
  })
  app.setErrorHandler((_error, _request, reply) => reply.status(418).send('own error'))
  app.setNotFoundHandler((_request, reply) => reply.status(404).send('own 404'))
  app.setValidatorCompiler(() => () => {
    throw new Error('own validation')
  })
  app.setSerializerCompiler(() => () => '"own serialization"')
  app.addContentTypeParser('application/json', (_request, _body, done) => done(null, 'own parser'))
  app.post('/echo', async ({ body }) => ({ body }))
  app.get('/fails', async () => {
    throw new Error('broken')
  })
  return { app, seen }
}

test('volleyPlugin() serves below its prefix and leaves the application alone', { timeout: 120_000 }, async (t) => {
  const { app, seen } = application()
  app.register(volleyPlugin, { ...options, pool: { workers: 1 } })
  t.teardown(() => app.close())

  await t.test('the application is as it was', async (t) => {
    const posted = await app.inject({ method: 'POST', url: '/echo', payload: { a: 1 } })
    t.strictSame(posted.json(), { body: 'own parser' })
    t.notOk(posted.headers['x-content-type-options'])
    t.match(await app.inject({ url: '/fails' }), { statusCode: 418, body: 'own error' })
    t.match(await app.inject({ url: '/nowhere' }), { statusCode: 404, body: 'own 404' })
    t.match(await app.inject({ url: '/v1/jobs' }), { statusCode: 404, body: 'own 404' })
    t.match(await app.inject({ url: '/volleyball' }), { statusCode: 404, body: 'own 404' })
  })

  await t.test('refusals below the prefix are problem documents', async (t) => {
    const ask = async (url: string, headers: Record<string, string> = { authorization }) => {
      const answer = await app.inject({ url, headers })
      return [answer.statusCode, answer.json().code, answer.headers['x-request-id']]
    }
    t.strictSame(await ask('/volley/v1/jobs', {}), [401, 'unauthorized', 'own-id'])
    t.strictSame(await ask('/volley/nowhere', {}), [401, 'unauthorized', 'own-id'])
    t.strictSame(await ask('/volley/nowhere'), [404, 'not_found', 'own-id'])
    t.strictSame(await ask('/volley/v1/jobs?limit=0'), [400, 'bad_request', 'own-id'])
    const put = await app.inject({ method: 'PUT', url: '/volley/v1/jobs', headers: { authorization } })
    t.match(put, { statusCode: 405, headers: { allow: 'GET, HEAD, OPTIONS, POST' } })
    t.equal(put.headers.link, '</volley/docs/errors#method_not_allowed>; rel="help"')
  })

  await t.test('jobs run, and addresses have the prefix', async (t) => {
    const headers = { authorization, prefer: 'respond-async, wait=60', 'x-volley-job-id': 'mine' }
    const made = await app.inject({ method: 'POST', url: '/volley/v1/jobs', headers, payload: rows })
    t.match(made.json(), { id: 'mine', status: 'succeeded' })
    t.equal(made.headers.location, '/volley/v1/jobs/mine')
    const [result = ''] = /(?<=<)[^>]+/.exec(String(made.headers.link)) ?? []
    t.equal((await app.inject({ url: result, headers: { authorization, accept: 'text/csv' } })).body, 'a\n1\n')
  })

  await t.test('the description has every route of the plugin, and no other', async (t) => {
    const described = (await app.inject({ url: '/volley/openapi.json' })).json<{
      readonly servers: readonly { readonly url: string }[]
      readonly paths: Readonly<Record<string, object>>
    }>()
    t.strictSame(described.servers, [{ url: '/volley' }])
    const operations = Object.entries(described.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} /volley${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    )
    const added = seen.filter((route) => !route.startsWith('HEAD ')).map((route) => route.replace(/volley$/, 'volley/'))
    t.strictSame(operations.toSorted(), [...new Set(added)].toSorted())
    t.match((await app.inject({ url: '/volley' })).json(), { links: { docs: '/volley/docs' } })
  })

  await t.test('closing the application ends the workers', async (t) => {
    const { report } = (await app.inject({ url: '/volley/v1/jobs/mine', headers: { authorization } })).json()
    await app.close()
    t.equal(report.pids.length, 1)
    t.ok(await until(() => !isAlive(report.pids[0])))
  })
})

test('the application may tell who sends a request', { timeout: 120_000 }, async (t) => {
  const app = fastify()
  t.teardown(() => app.close())
  const session = new SessionContext({ backend: 'in-process', log: 'ignore' })
  app.addHook('onRequest', async ({ headers }) => {
    if (headers.cookie === 'blocked') throw Object.assign(new Error('Not today'), { statusCode: 403 })
  })
  app.register(volleyPlugin, {
    prefix: '/volley',
    session,
    authenticate: ({ headers: { cookie } }) =>
      cookie === undefined ? undefined : { id: cookie, scopes: new Set(['jobs:read', 'jobs:write'] as const) },
  })
  const ask = (cookie?: string) =>
    app.inject({ url: '/volley/v1/jobs', headers: cookie === undefined ? { authorization } : { cookie } })
  t.equal((await ask()).statusCode, 401)
  t.match((await ask('blocked')).json(), { status: 403, detail: 'Not today' })
  const headers = { cookie: 'ann', prefer: 'respond-async, wait=60' }
  await app.inject({ method: 'POST', url: '/volley/v1/jobs', headers, payload: rows })
  t.match((await ask('ann')).json(), { jobs: [{ owner: 'ann', status: 'succeeded' }] })
  t.strictSame((await ask('bob')).json(), { jobs: [], next: null })
})

const authenticate = () => undefined

const wrong = [
  // @ts-expect-error: it has no prefix
  [/at the root/, { tokens: ['secret'] } satisfies VolleyPluginOptions],
  // @ts-expect-error: a prefix begins with a slash
  [/at the root/, { prefix: '', tokens: ['secret'] } satisfies VolleyPluginOptions],
  // @ts-expect-error: the application has a logger
  [/"logger"/, { ...options, logger: true } satisfies VolleyPluginOptions],
  // @ts-expect-error: it is either tokens or the application
  [/both tokens/, { prefix: '/volley', tokens: ['secret'], authenticate } satisfies VolleyPluginOptions],
  [/without tokens/, { prefix: '/volley' } satisfies VolleyPluginOptions],
] as const

test('volleyPlugin() refuses what it cannot do', { timeout: 120_000 }, async (t) => {
  for (const [message, given] of wrong) {
    const app = fastify()
    app.register(volleyPlugin, given as VolleyPluginOptions)
    await t.rejects(Promise.resolve(app.ready()), { code: 'invalid_argument', message })
    await app.close()
  }
})
