// Errors of user code: where in the user's file it threw, for which rows, and the error that says so for methods of
// accumulators and window evaluators.

import { createError, DataError, type ErrorDetails, isVolleyError, UdfError, type VolleyError } from '../errors.ts'
import { describeThrown, summarize } from '../thrown.ts'

interface Place extends Record<string, string | number> {
  readonly file: string
  readonly line: number
  readonly column: number
}

/**
 * What this library said of a user's function. Whatever else comes out of one is the user's own, also when it is of a
 * class of ours or has a code that means something here: a function must not pass for the server.
 */
const ours = new WeakSet<object>()

function raised<Raised extends VolleyError>(error: Raised): Raised {
  ours.add(error)
  return error
}

/** Rows of the partition, counted from 0, that a method was called for. */
export interface CalledFor {
  readonly count: number
  readonly first: number
  readonly last: number
}

/** A single row as what a method was called for; undefined when nobody knows which. */
export const calledForRow = (row: number | undefined): CalledFor | undefined =>
  row === undefined ? undefined : { count: 1, first: row, last: row }

/** What a method of a user's object threw, as an error that names it, the rows, and the user's file and line. */
export function methodFailure(udf: string, method: string, thrown: unknown, rows?: CalledFor): VolleyError {
  const details = detailsOf(rows)
  return (
    withDetails(thrown, details) ?? userFailure(udf, `in ${method}()${textOf(rows)}`, thrown, { method, ...details })
  )
}

/**
 * What was thrown where user functions are called row by row.
 *
 * @param udf - The function that was running; undefined when none was: then the error is ours, and gets the row.
 * @param row - The row of the partition, counted from 0.
 */
export function rowFailure(udf: string | undefined, thrown: unknown, row: number): unknown {
  if (udf !== undefined) return withDetails(thrown, { row }) ?? userFailure(udf, `in row ${row}`, thrown, { row })
  return isVolleyError(thrown) ? withMore(thrown, { row }) : thrown
}

/** An error of ours with the rows it is about; undefined for what is not ours. */
function withDetails(thrown: unknown, details: ErrorDetails): VolleyError | undefined {
  if (typeof thrown !== 'object' || thrown === null || !ours.has(thrown)) return undefined
  return raised(withMore(thrown as VolleyError, details))
}

function withMore(error: VolleyError, details: ErrorDetails): VolleyError {
  return createError(error.code, error.message, { details: { ...error.details, ...details }, cause: error })
}

function detailsOf(rows: CalledFor | undefined): ErrorDetails {
  if (rows === undefined) return {}
  return rows.count === 1 ? { row: rows.first } : { rows: rows.count, firstRow: rows.first, lastRow: rows.last }
}

function textOf(rows: CalledFor | undefined): string {
  if (rows === undefined) return ''
  return rows.count === 1
    ? ` for row ${rows.first}`
    : ` for ${rows.count} rows from row ${rows.first} to row ${rows.last}`
}

/** What a user's function threw, as an error that says where in the user's file; its stack is the user's. */
export function userFailure(udf: string, where: string, thrown: unknown, details: ErrorDetails): UdfError {
  const { data, stack } = describeThrown(thrown)
  const place = stack === undefined ? undefined : placeOf(stack)
  const at = place === undefined ? '' : ` at ${place.file}:${place.line}:${place.column}`
  const error = new UdfError('udf_failed', `Function "${udf}" threw${where && ` ${where}`}${at}: ${summarize(data)}`, {
    details: { udf, ...details, message: data.message, ...(place ?? {}), cause: data },
    cause: thrown,
  })
  if (stack !== undefined) error.stack = stack
  return raised(error)
}

/** The first frame of a stack that is a place in a file. */
function placeOf(stack: string): Place | undefined {
  for (const line of stack.split('\n')) {
    const match = /^\s+at .*?\(?((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*?):(\d+):(\d+)\)?$/.exec(line)
    if (match === null) continue
    const [, file = '', row = '0', column = '0'] = match
    return { file: file.replace(/^file:\/\//, ''), line: Number(row), column: Number(column) }
  }
  return undefined
}

/** A user's object that is not of the shape of its contract. */
export function contractBroken(udf: string, what: string): UdfError {
  return wrongResult(`Cannot run "${udf}": ${what}`, { udf })
}

/** A user's function gave something else than it had declared. */
export function wrongResult(message: string, details: ErrorDetails): UdfError {
  return raised(new UdfError('udf_wrong_result', message, { details }))
}

/** An argument that cannot be handed to a user's function. */
export function notHandedOver(message: string, details: ErrorDetails): DataError {
  return raised(new DataError('overflow', message, { details }))
}
