// The error of a user's function that threw: whose it is, in which row, and where in the user's file.

import { createError, isVolleyError } from '../../functions/errors.ts'
import { userFailure, userFrame } from '../../functions/udf/failure.ts'

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
  return userFailure(name, `in row ${row}`, thrown, { row })
}
