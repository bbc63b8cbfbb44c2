// What each route declares, by the name that generated clients give it: parameters, bodies, replies, and the problems that
// are its own. Requests are checked against this, and the description of the API is made of it.

import type { FastifySchema } from 'fastify'
import { errorCategories } from '../../functions/errors.ts'
import { documentSchema } from '../../runtime/job/document-schema.ts'
import type { JsonSchema } from '../../runtime/job/json-schema.ts'
import { uploadType } from '../bodies/upload-type.ts'
import { jobContentType } from '../formats/job-content-type.ts'
import { resultFormats } from '../formats/result-formats.ts'
import { jobStatuses } from '../jobs/job-record.ts'
import type { ParameterSchema, ParametersSchema } from '../operations/check-parameters.ts'
import type { ProblemCode } from '../operations/routes.ts'
import {
  explainedSchema,
  formatQuery,
  functionsSchema,
  jobIdSchema,
  jobListSchema,
  jobParamsSchema,
  jobResourceSchema,
  landingSchema,
  readinessSchema,
  statusSchema,
  tablesSchema,
} from '../schemas.ts'

const json = (description: string, schema: JsonSchema, headers: Readonly<Record<string, JsonSchema>> = {}) => ({
  description,
  headers,
  content: { 'application/json': { schema } },
})

const plain = (description: string) => ({ description, content: { 'text/plain': { schema: { type: 'string' } } } })

const htmlPage = { description: 'A page', content: { 'text/html': { schema: { type: 'string' } } } }

const header = (description: string): JsonSchema => ({ description, schema: { type: 'string' } })

const jobHeaders = {
  location: header('Where the job is'),
  link: header('Where its result, events and logs are'),
  'x-volley-job-id': header('The id of the job'),
}

const runsHeader = {
  'x-volley-job-runs': header('How often the job had been begun: of another run the record batches may be others'),
}

/** In whichever format the request asks for. */
const result = (description: string, headers: Readonly<Record<string, JsonSchema>> = {}) => ({
  description,
  headers: {
    ...headers,
    vary: header('`accept, accept-encoding`'),
    'content-encoding': header('`zstd` or `gzip`, where `Accept-Encoding` takes that, of texts'),
  },
  content: Object.fromEntries(resultFormats.map(({ contentType }) => [contentType.split(';')[0], { schema: {} }])),
})

const uploadBody = {
  schema: {
    type: 'object',
    description: 'The job, and the files that its sources name as parts',
    required: ['job'],
    properties: { job: documentSchema },
    additionalProperties: { description: 'A file: Parquet, Arrow, CSV or NDJSON' },
  },
}

const jobBody = {
  content: {
    'application/json': { schema: documentSchema },
    'application/sql': { schema: { type: 'string', description: 'A query' } },
    'text/plain': { schema: { type: 'string', description: 'A query' } },
    [uploadType]: uploadBody,
    [jobContentType]: { schema: { description: 'A DataFrame, from `DataFrame.toBytes()`' } },
  },
}

/** Whatever may be wrong with a job, before it runs and while it does. */
const problemsOfJobs: readonly ProblemCode[] = [
  ...(Object.keys(errorCategories) as (keyof typeof errorCategories)[]),
  'wire_inline_refused',
  'wire_*',
  'closure_*',
]

const problemsOfSubmitting: readonly ProblemCode[] = [
  'job_id_taken',
  'idempotency_in_progress',
  'too_many_jobs',
  'queue_timeout',
  'start_timeout',
  'storage_full',
]

const problemsOfResults: readonly ProblemCode[] = ['not_acceptable', 'result_expired', 'result_corrupted']

const keySchema: ParameterSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 255,
  description: 'a text that makes a second request with it the first one',
}

const replayed = {
  'idempotency-replayed': header('`true` for the job of an earlier request'),
}

