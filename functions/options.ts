// The checks of arguments and options at the door: what is misspelt, of another type or out of its range would
// otherwise be left out, or taken for something else, without a word.

import { describeValue } from './describe-value.ts'
import { PlanError } from './errors.ts'
import { didYouMean } from './nearest.ts'

/** What was given cannot be meant. */
export function invalidArgument(message: string, cause?: unknown): PlanError {
  return new PlanError('invalid_argument', message, { cause })
}

/** @throws {PlanError} `invalid_argument` for options that are no object. */
export function checkIsOptions(options: unknown, what: string): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return
  throw invalidArgument(`Cannot take ${describeValue(options)} as the options of ${what}: give an object`)
}

/**
 * Refuses options that there are not.
 *
 * @param known - An object with a member for each option.
 * @param what - What the options are of, as it stands after "the options of".
 * @throws {PlanError} `invalid_argument`, with the nearest option there is.
 */
export function checkOptionNames(options: object, known: Readonly<Record<string, true>>, what: string): void {
  checkIsOptions(options, what)
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue
    const names = Object.keys(known)
    const hint = didYouMean(name, names, `Use ${names.join(', ')}`)
    throw new PlanError(
      'invalid_argument',
      `Cannot take "${name}" among the options of ${what}: there is none of that name. ${hint}`,
      { details: { option: name } },
    )
  }
}

/** @throws {PlanError} `invalid_argument` for a number that is none, or out of its range; undefined is left out. */
export function checkWhole(
  name: string,
  value: number | undefined,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least && value <= most)) return
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
  throw wrongOption(name, value, `it must be a whole number ${range}`)
}

/** @throws {PlanError} `invalid_argument` for a word that is none of `choices`; undefined is left out. */
export function checkChoice(name: string, value: unknown, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value as string)) return
  throw wrongOption(name, value, `it is one of ${choices.join(', ')}`)
}

/** @throws {PlanError} `invalid_argument` for what is neither true nor false; undefined is left out. */
export function checkBoolean(name: string, value: unknown): void {
  if (value === undefined || typeof value === 'boolean') return
  throw wrongOption(name, value, 'it is true or false')
}

/** @throws {PlanError} `invalid_argument` for what cannot be called; undefined is left out. */
export function checkCallback(name: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return
  throw wrongOption(name, value, 'it is a function')
}

/** @throws {PlanError} `invalid_argument` for what is no AbortSignal; undefined is left out. */
export function checkSignal(name: string, value: unknown): void {
  if (value === undefined || value instanceof AbortSignal) return
  const hint = value instanceof AbortController ? 'give the signal of the controller' : 'it is an AbortSignal'
  throw wrongOption(name, value, hint)
}

/** @throws {PlanError} `invalid_argument` for what is no array of strings; undefined is left out. */
export function checkTexts(name: string, value: unknown): void {
  if (value === undefined || (Array.isArray(value) && value.every((text) => typeof text === 'string'))) return
  throw wrongOption(name, value, 'it is an array of strings')
}

/** @throws {PlanError} `invalid_argument` for what is no object of strings by name; undefined is left out. */
export function checkTextsByName(name: string, value: unknown): void {
  if (value === undefined) return
  checkIsOptions(value, name)
  for (const [key, text] of Object.entries(value as object)) {
    if (typeof text !== 'string') throw wrongOption(`${name}.${key}`, text, 'it is a string')
  }
}

/**
 * Modules are named by URLs: what a path is relative to would have to be guessed.
 *
 * @throws {PlanError} `invalid_argument` for anything but a URL; undefined is left out.
 */
export function checkUrl(name: string, value: unknown): void {
  if (value === undefined || value instanceof URL) return
  throw wrongOption(name, value, "it is a URL, such as new URL('./module.js', import.meta.url)")
}

/** @throws {PlanError} `invalid_argument` for what is neither a path nor a `file:` URL; undefined is left out. */
export function checkFile(name: string, value: unknown): void {
  if (value === undefined || (typeof value === 'string' && value !== '')) return
  if (value instanceof URL && value.protocol === 'file:') return
  throw wrongOption(name, value, "it is the path of a file, or a 'file:' URL")
}

/** The error for a value that an option cannot have. */
export function wrongOption(name: string, value: unknown, wanted: string): PlanError {
  return new PlanError('invalid_argument', `Cannot take ${name} = ${shownOption(value)}: ${wanted}`, {
    details: { option: name },
  })
}

/** Values as they were written, where that is short. */
export const shownOption = (value: unknown): string =>
  typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : typeof value === 'string' && value.length <= 40
      ? JSON.stringify(value)
      : describeValue(value)
