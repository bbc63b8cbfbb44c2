// Medians and percentiles: exact ones keep all values, approximate ones a t-digest.

import { type AggregateFunction, type AggregateKernel, aggregateFunction } from '../contract/aggregate.ts'
import { AggregateRun, COLLECTION_BYTES, valueBytes } from '../contract/aggregate-run.ts'
import type { Argument } from '../contract/scalar.ts'
import { double, exactly, float, integer, type Parameter } from '../contract/signature.ts'
import type { Accumulator } from '../contract/udf.ts'
import { PlanError } from '../errors.ts'
import { compareNumbers } from '../scalar/order.ts'
import { type DataType, field, float64, isDecimal, isFloat, list } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { constantOf } from './ordered.ts'
import { type Measure, type Quantile, SlidingSorted } from './sorted-runs.ts'
import { TDigest } from './t-digest.ts'

/** Floats and decimals stay, integers become Float64. */
const measured: Parameter = {
  describe: 'a number',
  coerce: (type) => (isDecimal(type) || isFloat(type) ? type : double.coerce(type)),
}

const typeOf = (args: readonly Argument[]): DataType => args[0]?.type ?? float64

/** Keeps every value. Numbers are sorted as doubles, decimals as bigints. */
class Sorted implements Accumulator {
  readonly #values: Measure[] = []
  readonly #quantile: Quantile
  readonly #run: AggregateRun
  constructor(quantile: Quantile, run = new AggregateRun()) {
    this.#quantile = quantile
    this.#run = run
    run.heldBytes += COLLECTION_BYTES
  }
  add(value: Value = null): void {
    this.#values.push(value as Measure)
    this.#run.heldBytes += valueBytes(value)
  }
  merge(others: readonly Value[]): void {
    for (const other of others) for (const value of (other ?? []) as readonly Value[]) this.add(value)
  }
  state(): readonly Value[] {
    return [[...this.#values]]
  }
  evaluate(): Value {
    if (this.#values.length === 0) return null
    const sorted = this.#values.toSorted(compareMeasures)
    return this.#quantile(sorted.length, (position) => sorted[position])
  }
}

/** Numbers among themselves, NaN greatest, and bigints among themselves. */
const compareMeasures = (a: Measure, b: Measure): number =>
  typeof a === 'number' ? compareNumbers(a, b as number) : a < b ? -1 : Number(a > b)

const median: Quantile = (count, at) => {
  const half = count >> 1
  const high = at(half)
  if (count % 2 === 1 || high === undefined) return high ?? null
  const low = at(half - 1)
  return typeof high === 'bigint' ? ((low as bigint) + high) / 2n : ((low as number) + high) / 2
}

const percentileOf =
  (percentile: number): Quantile =>
  (count, at) => {
    const rank = percentile * (count - 1)
    const low = Math.floor(rank)
    const a = Number(at(low))
    const b = low === rank ? a : Number(at(low + 1))
    return a === b ? a : a + (b - a) * (rank - low)
  }

/** Keeps every value; over frames in order, so that values can leave. */
const sortedKernel = (quantile: Quantile): AggregateKernel => ({
  accumulator: (run) => new Sorted(quantile, run),
  sliding: (run) => new SlidingSorted(quantile, compareMeasures, run),
  duplicates: 'counted',
})

/** The percentile that is asked for, a constant from 0 to 1. */
function percentileArgument(name: string, args: readonly Argument[], index: number): number {
  const percentile = Number(constantOf(name, args, index, 'a number'))
  if (percentile >= 0 && percentile <= 1) return percentile
  throw new PlanError('invalid_argument', `Function "${name}" takes a percentile from 0 to 1, got ${percentile}`)
}

/** How many centroids a sketch may have: a constant from 1, 100 unless given. */
function compressionOf(name: string, argument: Argument | undefined): number {
  if (argument === undefined) return 100
  const size = Number(argument.literal ?? Number.NaN)
  if (Number.isSafeInteger(size) && size > 0) return Math.max(10, size)
  throw new PlanError('invalid_argument', `Function "${name}" takes a whole number of centroids from 1, got ${size}`)
}

class Sketch implements Accumulator {
  readonly #digest: TDigest
  readonly #percentile: number
  readonly #weighted: boolean
  readonly #run: AggregateRun
  #held = 0
  constructor(percentile: number, compression: number, weighted: boolean, run = new AggregateRun()) {
    this.#digest = new TDigest(compression)
    this.#percentile = percentile
    this.#weighted = weighted
    this.#run = run
    this.#count()
  }
  add(value: Value = null, weight: Value = null): void {
    this.#digest.add(value as number, this.#weighted ? (weight as number) : 1)
    this.#count()
  }
  merge(means: readonly Value[], weights: readonly Value[], least: readonly Value[], greatest: readonly Value[]): void {
    means.forEach((list, i) => {
      const values = (list ?? []) as readonly number[]
      if (values.length > 0)
        this.#digest.merge(values, weights[i] as readonly number[], least[i] as number, greatest[i] as number)
    })
    this.#count()
  }
  #count(): void {
    const { byteLength } = this.#digest
    this.#run.heldBytes += byteLength - this.#held
    this.#held = byteLength
  }
  state(): readonly Value[] {
    const { means, weights } = this.#digest.parts()
    return [[...means], [...weights], ...this.#digest.bounds()]
  }
  evaluate(): Value {
    return this.#digest.total === 0 ? null : this.#digest.quantile(this.#percentile)
  }
}

interface SketchEntry {
  readonly name: string
  readonly usage: string
  readonly summary: string
  readonly examples: AggregateFunction['examples']
  readonly parameters: readonly Parameter[]
  readonly optional?: number
  /** Which argument is the percentile; 0.5 unless there is one. */
  readonly percentileAt?: number
  readonly weighted?: boolean
}

const approximate = ({
  name,
  usage,
  summary,
  examples,
  parameters,
  optional = 0,
  percentileAt,
  weighted = false,
}: SketchEntry): AggregateFunction => {
  const percentile = (args: readonly Argument[]): number =>
    percentileAt === undefined ? 0.5 : percentileArgument(name, args, percentileAt)
  const compression = (args: readonly Argument[]): number =>
    compressionOf(name, percentileAt === undefined ? undefined : args[percentileAt + 1])
  return aggregateFunction({
    name,
    family: 'aggregate',
    ...(percentileAt === undefined ? {} : { percentileAt }),
    usage,
    summary,
    examples,
    signature: exactly(parameters, optional),
    returns: (args) => {
      percentile(args)
      compression(args)
      return typeOf(args)
    },
    state: () => [
      field('means', list(float64), false),
      field('weights', list(float64), false),
      field('least', float64, false),
      field('greatest', float64, false),
    ],
    kernel: (args) => {
      const [wanted, size] = [percentile(args), compression(args)]
      const accumulator = (run?: AggregateRun): Accumulator => new Sketch(wanted, size, weighted, run)
      // Values do not leave a sketch: over frames they are kept, and what is about right elsewhere is exact.
      return weighted ? { accumulator } : { ...sortedKernel(percentileOf(wanted)), accumulator }
    },
  })
}

export const percentileAggregates = [
  aggregateFunction({
    name: 'median',
    family: 'aggregate',
    usage: 'median(number)',
    summary: 'The middle value, or the mean of the two middle ones; null when there are none',
    examples: [['median(y)', '3.0']],
    signature: exactly([measured]),
    returns: typeOf,
    state: (args) => [field('values', list(typeOf(args)), false)],
    kernel: () => sortedKernel(median),
  }),
  aggregateFunction({
    name: 'percentile_cont',
    aliases: ['quantile_cont'],
    percentileAt: 1,
    family: 'aggregate',
    usage: 'percentile_cont(percentile) WITHIN GROUP (ORDER BY number) or percentile_cont(number, percentile)',
    summary: 'The value below which a given fraction of the values lies, interpolated between two',
    examples: [['percentile_cont(0.25) WITHIN GROUP (ORDER BY x)', '1.5']],
    signature: exactly([float, double]),
    returns: (args) => {
      percentileArgument('percentile_cont', args, 1)
      return typeOf(args)
    },
    state: () => [field('values', list(float64), false)],
    kernel: (args) => {
      return sortedKernel(percentileOf(percentileArgument('percentile_cont', args, 1)))
    },
  }),
  approximate({
    name: 'approx_percentile_cont',
    usage: 'approx_percentile_cont(number, percentile[, centroids])',
    summary:
      'The approximate value below which a given fraction of the values lies, by a t-digest; exact for few values',
    examples: [['approx_percentile_cont(x, 0.5)', '2.0']],
    parameters: [float, double, integer],
    optional: 1,
    percentileAt: 1,
  }),
  approximate({
    name: 'approx_percentile_cont_with_weight',
    usage: 'approx_percentile_cont_with_weight(number, weight, percentile[, centroids])',
    summary: 'The approximate value below which a given fraction of the weight lies, by a t-digest',
    examples: [['approx_percentile_cont_with_weight(x, y, 1.0)', '3.0']],
    parameters: [float, double, double, integer],
    optional: 1,
    percentileAt: 2,
    weighted: true,
  }),
  approximate({
    name: 'approx_median',
    usage: 'approx_median(number)',
    summary: 'The approximate median, by a t-digest; exact for few values',
    examples: [['approx_median(x)', '2.0']],
    parameters: [float],
  }),
]