export const runJob: FastifySchema = {
  operationId: 'runJob',
  summary: 'Runs a job',
  description:
    'The reply is the result, in the format that `Accept` or `format` asks for, and is sent while the job runs: one that breaks off was not whole. With `Prefer: respond-async` it is the job, and the result is kept.',
  tags: ['jobs'],
  querystring: { type: 'object', additionalProperties: false, properties: formatQuery } satisfies ParametersSchema,
  headers: {
    type: 'object',
    properties: {
      Prefer: {
        type: 'string',
        description:
          'a preference: `respond-async` to get the job at once, `respond-async, wait=N` to wait up to N seconds for its end',
        examples: ['respond-async, wait=10'],
      },
      'Idempotency-Key': keySchema,
      'x-volley-job-id': jobIdSchema,
    },
  } satisfies ParametersSchema,
  body: jobBody,
  response: {
    200: result('The result', {
      ...jobHeaders,
      'idempotency-replayed': header('`true` for the result of an earlier request'),
    }),
    202: json('The job', jobResourceSchema, {
      ...jobHeaders,
      'preference-applied': header('`respond-async`'),
      ...replayed,
    }),
  },
  problems: [
    ...problemsOfJobs,
    ...problemsOfSubmitting,
    ...problemsOfResults,
    'idempotency_key_reused',
    'invalid_upload',
  ],
}

export const listJobs: FastifySchema = {
  operationId: 'listJobs',
  summary: 'Lists jobs, newest first',
  description: 'A token without the scope `admin` sees those that came with it.',
  tags: ['jobs'],
  querystring: {
    type: 'object',
    additionalProperties: false,
    properties: {
      status: { type: 'string', enum: jobStatuses, description: 'a status: jobs that have come so far' },
      owner: { type: 'string', description: 'the name of a token: jobs that came with it' },
      since: { type: 'string', format: 'date-time', description: 'a time: jobs that came in since then' },
      limit: { type: 'integer', minimum: 1, maximum: 1000, description: 'how many at most; 100 if it is not said' },
      cursor: { type: 'string', pattern: '^[0-9]{1,15}$', description: 'the `next` of the page before' },
    },
  } satisfies ParametersSchema,
  response: { 200: json('A page of jobs', jobListSchema) },
}

export const getJob: FastifySchema = {
  operationId: 'getJob',
  summary: 'Tells how a job is',
  tags: ['jobs'],
  params: jobParamsSchema,
  headers: {
    type: 'object',
    properties: { 'If-None-Match': { type: 'string', description: 'the `ETag` of the job as it is known' } },
  } satisfies ParametersSchema,
  response: {
    200: json('The job', jobResourceSchema, { etag: header('Of the job as it is'), link: jobHeaders.link }),
    304: { description: 'It is still as it is known' },
  },
  problems: ['not_found'],
}

export const cancelJob: FastifySchema = {
  operationId: 'cancelJob',
  summary: 'Cancels a job and waits for its end',
  description: 'One that has ended stays as it is.',
  tags: ['jobs'],
  params: jobParamsSchema,
  response: { 200: json('The job', jobResourceSchema) },
  problems: ['not_found'],
}

export const rerunJob: FastifySchema = {
  operationId: 'rerunJob',
  summary: 'Runs a job once more, as a new one',
  tags: ['jobs'],
  params: jobParamsSchema,
  headers: { type: 'object', properties: { 'Idempotency-Key': keySchema } } satisfies ParametersSchema,
  response: { 202: json('The new job', jobResourceSchema, { ...jobHeaders, ...replayed }) },
  problems: [
    ...problemsOfJobs,
    ...problemsOfSubmitting,
    'idempotency_key_reused',
    'not_found',
    'not_repeatable',
    'upload_expired',
  ],
}

export const getJobResult: FastifySchema = {
  operationId: 'getJobResult',
  summary: 'The result of a job, in any format; of one that still runs, as it grows',
  tags: ['jobs'],
  params: jobParamsSchema,
  querystring: {
    type: 'object',
    additionalProperties: false,
    properties: {
      ...formatQuery,
      fromBatch: {
        type: 'integer',
        minimum: 0,
        description: 'the first record batch to send, from 0, to go on after a connection broke off',
      },
    },
  } satisfies ParametersSchema,
  headers: {
    type: 'object',
    properties: { Range: { type: 'string', description: 'bytes of the Arrow stream, once the job has ended' } },
  } satisfies ParametersSchema,
  response: {
    200: result('The result', runsHeader),
    206: result('A part of it', { ...runsHeader, 'content-range': header('Which part') }),
  },
  problems: [...problemsOfJobs, ...problemsOfResults, 'not_found', 'no_result', 'range_not_satisfiable'],
}

