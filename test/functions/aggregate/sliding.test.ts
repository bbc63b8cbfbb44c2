// Accumulators over frames that slide, where rounding, order and what is not finite could get in the way: each frame
// must give what its rows give.

import fc from 'fast-check'
import t from 'tap'
import { SortedRuns } from '../../../functions/aggregate/sorted-runs.ts'
import { aggregateFunctions } from '../../../functions/catalogue/catalogue.ts'
import { type AggregateKernel, resolveAggregate } from '../../../functions/contract/aggregate.ts'
import { compareNumbers } from '../../../functions/scalar/order.ts'
import { type DataType, decimal128, float64, utf8 } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import { sameValue } from '../../conformance/cases.ts'

t.setTimeout(120_000)

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
const numRuns = Number(process.env.RUNS ?? 60)
t.comment(`SEED=${seed} repeats this run`)

function kernelOf(name: string, type: DataType = float64, arity = 1): AggregateKernel {
  const fn = aggregateFunctions.find((each) => each.name === name)!
  return resolveAggregate(
    fn,
    Array.from({ length: arity }, () => ({ type, nullable: false })),
  ).kernel()
}

/** The results of all frames of `width` rows, those at the start shorter. */
function slide(kernel: AggregateKernel, rows: readonly (readonly Value[])[], width: number): readonly Value[] {
  const accumulator = kernel.sliding!()
  return rows.map((row, i) => {
    const leaving = rows[i - width]
    if (leaving !== undefined) accumulator.retract!(...leaving.map((value) => [value]))
    accumulator.add!(...row)
    return (accumulator.evaluate() ?? null) as Value
  })
}

/** The same, every frame by itself. */
const anew = (kernel: AggregateKernel, rows: readonly (readonly Value[])[], width: number): readonly Value[] =>
  rows.map((_, i) => {
    const accumulator = kernel.accumulator()
    for (const row of rows.slice(Math.max(0, i - width + 1), i + 1)) accumulator.add!(...row)
    return (accumulator.evaluate() ?? null) as Value
  })

/** The variance of doubles that are multiples of 2^-20, from exact sums. */
function exactVariance(values: readonly number[]): number {
  const scaled = values.map((value) => BigInt(value * 2 ** 20))
  const n = BigInt(values.length)
  const sum = scaled.reduce((total, value) => total + value, 0n)
  const squares = scaled.reduce((total, value) => total + value * value, 0n)
  const spread = n * squares - sum * sum
  // Enough digits for a double to be the nearest.
  return Number((spread << 80n) / (n * (n - 1n))) / 2 ** 120
}

const relative = (got: Value, wanted: number): number =>
  wanted === 0 ? Math.abs(got as number) : Math.abs((got as number) - wanted) / wanted

for (const [what, offset, drift, outlier] of [
  ['a small spread around 1e9', 1e9, 0, 0],
  ['a spread that a far larger value has gone through', 0, 0, 1e12],
  ['values that walk away from where they began', 0, 1000, 0],
] as const) {
  t.test(`the variance of ${what} is right to thirteen digits`, (t) => {
    const noise = fc.array(fc.integer({ min: 0, max: 2 ** 20 }), { minLength: 20, maxLength: 300 })
    fc.assert(
      fc.property(noise, fc.integer({ min: 2, max: 40 }), (ticks, width) => {
        const values = ticks.map((tick, i) => offset + drift * i + (i === 5 ? outlier : tick / 2 ** 20))
        slide(
          kernelOf('var'),
          values.map((value) => [value]),
          width,
        ).forEach((got, i) => {
          const frame = values.slice(Math.max(0, i - width + 1), i + 1)
          if (frame.length < 2) return
          const error = relative(got, exactVariance(frame))
          if (!(error < 1e-13)) throw new Error(`row ${i}: ${got}, off by ${error}`)
        })
      }),
      { seed, numRuns },
    )
    t.end()
  })
}

