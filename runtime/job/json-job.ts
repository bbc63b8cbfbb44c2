// JSON jobs to jobs: the one parser of job documents, for the HTTP API and the command line. It validates, and
// says what is wrong and where; it opens no file, decodes bytes only as it is told to, and runs nothing.

import { PlanError } from '../../functions/errors.ts'
import type { SinkSpec } from '../program/sink.ts'
import { yieldTurn } from '../turns/turns.ts'
import { duplicateMember } from './duplicate-member.ts'
import type { DocumentOptions, Job, JobStep } from './job.ts'
import {
  asArray,
  asBytes,
  asObject,
  asRecordOf,
  asText,
  at,
  below,
  invalidJob,
  type JsonObject,
  suggestion,
} from './json-checks.ts'
import { type ExprParseContext, ExprParser } from './json-expr.ts'
import { parseOptions } from './json-options.ts'
import { parseSink } from './json-sink.ts'
import { parseSource } from './json-source.ts'
import { type DocumentTables, parseTables } from './json-tables.ts'
import { resolveSource, resolveTable, type SourceContext, tableCallOf } from './resolve-source.ts'
import { parseQuery, placeholderRow } from './sql-job.ts'
import type { StepParser } from './step-kind.ts'
import { findStepKind, nodesOf, stepKindOf, stepNames } from './steps.ts'

/** What parsing a JSON job needs to know from outside. */
export interface JobParseContext extends ExprParseContext, SourceContext {
  /** The sink, with its path as it is here, absolute; absent, jobs may not write files. @throws {DataError} `output_forbidden`. */
  readonly sink?: (spec: SinkSpec) => Promise<SinkSpec>
  /** Decodes a whole job under the caller's policy; absent, only documents are accepted. */
  readonly decodeJob?: (bytes: Uint8Array) => Job
  readonly limits?: JobLimits
}

/** How large a job document may be, so that none keeps a server busy with planning alone. */
export interface JobLimits {
  /**
   * Steps of one job and the jobs within it.
   *
   * @defaultValue 200
   */
  readonly maxSteps?: number
  /**
   * Nodes of all their expressions together.
   *
   * @defaultValue 10,000
   */
  readonly maxNodes?: number
  /**
   * Entries of one step: columns, keys, values.
   *
   * @defaultValue 1,000
   */
  readonly maxColumns?: number
  /**
   * The largest `timeoutMs` that is accepted, in milliseconds.
   *
   * @defaultValue any
   */
  readonly maxTimeoutMs?: number
  /**
   * The largest `partitions` that is accepted.
   *
   * @defaultValue 1,000
   */
  readonly maxPartitions?: number
  /**
   * The largest `maxMemoryBytes` that is accepted.
   *
   * @defaultValue any
   */
  readonly maxMemoryBytes?: number
}

export interface ParsedJob {
  readonly job: Job
  readonly options: DocumentOptions
  /** Whether function bodies travel in its expressions. */
  readonly inlineCode: boolean
}

/** @throws {PlanError} `invalid_job` with what the JSON parser says, or the pointer of a member that is there twice. */
export function parseJson(text: string): unknown {
  const json = parsed(text)
  const pointer = duplicateMember(text)
  if (pointer !== undefined) throw invalidJob(pointer, 'its object has another member of that name, write it once')
  return json
}

