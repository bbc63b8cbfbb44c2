// Every error Volley raises on purpose: a class per category, a stable code per cause, plain-data details.
// Codes are public: they cross process boundaries, name the documentation anchor and map to one HTTP status
// in api/errors.ts. Never reuse a code for another cause.

import type { HttpErrorCode } from './http-error-code.ts'
import type { PlainData } from './plain-data.ts'
import { rebuildThrown } from './rebuild-thrown.ts'
import { describeThrown, isThrownData, summarize } from './thrown.ts'

export type { PlainData } from './plain-data.ts'

/** What an error knows besides its message, by name: the column, the row, the option, the limit. */
export type ErrorDetails = { readonly [key: string]: PlainData }

/**
 * What went wrong, in the way a caller can act on it:
 * `plan` - what was asked cannot be done as written; `data` - the data does not allow it; `udf` - a user's function
 * failed; `shipping` - a function or expression cannot travel; `wire` - received bytes are not acceptable;
 * `resource` - a limit was reached; `cancelled` - somebody stopped it; `worker` - a worker process was lost;
 * `connection` - a server was not reached, or lost; `server` - it refused a request; `internal` - a defect of ours.
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
  | 'connection'
  | 'server'
  | 'internal'

/** All codes that belong to the library itself; those of the API alone are met by its clients, as {@link ServerError}. */
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
  missing_dependency: 'plan',
  // data
  source_not_found: 'data',
  source_unreadable: 'data',
  source_forbidden: 'data',
  output_exists: 'data',
  output_forbidden: 'data',
  output_unwritable: 'data',
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
  storage_failed: 'resource',
  queue_full: 'resource',
  actor_limit: 'resource',
  size_limit: 'resource',
  // cancelled
  cancelled: 'cancelled',
  closed: 'cancelled',
  // worker
  worker_lost: 'worker',
  actor_lost: 'worker',
  start_failed: 'worker',
  protocol_error: 'worker',
  // connection
  server_unreachable: 'connection',
  connection_lost: 'connection',
  result_restarted: 'connection',
  // internal
  internal: 'internal',
} as const satisfies Record<string, ErrorCategory>

/** Every code an error can have. Codes are stable; docs/reference/errors.md has an anchor for each. */
export type ErrorCode = keyof typeof errorCategories | ShippingErrorCode | WireErrorCode | HttpErrorCode
/** Codes of what cannot travel; docs/reference/shipping-errors.md explains each. */
export type ShippingErrorCode = `closure_${string}`
/** Codes of bytes that are refused; docs/reference/errors.md explains each. */
export type WireErrorCode = `wire_${string}`

/** What an error is made with besides its code and message. */
export interface ErrorInit {
  /** What the error knows besides its message. Default: nothing. */
  readonly details?: ErrorDetails
  /** The error underneath. */
  readonly cause?: unknown
}

/** What tells our errors from others that have a code. Registered, so that another copy of the library knows it too. */
const brand = Symbol.for('volley.error')

/**
 * Base class of every error Volley raises on purpose.
 *
 * Decide by `code`, which is stable and documented; read `details`, which is plain data; look at `cause` for the error
 * underneath, where there was one. Messages may change.
 *
 * @example
 * import { col, SessionContext, VolleyError } from 'volley'
 *
 * await using ctx = new SessionContext()
 * try {
 *   await ctx.fromColumns({ price: [1, 2] }).select(col('prize')).collect()
 * } catch (error) {
 *   if (!(error instanceof VolleyError)) throw error
 *   error.code // => 'unknown_column'
 *   error.message // => 'No field named "prize". Did you mean "price"?'
 * }
 *
 * @see docs/reference/errors.md
 */
export class VolleyError extends Error {
  override readonly name: string = 'VolleyError'
  /** Stable: one per cause, never used again for another. */
  readonly code: ErrorCode
  /** Plain data, so that it survives the way from a worker to an HTTP client. */
  readonly details: ErrorDetails

