// The description of the API (OpenAPI 3.1), made of what the routes declare. Nothing of a server's configuration or data
// is in it: every server of a version has the same, but for the prefix that its routes stand below.

import type { FastifySchema } from 'fastify'
import type { JsonSchema } from '../../runtime/job/json-schema.ts'
import { statusOf } from '../errors.ts'
import type { ParametersSchema } from '../operations/check-parameters.ts'
import type { ProblemCode, Route } from '../operations/routes.ts'
import { components } from '../schemas.ts'
import { version } from '../version.ts'

export interface OpenApiDocument {
  readonly openapi: '3.1.1'
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly servers: readonly { readonly url: string }[]
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>>
}

export interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly tags: readonly string[]
  /** Empty where no token is needed. */
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly required: true; readonly content: Content }
  readonly responses: Readonly<Record<string, ResponseOf>>
}

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly description: string
  readonly schema: JsonSchema
}

export type Content = Readonly<Record<string, { readonly schema?: JsonSchema }>>

export interface ResponseOf {
  readonly description: string
  readonly headers?: Readonly<Record<string, JsonSchema>>
  readonly content?: Content
}

const description = `Jobs over columnar data, with functions of your own.

Every failure is a problem document (RFC 9457); decide by its \`code\`. Every reply has an \`x-request-id\`, and where it is traced a \`traceresponse\`. What answers GET answers HEAD; OPTIONS tells the methods.`

const tags = [
  { name: 'jobs', description: 'Submitting jobs, following them, and reading their results' },
  { name: 'catalogue', description: 'What jobs may call and read' },
  { name: 'operations', description: 'Whether the server is well, and what it is' },
]

/** @param prefix - What the routes stand below; empty where they stand at the root. */
export function openApiDocument(routes: readonly Route[], prefix: string): OpenApiDocument {
  const paths: Record<string, Record<string, Operation>> = {}
  for (const route of routes) {
    if (route.method === 'HEAD') continue
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) }
  }
  const schemas = Object.fromEntries(
    Object.entries(components).map(([name, schema]) => [name, referring(schema, schema)]),
  )
  return {
    openapi: '3.1.1',
    info: { title: 'Volley', version: version(), description },
    servers: [{ url: prefix === '' ? '/' : prefix }],
    tags,
    paths,
    components: {
      schemas,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A token of the server; an operation names the scope' },
      },
      headers: { RequestId: { description: 'The id of the request, for logs', schema: { type: 'string' } } },
    },
  }
}

function operationOf({ method, path, schema, config }: Route): Operation {
  const { operationId = `${method} ${path}`, summary = '', tags = [], body } = schema
  return {
    operationId,
    summary,
    ...(schema.description === undefined ? {} : { description: schema.description }),
    tags,
    security: config.public === true ? [] : [{ token: [config.scope ?? 'admin'] }],
    parameters: [
      ...parametersIn('path', schema.params),
      ...parametersIn('query', schema.querystring),
      ...parametersIn('header', schema.headers),
    ],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, ...referring(body as { readonly content: Content }) } }),
    responses: responsesOf(schema, config.public === true),
  }
}

function parametersIn(place: Parameter['in'], schema: unknown): readonly Parameter[] {
  const { properties = {} } = (schema ?? {}) as Partial<ParametersSchema>
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: place,
    required: place === 'path',
    description,
    schema,
  }))
}

/** What any route may answer. */
const commonProblems: readonly ProblemCode[] = [
  'bad_request',
  'token_in_url',
  'host_forbidden',
  'origin_forbidden',
  'uri_too_long',
  'expectation_failed',
  'headers_too_large',
  'internal',
  'overloaded',
]

const tokenProblems: readonly ProblemCode[] = ['unauthorized', 'scope_missing', 'too_many_attempts', 'rate_limited']
const bodyProblems: readonly ProblemCode[] = ['size_limit', 'unsupported_media_type', 'request_timeout']

function responsesOf(
  { response = {}, problems = [], body }: FastifySchema,
  isPublic: boolean,
): Readonly<Record<string, ResponseOf>> {
  const codes = new Set([
    ...problems,
    ...commonProblems,
    ...(isPublic ? [] : tokenProblems),
    ...(body === undefined ? [] : bodyProblems),
  ])
  const refused = [...Map.groupBy(codes, statusOf)].map(
    ([status, codes]) => [String(status), problemResponse(status, codes)] as const,
  )
  const responses = { ...(response as Readonly<Record<string, ResponseOf>>) }
  for (const [status, problem] of refused) responses[status] = both(responses[status], problem)
  return Object.fromEntries(
    Object.entries(responses).map(([status, { headers, ...own }]) => [
      status,
      referring({ ...own, headers: { ...headers, 'x-request-id': { $ref: '#/components/headers/RequestId' } } }),
    ]),
  )
}

/** A status that is a reply of the route's own and of problems as well. */
const both = (own: ResponseOf | undefined, problem: ResponseOf): ResponseOf =>
  own === undefined
    ? problem
    : {
        description: own.description,
        headers: { ...own.headers, ...problem.headers },
        content: { ...own.content, ...problem.content },
      }

function problemResponse(status: number, codes: readonly ProblemCode[]): ResponseOf {
  const families = codes.filter((code) => code.endsWith('*')).map((family) => family.replace('*', ''))
  const single = codes.filter((code) => !code.endsWith('*')).toSorted()
  const ofFamilies = families.map((start) => ({ type: 'string', pattern: `^${start}` }))
  const code = ofFamilies.length === 0 ? { enum: single } : { anyOf: [{ enum: single }, ...ofFamilies] }
  return {
    description: [...single, ...families.map((start) => `${start}…`)].join(', '),
    headers: problemHeaders[status] ?? {},
    content: { 'application/problem+json': { schema: { ...reference('Problem'), properties: { code } } } },
  }
}

const header = (description: string): JsonSchema => ({ description, schema: { type: 'string' } })
const retryAfter = { 'retry-after': header('After how many seconds to try again') }

const problemHeaders: Readonly<Record<number, Readonly<Record<string, JsonSchema>>>> = {
  401: { 'www-authenticate': header('What is wrong with the token (RFC 6750)') },
  429: retryAfter,
  503: retryAfter,
}

const names = new Map<unknown, string>(Object.entries(components).map(([name, schema]) => [schema, name]))

const reference = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` })

/**
 * A copy in which references stand for the schemas that have a name.
 *
 * @param named - The one that is being written under its name.
 */
function referring<Value>(value: Value, named?: unknown): Value {
  const name = names.get(value)
  const copied =
    name !== undefined && value !== named
      ? reference(name)
      : Array.isArray(value)
        ? value.map((item) => referring(item))
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, referring(inner)]))
          : value
  return copied as Value
}
