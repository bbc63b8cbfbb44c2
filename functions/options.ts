// The checks of options at the door: what is misspelt or out of its range would otherwise be left out without a word.

import { PlanError } from './errors.ts'
import { didYouMean } from './nearest.ts'

/**
 * Refuses options that there are not.
 *
 * @param known - An object with a member for each option.
 * @param what - What the options are of, as it stands after "the options of".
 * @throws {TypeError} Which names the nearest option there is.
 */
export function checkOptionNames(options: object, known: Readonly<Record<string, true>>, what: string): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`Cannot take ${String(options)} as the options of ${what}: give an object`)
  }
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue
    const names = Object.keys(known)
    throw new TypeError(
      `Cannot take "${name}" among the options of ${what}: there is none of that name. ${didYouMean(name, names, `Use ${names.join(', ')}`)}`,
    )
  }
}

/** @throws {PlanError} `invalid_argument` for a number that is none, or out of its range; undefined is left out. */
export function checkWhole(name: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return
  throw new PlanError(
    'invalid_argument',
    `Cannot run with ${name} = ${value}: it must be a whole number of at least ${least}`,
  )
}

/** @throws {PlanError} `invalid_argument` for a word that is none of `choices`; undefined is left out. */
export function checkChoice(name: string, value: unknown, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value as string)) return
  throw new PlanError(
    'invalid_argument',
    `Cannot take ${name} = ${JSON.stringify(value)}: it is one of ${choices.join(', ')}`,
  )
}
