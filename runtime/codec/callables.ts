// What users hold of functions of columns, as values among others: recognised, and made again of a definition.

import type { Udf } from '../../functions/contract/udf.ts'
import { aggregateCallable } from '../../functions/udf/aggregate.ts'
import { callable, type ScalarUDF } from '../../functions/udf/scalar.ts'
import { tableCallable } from '../../functions/udf/table.ts'
import { windowCallable } from '../../functions/udf/window.ts'
import { isRecord } from './validate-type.ts'

/** What users hold and call, made of a definition. */
export const callables = {
  scalar: callable,
  aggregate: aggregateCallable,
  window: windowCallable,
  table: tableCallable,
} as const

export const callableOf = (udf: Udf): unknown => callables[udf.family](udf as never)

/** Recognises what `udf()` and `nativeUdf()` return. */
export const isScalarUdf = (value: unknown): value is ScalarUDF => definitionOf(value)?.family === 'scalar'

/** The definition of a function of columns; undefined for any other value. */
export function definitionOf(value: unknown): Udf | undefined {
  if (typeof value !== 'function' || !Object.hasOwn(value, 'definition')) return undefined
  const { definition } = value as { readonly definition?: unknown } & typeof value
  const isUdf = isRecord(definition) && Object.hasOwn(callables, String(definition.family)) && 'body' in definition
  return isUdf ? (definition as unknown as Udf) : undefined
}
