// The checks that turn unknown JSON into something known, each with an error that says where in the document it is
// wrong: `details.pointer` is a JSON pointer (RFC 6901). They know about JSON and nothing about jobs.

import { createError, type ErrorDetails, isVolleyError, PlanError } from '../../functions/errors.ts'
import { didYouMean } from '../../functions/nearest.ts'

/** What is shown of a name in an error. */
const MAX_SHOWN = 100

export type JsonObject = Readonly<Record<string, unknown>>

/** The error for a part of a job that cannot be read; `problem` says what is wrong and what to do. */
export function invalidJob(pointer: string, problem: string, details: ErrorDetails = {}): PlanError {
  const where = pointer === '' ? 'the job' : `the job at "${pointer}"`
  return new PlanError('invalid_job', `Cannot read ${where}: ${problem}`, { details: { pointer, ...details } })
}

/** The pointer of a member or an element. */
export function below(pointer: string, key: string | number): string {
  return `${pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** Runs `parse`; a coded error that it throws is told where in the document it arose. */
export function at<Result>(pointer: string, parse: () => Result): Result {
  try {
    return parse()
  } catch (error) {
    if (!isVolleyError(error) || 'pointer' in error.details) throw error
    throw createError(error.code, error.message, { details: { ...error.details, pointer }, cause: error })
  }
}

export function asObject(value: unknown, pointer: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject
  throw invalidJob(pointer, `it is ${nameOf(value)}, an object is wanted`)
}

/** An object whose members are among `known`. */
export function asRecordOf(value: unknown, pointer: string, known: readonly string[]): JsonObject {
  const object = asObject(value, pointer)
  for (const key of Object.keys(object)) {
    if (known.includes(key)) continue
    const shown = key.length > MAX_SHOWN ? `${key.slice(0, MAX_SHOWN)}…` : key
    throw invalidJob(below(pointer, shown), `unknown member "${shown}". ${suggestion(key, known)}`)
  }
  return object
}

export function asArray(value: unknown, pointer: string, most: number): readonly unknown[] {
  if (!Array.isArray(value)) throw invalidJob(pointer, `it is ${nameOf(value)}, an array is wanted`)
  if (value.length <= most) return value
  throw createError(
    'size_limit',
    `Cannot read the job at "${pointer}": it has ${value.length} entries, at most ${most}`,
    {
      details: { pointer, entries: value.length, limit: most },
    },
  )
}

export function asText(value: unknown, pointer: string): string {
  if (typeof value === 'string') return value
  throw invalidJob(pointer, `it is ${nameOf(value)}, a string is wanted`)
}

/** Bytes in base64, or as they are where a body held nothing else. */
export function asBytes(value: unknown, pointer: string): Uint8Array {
  if (value instanceof Uint8Array) return value
  const text = asText(value, pointer)
  if (/^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0) return new Uint8Array(Buffer.from(text, 'base64'))
  throw invalidJob(pointer, 'it is not base64')
}

export function asWholeNumber(value: unknown, pointer: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) return value
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
  const shown = typeof value === 'number' ? String(value) : nameOf(value)
  throw invalidJob(pointer, `it is ${shown}, a whole number ${range} is wanted`)
}

export function asBoolean(value: unknown, pointer: string): boolean {
  if (typeof value === 'boolean') return value
  throw invalidJob(pointer, `it is ${nameOf(value)}, true or false is wanted`)
}

/** One of some words. */
export function asChoice<Choice extends string>(value: unknown, pointer: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((candidate) => candidate === value)
  if (choice !== undefined) return choice
  throw invalidJob(pointer, `it is ${JSON.stringify(value)?.slice(0, 40)}. ${suggestion(String(value), choices)}`)
}

/** `Did you mean …?`, or all the choices there are. */
export const suggestion = (name: string, known: readonly string[]): string =>
  didYouMean(name, known, `Use one of ${known.join(', ')}`)

/** What a JSON value is, in words. */
export function nameOf(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return { string: 'a string', number: 'a number', boolean: 'a boolean' }[typeof value as 'string'] ?? 'an object'
}
