// JSON jobs to jobs: the one parser of job documents, for the HTTP API and the command line. It validates, and
// says what is wrong and where; it opens no file, decodes bytes only as it is told to, and runs nothing.

import { PlanError } from '../../functions/errors.ts'
import { outputName } from '../../functions/expr/display.ts'
import type { ExprNode } from '../../functions/expr/node.ts'
import { sourceOfPath } from '../source/formats.ts'
import type { Job, JobOptions, JobStep } from './job.ts'
import {
  asArray,
  asBoolean,
  asChoice,
  asObject,
  asRecordOf,
  asText,
  asWholeNumber,
  at,
  below,
  invalidJob,
  nameOf,
  suggestion,
} from './json-checks.ts'
import { type ExprParseContext, ExprParser } from './json-expr.ts'
import { type JsonSource, parseSource } from './json-source.ts'
import { parseQuery } from './sql-job.ts'

/** What parsing a JSON job needs to know from outside. */
export interface JobParseContext extends ExprParseContext {
  /** A registered table. @throws {PlanError} `unknown_table`. */
  table(name: string): Job
  /** The files that paths mean here, absolute. @throws {DataError} `source_forbidden`, `source_not_found`. */
  files(paths: readonly string[]): Promise<readonly string[]>
  readonly limits?: JobLimits
}

export interface JobLimits {
  /** Steps of one job. Default 200. */
  readonly maxSteps?: number
  /** Nodes of all its expressions together. Default 10,000. */
  readonly maxNodes?: number
  /** Entries of one step: columns, keys, values. Default 1,000. */
  readonly maxColumns?: number
  /** The largest `timeoutMs` that is accepted. Default: any. */
  readonly maxTimeoutMs?: number
  /** The largest `partitions` that is accepted. Default 1,000. */
  readonly maxPartitions?: number
}

export interface ParsedJob {
  readonly job: Job
  readonly options: JobOptions
  /** Whether function bodies travel in its expressions. */
  readonly inlineCode: boolean
}

/**
 * Parses the text of a JSON job.
 *
 * @throws {PlanError} `invalid_job` when it is not JSON, and what `parseJobJson` throws.
 */
export function parseJobText(text: string, context: JobParseContext): Promise<ParsedJob> {
  return parseJobJson(parseJson(text), context)
}

/** @throws {PlanError} `invalid_job` with what the JSON parser says. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const why = text.trim() === '' ? 'it is empty' : (cause as SyntaxError).message
    throw new PlanError('invalid_job', `Cannot read the job: it is not JSON (${why})`, {
      details: { pointer: '' },
      cause,
    })
  }
}

/**
 * Parses a JSON job: a source and steps, or a whole query as SQL text.
 *
 * Column names are looked up when the job is planned, after its source has been opened.
 *
 * @throws {PlanError} `invalid_job` with `details.pointer`; `syntax_error`, `unknown_function`, … with the position in
 * the expression as well.
 * @throws {WireError} When an expression's bytes are not acceptable.
 */
export async function parseJobJson(json: unknown, context: JobParseContext): Promise<ParsedJob> {
  const document = asRecordOf(json, '', ['source', 'steps', 'sql', 'options'])
  const exprs = new ExprParser(context, context.limits?.maxNodes ?? 10_000)
  const options = document.options === undefined ? {} : parseOptions(document.options, context.limits ?? {})
  const job =
    document.sql === undefined ? await parseSteps(document, exprs, context) : await parseSql(document, exprs, context)
  return { job, options, inlineCode: exprs.inlineCode }
}

async function parseSteps(
  { source, steps = [] }: Readonly<Record<string, unknown>>,
  exprs: ExprParser,
  context: JobParseContext,
): Promise<Job> {
  if (source === undefined) throw invalidJob('', 'it has neither "source" nor "sql"')
  const spec = parseSource(source, '/source')
  const maxSteps = context.limits?.maxSteps ?? 200
  const own = asArray(steps, '/steps', maxSteps).map((step, i) =>
    parseStep(step, below('/steps', i), exprs, context.limits?.maxColumns ?? 1000),
  )
  const from = await resolveSource(spec, context)
  return { source: from.source, steps: [...from.steps, ...own] }
}

async function parseSql(
  { sql, source, steps }: Readonly<Record<string, unknown>>,
  exprs: ExprParser,
  context: JobParseContext,
): Promise<Job> {
  for (const [name, value] of Object.entries({ source, steps })) {
    if (value !== undefined) throw invalidJob(`/${name}`, 'a job is either "sql", or "source" and "steps"')
  }
  const { from, steps: own } = at('/sql', () => parseQuery(asText(sql, '/sql'), context.sql))
  for (const node of own.flatMap(nodesOf)) exprs.check(node, '/sql')
  const table = await resolveTable(from, context)
  return { source: table.source, steps: [...table.steps, ...own] }
}

