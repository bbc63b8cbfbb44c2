// The built-ins as one registry. Everything that needs to know which functions there are asks here: binding, SQL text,
// the reference page, GET /v1/functions and the registry test.

import { approximateAggregates } from '../aggregate/approximate.ts'
import { basicAggregates } from '../aggregate/basic.ts'
import { groupingAggregates } from '../aggregate/grouping.ts'
import { logicAggregates } from '../aggregate/logic.ts'
import { orderedAggregates } from '../aggregate/ordered.ts'
import { percentileAggregates } from '../aggregate/percentile.ts'
import { regressionAggregates } from '../aggregate/regression.ts'
import { statisticAggregates } from '../aggregate/statistics.ts'
import type { AggregateFunction } from '../contract/aggregate.ts'
import type { ScalarFunction } from '../contract/scalar.ts'
import type { WindowFunction } from '../contract/window.ts'
import { arrayFunctions } from '../scalar/array.ts'
import { arrayBuildFunctions } from '../scalar/array-build.ts'
import { arraySearchFunctions } from '../scalar/array-search.ts'
import { arraySetFunctions } from '../scalar/array-set.ts'
import { bitFunctions } from '../scalar/bits.ts'
import { conditionalFunctions } from '../scalar/conditional.ts'
import { conversionFunctions } from '../scalar/conversion.ts'
import { datePartFunctions } from '../scalar/date-part.ts'
import { dateTruncFunctions } from '../scalar/date-trunc.ts'
import { datetimeFunctions } from '../scalar/datetime.ts'
import { encodingFunctions } from '../scalar/encoding.ts'
import { hashFunctions } from '../scalar/hash.ts'
import { integerFunctions } from '../scalar/integers.ts'
import { mathFunctions } from '../scalar/math.ts'
import { patternFunctions } from '../scalar/pattern.ts'
import { plusFunctions } from '../scalar/plus.ts'
import { quantifierFunctions } from '../scalar/quantifiers.ts'
import { regexFunctions } from '../scalar/regex.ts'
import { roundingFunctions } from '../scalar/rounding.ts'
import { seriesFunctions } from '../scalar/series.ts'
import { stringFunctions } from '../scalar/string.ts'
import { stringPadFunctions } from '../scalar/string-pad.ts'
import { stringSearchFunctions } from '../scalar/string-search.ts'
import { stringSliceFunctions } from '../scalar/string-slice.ts'
import { structFunctions } from '../scalar/struct.ts'
import { toTimestampFunctions } from '../scalar/to-timestamp.ts'
import { trigonometryFunctions } from '../scalar/trigonometry.ts'
import { vectorFunctions } from '../scalar/vector.ts'
import { pickingFunctions } from '../window/picking.ts'
import { rankingFunctions } from '../window/ranking.ts'

export const scalarFunctions: readonly ScalarFunction[] = Object.freeze([
  ...conditionalFunctions,
  ...mathFunctions,
  ...trigonometryFunctions,
  ...roundingFunctions,
  ...plusFunctions,
  ...integerFunctions,
  ...bitFunctions,
  ...stringFunctions,
  ...stringSliceFunctions,
  ...stringPadFunctions,
  ...stringSearchFunctions,
  ...patternFunctions,
  ...regexFunctions,
  ...datePartFunctions,
  ...dateTruncFunctions,
  ...toTimestampFunctions,
  ...datetimeFunctions,
  ...encodingFunctions,
  ...hashFunctions,
  ...arrayFunctions,
  ...arraySearchFunctions,
  ...quantifierFunctions,
  ...arrayBuildFunctions,
  ...arraySetFunctions,
  ...seriesFunctions,
  ...vectorFunctions,
  ...structFunctions,
  ...conversionFunctions,
])

export const aggregateFunctions: readonly AggregateFunction[] = Object.freeze([
  ...basicAggregates,
  ...statisticAggregates,
  ...regressionAggregates,
  ...percentileAggregates,
  ...logicAggregates,
  ...orderedAggregates,
  ...approximateAggregates,
  ...groupingAggregates,
])

export const windowFunctions: readonly WindowFunction[] = Object.freeze([...rankingFunctions, ...pickingFunctions])

/** Every name and alias of the entries. */
function byName<Entry extends { readonly name: string; readonly aliases?: readonly string[] }>(
  entries: readonly Entry[],
): ReadonlyMap<string, Entry> {
  return new Map(
    entries.flatMap((entry) => [entry.name, ...(entry.aliases ?? [])].map((name): [string, Entry] => [name, entry])),
  )
}

const scalars = byName(scalarFunctions)
const aggregates = byName(aggregateFunctions)
const windows = byName(windowFunctions)

/**
 * The built-ins as data, by name: signatures, summaries, examples. Names are in snake_case; upper and lower case are the
 * same.
 *
 * @example
 * import { catalogue } from 'volley'
 *
 * catalogue.scalar('UPPER')?.usage // => 'upper(text)'
 * catalogue.lookup('sum') // => { kind: 'aggregate', name: 'sum' }
 *
 * @see docs/reference/functions.md; DataFusion `FunctionRegistry`
 */
export const catalogue = Object.freeze({
  /** The entry of a scalar function. */
  scalar: (name: string): ScalarFunction | undefined => scalars.get(name) ?? scalars.get(name.toLowerCase()),
  /** The entry of an aggregate. */
  aggregate: (name: string): AggregateFunction | undefined =>
    aggregates.get(name) ?? aggregates.get(name.toLowerCase()),
  /** The entry of a window function. */
  window: (name: string): WindowFunction | undefined => windows.get(name) ?? windows.get(name.toLowerCase()),
  /**
   * What a name stands for, under its canonical name; for reading SQL text. Aggregates that are window functions too are
   * aggregates until OVER follows.
   */
  lookup: (name: string): { readonly kind: 'scalar' | 'aggregate' | 'window'; readonly name: string } | undefined => {
    const scalar = scalars.get(name) ?? scalars.get(name.toLowerCase())
    if (scalar !== undefined) return { kind: 'scalar', name: scalar.name }
    const aggregate = aggregates.get(name) ?? aggregates.get(name.toLowerCase())
    if (aggregate !== undefined) return { kind: 'aggregate', name: aggregate.name }
    const window = windows.get(name) ?? windows.get(name.toLowerCase())
    return window === undefined ? undefined : { kind: 'window', name: window.name }
  },
  /** All names, aliases included. */
  names: (): Iterable<string> =>
    new Set([...scalars.keys(), ...aggregates.keys(), ...windows.keys()].filter((name) => /^\w+$/.test(name))),
})
