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
 * The errors that this library raised about a user's function. Whatever else a function throws is the user's own, even
 * if it is of one of our classes or has one of our codes: a function must not pass for the server.
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

/** A single row as the rows that a method was called for; undefined when it is not known which. */
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
 * @param udf - The function that was running; undefined when none was: then the error is ours, and is given the row.
 * @param row - The row of the partition, counted from 0.
 */
export function rowFailure(udf: string | undefined, thrown: unknown, row: number): unknown {
  if (udf !== undefined) return withDetails(thrown, { row }) ?? userFailure(udf, `in row ${row}`, thrown, { row })
  if (isVolleyError(thrown)) return withMore(thrown, { row })
  return engineLimit(thrown, row) ?? thrown
}

/** JavaScript's own error for a text, list or number that is larger than it makes; undefined for other errors. */
function engineLimit(thrown: unknown, row: number): VolleyError | undefined {
  if (!(thrown instanceof RangeError)) return undefined
  const message = `Cannot hold the result of row ${row}: it is larger than a value can be (${thrown.message})`
  return createError('size_limit', message, { details: { row }, cause: thrown })
}

/** An error of ours with the rows it is about; undefined for any other error. */
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

/** What a user's function threw, as an error that says where in the user's file it did; its stack is the user's. */
export function userFailure(udf: string, where: string, thrown: unknown, details: ErrorDetails): UdfError {
  const { data, stack } = describeThrown(thrown)
  const place = stack === undefined ? undefined : placeOf(stack)
  const at = place === undefined ? '' : ` at ${place.file}:${place.line}:${place.column}`
  const message = `Function "${udf}" threw${where && ` ${where}`}${at}: ${summarize(data)}${placeOfLookup(thrown)}`
  const error = new UdfError('udf_failed', message, {
    details: { udf, ...details, message: data.message, ...(place ?? {}), cause: data },
    cause: thrown,
  })
  if (stack !== undefined) error.stack = stack
  return raised(error)
}

/** Where a relative path was looked up, which nobody sees in it: workers run in a directory of their own. */
function placeOfLookup(thrown: unknown): string {
  const { code, path } = describeSystemError(thrown)
  const isRelative = typeof path === 'string' && !/^(?:[\\/]|[A-Za-z]:|file:)/.test(path)
  if (code !== 'ENOENT' || !isRelative) return ''
  return `; the path is relative to ${process.cwd()}, where this function runs: make it absolute, or choose the directory with cwd`
}

/** The parts of an error of the operating system; an error's getters are the user's code. */
function describeSystemError(thrown: unknown): { readonly code?: unknown; readonly path?: unknown } {
  try {
    return thrown instanceof Error ? { code: Reflect.get(thrown, 'code'), path: Reflect.get(thrown, 'path') } : {}
  } catch {
    return {}
  }
}

/** The first frame of a stack that names a position in a file, unless that is ours: then nothing of the user's threw. */
function placeOf(stack: string): Place | undefined {
  for (const line of stack.split('\n')) {
    const match = /^\s+at (?:.*?[( ])?((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*?):(\d+):(\d+)\)?$/.exec(line)
    if (match === null) continue
    const [, file = '', row = '0', column = '0'] = match
    const path = file.replace(/^file:\/\//, '')
    if (ownFolders.some((folder) => path.startsWith(folder))) return undefined
    return { file: path, line: Number(row), column: Number(column) }
  }
  return undefined
}

/** Where this module is; undefined in an application that was bundled as CommonJS. */
const here = import.meta.dirname as string | undefined
/** Where this library's modules are: its rooms, or the directory of the worker's bundle. */
const ownFolders = here === undefined ? [] : foldersBeside(here)

function foldersBeside(directory: string): readonly string[] {
  if (!/functions[\\/]udf$/.test(directory)) return [`${directory}/`]
  return ['functions', 'runtime'].map((room) => `${directory.replace(/functions[\\/]udf$/, room)}/`)
}

/** The error of work that ended with its worker, or at a limit, with the user's functions that were part of it. */
export function inFunctions(error: unknown, names: readonly string[]): unknown {
  if (names.length === 0 || !isVolleyError(error)) return error
  // Nothing of theirs was running.
  if (error.code === 'start_failed' || error.code === 'actor_lost') return error
  if (error.category !== 'worker' && error.code !== 'timeout' && error.code !== 'memory_limit') return error
  const shown = names.slice(0, 5).map((name) => `"${name}"`)
  const message = `${error.message}; it ran the user's function ${shown.join(', ')}${names.length > 5 ? ' and others' : ''}`
  return createError(error.code, message, {
    details: { ...error.details, functions: names.slice(0, 50) },
    cause: error,
  })
}

/** The error for a user's object that does not fulfil its contract. */
export function contractBroken(udf: string, what: string): UdfError {
  return wrongResult(`Cannot run "${udf}": ${what}`, { udf })
}

/** The error for a result that is not what the user's function had declared. */
export function wrongResult(message: string, details: ErrorDetails): UdfError {
  return raised(new UdfError('udf_wrong_result', message, { details }))
}

/**
 * What a method of a user's object returned, unless that is a promise: nobody would await it.
 *
 * @throws {UdfError} `udf_wrong_result`
 */
export function notPromised<Given>(udf: string, method: string, given: Given): Given {
  if (!(given instanceof Promise)) return given
  // Unhandled, its rejection would end the worker, and whichever job it runs by then.
  given.catch(() => {})
  const message = `Function "${udf}" returned a Promise from ${method}(): its methods must not be async, nobody awaits them`
  throw wrongResult(message, { udf, method })
}

/** The error for an argument that cannot be passed to a user's function. */
export function notHandedOver(message: string, details: ErrorDetails): DataError {
  return raised(new DataError('overflow', message, { details }))
}