/** What FROM names: a registered table, or if there is none, a file by its path. */
async function resolveTable(name: string, context: JobParseContext): Promise<Job> {
  try {
    return at('/sql', () => context.table(name))
  } catch (error) {
    const file = sourceOfPath(name)
    if (file === undefined) throw error
    return resolveSource(file, context)
  }
}

async function resolveSource(source: JsonSource, context: JobParseContext): Promise<Job> {
  if (source.kind === 'table') return at('/source/table', () => context.table(source.name))
  if (!('paths' in source)) return { source, steps: [] }
  return { source: { ...source, paths: await context.files(source.paths) }, steps: [] }
}

const stepNames = ['filter', 'select', 'withColumns', 'dropColumns', 'aggregate', 'sort', 'limit', 'distinct'] as const

function parseStep(json: unknown, pointer: string, exprs: ExprParser, most: number): JobStep {
  const step = asObject(json, pointer)
  const [name, ...more] = Object.keys(step)
  if (name === undefined || more.length > 0) {
    throw invalidJob(pointer, `it has ${more.length + (name === undefined ? 0 : 1)} members, a step is one`)
  }
  const known = stepNames.find((candidate) => candidate === name)
  if (known === undefined) throw invalidJob(pointer, `unknown step "${name}". ${suggestion(name, stepNames)}`)
  const value = step[known]
  const here = below(pointer, known)
  const list = (json: unknown, at: string) => asArray(json, at, most).map((item, i) => exprs.expr(item, below(at, i)))
  switch (known) {
    case 'filter':
      return { kind: known, condition: exprs.expr(value, here) }
    case 'select':
      return { kind: known, columns: list(value, here).map((node) => ({ name: outputName(node), node })) }
    case 'withColumns': {
      const entries = Object.entries(asObject(value, here))
      asArray(entries, here, most)
      return {
        kind: known,
        columns: entries.map(([name, item]) => ({ name, node: exprs.expr(item, below(here, name)) })),
      }
    }
    case 'dropColumns':
      return { kind: known, names: asArray(value, here, most).map((name, i) => asText(name, below(here, i))) }
    case 'aggregate': {
      const { by = [], values = [] } = asRecordOf(value, here, ['by', 'values'])
      const keys = asArray(by, below(here, 'by'), most)
      return {
        kind: known,
        by: keys.map((key, i) => exprs.groupKey(key, below(below(here, 'by'), i))),
        values: list(values, below(here, 'values')),
      }
    }
    case 'sort':
      return { kind: known, keys: asArray(value, here, most).map((key, i) => exprs.sortKey(key, below(here, i))) }
    case 'limit':
      return parseLimit(value, here)
    case 'distinct':
      if (asBoolean(value, here)) return { kind: known }
      throw invalidJob(here, 'leave the step out instead of false')
  }
}

function parseLimit(json: unknown, pointer: string): JobStep {
  if (typeof json === 'number') return { kind: 'limit', count: asWholeNumber(json, pointer, 0), offset: 0 }
  if (typeof json !== 'object') {
    throw invalidJob(pointer, `it is ${nameOf(json)}, a number or { "count": …, "offset": … } is wanted`)
  }
  const { count, offset = 0 } = asRecordOf(json, pointer, ['count', 'offset'])
  return {
    kind: 'limit',
    count: asWholeNumber(count, below(pointer, 'count'), 0),
    offset: asWholeNumber(offset, below(pointer, 'offset'), 0),
  }
}

function parseOptions(json: unknown, limits: JobLimits): JobOptions {
  const { timeoutMs, partitions, isolation } = asRecordOf(json, '/options', ['timeoutMs', 'partitions', 'isolation'])
  const maxTimeoutMs = limits.maxTimeoutMs ?? Number.MAX_SAFE_INTEGER
  const maxPartitions = limits.maxPartitions ?? 1000
  return {
    ...(timeoutMs === undefined ? {} : { timeoutMs: asWholeNumber(timeoutMs, '/options/timeoutMs', 1, maxTimeoutMs) }),
    ...(partitions === undefined
      ? {}
      : { partitions: asWholeNumber(partitions, '/options/partitions', 1, maxPartitions) }),
    ...(isolation === undefined ? {} : { isolation: asChoice(isolation, '/options/isolation', ['shared', 'job']) }),
  }
}

function nodesOf(step: JobStep): readonly ExprNode[] {
  switch (step.kind) {
    case 'filter':
      return [step.condition]
    case 'select':
    case 'withColumns':
      return step.columns.map(({ node }) => node)
    case 'aggregate':
      return [...step.by, ...step.values]
    case 'sort':
      return step.keys
    default:
      return []
  }
}
