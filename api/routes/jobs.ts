// Running a job and looking at one. A request is parsed, planned and started before anything is answered, so that whatever
// is wrong by then gets its own status; afterwards bytes pass through, and a failure breaks the connection off.

import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { negotiate } from '../formats/negotiate.ts'
import type { JobService } from '../jobs/job-service.ts'
import { clientLeft } from '../jobs/run-job.ts'
import { jobIdSchema, jobResourceSchema, jobSchema, problems } from '../schemas.ts'
import { withIdleLimit } from './idle-limit.ts'

/** Bytes read ahead of the socket. */
const PREFETCH_BYTES = 256 * 1024
const idHeader = 'x-volley-job-id'

/** The routes of jobs: one submits and runs a job, one says how it is. */
export function addJobRoutes(app: FastifyInstance, jobs: JobService, replyIdleMs: number): void {
  app.post(
    '/v1/jobs',
    {
      schema: {
        body: jobSchema,
        headers: { type: 'object', properties: { [idHeader]: jobIdSchema } },
        response: problems,
      },
      config: { scope: 'jobs:write' },
    },
    (request, reply) => postJob(request, reply, jobs, replyIdleMs),
  )
  app.get<{ Params: { id: string } }>(
    '/v1/jobs/:id',
    {
      schema: {
        params: { type: 'object', properties: { id: jobIdSchema } },
        response: { 200: jobResourceSchema, ...problems },
      },
      config: { scope: 'jobs:read' },
    },
    async (request) => jobs.get(request.params.id),
  )
}

async function postJob(
  request: FastifyRequest,
  reply: FastifyReply,
  jobs: JobService,
  replyIdleMs: number,
): Promise<FastifyReply> {
  const left = new Promise<void>((resolve) => reply.raw.once('close', resolve))
  const format = negotiate(request.headers.accept)
  const { record, begun } = await jobs.submit({
    document: request.body,
    id: request.headers[idHeader] as string | undefined,
    owner: request.principal?.id ?? 'anonymous',
    mayInline: request.principal?.scopes.has('udf:inline') === true,
    answered: left,
    onLog: (jobId, stream, bytes) => {
      request.log.debug({ jobId, stream, text: Buffer.from(bytes.subarray(0, 1024)).toString() }, 'job log')
    },
  })
  request.held?.holdUntil(record.ended)
  reply.header(idHeader, record.id)
  request.jobId = record.id
  // Harmless after the last byte.
  void left.then(() => record.cancel(clientLeft()))
  const result = await begun()
  const bytes = withIdleLimit(format.encode(result.read()), reply.raw, replyIdleMs)
  const body = Readable.from(bytes, { objectMode: false, highWaterMark: PREFETCH_BYTES })
  return reply.header('content-type', format.contentType).header('vary', 'accept').send(body)
}
