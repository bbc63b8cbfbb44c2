// Running a job and looking at one. A request is parsed, planned and started before anything is answered, so that whatever
// is wrong by then gets its own status; afterwards bytes pass through, and a failure breaks the connection off.

import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { functionNamesOf } from '../../functions/catalogue/function-names.ts'
import { decodeExpr } from '../../runtime/codec/expr-codec.ts'
import { unknownTable } from '../../runtime/context/registry.ts'
import type { SessionContext } from '../../runtime/context/session.ts'
import { decodeJob } from '../../runtime/job/job-codec.ts'
import { type JobLimits, type JobParseContext, parseJobJson } from '../../runtime/job/json-job.ts'
import { tableFunctionsOf } from '../../runtime/job/table-call.ts'
import { overHttp } from '../advice.ts'
import type { DataRoots } from '../data-roots.ts'
import { HttpError, publicError } from '../errors.ts'
import { negotiate } from '../formats/negotiate.ts'
import type { JobStore } from '../jobs/job-store.ts'
import { clientLeft, runJob } from '../jobs/run-job.ts'
import { jobIdSchema, jobResourceSchema, jobSchema, problems } from '../schemas.ts'
import type { WorkerFunctions } from '../worker-functions.ts'

export interface JobRoutes {
  readonly session: SessionContext
  readonly store: JobStore
  readonly roots: DataRoots
  readonly allowInlineUdfs: boolean
  readonly defaultTimeoutMs: number
  readonly limits: JobLimits
  /** The functions of the worker context, if there is one. */
  ofWorkers(): Promise<WorkerFunctions | undefined>
}

/** Bytes read ahead of the socket: beyond this, a slow client pauses the worker. */
const PREFETCH_BYTES = 256 * 1024
/** Of a job that comes as bytes, without its rows and functions: it is parsed in one turn. */
const MAX_JOB_TEXT = 1024 * 1024
const idHeader = 'x-volley-job-id'

/** The routes of jobs: one submits and runs a job, one says how it is. */
export function addJobRoutes(app: FastifyInstance, routes: JobRoutes): void {
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
    (request, reply) => postJob(request, reply, routes),
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
    async (request) => {
      const { id } = request.params
      const record = routes.store.get(id)
      if (record !== undefined) return record.toResource()
      throw new HttpError('not_found', `Cannot find job "${id}": there is none, or it ended too long ago`)
    },
  )
}

async function postJob(request: FastifyRequest, reply: FastifyReply, routes: JobRoutes): Promise<FastifyReply> {
  const left = new Promise<void>((resolve) => reply.raw.once('close', resolve))
  const format = negotiate(request.headers.accept)
  const parsed = await parseJobJson(request.body, await parseContextFor(request, routes))
  const record = routes.store.create(left, request.headers[idHeader] as string | undefined)
  request.held?.holdUntil(record.ended)
  reply.header(idHeader, record.id)
  request.jobId = record.id
  // Harmless after the last byte.
  void left.then(() => record.cancel(clientLeft()))
  const begun = await runJob(parsed, routes.session, record, {
    defaultTimeoutMs: routes.defaultTimeoutMs,
    publicError: (error) => publicError(error, (text) => routes.roots.hide(text)),
    onLog: (stream, bytes) => {
      request.log.debug({ jobId: record.id, stream, text: Buffer.from(bytes.subarray(0, 1024)).toString() }, 'job log')
    },
  })
  const body = Readable.from(format.encode(begun), { objectMode: false, highWaterMark: PREFETCH_BYTES })
  return reply.header('content-type', format.contentType).header('vary', 'accept').send(body)
}

/** Function bodies are taken only where both the server and the token allow them. */
async function parseContextFor(
  { principal }: FastifyRequest,
  { session, roots, limits, allowInlineUdfs, ofWorkers }: JobRoutes,
): Promise<JobParseContext> {
  const inlining = allowInlineUdfs && principal?.scopes.has('udf:inline') === true
  const context = session.withUdfInlining({ enabled: inlining })
  const functions = await ofWorkers()
  const own = session.sqlOptions()
  return {
    sql: {
      ...own,
      ...(functions === undefined ? {} : { functions: functionNamesOf(functions, own.functions) }),
      functionAdvice: overHttp.function,
    },
    decodeBytes: (bytes) => decodeExpr(bytes, context),
    decodeJob: (bytes) => decodeJob(bytes, context, { maxTextBytes: MAX_JOB_TEXT }),
    table: (name) => session.findTable(name) ?? unknownTable(name, session.tableNames(), overHttp.table),
    tableFunctions: tableFunctionsOf([...(functions === undefined ? [] : [functions]), session], overHttp.function),
    files: (paths) => roots.files(paths),
    limits,
  }
}