t.test('equal values do not vary, whatever has left the frame', (t) => {
  const values = [1e12, -3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.7, 0.7, 0.7, 0.7]
  const rows = values.map((value) => [value])
  t.same(slide(kernelOf('var'), rows, 3).slice(4, 7), [0, 0, 0])
  t.equal(slide(kernelOf('stddev'), rows, 3).at(-1), 0)
  const pairs = values.map((value, i) => [value, i])
  t.equal(slide(kernelOf('corr', float64, 2), pairs, 3)[5], null)
  t.equal(slide(kernelOf('covar_pop', float64, 2), pairs, 3)[5], 0)
  t.end()
})

t.test('NaN and infinities leave nothing behind', (t) => {
  const values = [1, Number.NaN, 2, 4, Number.POSITIVE_INFINITY, 3, 5, 7]
  const rows = values.map((value) => [value])
  t.same(slide(kernelOf('var'), rows, 2), [null, NaN, NaN, 2, NaN, NaN, 2, 2])
  t.same(slide(kernelOf('median'), rows, 2), [1, NaN, NaN, 3, Infinity, Infinity, 4, 6])
  t.end()
})

t.test('frames of texts lose the texts that leave, with their delimiter', (t) => {
  const fn = aggregateFunctions.find((each) => each.name === 'string_agg')!
  const kernel = resolveAggregate(fn, [
    { type: utf8, nullable: true },
    { type: utf8, nullable: false, literal: ', ' },
  ]).kernel()
  const rows = ['a', null, '', 'long', null, null, null, 'z'].map((text) => [text, ', '])
  t.same(slide(kernel, rows, 3), ['a', 'a', 'a, ', ', long', ', long', 'long', null, 'z'])
  t.end()
})

const value = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: -4, max: 4 }) },
  fc.constantFrom(-0, 0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300),
)

t.test('medians and percentiles over frames are those of their rows', (t) => {
  const [median, ninth] = [kernelOf('median'), percentile(0.9)]
  const decimals = kernelOf('median', decimal128(9, 2))
  fc.assert(
    fc.property(fc.array(value, { maxLength: 40 }), fc.integer({ min: 1, max: 12 }), (values, width) => {
      const rows = values.map((each) => [each])
      for (const kernel of [median, ninth]) alike(slide(kernel, rows, width), anew(kernel, rows, width))
      const exact = values.map((each) => [BigInt(Number.isFinite(each) ? Math.trunc(each % 1000) : 7)])
      alike(slide(decimals, exact, width), anew(decimals, exact, width))
    }),
    { seed, numRuns },
  )
  t.end()
})

function percentile(share: number): AggregateKernel {
  const fn = aggregateFunctions.find((each) => each.name === 'percentile_cont')!
  const args = [
    { type: float64, nullable: false },
    { type: float64, nullable: false, literal: share },
  ]
  return resolveAggregate(fn, args).kernel()
}

function alike(got: readonly Value[], wanted: readonly Value[]): void {
  wanted.forEach((each, i) => {
    // Zeros are equal, whatever their sign.
    const [a, b] = [got[i] ?? null, each].map((result) => (result === 0 ? 0 : result))
    if (!sameValue(a ?? null, b ?? null, 1e-12)) throw new Error(`row ${i}: wanted ${each}, got ${got[i]}`)
  })
}

t.test('thousands of values stay in order while any of them leave', (t) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 700 }), fc.boolean()), { minLength: 2500 }), (steps) => {
      const runs = new SortedRuns((a, b) => compareNumbers(a as number, b as number))
      const plain: number[] = []
      for (const [number, leaves] of steps) {
        const known = leaves ? plain.indexOf(number) : -1
        if (known === -1) {
          plain.push(number)
          runs.add(number)
        } else {
          plain.splice(known, 1)
          runs.remove(number)
        }
      }
      const sorted = plain.toSorted((a, b) => a - b)
      const found = Array.from({ length: runs.size }, (_, place) => runs.at(place))
      if (found.join() !== sorted.join()) throw new Error(`${found.join()} is not ${sorted.join()}`)
    }),
    { seed, numRuns: Math.ceil(numRuns / 10) },
  )
  t.end()
})
