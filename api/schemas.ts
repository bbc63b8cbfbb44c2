// What requests and replies look like, as JSON Schema: what routes declare, and what the description of the API names.
// Documents of jobs have theirs beside their parser, in runtime/job/.

import { documentSchema, optionsSchema, sinkSchema, sourceSchema, stepSchema } from '../runtime/job/document-schema.ts'
import { expressionSchema, type JsonSchema } from '../runtime/job/json-schema.ts'
import { resultFormats } from './formats/result-formats.ts'
import { jobStatuses } from './jobs/job-record.ts'
import type { ParameterSchema, ParametersSchema } from './operations/check-parameters.ts'

const text = (description: string): JsonSchema => ({ type: 'string', description })
const time = (description: string): JsonSchema => ({ type: 'string', format: 'date-time', description })
const count = (description: string): JsonSchema => ({ type: 'integer', minimum: 0, description })
const listOf = (items: JsonSchema, description: string): JsonSchema => ({ type: 'array', items, description })

/** An object; members whose name ends in `?` may be missing. */
function object(description: string, members: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const entries = Object.entries(members)
  return {
    type: 'object',
    description,
    required: entries.map(([name]) => name).filter((name) => !name.endsWith('?')),
    properties: Object.fromEntries(entries.map(([name, schema]) => [name.replace('?', ''), schema])),
  }
}

export const problemSchema = object('Problem details (RFC 9457): the answer to every request that fails', {
  type: { type: 'string', format: 'uri', description: '`urn:volley:error:` and the code' },
  title: text('The code in words'),
  status: { type: 'integer', description: 'The HTTP status' },
  detail: text('What went wrong and what to do, for people'),
  code: text('Stable: one per cause. Decide by it'),
  details: { type: 'object', description: 'What the error knows besides: the column, the row, the limit' },
  'jobId?': text('The job that failed'),
})

const progress = {
  rowsRead: count('Rows that were read from its source'),
  'rowsTotal?': count('Rows of its source, where that is known'),
  tasksDone: count('Tasks that have ended'),
  tasks: count('Tasks in all'),
}

export const jobResourceSchema = object('A job', {
  id: text('Chosen by the client or made by the server'),
  owner: text('The name of the token that it came with'),
  status: { enum: jobStatuses, description: 'How far it has come; the last three are final' },
  createdAt: time('When it came in'),
  'startedAt?': time('When its first task could run'),
  'endedAt?': time('When it ended, however it did'),
  'progress?': object('So far', progress),
  runs: count('How often it has been begun: more than once where the server was restarted'),
  attempts: listOf(
    object('A task that ended with its worker', {
      task: count('Which of the tasks, from 0'),
      attempt: count('Which of its attempts, from 1'),
      'pid?': count('The process id of the worker'),
      startedAt: time('When the worker took it'),
      endedAt: time('When it was found to be lost'),
      error: problemSchema,
    }),
    'Its tasks that were run again, the latest 100',
  ),
  'report?': object('The metrics, once it has succeeded', {
    ...progress,
    rows: count('Rows of the result'),
    bytes: count('Bytes of the result as an Arrow stream'),
    elapsedMs: { type: 'number', description: 'How long it took, in milliseconds' },
    pids: listOf({ type: 'integer' }, 'The processes that ran its tasks'),
    retries: count('Attempts that were lost'),
  }),
  'error?': problemSchema,
  'result?': object('Its result, while it is kept', {
    formats: listOf({ type: 'string' }, 'The media types that it can be had in'),
    bytes: count('As an Arrow stream'),
    batches: count('Record batches, for `fromBatch`'),
    rows: count('How many rows it has'),
    expiresAt: time('Until when it is kept'),
  }),
  logs: object('What its functions printed', {
    text: text('The last 64 KiB'),
    bytes: count('How much they printed in all'),
  }),
})

export const jobListSchema = object('A page of jobs', {
  jobs: listOf(jobResourceSchema, 'Newest first'),
  next: { type: ['string', 'null'], description: 'The cursor of the next page' },
})

const functionSchema = object('A function', {
  kind: { enum: ['scalar', 'aggregate', 'window', 'table'], description: 'Where it may be called' },
  name: text('Its name in expressions'),
  aliases: listOf({ type: 'string' }, 'Its other names'),
  family: text('What it deals with; `user` for registered ones'),
  usage: text('How it is called'),
  summary: text('What it does'),
  examples: listOf(
    object('An example', { sql: text('The call'), result: text('What it gives') }),
    'Calls with their results',
  ),
})

