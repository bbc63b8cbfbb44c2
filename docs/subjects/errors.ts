/**
 * The classes of errors: one for each category, all of them `VolleyError`. Decide by `code`; what each code means, and the
 * way out, is in docs/reference/errors.md.
 *
 * @module Errors
 */

export {
  CancelledError,
  ConnectionError,
  DataError,
  type ErrorCategory,
  type ErrorCode,
  type ErrorDetails,
  type ErrorInit,
  InternalError,
  type PlainData,
  PlanError,
  ResourceError,
  ServerError,
  ShippingError,
  type ShippingErrorCode,
  UdfError,
  VolleyError,
  WireError,
  type WireErrorCode,
  WorkerError,
} from '../../runtime/index.ts'
