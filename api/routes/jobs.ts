// Submitting jobs and looking at them. A request is parsed, on record and started before anything is answered, so that
// whatever is wrong by then gets its own status; afterwards bytes pass through, and a failure breaks the connection off.

import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CancelledError } from '../../functions/errors.ts'
import { settledWithin } from '../../runtime/bytes/settled-within.ts'
import { HttpError } from '../errors.ts'
import { type FormatQuery, negotiate } from '../formats/negotiate.ts'
import { isFinal, type JobResource } from '../jobs/job-record.ts'
import type { JobService } from '../jobs/job-service.ts'
import type { Asker, Idempotency } from '../jobs/submission.ts'
import { addJob } from '../operations/request-log.ts'
import { responseClosed } from '../response-closed.ts'
import { cancelJob, getJob, listJobs, rerunJob, runJob } from './operations.ts'
import { preferenceOf } from './prefer.ts'
import { type Replies, representationFor, sendResult } from './send-result.ts'

const idHeader = 'x-volley-job-id'

interface OfJob {
  readonly Params: { readonly id: string }
}

interface ListQuery {
  readonly status?: string
  readonly owner?: string
  readonly since?: string
  readonly limit?: string
  readonly cursor?: string
}

/** Submits, lists, tells, cancels and repeats. */
export function addJobRoutes(app: FastifyInstance, jobs: JobService, replies: Replies): void {
  const submitting = { schema: runJob, config: { scope: 'jobs:write', takesUploads: true } } as const
  app.post<{ Querystring: FormatQuery }>('/v1/jobs', submitting, (request, reply) =>
    submit(request, reply, jobs, replies),
  )
  app.get<{ Querystring: ListQuery }>('/v1/jobs', { schema: listJobs, config: { scope: 'jobs:read' } }, (request) =>
    list(request.query, askerOf(request), jobs),
  )
  app.get<OfJob>('/v1/jobs/:id', { schema: getJob, config: { scope: 'jobs:read' } }, async (request, reply) => {
    const { resource } = await jobs.find(request.params.id, askerOf(request))
    const etag = `"${createHash('sha256').update(JSON.stringify(resource)).digest('base64url').slice(0, 22)}"`
    reply.headers({ etag, link: linksOf(reply, resource.id) })
    return request.headers['if-none-match'] === etag ? reply.status(304).send() : resource
  })
  app.delete<OfJob>('/v1/jobs/:id', { schema: cancelJob, config: { scope: 'jobs:write' } }, (request) =>
    jobs.cancel(request.params.id, askerOf(request)),
  )
  app.post<OfJob>('/v1/jobs/:id/rerun', { schema: rerunJob, config: { scope: 'jobs:write' } }, (request, reply) =>
    rerun(request, reply, jobs),
  )
}

async function submit(
  request: FastifyRequest<{ Querystring: FormatQuery }>,
  reply: FastifyReply,
  jobs: JobService,
  replies: Replies,
): Promise<FastifyReply> {
  const { isAsync, waitMs } = preferenceOf(request.headers.prefer)
  const representation = isAsync ? negotiate(undefined, request.query) : representationFor(request, request.query)
  const idempotency = idempotencyOf(request)
  const asker = askerOf(request)
  const earlier = idempotency && (await jobs.withKey(asker.id, idempotency))
  if (earlier !== undefined) {
    reply.header('idempotency-replayed', 'true').header(idHeader, earlier.resource.id)
    if (isAsync) return accepted(reply, earlier.resource)
    if (!isFinal(earlier.resource.status)) throw stillRuns(earlier.resource.id)
    return sendResult(request, reply, await jobs.result(earlier), { ...replies, representation })
  }
  const left = responseClosed(reply.raw)
  const record = await jobs.submit({
    document: request.body,
    payload: request.payload,
    upload: request.upload,
    id: request.headers[idHeader] as string | undefined,
    owner: asker.id,
    mayInline: mayInline(request),
    isAsync,
    idempotency,
    requestId: request.id,
    traceContext: request.traceContext,
  })
  request.held?.holdUntil(record.ended)
  addJob(request, reply, record.id)
  reply.headers({ [idHeader]: record.id, location: pathOf(reply, record.id) })
  if (isAsync) {
    reply.header('preference-applied', 'respond-async')
    if (waitMs > 0) await settledWithin(record.ended, waitMs)
    return accepted(reply, record.toResource())
  }
  jobs.replying(left)
  // A reply that is gone is wanted by nobody, unless it can be asked for again.
  if (idempotency === undefined) void left.then(() => record.isOver || record.cancel(clientLeft()))
  await record.result.begun
  const idleMs = record.idleTimeoutMs ?? replies.idleMs
  return sendResult(request, reply, record.result, { ...replies, representation, idleMs })
}

