// Comparing values of the engine and showing them.

import { type Column, valueAt } from '../../../functions/column/column.ts'
import { isVolleyError } from '../../../functions/errors.ts'
import type { Value } from '../../../functions/types/value.ts'

/** All values of a column. */
export const valuesOf = (column: Column): readonly Value[] =>
  Array.from({ length: column.length }, (_, row) => valueAt(column, row))

/** A value as text: equal texts are the same value, also -0 and 0, 1 and 1n are told apart. */
export function show(value: unknown): string {
  if (Object.is(value, -0)) return '-0'
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'string') return JSON.stringify(value.toWellFormed())
  if (value instanceof Uint8Array) return `bytes ${value.join()}`
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([name, inner]) => `${name}: ${show(inner)}`)
      .join(', ')}}`
  }
  return String(value)
}

/** What a computation gives, as text: its rows, or the code of what it threw. Anything uncoded is a defect. */
export function outcome(compute: () => readonly (readonly Value[])[]): string {
  try {
    return compute()
      .map((row) => row.map(show).join(' | '))
      .join('\n')
  } catch (error) {
    if (isVolleyError(error) && error.code !== 'internal') return `throws ${error.code}`
    throw error
  }
}