  /**
   * @param code - The cause.
   * @param message - For people: what cannot be done, and the way out.
   * @param init - `details`, and the error underneath as `cause`. Default: neither.
   */
  constructor(code: ErrorCode, message: string, init: ErrorInit = {}) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause })
    this.code = code
    this.details = init.details ?? {}
  }

  /** The family that the code belongs to: what a caller can do about it. */
  get category(): ErrorCategory {
    return categoryOf(this.code)
  }

  /** @internal */
  get [brand](): true {
    return true
  }
}

/**
 * What was asked cannot be done as written: an unknown name, a wrong type, a syntax error.
 *
 * @example
 * import { PlanError, SessionContext } from 'volley'
 *
 * try {
 *   new SessionContext().parseExpr('price +')
 * } catch (error) {
 *   if (!(error instanceof PlanError)) throw error
 *   error.code // => 'syntax_error'
 * }
 *
 * @see docs/reference/errors.md; DataFusion `DataFusionError::Plan`
 */
export class PlanError extends VolleyError {
  override readonly name = 'PlanError'
}

/**
 * The data does not allow it: a division by zero, a text that is not a number, a file that is not Parquet.
 *
 * @example
 * import { DataError, SessionContext } from 'volley'
 *
 * await using ctx = new SessionContext()
 * try {
 *   await ctx.fromColumns({ n: ['12', 'twelve'] }).select('cast(n as int)').collect()
 * } catch (error) {
 *   if (!(error instanceof DataError)) throw error
 *   error.code // => 'invalid_cast'
 * }
 *
 * @see docs/reference/errors.md; DataFusion `DataFusionError::Execution`
 */
export class DataError extends VolleyError {
  override readonly name = 'DataError'
}

/**
 * A user's function threw, or returned what it had not declared. `details` say which function and which row.
 *
 * @example
 * import { col, SessionContext, UdfError, udf, utf8 } from 'volley'
 *
 * const parse = udf((text: string) => JSON.parse(text).id, [utf8], utf8, { name: 'parse' })
 * await using ctx = new SessionContext()
 * try {
 *   await ctx.fromColumns({ text: ['{"id":"a"}', '{'] }).select(parse(col('text'))).collect()
 * } catch (error) {
 *   if (!(error instanceof UdfError)) throw error
 *   error.code // => 'udf_failed'
 *   error.details.row // => 1
 * }
 *
 * @see docs/reference/errors.md
 */
export class UdfError extends VolleyError {
  override readonly name = 'UdfError'
}

/**
 * A function or a value cannot be shipped; the message names the path that leads to it.
 *
 * @example
 * import { inspectUdf, ShippingError } from 'volley'
 *
 * const running = Promise.resolve(1)
 * try {
 *   inspectUdf(() => running)
 * } catch (error) {
 *   if (!(error instanceof ShippingError)) throw error
 *   error.code // => 'closure_unserializable'
 * }
 *
 * @see docs/reference/shipping-errors.md
 */
export class ShippingError extends VolleyError {
  override readonly name = 'ShippingError'
}

/**
 * Received bytes are not what they claim to be, or are refused by policy.
 *
 * @example
 * import { decodeExpr, WireError } from 'volley'
 *
 * try {
 *   decodeExpr(new Uint8Array([1, 2, 3]))
 * } catch (error) {
 *   if (!(error instanceof WireError)) throw error
 *   error.code // => 'wire_truncated'
 * }
 *
 * @see docs/reference/wire.md
 */
export class WireError extends VolleyError {
  override readonly name = 'WireError'
}

/**
 * A limit was reached: time, memory, queue, size. The message names the option that allows more.
 *
 * @example
 * import { ResourceError, WorkerPool } from 'volley'
 *
 * await using pool = WorkerPool.fork({ workers: 1 })
 * try {
 *   await pool.runWith({ timeoutMs: 200 }, () => new Promise(() => setInterval(() => {}, 1000)))
 * } catch (error) {
 *   if (!(error instanceof ResourceError)) throw error
 *   error.code // => 'timeout'
 * }
 *
 * @see docs/reference/errors.md; DataFusion `DataFusionError::ResourcesExhausted`
 */
export class ResourceError extends VolleyError {
  override readonly name = 'ResourceError'
}

