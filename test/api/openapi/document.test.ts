// The description of the API: it is OpenAPI, it has every route, replies are as it says, and clients that are made of it work.

import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { OpenAPIClientAxios } from 'openapi-client-axios'
import { test } from 'tap'
import { type Answer, serve, token } from '../with-server.ts'

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>
  readonly components: { readonly schemas: object }
}

interface DescribedOperation {
  readonly operationId: string
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema: object }>> }>>
}

const rows = { source: { rows: [{ a: 1 }, { a: 2 }] } }

test('the description of the API', { timeout: 240_000 }, async (t) => {
  const { ask, url } = await serve(t, { dataRoots: [] })
  const document = JSON.parse((await ask('GET', '/openapi.json')).text) as Described
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )

  await t.test('is valid OpenAPI 3.1', async (t) => {
    const validator = new Validator()
    t.strictSame(await validator.validate({ ...structuredClone(document) }), { valid: true })
    t.equal(validator.version, '3.1')
    const ids = operations.map(({ operation }) => operation.operationId)
    t.equal(new Set(ids).size, ids.length, 'operations have names of their own')
  })

  await t.test('says what replies are like', async (t) => {
    const ajv = new Ajv2020({ strict: false, formats: { uri: true, 'date-time': true } })
    ajv.addSchema({ $id: 'doc', ...document })
    const seen = new Set<string>()

    async function check(
      method: string,
      path: string,
      body?: unknown,
      headers?: Record<string, string>,
    ): Promise<Answer> {
      const answer = await ask(method, path, body, headers)
      const where = `${method} ${path}: ${answer.status}`
      const found = operations.find(
        (each) => each.method === method && patternOf(each.path).test(path.split('?')[0] ?? ''),
      )
      if (found === undefined) throw new Error(`${where} is not described`)
      const { responses, operationId } = found.operation
      seen.add(operationId)
      const response = responses[answer.status]
      t.ok(response, `${where} ${answer.problem.code} is described`)
      const type = answer.headers.get('content-type')?.split(';')[0] ?? ''
      if (answer.text !== '') t.ok(response?.content?.[type], `${where} may be ${type}`)
      if (type.endsWith('json')) {
        const at = ['paths', found.path, method.toLowerCase(), 'responses', answer.status, 'content', type, 'schema']
        const pointer = at.map((part) => encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1')))
        const isRight = ajv.getSchema(`doc#/${pointer.join('/')}`)
        t.equal(isRight?.(JSON.parse(answer.text)), true, `${where}: ${JSON.stringify(isRight?.errors)}`)
      }
      return answer
    }

    const respondAsync = { prefer: 'respond-async, wait=30' }
    await check('GET', '/livez')
    await check('GET', '/readyz')
    await check('GET', '/metrics')
    for (const path of ['/openapi.json', '/', '/docs', '/docs/errors']) await check('GET', path)
    await check('GET', '/', undefined, { accept: 'text/html' })
    await check('GET', '/v1/functions')
    await check('GET', '/v1/functions/sum')
    await check('GET', '/v1/functions/summ')
    await check('GET', '/v1/tables')
    await check('POST', '/v1/explain', rows)
    await check('POST', '/v1/explain', { sql: 'selct 1' })
    await check('POST', '/v1/jobs', { ...rows, more: 1 })
    await check('POST', '/v1/jobs', { source: { rows: [{ a: 'x' }], schema: { a: 'int64' } } })
    await check('POST', '/v1/jobs', { sql: 'select 1 / 0 as n' }, { accept: 'text/csv' })
    await check('POST', '/v1/jobs', { source: { csv: '/etc/passwd' } })
    await check('POST', '/v1/jobs', rows, { accept: 'image/png' })
    await check('POST', '/v1/jobs', rows, { authorization: 'Bearer wrong' })
    await check('POST', '/v1/jobs', '<a/>', { 'content-type': 'text/xml' })
    const made = await check('POST', '/v1/jobs', rows, { ...respondAsync, 'x-volley-job-id': 'described' })
    t.equal(made.status, 202)
    await check('POST', '/v1/jobs', rows, { ...respondAsync, 'x-volley-job-id': 'described' })
    await check('GET', '/v1/jobs?limit=1')
    await check('GET', '/v1/jobs?limit=0')
    const { headers } = await check('GET', '/v1/jobs/described')
    await check('GET', '/v1/jobs/described', undefined, { 'if-none-match': headers.get('etag') ?? '' })
    await check('GET', '/v1/jobs/nowhere')
    await check('GET', '/v1/jobs/described/result', undefined, { accept: 'text/csv' })
    await check('GET', '/v1/jobs/described/result', undefined, { range: 'bytes=0-3' })
    await check('GET', '/v1/jobs/described/result', undefined, { range: 'bytes=99999-' })
    await check('GET', '/v1/jobs/described/events')
    await check('GET', '/v1/jobs/described/logs')
    await check('DELETE', '/v1/jobs/described')
    await check('POST', '/v1/jobs/described/rerun')
    t.strictSame(
      operations.map(({ operation }) => operation.operationId).filter((id) => !seen.has(id)),
      [],
      'every operation was asked',
    )
  })

  await t.test('makes a client that works', async (t) => {
    const api = new OpenAPIClientAxios({
      definition: `${url}/openapi.json`,
      withServer: { url },
      axiosConfigDefaults: { headers: { Authorization: `Bearer ${token}` }, validateStatus: () => true },
    })
    const client = await api.init()
    const made = await client.runJob?.({ Prefer: 'respond-async, wait=30', 'x-volley-job-id': 'generated' }, rows)
    t.match(made, { status: 202, data: { id: 'generated', status: 'succeeded', result: { rows: 2 } } })
    const inText = { headers: { Accept: 'application/x-ndjson' } }
    const result = await client.getJobResult?.({ id: 'generated', fromBatch: 0 }, null, inText)
    t.equal(result?.data, '{"a":1}\n{"a":2}\n')
    t.match(await client.getJob?.('nowhere'), { status: 404, data: { code: 'not_found' } })
  })
})

const patternOf = (path: string): RegExp => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
