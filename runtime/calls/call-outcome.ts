// What becomes of calls that were sent: their results, or the error of one of them and where it was.

import { isVolleyError } from '../../functions/errors.ts'

/** Calls that a worker made. */
export interface Made {
  readonly results: readonly unknown[]
  /** The error of the call after those that gave results; `details.call` is its position among them. */
  readonly failure?: unknown
  readonly elapsedMs: number
}

/** The error with the position of its item: `first` and that of the call among those it travelled with. */
export function atItem(error: unknown, first: number): unknown {
  if (!isVolleyError(error) || error.category === 'cancelled') return error
  const { call = 0, ...details } = error.details as { readonly call?: number }
  return Object.assign(error, { details: { ...details, item: first + call } })
}

/** The error of a call that was made alone. */
export function withoutCall(error: unknown): unknown {
  if (!isVolleyError(error)) return error
  const { call: _, ...details } = error.details as { readonly call?: number }
  return Object.assign(error, { details })
}
