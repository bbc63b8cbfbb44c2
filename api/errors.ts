// What an error is over HTTP: one table from code to status, and problem details (RFC 9457). Codes of the library mean
// here what they mean there; the few codes of the API itself are about HTTP and nothing else.

import { STATUS_CODES } from 'node:http'
import {
  createError,
  type ErrorCode,
  type ErrorDetails,
  type errorCategories,
  isVolleyError,
} from '../functions/errors.ts'
import type { HttpErrorCode } from '../functions/http-error-code.ts'

/** Every code's status. docs/reference/errors.md says the same; a test compares them. */
export const statuses: Readonly<Record<keyof typeof errorCategories | HttpErrorCode, number>> = {
  invalid_argument: 400,
  invalid_job: 400,
  syntax_error: 400,
  unknown_column: 400,
  ambiguous_column: 400,
  unknown_function: 400,
  unknown_table: 400,
  unknown_type: 400,
  type_mismatch: 400,
  not_implemented: 501,
  missing_dependency: 501,
  source_not_found: 422,
  source_unreadable: 422,
  source_forbidden: 403,
  output_exists: 409,
  output_forbidden: 403,
  output_unwritable: 422,
  division_by_zero: 422,
  overflow: 422,
  invalid_cast: 422,
  invalid_value: 422,
  schema_mismatch: 422,
  udf_failed: 422,
  udf_wrong_result: 422,
  timeout: 504,
  memory_limit: 422,
  log_limit: 422,
  storage_failed: 507,
  queue_full: 503,
  actor_limit: 503,
  size_limit: 413,
  cancelled: 409,
  closed: 503,
  worker_lost: 502,
  actor_lost: 502,
  start_failed: 503,
  protocol_error: 502,
  server_unreachable: 502,
  connection_lost: 502,
  result_restarted: 502,
  internal: 500,
  unauthorized: 401,
  scope_missing: 403,
  too_many_attempts: 429,
  token_in_url: 400,
  host_forbidden: 403,
  origin_forbidden: 403,
  not_found: 404,
  job_id_taken: 409,
  idempotency_key_reused: 422,
  idempotency_in_progress: 409,
  not_repeatable: 409,
  no_result: 409,
  result_expired: 410,
  interrupted: 503,
  overloaded: 503,
  too_many_jobs: 429,
  queue_timeout: 503,
  start_timeout: 503,
  rate_limited: 429,
  storage_full: 507,
  result_corrupted: 410,
  range_not_satisfiable: 416,
  not_acceptable: 406,
  unsupported_media_type: 415,
  invalid_upload: 400,
  upload_expired: 410,
  bad_request: 400,
  method_not_allowed: 405,
  request_timeout: 408,
  uri_too_long: 414,
  expectation_failed: 417,
  headers_too_large: 431,
}

/** The status of a code; a family of codes shares one. */
export function statusOf(code: string): number {
  if (code === 'wire_inline_refused') return 403
  if (code.startsWith('wire_')) return 400
  if (code.startsWith('closure_')) return 422
  return Object.hasOwn(statuses, code) ? statuses[code as keyof typeof statuses] : 500
}

/**
 * An error as clients may see it: only the ends of paths on this machine, only the stacks of user functions.
 *
 * @param hide - Removes from a text what clients must not see.
 */
export function publicError(thrown: unknown, hide: (text: string) => string): unknown {
  if (!isVolleyError(thrown)) return thrown
  const { workerStack, path, ...details } = thrown.details
  return createError(thrown.code, hide(thrown.message), {
    details: {
      ...details,
      ...(typeof path === 'string' ? { path: hide(path) } : {}),
      ...(workerStack !== undefined && thrown.category === 'udf' ? { workerStack } : {}),
    },
    cause: thrown,
  })
}

/** An error of the API itself. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly code: HttpErrorCode | 'queue_full'
  readonly details: ErrorDetails
  readonly headers: Readonly<Record<string, string>>

  constructor(
    code: HttpErrorCode | 'queue_full',
    message: string,
    init: { readonly details?: ErrorDetails; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message)
    this.code = code
    this.details = init.details ?? {}
    this.headers = init.headers ?? {}
  }
}

/** Problem details (RFC 9457): the answer to every request that fails. */
export interface Problem {
  /** `urn:volley:error:` and the code; docs/reference/errors.md has an anchor for each. */
  readonly type: string
  /** The status in words, such as `Bad Request`. */
  readonly title: string
  /** The HTTP status. */
  readonly status: number
  /** What went wrong and what to do, for people. */
  readonly detail: string
  /** Stable: one per cause. Decide by it. */
  readonly code: ErrorCode
  /** What the error knows besides, as plain data: the column, the row, the limit. */
  readonly details: ErrorDetails
  /** The job that failed. */
  readonly jobId?: string
}

/**
 * Describes anything thrown. Errors that are not Volley's are defects: their text stays in the server's log.
 *
 * @param jobId - The job that failed, where there was one.
 */
export function problemOf(thrown: unknown, jobId?: string): Problem {
  const { code, message, details } = known(thrown)
  const status = statusOf(code)
  return {
    type: `urn:volley:error:${code}`,
    title: titleOf(code, status),
    status,
    detail: message,
    code,
    details,
    ...(jobId === undefined ? {} : { jobId }),
  }
}

interface KnownError {
  readonly code: ErrorCode
  readonly message: string
  readonly details: ErrorDetails
}

function known(thrown: unknown): KnownError {
  if (isVolleyError(thrown)) return thrown.code === 'internal' ? defect : thrown
  if (thrown instanceof HttpError) return thrown
  const { statusCode, message } = thrown as { readonly statusCode?: number; readonly message?: string }
  if (statusCode === undefined || statusCode >= 500) return defect
  const { code, text = message } = refusals.get(statusCode) ?? { code: 'bad_request' }
  return { code, message: text ?? 'Cannot understand the request', details: {} }
}

const defect: KnownError = {
  code: 'internal',
  message: 'Cannot finish the request: the server met a defect of its own, its log has the details',
  details: {},
}

/** What Fastify itself refuses, or the hooks of an application around, by status. */
const refusals = new Map<number, { readonly code: ErrorCode; readonly text?: string }>([
  [401, { code: 'unauthorized' }],
  [403, { code: 'scope_missing' }],
  [404, { code: 'not_found' }],
  [413, { code: 'size_limit', text: 'Cannot read the body: it is too large, name a file or a table as the source' }],
  [429, { code: 'rate_limited' }],
  [
    415,
    {
      code: 'unsupported_media_type',
      text: 'Cannot read the body: send it as application/json or application/vnd.volley.job',
    },
  ],
])

function titleOf(code: string, status: number): string {
  const words = code.replaceAll('_', ' ').replace('udf', 'UDF')
  return code === 'internal' ? (STATUS_CODES[status] ?? words) : `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}