/**
 * The work was stopped on request: a signal was aborted, a pool or session closed.
 *
 * @example
 * import { CancelledError, SessionContext } from 'volley'
 *
 * await using ctx = new SessionContext()
 * const signal = AbortSignal.abort()
 * try {
 *   await ctx.fromColumns({ n: [1, 2, 3] }).collect({ signal })
 * } catch (error) {
 *   if (!(error instanceof CancelledError)) throw error
 *   error.code // => 'cancelled'
 * }
 *
 * @see docs/reference/errors.md; the DOM's `AbortSignal`
 */
export class CancelledError extends VolleyError {
  override readonly name = 'CancelledError'
}

/**
 * A worker process could not start, went away or broke the protocol. The pool replaces it; the task is lost.
 *
 * @example
 * import { WorkerError, WorkerPool } from 'volley'
 *
 * await using pool = WorkerPool.fork({ workers: 1 })
 * try {
 *   await pool.run(() => process.kill(process.pid, 'SIGKILL'))
 * } catch (error) {
 *   if (!(error instanceof WorkerError)) throw error
 *   error.code // => 'worker_lost'
 * }
 *
 * @see docs/reference/errors.md
 */
export class WorkerError extends VolleyError {
  override readonly name = 'WorkerError'
}

/**
 * A client did not reach its server, or lost it before the answer was whole. What the server answers has the class of its
 * own code.
 *
 * @example
 * import { ConnectionError } from 'volley'
 * import { VolleyClient } from 'volley/client'
 *
 * const client = new VolleyClient({ url: 'http://127.0.0.1:1', retries: 0 })
 * try {
 *   await client.tables()
 * } catch (error) {
 *   if (!(error instanceof ConnectionError)) throw error
 *   error.code // => 'server_unreachable'
 * }
 *
 * @see docs/reference/errors.md
 */
export class ConnectionError extends VolleyError {
  override readonly name = 'ConnectionError'
}

/**
 * A server refused a request, with a code that only its clients meet: `unauthorized`, `not_found`, `result_expired`. Errors
 * of jobs keep the class of their code.
 *
 * @example
 * import { ServerError } from 'volley'
 * import { buildServer } from 'volley/api'
 * import { VolleyClient } from 'volley/client'
 *
 * const app = buildServer({ tokens: ['secret'] })
 * const client = new VolleyClient({ url: await app.listen({ host: '127.0.0.1', port: 0 }), token: 'secret' })
 * try {
 *   await client.job('unknown').status()
 * } catch (error) {
 *   if (!(error instanceof ServerError)) throw error
 *   error.code // => 'not_found'
 *   error.details.status // => 404
 * }
 * await app.close()
 *
 * @see docs/reference/errors.md#of-the-http-api
 */
export class ServerError extends VolleyError {
  override readonly name = 'ServerError'

  override get category(): 'server' {
    return 'server'
  }
}

/**
 * An invariant of Volley's own is broken: a defect, please report it.
 *
 * @example
 * import { InternalError } from 'volley'
 *
 * new InternalError('A column has no type').category // => 'internal'
 *
 * @see docs/reference/errors.md; DataFusion `DataFusionError::Internal`
 */
export class InternalError extends VolleyError {
  override readonly name = 'InternalError'

  /**
   * @param message - The invariant, and what was found instead.
   * @param init - `details`, and the error underneath as `cause`. Default: neither.
   */
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
  connection: ConnectionError,
  server: ServerError,
} as const

/** The category of a code: of the codes of closures and bytes by how they begin. */
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
 * function threw is its cause. Errors of users' functions have the frames of that stack, which name the user's files.
 */
export function errorFromPlain({ code, message, details, stack }: PlainError): VolleyError {
  const cause = isThrownData(details.cause) ? rebuildThrown(details.cause, stack) : undefined
  const error = createError(code, message, {
    details: stack === undefined ? details : { ...details, workerStack: stack },
    cause,
  })
  const frames = stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? []
  if (error.category === 'udf' && frames.length > 0) error.stack = [`${error.name}: ${message}`, ...frames].join('\n')
  return error
}

/** Recognises our errors, whichever copy of the library made them. What only looks like an error of ours is not one. */
export function isVolleyError(value: unknown): value is VolleyError {
  try {
    return value instanceof Error && brand in value
  } catch {
    return false // a proxy that was revoked
  }
}
