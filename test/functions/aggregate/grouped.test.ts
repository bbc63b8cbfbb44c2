// Aggregates computed in slots must give what their accumulators give, also when partial states merge in any order.

import fc from 'fast-check'
import t from 'tap'
import { aggregateFunctions } from '../../../functions/catalogue/catalogue.ts'
import { type AggregateResolution, resolveAggregate } from '../../../functions/contract/aggregate.ts'
import { parseType } from '../../../functions/types/parse-type.ts'
import { type DataType, isBigInt, isFloat } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import { sameValue } from '../../conformance/cases.ts'

t.setTimeout(120_000)

/** Runs the statements of a grouped kernel over rows, in as many groups as there are parts, and merges them. */
function slots(resolution: AggregateResolution, parts: readonly (readonly (readonly Value[])[])[]): Value {
  const grouped = resolution.kernel().grouped!
  const names = grouped.slots.map((_, i) => `s[${i}]`)
  const helpers = Object.keys(grouped.helpers ?? {})
  const operands = (count: number, of: string) =>
    Array.from({ length: count }, (_, i) => ({ value: `${of}[${i}]`, number: `Number(${of}[${i}])` }))
  const compile = (text: string) => {
    const fn = new Function('s', 'a', ...helpers, text)
    return (s: unknown[], a: readonly Value[]) => fn(s, a, ...Object.values(grouped.helpers ?? {}))
  }
  const args = operands(resolution.types.length, 'a')
  const additions = grouped.slots.map(({ adds }, i) =>
    adds === undefined ? '' : `${names[i]} += ${adds === 'one' ? '1' : args[0]?.number};`,
  )
  const update = compile([grouped.update(names, ...args), ...additions].join('\n'))
  const merge = compile(grouped.merge(names, ...operands(resolution.state.length, 'a')))
  const fresh = (): Value[] => grouped.slots.map((slot) => slot.initial)
  const total = fresh()
  for (const rows of parts) {
    const own = fresh()
    for (const row of rows) update(own, row)
    const state = grouped.state(own)
    if (state.every((value) => value !== null)) merge(total, state)
  }
  return grouped.evaluate(total)
}

function accumulators(resolution: AggregateResolution, parts: readonly (readonly (readonly Value[])[])[]): Value {
  const kernel = resolution.kernel()
  const states = parts.map((rows) => {
    const accumulator = kernel.accumulator()
    for (const row of rows) accumulator.add?.(...row)
    return accumulator.state()
  })
  const total = kernel.accumulator()
  total.merge(...resolution.state.map((_, i) => states.map((state) => state[i] ?? null)))
  return total.evaluate() as Value
}

function single(resolution: AggregateResolution, rows: readonly (readonly Value[])[]): Value {
  const accumulator = resolution.kernel().accumulator()
  for (const row of rows) accumulator.add?.(...row)
  return accumulator.evaluate() as Value
}

/** Values small enough for sums not to lose digits. */
function arbitrary(type: DataType): fc.Arbitrary<Value> {
  if (type.kind === 'bool') return fc.boolean()
  if (type.kind === 'utf8') return fc.string({ maxLength: 3 })
  if (isFloat(type)) return fc.integer({ min: -1000, max: 1000 }).map((n) => n / 4)
  if (isBigInt(type)) return fc.integer({ min: 0, max: 1000 }).map(BigInt)
  return fc.integer({ min: 0, max: 100 })
}

const kinds = ['int8', 'uint32', 'int64', 'uint64', 'float32', 'float64', 'bool', 'utf8', 'date32', 'decimal128(10,2)']
const ordered = new Set(['any_value', 'first_value', 'last_value', 'nth_value', 'array_agg', 'string_agg'])

for (const fn of aggregateFunctions) {
  for (const kind of kinds) {
    const arity = fn.name.startsWith('regr') || fn.name.startsWith('covar') || fn.name === 'corr' ? 2 : 1
    const args = Array.from({ length: arity }, () => ({ type: parseType(kind), nullable: false }))
    let resolution: AggregateResolution
    try {
      resolution = resolveAggregate(fn, args)
      resolution.kernel()
    } catch {
      continue
    }
    const row = fc.tuple(...resolution.types.map(arbitrary))
    const parts = fc.array(fc.array(row, { maxLength: 5 }), { maxLength: 4 })

    t.test(`partial states of ${fn.name}(${kind}) merge to what all rows give`, (t) => {
      fc.assert(
        fc.property(parts, (groups) => {
          const merged = accumulators(resolution, groups)
          return sameValue(merged, single(resolution, groups.flat()), 1e-9) || isTiny(merged)
        }),
        { numRuns: 40 },
      )
      if (!ordered.has(fn.name)) {
        fc.assert(
          fc.property(parts, (groups) => {
            const backwards = accumulators(resolution, groups.toReversed())
            return sameValue(accumulators(resolution, groups), backwards, 1e-9) || isTiny(backwards)
          }),
          { numRuns: 40 },
        )
      }
      t.pass('in any order')
      t.end()
    })

    if (resolution.kernel().grouped === undefined) continue
    t.test(`slots of ${fn.name}(${kind}) give what its accumulator gives`, (t) => {
      fc.assert(
        fc.property(parts, (groups) => {
          const got = slots(resolution, groups)
          return sameValue(got, accumulators(resolution, groups), 1e-9) || isTiny(got)
        }),
        { numRuns: 40 },
      )
      t.pass('for any rows')
      t.end()
    })
  }
}

/** Sums of squared differences that should be zero may be a little off. */
function isTiny(value: Value): boolean {
  return typeof value === 'number' && Math.abs(value) < 1e-6
}