function parsed(text: string): unknown {
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
 * Parses a JSON job: a source and steps, a whole query as SQL text, or the bytes of a DataFrame; and where its rows go.
 *
 * Column names are looked up when the job is planned, after its source has been opened.
 *
 * @throws {PlanError} `invalid_job` with `details.pointer`; `syntax_error`, `unknown_function`, … with the position in
 * the expression as well.
 * @throws {WireError} When an expression's bytes are not acceptable.
 */
export async function parseJobJson(json: unknown, context: JobParseContext): Promise<ParsedJob> {
  const { options, sink, ...document } = asRecordOf(json, '', [...jobMembers, 'sink', 'options'])
  const run = options === undefined ? {} : parseOptions(options, context.limits ?? {})
  const to = sink === undefined ? undefined : await resolveSink(sink, '/sink', context)
  const parser = new JobParser(context)
  const job = await parser.job(document, '')
  const { inlineCode } = parser.exprs
  return { job: to === undefined ? job : { ...job, sink: to }, options: run, inlineCode }
}

async function resolveSink(json: unknown, pointer: string, context: JobParseContext): Promise<SinkSpec> {
  const spec = parseSink(json, pointer)
  if (context.sink === undefined) throw invalidJob(pointer, 'files are not written here, leave it out')
  return context.sink(spec)
}

const jobMembers = ['source', 'steps', 'sql', 'tables', 'bytes']

/** The members that go together, by the one that tells. */
const formOf = ({ sql, bytes }: JsonObject): readonly string[] =>
  bytes !== undefined ? ['bytes'] : sql !== undefined ? ['sql', 'tables'] : ['source', 'steps']

/** Parses a document's job, and the jobs within it. */
class JobParser implements StepParser {
  readonly exprs: ExprParser
  readonly maxColumns: number
  readonly #context: JobParseContext
  #stepsLeft: number

  constructor(context: JobParseContext) {
    const { maxNodes = 10_000, maxColumns = 1000, maxSteps = 200 } = context.limits ?? {}
    this.exprs = new ExprParser(context, maxNodes)
    this.maxColumns = maxColumns
    this.#context = context
    this.#stepsLeft = maxSteps
  }

  async job(json: unknown, pointer: string): Promise<Job> {
    const { source, steps, sql, tables, bytes } = asRecordOf(json, pointer, jobMembers)
    const form = formOf({ sql, bytes })
    for (const [name, value] of Object.entries({ source, steps, sql, tables, bytes })) {
      if (value === undefined || form.includes(name)) continue
      throw invalidJob(below(pointer, name), 'a job is either "source" and "steps", or "sql" and "tables", or "bytes"')
    }
    if (bytes !== undefined) return this.#decode(bytes, below(pointer, 'bytes'))
    if (sql === undefined) return this.#job(source, steps === undefined ? [] : steps, pointer)
    const own: DocumentTables = tables === undefined ? new Map() : parseTables(tables, below(pointer, 'tables'))
    return this.#query(sql, below(pointer, 'sql'), own)
  }

  list<Item>(json: unknown, pointer: string, parse: (item: unknown, pointer: string) => Item): readonly Item[] {
    return asArray(json, pointer, this.maxColumns).map((item, i) => parse(item, below(pointer, i)))
  }

  async #job(source: unknown, steps: unknown, pointer: string): Promise<Job> {
    if (source === undefined) throw invalidJob(pointer, 'it has neither "source" nor "sql" nor "bytes"')
    const from = parseSource(source, below(pointer, 'source'))
    const own: JobStep[] = []
    const list = asArray(steps, below(pointer, 'steps'), this.#stepsLeft)
    this.#stepsLeft -= list.length
    for (const [i, step] of list.entries()) {
      own.push(await this.#step(step, below(below(pointer, 'steps'), i)))
      await yieldTurn()
    }
    const before = await resolveSource(from, below(pointer, 'source'), this.#context)
    return { source: before.source, steps: [...before.steps, ...own] }
  }

  #step(json: unknown, pointer: string): JobStep | Promise<JobStep> {
    const step = asObject(json, pointer)
    const [name, ...more] = Object.keys(step)
    if (name === undefined || more.length > 0) {
      throw invalidJob(pointer, `it has ${more.length + (name === undefined ? 0 : 1)} members, a step is one`)
    }
    const kind = findStepKind(name)
    if (kind === undefined) throw invalidJob(pointer, `unknown step "${name}". ${suggestion(name, stepNames())}`)
    return kind.parse(step[name], below(pointer, name), this)
  }

  async #decode(json: unknown, pointer: string): Promise<Job> {
    const { decodeJob } = this.#context
    const bytes = asBytes(json, pointer)
    if (decodeJob === undefined) throw invalidJob(pointer, 'jobs as bytes are not taken here, write source and steps')
    return this.#checked(
      at(pointer, () => decodeJob(bytes)),
      pointer,
    )
  }

  /** Counts a job that came as bytes against the limits of documents, and looks its files up like theirs. */
  async #checked(job: Job, pointer: string): Promise<Job> {
    this.#stepsLeft -= asArray(job.steps, pointer, this.#stepsLeft).length
    for (const step of job.steps) {
      const kind = stepKindOf(step)
      for (const list of Object.values(step)) if (Array.isArray(list)) asArray(list, pointer, this.maxColumns)
      for (const node of kind.nodes(step)) this.exprs.check(node, pointer)
      await yieldTurn()
    }
    const { source } = job
    const steps: JobStep[] = []
    for (const step of job.steps) steps.push(await this.#withCheckedJobs(step, pointer))
    return { source: 'paths' in source ? { ...source, paths: await this.#context.files(source.paths) } : source, steps }
  }

  async #withCheckedJobs(step: JobStep, pointer: string): Promise<JobStep> {
    const checked: Record<string, unknown> = { ...step }
    for (const [name, form] of Object.entries<string | readonly string[]>(stepKindOf(step).fields)) {
      if (form === 'job') checked[name] = await this.#checked(checked[name] as Job, pointer)
    }
    return checked as unknown as JobStep
  }

  async #query(sql: unknown, pointer: string, tables: DocumentTables): Promise<Job> {
    const { from, args, steps } = at(pointer, () => parseQuery(asText(sql, pointer), this.#context.sql))
    for (const node of [...(args ?? []), ...nodesOf(steps)]) this.exprs.check(node, pointer)
    await yieldTurn()
    const table =
      from === undefined
        ? placeholderRow()
        : args !== undefined
          ? at(pointer, () => tableCallOf(from, args, this.#context))
          : await resolveTable(from, pointer, tables, this.#context)
    return { source: table.source, steps: [...table.steps, ...steps] }
  }
}
