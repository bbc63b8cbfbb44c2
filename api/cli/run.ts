// `volley run JOB.json` and `volley sql`: one job on worker processes of this machine, without a server. Paths are relative
// to the working directory.

import { resolve } from 'node:path'
import type { Command } from 'commander'
import { functionNamesOf } from '../../functions/catalogue/function-names.ts'
import { isVolleyError, type VolleyError } from '../../functions/errors.ts'
import { decodeExpr } from '../../runtime/codec/expr-codec.ts'
import { resolvePaths } from '../../runtime/context/paths.ts'
import { DataFrame } from '../../runtime/dataframe.ts'
import type { Job, JobOptions } from '../../runtime/job/job.ts'
import { decodeJob } from '../../runtime/job/job-codec.ts'
import { type JobParseContext, type ParsedJob, parseJobJson } from '../../runtime/job/json-job.ts'
import type { JobParts } from '../../runtime/job/json-part.ts'
import { tableFunctionsOf } from '../../runtime/job/table-call.ts'
import { onCommandLine } from '../advice.ts'
import { contextFunctions } from './context-functions.ts'
import { findTable, type InputOptions, inputTables, type Tables } from './input-files.ts'
import { readJob } from './job-file.ts'
import { type LocalSession, type WorkOptions, withLocalSession } from './local-session.ts'
import { excerptOf, JobFailure } from './outcome.ts'
import { type OutputOptions, outputFor } from './output.ts'
import { listOf, tablesOf } from './parse-options.ts'
import { printText } from './stdout.ts'
import { runInto } from './write-result.ts'

export type RunOptions = WorkOptions & OutputOptions & InputOptions & { readonly explain?: boolean }

/** The action of `volley run`. */
export async function run(file: string, options: RunOptions, command: Command): Promise<void> {
  const output = await outputFor(options)
  const named = tablesOf(listOf(command, 'table'))
  const parts = tablesOf(listOf(command, 'part'), 'part')
  await withLocalSession(options, async (local) => {
    const { signal } = local.runOptions
    const document = await readJob(file, signal)
    const tables = await inputTables(named, [], options, signal)
    const context = await parseContext(local, tables, 'Name its file with --table', options)
    const parsed = await parseDocument(document, {
      ...context,
      parts: partsOf(await inputTables(parts, [], options, signal)),
    })
    // Functions whose code came in the document travel on as they came.
    const here = parsed.inlineCode ? local : byName(local)
    if (options.explain === true) return explain(parsed.job, here, parsed.options)
    await runInto(output, parsed.job, here, parsed.options)
  })
}

/** The action of `volley sql`. */
export async function sql(
  query: string,
  files: readonly string[],
  options: RunOptions,
  command: Command,
): Promise<void> {
  const output = await outputFor(options)
  const named = tablesOf(listOf(command, 'table'))
  await withLocalSession(options, async (local) => {
    const tables = await inputTables(named, files, options, local.runOptions.signal)
    const context = await parseContext(local, tables, 'Give its file after the query, or --table', options)
    const { job } = await parseDocument({ sql: query }, context)
    if (options.explain === true) return explain(job, byName(local))
    await runInto(output, job, byName(local))
  })
}

/** @throws {JobFailure} With the line of the document's text that is wrong. */
function parseDocument(document: unknown, context: JobParseContext): Promise<ParsedJob> {
  return parseJobJson(document, context).catch((error: unknown) => {
    throw isVolleyError(error) ? new JobFailure(error, error.message, excerptOf(textAt(document, error), error)) : error
  })
}

/** The text at the JSON pointer of an error; empty when there is none. */
function textAt(document: unknown, { details: { pointer } }: VolleyError): string {
  let value = document
  for (const key of String(pointer ?? '')
    .split('/')
    .slice(1)) {
    value = Object(value)[key.replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  return typeof value === 'string' ? value : ''
}

async function explain(job: Job, { session, progress }: LocalSession, { partitions }: JobOptions = {}): Promise<void> {
  const plan = await new DataFrame(session, job).explain(partitions === undefined ? {} : { partitions })
  progress.clear()
  await printText(`${plan}\n`)
}

/** Functions of the worker context are there already. */
const byName = (local: LocalSession): LocalSession => ({
  ...local,
  session: local.session.withUdfInlining({ enabled: false }),
})

async function parseContext(
  { session }: LocalSession,
  tables: Tables,
  advice: string,
  { workerContext }: RunOptions,
): Promise<JobParseContext> {
  const { functions: known } = session.sqlOptions()
  const own = await contextFunctions(workerContext)
  const functions = own === undefined ? known : functionNamesOf(own, known)
  return {
    sql: { ...(functions === undefined ? {} : { functions }), functionAdvice: onCommandLine.function },
    tableFunctions: tableFunctionsOf(own === undefined ? [] : [own], onCommandLine.function),
    decodeBytes: (bytes) => decodeExpr(bytes, session),
    decodeJob: (bytes) => decodeJob(bytes, session),
    table: (name) => ({ source: findTable(tables, name, advice), steps: [] }),
    files: async (paths) => resolvePaths(paths),
    // A slash at the end says that it is a directory.
    sink: async (spec) => ({ ...spec, path: resolve(spec.path) + (spec.path.endsWith('/') ? '/' : '') }),
  }
}

/** Files that stand for what a job would bring along over HTTP. */
const partsOf = (files: Tables): JobParts => ({
  find: (name) => files.get(name),
  names: () => [...files.keys()],
  advice: 'Give its file with --part NAME=FILE',
})
