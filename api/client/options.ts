// What calls of the client may be told, and the checks of it at the door.

import { type ArrowModule, libraryOf } from '../../functions/arrow/convert.ts'
import {
  checkBoolean,
  checkCallback,
  checkIsOptions,
  checkOptionNames,
  checkSignal,
  checkWhole,
  invalidArgument,
  wrongOption,
} from '../../functions/options.ts'
import type { JobStatus } from '../jobs/job-record.ts'
import type { UploadFile } from './multipart.ts'

/** Where the server is, and how a client makes its requests. */
export interface ClientOptions {
  /** Where the server listens: `http://127.0.0.1:8642`, with the prefix of `volleyPlugin` if it has one. */
  readonly url: string
  /**
   * A bearer token that the server accepts.
   *
   * @defaultValue none
   */
  readonly token?: string
  /**
   * The copy of Arrow JavaScript whose record batches it gives: `import * as arrow from 'apache-arrow'`, where that is
   * another one than Volley finds, such as its CommonJS build.
   *
   * @defaultValue the `apache-arrow` that Volley imports
   */
  readonly arrow?: ArrowModule
  /**
   * How often in a row a request is tried again that did not reach the server, was cut off, or was refused because the
   * server is busy: after 0.1 seconds, then twice as long each time, and as the server's `Retry-After` says.
   *
   * @defaultValue 6
   */
  readonly retries?: number
}

/** What ends a request early. */
export interface RequestOptions {
  /**
   * Ends the request when aborted.
   *
   * @defaultValue none
   */
  readonly signal?: AbortSignal
}

/** What travels beside a job that is explained, and what ends the request early. */
export interface ExplainOptions extends RequestOptions {
  /**
   * Files for the sources of the job that name them, `{ part: 'sales' }`: paths, Blobs or streams.
   *
   * @defaultValue none
   */
  readonly files?: Readonly<Record<string, UploadFile>>
}

/** What watches a job over HTTP, and what ends it early. */
export interface ClientRunOptions extends ExplainOptions {
  /**
   * The id under which the server keeps the job, for `job()`: up to 64 letters, digits, `.`, `_` and `-`.
   *
   * @defaultValue one that the server makes
   */
  readonly jobId?: string
  /**
   * Called with the size of each chunk of the result, in bytes.
   *
   * @defaultValue nobody is told
   */
  readonly onBytes?: (bytes: number) => void
}

/** How a job is submitted that nobody waits for. */
export interface SubmitOptions extends ExplainOptions {
  /**
   * The id of the job: up to 64 letters, digits, `.`, `_` and `-`.
   *
   * @defaultValue one that the server makes
   */
  readonly jobId?: string
  /**
   * What makes a second submission the first one, also from another process: a text of up to 255 characters.
   *
   * @defaultValue a new one, so that tries of one call make one job
   */
  readonly idempotencyKey?: string
}

/** Which record batches of a result are read. */
export interface BatchOptions extends RequestOptions {
  /**
   * The first one, from 0.
   *
   * @defaultValue 0
   */
  readonly fromBatch?: number
}

/** Which events of a job are followed. */
export interface EventOptions extends RequestOptions {
  /**
   * The id of the last one that is known: those behind it come.
   *
   * @defaultValue 0, all that the server has kept
   */
  readonly after?: number
}

/** A format of results: an Arrow stream or file, Parquet, CSV, a JSON object a line, one JSON array. */
export type ResultFormatName = 'arrow' | 'arrow-file' | 'parquet' | 'csv' | 'ndjson' | 'json'

export const resultFormatNames: readonly ResultFormatName[] = [
  'arrow',
  'arrow-file',
  'parquet',
  'csv',
  'ndjson',
  'json',
]

/** How a result is sent. */
export interface ResultOptions extends RequestOptions {
  /**
   * Its first record batch, from 0.
   *
   * @defaultValue 0
   */
  readonly fromBatch?: number
  /**
   * Whether CSV begins with the names of the columns.
   *
   * @defaultValue true
   */
  readonly header?: boolean
}

/** Which jobs are listed. */
export interface JobListOptions extends RequestOptions {
  /**
   * Those that have come so far.
   *
   * @defaultValue all
   */
  readonly status?: JobStatus
  /**
   * Those that came with the token of this name; those of others are seen by the scope `admin`.
   *
   * @defaultValue all that the token may see
   */
  readonly owner?: string
  /**
   * Those that came in since then.
   *
   * @defaultValue all
   */
  readonly since?: Date
  /**
   * How many at most.
   *
   * @defaultValue all
   */
  readonly limit?: number
}

const checkCount = (name: string, value: number | undefined): void => checkWhole(name, value, 0)

function checkText(name: string, value: unknown): void {
  if (value !== undefined && (typeof value !== 'string' || value === '')) throw wrongOption(name, value, 'it is a text')
}

/** Headers hold visible ASCII only, and the error must not hold the token. */
function checkToken(name: string, value: unknown): void {
  if (value === undefined || (typeof value === 'string' && /^[\x21-\x7e]+$/.test(value))) return
  throw invalidArgument(`Cannot take the ${name}: it is a text without spaces`)
}

function checkTime(name: string, value: unknown): void {
  if (value === undefined || (value instanceof Date && !Number.isNaN(value.getTime()))) return
  throw wrongOption(name, value, 'it is a Date')
}

function checkAddress(name: string, value: unknown): void {
  if (/^https?:/.test(URL.parse(String(value))?.protocol ?? '')) return
  throw wrongOption(name, value, 'it is the address of a server, such as http://127.0.0.1:8642')
}

const checks = {
  url: checkAddress,
  token: checkToken,
  arrow: (_: string, value: ArrowModule | undefined) => value && libraryOf(value),
  retries: checkCount,
  signal: checkSignal,
  files: (name: string, value: object | undefined) => value && checkIsOptions(value, name),
  jobId: checkText,
  idempotencyKey: checkText,
  onBytes: checkCallback,
  fromBatch: checkCount,
  after: checkCount,
  header: checkBoolean,
  status: checkText,
  owner: checkText,
  since: checkTime,
  limit: checkCount,
} as const

/**
 * Checks the options of a call.
 *
 * @param names - Those that it takes.
 * @param what - What they are of, as it stands after "the options of".
 * @throws {PlanError} `invalid_argument`
 */
export function checkOptions(options: object, names: readonly (keyof typeof checks)[], what: string): void {
  checkOptionNames(options, Object.fromEntries(names.map((name) => [name, true as const])), what)
  for (const name of names) checks[name](name, (options as Readonly<Record<string, never>>)[name] as never)
}
