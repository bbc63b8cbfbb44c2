// The built-ins as data for people: what the HTTP API and the command line tell of them.

import { aggregateFunctions, scalarFunctions, windowFunctions } from './catalogue.ts'

/** One function as its entry in the catalogue describes it. */
export interface FunctionDescription {
  readonly kind: 'scalar' | 'aggregate' | 'window'
  readonly name: string
  readonly aliases: readonly string[]
  readonly family: string
  /** How it is called: `upper(text)`. */
  readonly usage: string
  readonly summary: string
  /** Calls in SQL text, and what they give. */
  readonly examples: readonly { readonly sql: string; readonly result: string }[]
}

/** All built-ins: scalar functions, aggregates, window functions. */
export const builtIns: readonly FunctionDescription[] = [
  ...scalarFunctions.map((entry) => describe('scalar', entry)),
  ...aggregateFunctions.map((entry) => describe('aggregate', entry)),
  ...windowFunctions.map((entry) => describe('window', entry)),
]

type Entry = (typeof scalarFunctions | typeof aggregateFunctions | typeof windowFunctions)[number]

function describe(
  kind: FunctionDescription['kind'],
  { name, aliases = [], family, usage, summary, examples }: Entry,
): FunctionDescription {
  return { kind, name, aliases, family, usage, summary, examples: examples.map(([sql, result]) => ({ sql, result })) }
}
