// What belongs to a job besides itself: its result, what happened to it, what its functions printed.

import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { settledWithin } from '../../runtime/bytes/settled-within.ts'
import { HttpError } from '../errors.ts'
import type { FormatQuery } from '../formats/negotiate.ts'
import type { JobEvents } from '../jobs/job-events.ts'
import { isFinal, type JobStatus } from '../jobs/job-record.ts'
import type { JobService } from '../jobs/job-service.ts'
import type { FoundJob } from '../jobs/submission.ts'
import { askerOf } from './jobs.ts'
import { followJob, getJobLogs, getJobResult } from './operations.ts'
import { type Replies, representationFor, sendResult } from './send-result.ts'

/** Comments that keep proxies from closing a connection on which nothing happens. */
const HEARTBEAT_MS = 15_000
/** How soon a client asks again whose connection broke off. */
const RETRY_MS = 1000

interface OfJob {
  readonly Params: { readonly id: string }
}

interface ResultQuery extends FormatQuery {
  readonly fromBatch?: string
}

export function addJobPartRoutes(app: FastifyInstance, jobs: JobService, replies: Replies): void {
  app.get<OfJob & { readonly Querystring: ResultQuery }>(
    '/v1/jobs/:id/result',
    { schema: getJobResult, config: { scope: 'jobs:read' } },
    async (request, reply) => {
      const { fromBatch, ...query } = request.query
      const representation = representationFor(request, query)
      const job = await jobs.find(request.params.id, askerOf(request))
      request.jobId = job.resource.id
      refuseWithout(job)
      const result = await jobs.result(job)
      await result.begun
      reply.header('x-volley-job-runs', job.resource.runs)
      const from = fromBatch === undefined ? {} : { fromBatch: Number(fromBatch) }
      return sendResult(request, reply, result, { ...replies, representation, ...from })
    },
  )
  app.get<OfJob>(
    '/v1/jobs/:id/logs',
    { schema: getJobLogs, config: { scope: 'jobs:read' } },
    async (request, reply) => {
      const { resource } = await jobs.find(request.params.id, askerOf(request))
      return reply.type('text/plain; charset=utf-8').send(resource.logs.text)
    },
  )
  app.get<OfJob>(
    '/v1/jobs/:id/events',
    { schema: followJob, config: { scope: 'jobs:read' } },
    async (request, reply) => {
      const job = await jobs.find(request.params.id, askerOf(request))
      const last = Number(request.headers['last-event-id'] ?? 0)
      const lines = eventLines(await jobs.events(job), Number.isSafeInteger(last) ? last : 0)
      return reply.type('text/event-stream').send(Readable.from(lines, { objectMode: false }))
    },
  )
}

/** @throws {HttpError} `no_result`, with what went wrong. */
function refuseWithout({ resource: { id, status, error } }: FoundJob): void {
  if (status !== 'failed' && status !== 'cancelled') return
  throw new HttpError('no_result', `Cannot give the result of job "${id}": ${error?.detail ?? `it is ${status}`}`, {
    details: { jobId: id, ...(error === undefined ? {} : { error: error.code }) },
  })
}

async function* eventLines(events: JobEvents, last: number): AsyncGenerator<string> {
  yield `retry: ${RETRY_MS}\n\n`
  for (let seen = last; ; ) {
    const change = events.change()
    for (const { id, event, data } of events.after(seen)) {
      yield `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`
      seen = id
    }
    if (
      events.all.some(
        ({ event, data }) => event === 'status' && isFinal((data as { readonly status: JobStatus }).status),
      )
    )
      return
    if (!(await settledWithin(change, HEARTBEAT_MS))) yield ': still running\n\n'
  }
}
