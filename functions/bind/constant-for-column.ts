// A string where a column was meant: `gross('net')`. Strings are constants, so all that shows is that their type does not
// fit; the error then says how a column is written.

import { createError, isVolleyError } from '../errors.ts'
import type { Bound } from './bound.ts'

/**
 * Resolves a call.
 *
 * @throws What `resolve` throws; a type that does not fit, with a hint where an argument is a constant string.
 */
export function withColumnHint<Resolved>(args: readonly Bound[], resolve: () => Resolved): Resolved {
  try {
    return resolve()
  } catch (error) {
    const text = args.find(isText)
    if (text === undefined || !isVolleyError(error) || error.code !== 'type_mismatch') throw error
    const { value } = text
    const hint = `"${value}" is a constant here, the column is col('${value}'), or ${value} without quotes in SQL text`
    throw createError(error.code, `${error.message}; ${hint}`, { details: error.details, cause: error })
  }
}

/** Texts that could be names. */
const isText = (bound: Bound): bound is Extract<Bound, { kind: 'constant' }> & { readonly value: string } =>
  bound.kind === 'constant' &&
  bound.type.kind === 'utf8' &&
  typeof bound.value === 'string' &&
  /^[\w ]{1,64}$/.test(bound.value)
