// The errors for names that mean nothing here, with the nearest one that does.

import { PlanError } from '../errors.ts'
import { nearest } from '../nearest.ts'
import type { Schema } from '../types/type.ts'

/** `unknown_column`, with the nearest name of the schema or all of them. */
export function unknownColumn(name: string, schema: Schema): PlanError {
  const guess = nearest(
    name,
    schema.map((field) => field.name),
  )
  const names = schema.map((field) => field.name)
  const shown = names.length > 12 ? `${names.slice(0, 12).join(', ')} and ${names.length - 12} more` : names.join(', ')
  const hint = guess === undefined ? `The columns are ${shown || 'none'}` : `Did you mean "${guess}"?`
  return new PlanError('unknown_column', `No field named "${name}". ${hint}`, {
    details: { column: name, ...(guess === undefined ? {} : { suggestion: guess }) },
  })
}

/** `unknown_function`, with the nearest of the names. */
export function unknownFunction(name: string, names: Iterable<string>): PlanError {
  const guess = nearest(name, names)
  const hint =
    guess === undefined ? 'See the list of functions, or register it with registerUdf' : `Did you mean "${guess}"?`
  return new PlanError('unknown_function', `Function "${name}" is not known. ${hint}`, {
    details: { function: name, ...(guess === undefined ? {} : { suggestion: guess }) },
  })
}
