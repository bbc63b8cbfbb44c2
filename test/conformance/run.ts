// Runs one conformance case and says what is wrong with the answer, if anything.

import { Binder } from '../../functions/bind/binder.ts'
import { catalogue } from '../../functions/catalogue/catalogue.ts'
import { builtInNames } from '../../functions/catalogue/function-names.ts'
import { categoryOf, isVolleyError } from '../../functions/errors.ts'
import { parseExpr } from '../../functions/sql/parse.ts'
import { parseArrowType } from '../../functions/types/arrow-name.ts'
import { type DataType, displayType, typeName } from '../../functions/types/type.ts'
import type { Value } from '../../functions/types/value.ts'
import { type ConformanceCase, comparable, decode, inputOf, ours, sameValue } from './cases.ts'
import type { Evaluator } from './evaluators.ts'

/** What came of a case: rows with their type, or the error and when it happened. */
export type Outcome =
  | { readonly type: DataType; readonly values: readonly Value[] }
  | { readonly phase: 'plan' | 'exec'; readonly error: unknown }

/** Evaluates the expression of a scalar or filter case over its rows. */
export function evaluate(test: ConformanceCase, evaluator: Evaluator): Outcome {
  const { schema, batch } = inputOf(test)
  let phase: 'plan' | 'exec' = 'plan'
  try {
    const node = parseExpr(test.sql, {
      functions: builtInNames,
      columns: schema.map((field) => field.name),
      tables: ['t'],
    })
    const binder = new Binder(schema, catalogue)
    const bound = test.kind === 'filter' ? binder.condition(binder.bind(node), 'a filter') : binder.bind(node)
    phase = 'exec'
    return { type: bound.type, values: evaluator.evaluate(bound, batch) }
  } catch (error) {
    return { phase, error }
  }
}

/** What is wrong with an outcome; undefined when it is DataFusion's (or ours, where we deviate). */
export function verdict(test: ConformanceCase, outcome: Outcome): string | undefined {
  const answer = ours[test.id]
  if (answer?.fails !== undefined)
    return 'error' in outcome && outcome.phase === answer.fails ? undefined : `does not fail in ${answer.fails}`
  if (test.expectedError !== undefined && answer === undefined) return errorVerdict(test.expectedError, outcome)
  if ('error' in outcome) return `failed in ${outcome.phase}: ${messageOf(outcome.error)}`
  if (test.kind === 'filter') return rowsVerdict(test.expected?.rows ?? [], outcome.values)
  const typeText = answer?.type ?? test.expected?.type
  if (typeText === undefined) return 'the case expects nothing'
  const type = parseArrowType(typeText)
  if (shapeOf(type) !== shapeOf(outcome.type))
    return `its type is ${displayType(outcome.type)}, not ${displayType(type)}`
  return valuesVerdict(
    (answer?.values ?? test.expected?.values ?? []).map((value) =>
      type.kind === 'interval' ? (value as Value) : decode(value, type),
    ),
    outcome.values.map((value) => comparable(value, outcome.type)),
    toleranceOf(test),
  )
}

/** Names and nullability of list items are not compared. */
const shapeOf = (type: DataType): string => typeName(type).replace('timestamp(us,+00:00)', 'timestamp(us,UTC)')

export function valuesVerdict(wanted: readonly Value[], got: readonly Value[], tolerance: number): string | undefined {
  const wrong = wanted.findIndex((value, i) => !sameValue(value, got[i] ?? null, tolerance))
  if (wrong === -1 && wanted.length === got.length) return undefined
  return `row ${wrong} is ${show(got[wrong])}, not ${show(wanted[wrong])}`
}

function rowsVerdict(wanted: readonly number[], values: readonly Value[]): string | undefined {
  const rows = values.flatMap((value, i) => (value === true ? [i] : []))
  return rows.join() === wanted.join() ? undefined : `keeps rows ${rows.join()}, not ${wanted.join()}`
}

/** Planning may not fail on data: constants that cannot be converted fail in the row that meets them. */
const dataCategories = new Set(['cast_error', 'overflow', 'divide_by_zero', 'execution_error'])

function errorVerdict(wanted: NonNullable<ConformanceCase['expectedError']>, outcome: Outcome): string | undefined {
  if (!('error' in outcome)) return `does not fail: ${wanted.message}`
  if (!isVolleyError(outcome.error) || categoryOf(outcome.error.code) === 'internal') return messageOf(outcome.error)
  if (wanted.phase === undefined || wanted.phase === outcome.phase || dataCategories.has(wanted.category))
    return undefined
  return `fails in ${outcome.phase}, not in ${wanted.phase}: ${messageOf(outcome.error)}`
}

/** Libraries of mathematical functions differ in the last digits. */
const toleranceOf = (test: ConformanceCase): number => test.tolerance ?? (test.id.startsWith('math/') ? 1e-15 : 0)

export const messageOf = (error: unknown): string =>
  isVolleyError(error) ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)

const show = (value: Value | undefined): string =>
  JSON.stringify(value, (_, v) =>
    typeof v === 'bigint'
      ? `${v}n`
      : typeof v === 'number' && (!Number.isFinite(v) || Object.is(v, -0))
        ? `#${Object.is(v, -0) ? '-0' : v}`
        : v,
  ) ?? 'missing'