export const followJob: FastifySchema = {
  operationId: 'followJob',
  summary: 'What happens to a job, as Server-Sent Events',
  description:
    'Events `status`, `progress` and `log`, each with an id and its data as JSON; those there were come first. The stream ends with the job; comments keep it open meanwhile.',
  tags: ['jobs'],
  params: jobParamsSchema,
  headers: {
    type: 'object',
    properties: {
      'Last-Event-ID': { type: 'string', description: 'the id of the last event that is known: later ones are sent' },
    },
  } satisfies ParametersSchema,
  response: {
    200: { description: 'The events', content: { 'text/event-stream': { schema: { type: 'string' } } } },
  },
  problems: ['not_found'],
}

export const getJobLogs: FastifySchema = {
  operationId: 'getJobLogs',
  summary: 'The last 64 KiB of what its functions printed',
  tags: ['jobs'],
  params: jobParamsSchema,
  response: { 200: plain('The text') },
  problems: ['not_found'],
}

export const explainJob: FastifySchema = {
  operationId: 'explainJob',
  summary: 'Tells how a job would run; nothing does',
  tags: ['jobs'],
  body: jobBody,
  response: {
    200: {
      description: 'The plan',
      content: { 'application/json': { schema: explainedSchema }, 'text/plain': { schema: { type: 'string' } } },
    },
  },
  problems: [...problemsOfJobs, 'invalid_upload', 'storage_full'],
}

export const listFunctions: FastifySchema = {
  operationId: 'listFunctions',
  summary: 'The functions that expressions may call',
  tags: ['catalogue'],
  response: { 200: json('The functions', functionsSchema) },
}

export const getFunction: FastifySchema = {
  operationId: 'getFunction',
  summary: 'The functions of a name',
  tags: ['catalogue'],
  params: {
    type: 'object',
    properties: { name: { type: 'string', description: 'a name or an alias', examples: ['sum'] } },
  } satisfies ParametersSchema,
  response: { 200: json('An aggregate and a window function may have one name', functionsSchema) },
  problems: ['not_found'],
}

export const listTables: FastifySchema = {
  operationId: 'listTables',
  summary: 'The tables that jobs may name',
  tags: ['catalogue'],
  response: { 200: json('The tables', tablesSchema) },
}

export const checkAlive: FastifySchema = {
  operationId: 'checkAlive',
  summary: 'Whether the process answers',
  tags: ['operations'],
  response: { 200: json('It does', statusSchema) },
}

export const checkReady: FastifySchema = {
  operationId: 'checkReady',
  summary: 'Whether the server can take the next job',
  tags: ['operations'],
  response: { 200: json('It can', readinessSchema), 503: json('It cannot', readinessSchema) },
}

export const getMetrics: FastifySchema = {
  operationId: 'getMetrics',
  summary: 'The metrics of the server, as Prometheus reads them',
  tags: ['operations'],
  response: { 200: plain('The metrics') },
}

export const getRoot: FastifySchema = {
  operationId: 'getRoot',
  summary: 'What this is, and where to go on',
  tags: ['operations'],
  response: {
    200: {
      description: 'A page, or the same for programs',
      content: { 'application/json': { schema: landingSchema }, 'text/html': { schema: { type: 'string' } } },
    },
  },
}

export const getDescription: FastifySchema = {
  operationId: 'getDescription',
  summary: 'This description, as OpenAPI 3.1',
  tags: ['operations'],
  response: { 200: json('The description', { type: 'object' }) },
}

export const getReference: FastifySchema = {
  operationId: 'getReference',
  summary: 'This description, for people',
  tags: ['operations'],
  response: { 200: htmlPage },
}

export const getErrors: FastifySchema = {
  operationId: 'getErrors',
  summary: 'What the codes of problems mean',
  tags: ['operations'],
  response: { 200: htmlPage },
}