async function rerun(request: FastifyRequest<OfJob>, reply: FastifyReply, jobs: JobService): Promise<FastifyReply> {
  const { id: requestId, params, traceContext } = request
  const asker = askerOf(request)
  const idempotency = idempotencyOf(request, `rerun ${params.id}`)
  const earlier = idempotency && (await jobs.withKey(asker.id, idempotency))
  if (earlier !== undefined) return accepted(reply.header('idempotency-replayed', 'true'), earlier.resource)
  const again = { ...asker, mayInline: mayInline(request), idempotency, requestId, traceContext }
  const record = await jobs.rerun(params.id, again)
  addJob(request, reply, record.id)
  return accepted(reply, record.toResource())
}

async function list(query: ListQuery, asker: Asker, jobs: JobService): Promise<object> {
  const { status, since, limit = '100', cursor } = query
  const owner = asker.isAdmin ? query.owner : asker.id
  if (query.owner !== undefined && query.owner !== owner) return { jobs: [], next: null }
  const found = await jobs.list({
    status,
    owner,
    since: since === undefined ? undefined : Date.parse(since),
    before: cursor === undefined ? undefined : Number(cursor),
    limit: Number(limit),
  })
  return { jobs: found.jobs, next: found.next === undefined ? null : String(found.next) }
}

function accepted(reply: FastifyReply, resource: JobResource): FastifyReply {
  const location = pathOf(reply, resource.id)
  return reply
    .status(202)
    .headers({ location, link: linksOf(reply, resource.id), [idHeader]: resource.id })
    .send(resource)
}

/** The routes may stand below a prefix. */
const pathOf = ({ server }: FastifyReply, id: string): string => `${server.prefix}/v1/jobs/${id}`

const linksOf = (reply: FastifyReply, id: string): string =>
  ['result', 'events', 'logs'].map((rel) => `<${pathOf(reply, id)}/${rel}>; rel="${rel}"`).join(', ')

/** Whoever sent a request. Where no token is needed, everybody sees everything. */
export function askerOf({ principal }: FastifyRequest): Asker {
  return { id: principal?.id ?? 'anonymous', isAdmin: principal?.scopes.has('admin') === true }
}

/** Whether its sender may bring function bodies along. */
export const mayInline = ({ principal }: FastifyRequest): boolean => principal?.scopes.has('udf:inline') === true

/**
 * The order in which the parts of an upload come makes no difference.
 *
 * @param subject - What is asked for besides what the body says.
 */
function idempotencyOf({ headers, payload, upload }: FastifyRequest, subject = ''): Idempotency | undefined {
  const key = headers['idempotency-key']
  if (typeof key !== 'string') return undefined
  const { contentType = '', bytes = new Uint8Array() } = payload ?? {}
  const fingerprint = createHash('sha256').update(`${subject}${contentType}\n`).update(bytes)
  for (const part of upload?.parts.toSorted((a, b) => (a.name < b.name ? -1 : 1)) ?? []) {
    fingerprint.update(JSON.stringify([part.name, part.hash, part.kind, part.options]))
  }
  return { key, fingerprint: fingerprint.digest() }
}

const clientLeft = (): CancelledError => new CancelledError('cancelled', 'The client closed the connection')

const stillRuns = (id: string): HttpError =>
  new HttpError('idempotency_in_progress', `Cannot answer yet: job "${id}" of this Idempotency-Key still runs`, {
    details: { jobId: id },
    headers: { 'retry-after': '1' },
  })
