// What a job document looks like, as JSON Schema, made of the same tables that it is parsed with: steps, formats of
// sources and sinks, options.

import { type OptionForm, sinkFormats } from '../sink/formats.ts'
import { fileFormats, type JsonForm } from '../source/formats.ts'
import { optionSchemas } from './json-options.ts'
import { base64, type JsonSchema, oneMemberOf, record, text } from './json-schema.ts'
import { findStepKind, stepNames } from './steps.ts'

const path = (description: string): JsonSchema => ({ ...text(description), minLength: 1, maxLength: 4096 })

const types: JsonSchema = {
  type: 'object',
  description: 'Types by column, such as `int64`, `utf8`, `timestamp(us)`',
  additionalProperties: { type: 'string' },
}

const sourceForms: Readonly<Record<JsonForm, JsonSchema>> = {
  boolean: { type: 'boolean' },
  character: { type: 'string', pattern: '^[\\u0000-\\u007f]$' },
  count: { type: 'integer', minimum: 1, maximum: 1e6 },
  texts: { type: 'array', maxItems: 100, items: { type: 'string' } },
  types,
}

const optionsOf = (fromJson: Readonly<Record<string, JsonForm>> = {}): Readonly<Record<string, JsonSchema>> => {
  const options = Object.entries(fromJson).map(([name, form]) => [name, sourceForms[form]])
  return options.length === 0 ? {} : { options: record('How to read them', Object.fromEntries(options)) }
}

const files = fileFormats().map(({ kind, fromJson }) =>
  record(
    `Files as ${kind}`,
    {
      [kind]: {
        description: 'Paths below the data roots; `*`, `?`, `**` and `{a,b}` stand for names',
        oneOf: [path('A path'), { type: 'array', items: path('A path'), minItems: 1, maxItems: 1000 }],
      },
      ...optionsOf(fromJson),
    },
    [kind],
  ),
)

const partName = text('The name of a part of the request')

const parts = [
  record('A file that comes with the request, in the format that it tells', { part: partName }, ['part']),
  ...fileFormats().map(({ kind, fromJson }) =>
    record(
      `A file that comes with the request, as ${kind}`,
      { part: partName, format: { const: kind }, ...optionsOf(fromJson) },
      ['part', 'format'],
    ),
  ),
]

const call = record(
  'The call',
  {
    name: text('Its name'),
    args: { type: 'array', maxItems: 100, items: { type: ['string', 'number', 'boolean', 'null'] } },
  },
  ['name'],
)

/** Where rows come from. */
export const sourceSchema: JsonSchema = {
  description: 'Where the rows come from',
  oneOf: [
    ...files,
    ...parts,
    record('A table that the server has', { table: text('Its name') }, ['table']),
    record('The rows of a table function', { function: call }, ['function']),
    {
      ...record(
        'Rows in the document itself',
        { rows: { type: 'array', items: { type: 'object' }, examples: [[{ a: 1 }, { a: 2 }]] }, schema: types },
        ['rows'],
      ),
      // There is a column at least.
      anyOf: [
        { properties: { rows: { contains: { minProperties: 1 } } } },
        { properties: { schema: { minProperties: 1 } }, required: ['schema'] },
      ],
    },
  ],
}

/** One step. */
export const stepSchema: JsonSchema = oneMemberOf(
  'A step: a call of a method of DataFrame',
  Object.fromEntries(stepNames().map((name) => [name, findStepKind(name)?.schema ?? {}])),
)

function sinkForm(form: OptionForm): JsonSchema {
  switch (form) {
    case 'boolean':
      return { type: 'boolean' }
    case 'count':
      return { type: 'integer', minimum: 1 }
    case 'text':
      return { type: 'string' }
    case 'character':
      return { type: 'string', pattern: '^[^\\r\\n\\u0080-\\uffff]$' }
    default:
      return { enum: form }
  }
}

/** Where rows are written. */
export const sinkSchema: JsonSchema = {
  description: 'Where the rows are written instead of being the result',
  oneOf: sinkFormats.map(({ kind, options }) =>
    record(
      `Files as ${kind}`,
      {
        [kind]: path('A path below a write root: of a file, or of a directory'),
        partitionBy: {
          description: 'One directory per value of these columns',
          oneOf: [{ type: 'string' }, { type: 'array', maxItems: 100, items: { type: 'string' } }],
        },
        overwrite: { type: 'boolean', description: 'Replaces what is there' },
        ...Object.fromEntries(Object.entries<OptionForm>(options).map(([name, form]) => [name, sinkForm(form)])),
      },
      [kind],
    ),
  ),
}

/** How a job is run. */
export const optionsSchema: JsonSchema = record('How the job wants to be run', optionSchemas())

/** A whole document. */
export const documentSchema: JsonSchema = {
  ...record('A job: a source and steps, or a query as SQL text, or a DataFrame as bytes', {
    source: sourceSchema,
    steps: { type: 'array', items: stepSchema, description: 'What is done to the rows, in order' },
    sql: text('The query'),
    tables: {
      type: 'object',
      description: 'Tables of the query by name, before those that the server has',
      maxProperties: 100,
      additionalProperties: sourceSchema,
    },
    bytes: base64('The base64 of `DataFrame.toBytes()`'),
    sink: sinkSchema,
    options: optionsSchema,
  }),
  oneOf: [{ required: ['source'] }, { required: ['sql'] }, { required: ['bytes'] }],
  dependentRequired: { steps: ['source'], tables: ['sql'] },
  examples: [
    {
      source: { parquet: 'flights-3m.parquet' },
      steps: [{ filter: 'delay > 60' }, { aggregate: { by: ['origin'], values: ['count(*) as n'] } }],
      options: { timeoutMs: 30_000 },
    },
    { sql: 'select origin, count(*) as n from flights group by origin' },
  ],
}
