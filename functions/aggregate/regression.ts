// Aggregates of two numbers: covariance, correlation and least squares. Rows with a null are not seen.

import { type AggregateFunction, aggregateFunction } from '../contract/aggregate.ts'
import { double, exactly } from '../contract/signature.ts'
import type { Accumulator } from '../contract/udf.ts'
import { type DataType, field, float64, int64, uint64 } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { type Moments, SlidingMoments } from './sliding-moments.ts'

class Pairs implements Accumulator {
  readonly #m: { -readonly [Part in keyof Moments]: Moments[Part] } = {
    count: 0,
    meanX: 0,
    meanY: 0,
    xx: 0,
    yy: 0,
    xy: 0,
  }
  readonly #finish: (moments: Moments) => Value

  constructor(finish: (moments: Moments) => Value) {
    this.#finish = finish
  }
  /** SQL gives the dependent variable first. */
  add(first: Value = null, second: Value = null): void {
    const m = this.#m
    const [y, x] = [first as number, second as number]
    m.count++
    const [dx, dy] = [x - m.meanX, y - m.meanY]
    m.meanX += dx / m.count
    m.meanY += dy / m.count
    m.xx += dx * (x - m.meanX)
    m.yy += dy * (y - m.meanY)
    m.xy += dx * (y - m.meanY)
  }
  merge(...states: readonly (readonly Value[])[]): void {
    const m = this.#m
    const [counts = [], ...rest] = states
    counts.forEach((count, i) => {
      const n = Number(count)
      if (n === 0) return
      const [meanX = 0, meanY = 0, xx = 0, yy = 0, xy = 0] = rest.map((column) => column[i] as number)
      const total = m.count + n
      const [dx, dy] = [meanX - m.meanX, meanY - m.meanY]
      const weight = (m.count * n) / total
      m.xx += xx + dx * dx * weight
      m.yy += yy + dy * dy * weight
      m.xy += xy + dx * dy * weight
      m.meanX += (dx * n) / total
      m.meanY += (dy * n) / total
      m.count = total
    })
  }
  state(): readonly Value[] {
    const { count, meanX, meanY, xx, yy, xy } = this.#m
    return [BigInt(count), meanX, meanY, xx, yy, xy]
  }
  evaluate(): Value {
    return this.#finish(this.#m)
  }
}

/** What each gives over the sample table of the reference page. */
const results = {
  covar_samp: '1.5',
  covar_pop: '1.0',
  corr: '0.8660254037844387',
  regr_slope: '1.5',
  regr_intercept: '-0.5',
  regr_count: '3',
  regr_r2: '0.75',
  regr_avgx: '2.0',
  regr_avgy: '2.5',
  regr_sxx: '2.0',
  regr_syy: '6.0',
  regr_sxy: '3.0',
} as const

const pairs = (
  name: keyof typeof results,
  aliases: readonly string[],
  summary: string,
  finish: (moments: Moments) => Value,
  returns: DataType = float64,
): AggregateFunction =>
  aggregateFunction({
    name,
    aliases,
    family: 'aggregate',
    usage: `${name}(y, x)`,
    summary,
    examples: [[`${name}(y, x)`, results[name]]],
    signature: exactly([double, double]),
    returns,
    nullable: returns.kind !== 'uint64',
    state: () => [
      field('count', int64, false),
      ...['mean_x', 'mean_y', 'xx', 'yy', 'xy'].map((part) => field(part, float64, false)),
    ],
    kernel: () => ({ accumulator: () => new Pairs(finish), sliding: (run) => new SlidingMoments(finish, run) }),
  })

/** Null where there are no rows, and null where the divisor is zero. */
const ratio = (dividend: number, divisor: number): number | null => (divisor === 0 ? null : dividend / divisor)

export const regressionAggregates = [
  pairs('covar_samp', ['covar'], 'The covariance of a sample; null for fewer than two pairs', (m) =>
    m.count < 2 ? null : m.xy / (m.count - 1),
  ),
  pairs('covar_pop', [], 'The covariance of a population', (m) => ratio(m.xy, m.count)),
  pairs(
    'corr',
    [],
    'The correlation; null for fewer than two pairs, or when one side is constant or not finite',
    (m) => {
      const found = m.count < 2 ? null : ratio(m.xy, Math.sqrt(m.xx) * Math.sqrt(m.yy))
      return Number.isNaN(found) ? null : found
    },
  ),
  pairs('regr_slope', [], 'The slope of the line of least squares', (m) => (m.count < 2 ? null : ratio(m.xy, m.xx))),
  pairs('regr_intercept', [], 'The value of the line of least squares at x = 0', (m) => {
    const slope = m.count < 2 ? null : ratio(m.xy, m.xx)
    return slope === null ? null : m.meanY - slope * m.meanX
  }),
  pairs('regr_count', [], 'The number of pairs without nulls', (m) => BigInt(m.count), uint64),
  pairs('regr_r2', [], 'The proportion of the variance that the line of least squares explains', (m) =>
    m.count < 2 || m.xx === 0 || m.yy === 0 ? null : (m.xy * m.xy) / (m.xx * m.yy),
  ),
  pairs('regr_avgx', [], 'The mean of x over pairs without nulls', (m) => (m.count === 0 ? null : m.meanX)),
  pairs('regr_avgy', [], 'The mean of y over pairs without nulls', (m) => (m.count === 0 ? null : m.meanY)),
  pairs('regr_sxx', [], 'The sum of squared differences of x from its mean', (m) => (m.count === 0 ? null : m.xx)),
  pairs('regr_syy', [], 'The sum of squared differences of y from its mean', (m) => (m.count === 0 ? null : m.yy)),
  pairs('regr_sxy', [], 'The sum of products of differences from the means', (m) => (m.count === 0 ? null : m.xy)),
]
