// Variance and standard deviation, by Welford's method: one pass, stable, and partial states merge.

import { type AggregateFunction, aggregateFunction, type GroupedKernel } from '../contract/aggregate.ts'
import { double, exactly } from '../contract/signature.ts'
import type { Accumulator } from '../contract/udf.ts'
import { field, float64, int64 } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { SlidingMoments } from './sliding-moments.ts'

/** What a count and a sum of squared differences give. */
type Finish = (count: number, squares: number) => number | null

class Spread implements Accumulator {
  #count = 0
  #mean = 0
  #squares = 0
  readonly #finish: Finish

  constructor(finish: Finish) {
    this.#finish = finish
  }
  add(value: Value = null): void {
    const x = value as number
    this.#count++
    const difference = x - this.#mean
    this.#mean += difference / this.#count
    this.#squares += difference * (x - this.#mean)
  }
  merge(counts: readonly Value[], means: readonly Value[], squares: readonly Value[]): void {
    counts.forEach((count, i) => {
      const n = Number(count)
      if (n === 0) return
      const total = this.#count + n
      const difference = (means[i] as number) - this.#mean
      this.#squares += (squares[i] as number) + (difference * difference * this.#count * n) / total
      this.#mean += (difference * n) / total
      this.#count = total
    })
  }
  state(): readonly Value[] {
    return [BigInt(this.#count), this.#mean, this.#squares]
  }
  evaluate(): Value {
    return this.#finish(this.#count, this.#squares)
  }
}

const slotsOf = (finish: Finish): GroupedKernel => ({
  slots: [
    { storage: 'float64', initial: 0 },
    { storage: 'float64', initial: 0 },
    { storage: 'float64', initial: 0 },
  ],
  update: ([n, mean, squares], value) =>
    `{ const v = ${value?.number}; ${n}++; const d = v - ${mean}; ${mean} += d / ${n}; ${squares} += d * (v - ${mean}); }`,
  merge: ([n, mean, squares], counts, means, others) =>
    `{ const c = ${counts?.number}; if (c !== 0) { const t = ${n} + c, d = ${means?.number} - ${mean};
       ${squares} += ${others?.number} + d * d * ${n} * c / t; ${mean} += d * c / t; ${n} = t; } }`,
  state: ([n, mean, squares]) => [BigInt(n as number), mean ?? 0, squares ?? 0],
  evaluate: ([n, , squares]) => finish(n as number, squares as number),
})

const sample: Finish = (count, squares) => (count < 2 ? null : squares / (count - 1))
const population: Finish = (count, squares) => (count === 0 ? null : squares / count)
const rooted =
  (finish: Finish): Finish =>
  (count, squares) => {
    const variance = finish(count, squares)
    return variance === null ? null : Math.sqrt(variance)
  }

/** What each gives over the sample table of the reference page. */
const results = { var: '1.0', var_pop: '0.6666666666666666', stddev: '1.0', stddev_pop: '0.816496580927726' } as const

const spread = (
  name: keyof typeof results,
  aliases: readonly string[],
  summary: string,
  finish: Finish,
): AggregateFunction =>
  aggregateFunction({
    name,
    aliases,
    family: 'aggregate',
    usage: `${name}(number)`,
    summary,
    examples: [[`${name}(x)`, results[name]]],
    signature: exactly([double]),
    returns: float64,
    state: () => [field('count', int64, false), field('mean', float64, false), field('squares', float64, false)],
    kernel: () => ({
      accumulator: () => new Spread(finish),
      sliding: (run) => new SlidingMoments(({ count, yy }) => finish(count, yy), run),
      grouped: slotsOf(finish),
    }),
  })

export const statisticAggregates = [
  spread(
    'var',
    ['var_samp', 'var_sample', 'variance'],
    'The variance of a sample; null for fewer than two values',
    sample,
  ),
  spread('var_pop', ['var_population'], 'The variance of a population; null when there are no values', population),
  spread(
    'stddev',
    ['stddev_samp'],
    'The standard deviation of a sample; null for fewer than two values',
    rooted(sample),
  ),
  spread('stddev_pop', [], 'The standard deviation of a population; null when there are no values', rooted(population)),
]
