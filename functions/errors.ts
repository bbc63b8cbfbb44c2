// Every error Volley raises on purpose: a class per category, a stable code per cause, plain-data details.
// Codes are public: they cross process boundaries, name the documentation anchor and map to one HTTP status
// in api/errors.ts. Never reuse a code for another cause.

import { describeThrown, errorFromThrown, isThrownData, summarize } from './thrown.ts'

/** Plain data that survives JSON, so an error keeps its details from a worker to an HTTP client. */
export type PlainData = null | boolean | number | string | readonly PlainData[] | { readonly [key: string]: PlainData }
export type ErrorDetails = { readonly [key: string]: PlainData }

/**
 * What went wrong, in the way a caller can act on it:
 * `plan` - what was asked cannot be done as written; `data` - the data does not allow it; `udf` - a user's function
 * failed; `shipping` - a function or expression cannot travel; `wire` - received bytes are not acceptable;
 * `resource` - a limit was reached; `cancelled` - somebody stopped it; `worker` - a worker process was lost;
 * `internal` - a defect of ours.
 */
export type ErrorCategory =
  | 'plan'
  | 'data'
  | 'udf'
  | 'shipping'
  | 'wire'
  | 'resource'
  | 'cancelled'
  | 'worker'
  | 'internal'

/** All codes that belong to the library itself; the API adds none of its own that a library user could meet. */
export const errorCategories = {
  // plan
  invalid_argument: 'plan',
  invalid_job: 'plan',
  syntax_error: 'plan',
  unknown_column: 'plan',
  ambiguous_column: 'plan',
  unknown_function: 'plan',
  unknown_table: 'plan',
  unknown_type: 'plan',
  type_mismatch: 'plan',
  not_implemented: 'plan',
  // data
  source_not_found: 'data',
  source_unreadable: 'data',
  source_forbidden: 'data',
  division_by_zero: 'data',
  overflow: 'data',
  invalid_cast: 'data',
  invalid_value: 'data',
  schema_mismatch: 'data',
  // udf
  udf_failed: 'udf',
  udf_wrong_result: 'udf',
  // resource
  timeout: 'resource',
  memory_limit: 'resource',
  log_limit: 'resource',
  queue_full: 'resource',
  size_limit: 'resource',
  // cancelled
  cancelled: 'cancelled',
  closed: 'cancelled',
  // worker
  worker_lost: 'worker',
  start_failed: 'worker',
  protocol_error: 'worker',
  // internal
  internal: 'internal',
} as const satisfies Record<string, ErrorCategory>

export type ErrorCode = keyof typeof errorCategories | ShippingErrorCode | WireErrorCode
export type ShippingErrorCode = `closure_${string}`
export type WireErrorCode = `wire_${string}`

export interface ErrorInit {
  readonly details?: ErrorDetails
  readonly cause?: unknown
}

/** What tells our errors from others that have a code. Registered, so that another copy of the library knows it too. */
const brand = Symbol.for('volley.error')

/**
 * Base class of every error Volley raises on purpose.
 *
 * `code` is stable and documented, `details` is plain data, `cause` is the error underneath where there was one.
 */
export class VolleyError extends Error {
  override readonly name: string = 'VolleyError'
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, message: string, init: ErrorInit = {}) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause })
    this.code = code
    this.details = init.details ?? {}
  }

  get category(): ErrorCategory {
    return categoryOf(this.code)
  }

  get [brand](): true {
    return true
  }
}

/** What was asked cannot be done as written: an unknown name, a wrong type, a syntax error. */
export class PlanError extends VolleyError {
  override readonly name = 'PlanError'
}

/** The data does not allow it: a division by zero, a text that is not a number, a file that is not Parquet. */
export class DataError extends VolleyError {
  override readonly name = 'DataError'
}

/** A user's function threw or returned what it had not declared. */
export class UdfError extends VolleyError {
  override readonly name = 'UdfError'
}

/** A function or a value cannot be shipped; the message names the path that leads to it. */
export class ShippingError extends VolleyError {
  override readonly name = 'ShippingError'
}

/** Received bytes are not what they claim to be, or are refused by policy. */
export class WireError extends VolleyError {
  override readonly name = 'WireError'
}

/** A limit was reached: time, memory, queue, size. */
export class ResourceError extends VolleyError {
  override readonly name = 'ResourceError'
}

/** The work was stopped on request. */
export class CancelledError extends VolleyError {
  override readonly name = 'CancelledError'
}

/** A worker process could not start, went away or broke the protocol. */
export class WorkerError extends VolleyError {
  override readonly name = 'WorkerError'
}

/** An invariant of ours is broken: a defect, please report it. */
export class InternalError extends VolleyError {
  override readonly name = 'InternalError'

  constructor(message: string, init: ErrorInit = {}) {
    super('internal', message, init)
  }
}

const classes = {
  plan: PlanError,
  data: DataError,
  udf: UdfError,
  shipping: ShippingError,
  wire: WireError,
  resource: ResourceError,
  cancelled: CancelledError,
  worker: WorkerError,
} as const

export function categoryOf(code: ErrorCode): ErrorCategory {
  if (code.startsWith('closure_')) return 'shipping'
  if (code.startsWith('wire_')) return 'wire'
  return (errorCategories as Record<string, ErrorCategory>)[code] ?? 'internal'
}

/** Makes the error of the class that `code` belongs to. */
export function createError(code: ErrorCode, message: string, init: ErrorInit = {}): VolleyError {
  const category = categoryOf(code)
  if (category === 'internal') return new InternalError(message, init)
  return new classes[category](code, message, init)
}

/** An error as plain data: what a worker sends and a job resource stores. */
export interface PlainError {
  readonly code: ErrorCode
  readonly message: string
  readonly details: ErrorDetails
  readonly stack?: string
}

/** Turns anything thrown into plain data; what is not one of ours becomes `internal` with its stack kept. */
export function errorToPlain(thrown: unknown): PlainError {
  if (isVolleyError(thrown)) {
    const { code, message, details, stack } = thrown
    return { code, message, details, ...(stack === undefined ? {} : { stack }) }
  }
  const { data, stack } = describeThrown(thrown)
  return { code: 'internal', message: summarize(data), details: {}, ...(stack === undefined ? {} : { stack }) }
}

/**
 * Rebuilds the error that `errorToPlain` described; the original stack is in `details.workerStack`, and what a user's
 * function threw is its cause.
 */
export function errorFromPlain({ code, message, details, stack }: PlainError): VolleyError {
  const cause = isThrownData(details.cause) ? errorFromThrown(details.cause) : undefined
  return createError(code, message, {
    details: stack === undefined ? details : { ...details, workerStack: stack },
    cause,
  })
}

/** Recognises our errors, whichever copy of the library made them. What only looks like one is none. */
export function isVolleyError(value: unknown): value is VolleyError {
  try {
    return value instanceof Error && brand in value
  } catch {
    return false // a proxy that was revoked
  }
}
