// Errors of user code: where in the user's file it threw, and the error that says so for methods of accumulators and
// window evaluators.

import { isVolleyError, UdfError } from '../errors.ts'

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

/** What a method of a user's object threw, as an error that names it, its file and line. Our own errors stay. */
export function methodFailure(udf: string, method: string, thrown: unknown): unknown {
  if (isVolleyError(thrown)) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const place = thrown instanceof Error ? userFrame(thrown) : undefined
  const where = place === undefined ? '' : ` at ${place.file}:${place.line}:${place.column}`
  const error = new UdfError('udf_failed', `Function "${udf}" threw in ${method}()${where}: ${message}`, {
    details: { udf, method, message, ...(place ?? {}) },
    cause: thrown,
  })
  if (thrown instanceof Error && thrown.stack !== undefined) error.stack = thrown.stack
  return error
}

/** A user's object that is not of the shape of its contract. */
export function contractBroken(udf: string, what: string): UdfError {
  return new UdfError('udf_wrong_result', `Cannot run "${udf}": ${what}`, { details: { udf } })
}
