// Errors of user code: where in the user's file it threw, for which rows, and the error that says so for methods of
// accumulators and window evaluators.

import { createError, type ErrorDetails, isVolleyError, UdfError } from '../errors.ts'

export interface Frame extends Record<string, string | number> {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** The first frame of the stack that is a place in a file. */
export function userFrame(error: Error): Frame | undefined {
  for (const line of error.stack?.split('\n') ?? []) {
    const match = /^\s+at .*?\(?((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*?):(\d+):(\d+)\)?$/.exec(line)
    if (match === null) continue
    const [, file = '', row = '0', column = '0'] = match
    return { file: file.replace(/^file:\/\//, ''), line: Number(row), column: Number(column) }
  }
  return undefined
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

/**
 * What a method of a user's object threw, as an error that names it, the rows, and the user's file and line. Our own
 * errors stay what they are and get the rows.
 */
export function methodFailure(udf: string, method: string, thrown: unknown, rows?: CalledFor): unknown {
  const details = detailsOf(rows)
  if (isVolleyError(thrown)) {
    if (rows === undefined) return thrown
    return createError(thrown.code, thrown.message, { details: { ...thrown.details, ...details }, cause: thrown })
  }
  return userFailure(udf, `in ${method}()${textOf(rows)}`, thrown, { method, ...details })
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
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const place = thrown instanceof Error ? userFrame(thrown) : undefined
  const at = place === undefined ? '' : ` at ${place.file}:${place.line}:${place.column}`
  const error = new UdfError('udf_failed', `Function "${udf}" threw ${where}${at}: ${message}`, {
    details: { udf, ...details, message, ...(place ?? {}) },
    cause: thrown,
  })
  if (thrown instanceof Error && thrown.stack !== undefined) error.stack = thrown.stack
  return error
}

/** A user's object that is not of the shape of its contract. */
export function contractBroken(udf: string, what: string): UdfError {
  return new UdfError('udf_wrong_result', `Cannot run "${udf}": ${what}`, { details: { udf } })
}