export const functionsSchema = object('Functions', {
  functions: listOf(functionSchema, 'Built-in and registered ones'),
})

const columnsSchema = listOf(
  object('A column', {
    name: text('Its name'),
    type: text('Its type, such as `int64`'),
    nullable: { type: 'boolean', description: 'Whether it may hold null' },
  }),
  'Columns, in order',
)

const tableSchema = object('A table', {
  name: text('What jobs call it'),
  'columns?': columnsSchema,
  'rows?': count('How many rows it has, where that is known'),
  'error?': text('The code of what keeps it from being opened'),
})

export const tablesSchema = object('Tables', { tables: listOf(tableSchema, 'Those that are registered') })

export const explainedSchema = object('How a job would run', {
  plan: text('All of it, for people'),
  steps: listOf({ type: 'string' }, 'The job as it was written: its source, its steps, the files that it writes'),
  reads: object('What is read of the source', {
    'rows?': count('Rows of the source, where that is known'),
    columns: listOf({ type: 'string' }, 'Those that are read'),
    sourceColumns: count('How many the source has'),
    skips: listOf({ type: 'string' }, 'Conditions; what cannot fulfil them is not read'),
  }),
  stages: listOf(
    object('Tasks that run side by side', {
      tasks: count('How many'),
      'feeds?': count('How many tasks of the next stage their rows go to'),
      operations: listOf({ type: 'string' }, 'What each does to its rows, in order'),
    }),
    'One after another; the rows of the last are the result',
  ),
  tasks: count('Tasks of all stages together'),
  columns: columnsSchema,
  functions: listOf(
    object('A function of users', {
      name: text('Its name'),
      'family?': { enum: ['scalar', 'aggregate', 'window', 'table'], description: 'What it is' },
      kind: { enum: ['by-value', 'by-name'], description: 'Whether its code travels, or its name alone' },
      bytes: count('What travels'),
      'hash?': text('SHA-256 of its code and what that captured, where they travel'),
      captures: listOf({ type: 'object' }, 'What its code takes along, where this side can tell'),
    }),
    'Those that the job calls, and how they travel to workers',
  ),
})

export const statusSchema = object('Whether it is so', { status: text('`ok`, or what it is not') })

const check = object('Something that it needs', {
  name: { enum: ['accepting', 'workers', 'store'], description: 'What' },
  status: { enum: ['ok', 'failing'], description: 'Whether it has it' },
  'reason?': text('Why it is failing'),
})

export const readinessSchema = object('Whether it is so, and why not', {
  status: { enum: ['ok', 'not ready'], description: 'Whether it is so' },
  checks: listOf(check, 'What it needs'),
})

export const landingSchema = object('What this is', {
  name: { const: 'volley', description: 'The name of the package' },
  version: text('Its version'),
  links: { type: 'object', description: 'Where to go on', additionalProperties: { type: 'string' } },
})

/** The schemas that the description names; others stand where they are used. */
export const components = {
  Job: documentSchema,
  Source: sourceSchema,
  Step: stepSchema,
  Sink: sinkSchema,
  JobOptions: optionsSchema,
  Expression: expressionSchema,
  JobResource: jobResourceSchema,
  JobList: jobListSchema,
  Problem: problemSchema,
  Function: functionSchema,
  Table: tableSchema,
  Column: columnsSchema.items as JsonSchema,
} as const satisfies Readonly<Record<string, JsonSchema>>

/** It becomes the name of a file. */
export const jobIdSchema: ParameterSchema = {
  type: 'string',
  pattern: '^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$',
  description: 'an id of 1 to 64 letters, digits, `_`, `-` and `.`, not beginning with `.`',
  examples: ['nightly-2026-01-31'],
}

export const jobParamsSchema: ParametersSchema = { type: 'object', properties: { id: jobIdSchema } }

/** The query of whatever answers a result: for addresses that are given where headers cannot be. */
export const formatQuery: ParametersSchema['properties'] = {
  format: {
    type: 'string',
    enum: resultFormats.map(({ name }) => name),
    description: 'the format of the result, whatever `Accept` says',
  },
  header: {
    type: 'string',
    enum: ['present', 'absent'],
    description: 'whether CSV begins with the names of the columns',
  },
}
