// The error of a user's function that threw: whose it is, in which row, and where in the user's file.

import { createError, isVolleyError, UdfError } from '../../functions/errors.ts'
import { userFrame } from '../../functions/udf/failure.ts'

export { userFrame }

/**
 * Wraps what was thrown in a loop that calls user functions. Our own errors (a division by zero, a result of the wrong
 * type) keep their code and get the row.
 *
 * @param name - The function that was running; undefined when none was: then the error is a defect of ours, as it is.
 * @param row - The row of the partition, counted from 0.
 */
export function udfFailure(thrown: unknown, name: string | undefined, row: number): unknown {
  if (isVolleyError(thrown)) {
    return createError(thrown.code, thrown.message, { details: { ...thrown.details, row }, cause: thrown })
  }
  if (name === undefined) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const place = thrown instanceof Error ? userFrame(thrown) : undefined
  const where = place === undefined ? '' : ` at ${place.file}:${place.line}:${place.column}`
  const error = new UdfError('udf_failed', `Function "${name}" threw in row ${row}${where}: ${message}`, {
    details: { udf: name, row, message, ...(place ?? {}) },
    cause: thrown,
  })
  if (thrown instanceof Error && thrown.stack !== undefined) error.stack = thrown.stack
  return error
}
