// From a job document to a job, as this server understands it: its tables, the functions of its workers, the files below
// its data roots, and whether the sender may bring function bodies along. Nothing is planned or run here.

import { functionNamesOf } from '../../functions/catalogue/function-names.ts'
import { decodeExpr } from '../../runtime/codec/expr-codec.ts'
import { unknownTable } from '../../runtime/context/registry.ts'
import type { SessionContext } from '../../runtime/context/session.ts'
import { decodeJob } from '../../runtime/job/job-codec.ts'
import { type JobLimits, type ParsedJob, parseJobJson } from '../../runtime/job/json-job.ts'
import { tableFunctionsOf } from '../../runtime/job/table-call.ts'
import { overHttp } from '../advice.ts'
import type { DataRoots } from '../data-roots.ts'
import { NamedParts } from '../uploads/named-parts.ts'
import type { Upload, Uploads } from '../uploads/uploads.ts'
import type { WorkerFunctions } from '../worker-functions.ts'
import type { WriteRoots } from '../write-roots.ts'

/** What documents may speak of. */
export interface DocumentContext {
  readonly session: SessionContext
  readonly roots: DataRoots
  readonly writeRoots: WriteRoots
  readonly uploads: Uploads
  readonly limits: JobLimits
  /** The functions of the worker context, if there is one. */
  ofWorkers(): Promise<WorkerFunctions | undefined>
}

/** Of a job that comes as bytes, without its rows and functions: it is parsed in one turn. */
const MAX_JOB_TEXT = 1024 * 1024

/**
 * Parses and checks a job document.
 *
 * @param mayInline - Whether function bodies are accepted in it.
 * @param upload - What came with it.
 * @throws {VolleyError} Whatever is wrong with it.
 */
export async function parseDocument(
  json: unknown,
  mayInline: boolean,
  upload: Upload | undefined,
  on: DocumentContext,
): Promise<ParsedJob> {
  const { session, roots, writeRoots, limits } = on
  const parts = upload && new NamedParts(upload, on.uploads)
  const context = session.withUdfInlining({ enabled: mayInline })
  const functions = await on.ofWorkers()
  const own = session.sqlOptions()
  const parsed = await parseJobJson(json, {
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
    sink: (spec) => writeRoots.sink(spec),
    parts,
    limits,
  })
  parts?.refuseUnnamed()
  return parsed
}
