// The built-ins as one registry. Everything that needs to know which functions there are asks here: binding, SQL text,
// the reference page, GET /v1/functions and the registry test.

import { basicAggregates } from './aggregate/basic.ts'
import type { AggregateFunction } from './aggregate/contract.ts'
import { conditionalFunctions } from './scalar/conditional.ts'
import type { ScalarFunction } from './scalar/contract.ts'
import { mathFunctions } from './scalar/math.ts'
import { patternFunctions } from './scalar/pattern.ts'

export const scalarFunctions: readonly ScalarFunction[] = Object.freeze([
  ...conditionalFunctions,
  ...mathFunctions,
  ...patternFunctions,
])

export const aggregateFunctions: readonly AggregateFunction[] = Object.freeze([...basicAggregates])

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

/** The built-ins, by name. Names are in snake_case and match without regard to case. */
export const catalogue = Object.freeze({
  scalar: (name: string): ScalarFunction | undefined => scalars.get(name) ?? scalars.get(name.toLowerCase()),
  aggregate: (name: string): AggregateFunction | undefined =>
    aggregates.get(name) ?? aggregates.get(name.toLowerCase()),
  names: (): Iterable<string> => [...scalars.keys(), ...aggregates.keys()].filter((name) => /^\w+$/.test(name)),
})
