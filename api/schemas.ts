// JSON schemas of requests and responses: what every route declares. Job documents are checked in runtime/job/json-job.ts,
// which can say more precisely what is wrong; their schema here describes them.

import { jobStatuses } from './jobs/job-record.ts'

declare module 'fastify' {
  interface FastifySchema {
    /** What the route does, in a few words. */
    summary?: string
    tags?: readonly string[]
  }
}

const text = { type: 'string' } as const
const count = { type: 'integer', minimum: 0 } as const
const anything = { type: 'object', additionalProperties: true } as const

const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: text,
    title: text,
    status: { type: 'integer' },
    detail: text,
    code: text,
    details: anything,
    jobId: text,
  },
} as const

/** The responses that any route may give. */
export const problems = { '4xx': problemSchema, '5xx': problemSchema } as const

/** Types are left to the parser of jobs, on purpose: its errors say where and why. */
export const jobSchema = {
  description:
    'A job: "source" and "steps", or "sql", or "bytes", the base64 of DataFrame.toBytes(). Expressions are SQL text, or { "bytes": base64 } from Expr.toBytes()',
  examples: [
    {
      source: { parquet: 'flights-3m.parquet' },
      steps: [{ filter: 'delay > 60' }, { aggregate: { by: ['origin'], values: ['count(*) as n'] } }],
      options: { timeoutMs: 30000 },
    },
    { sql: 'select origin, count(*) as n from flights group by origin' },
  ],
} as const

const progress = {
  type: 'object',
  properties: { rowsRead: count, rowsTotal: count, tasksDone: count, tasks: count },
} as const

export const jobResourceSchema = {
  type: 'object',
  properties: {
    id: text,
    status: { type: 'string', enum: jobStatuses },
    owner: text,
    createdAt: text,
    startedAt: text,
    endedAt: text,
    progress,
    report: {
      type: 'object',
      properties: {
        ...progress.properties,
        rows: count,
        bytes: count,
        elapsedMs: { type: 'number' },
        pids: { type: 'array', items: count },
        retries: count,
      },
    },
    attempts: {
      type: 'array',
      items: { type: 'object', properties: { task: count, attempt: count, pid: count, error: problemSchema } },
    },
    error: problemSchema,
    runs: count,
    result: {
      type: 'object',
      properties: {
        formats: { type: 'array', items: text },
        bytes: count,
        batches: count,
        rows: count,
        expiresAt: text,
      },
    },
    logs: { type: 'object', properties: { text, bytes: count } },
  },
} as const

/** It becomes the name of a file. */
export const jobIdSchema = { type: 'string', pattern: '^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$' } as const

export const jobParamsSchema = { type: 'object', properties: { id: jobIdSchema } } as const

export const jobListSchema = {
  type: 'object',
  properties: {
    jobs: { type: 'array', items: jobResourceSchema },
    next: { anyOf: [text, { type: 'null' }] },
  },
} as const

export const functionsSchema = {
  type: 'object',
  properties: {
    functions: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          kind: text,
          name: text,
          aliases: { type: 'array', items: text },
          family: text,
          usage: text,
          summary: text,
          examples: { type: 'array', items: { type: 'object', properties: { sql: text, result: text } } },
        },
      },
    },
  },
} as const

const columns = {
  type: 'array',
  items: { type: 'object', properties: { name: text, type: text, nullable: { type: 'boolean' } } },
} as const

export const tablesSchema = {
  type: 'object',
  properties: {
    tables: {
      type: 'array',
      items: { type: 'object', properties: { name: text, columns, rows: count, error: text } },
    },
  },
} as const

export const explainedSchema = {
  content: {
    'application/json': { schema: { type: 'object', properties: { plan: text, columns } } },
    'text/plain': { schema: text },
  },
} as const

export const statusSchema = { type: 'object', properties: { status: text } } as const

export const readinessSchema = {
  type: 'object',
  properties: {
    status: text,
    checks: { type: 'array', items: { type: 'object', properties: { name: text, status: text, reason: text } } },
  },
} as const
