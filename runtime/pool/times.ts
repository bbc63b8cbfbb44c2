// Times of many tasks in little memory: a histogram of Node's, in microseconds.

import { createHistogram } from 'node:perf_hooks'

/** Times of the tasks so far, in milliseconds; percentiles are exact to three digits, all are 0 while there is none. */
export interface TimeSummary {
  /** How many tasks. */
  readonly count: number
  /** Their mean. */
  readonly mean: number
  /** Half of them took no longer. */
  readonly p50: number
  /** 99 of 100 took no longer. */
  readonly p99: number
  /** The longest. */
  readonly max: number
}

export class Times {
  readonly #histogram = createHistogram()

  add(ms: number): void {
    this.#histogram.record(Math.max(1, Math.round(ms * 1000)))
  }

  get summary(): TimeSummary {
    const { count, mean, max } = this.#histogram
    if (count === 0) return { count, mean: 0, p50: 0, p99: 0, max: 0 }
    const percentile = (of: number): number => this.#histogram.percentile(of) / 1000
    return { count, mean: mean / 1000, p50: percentile(50), p99: percentile(99), max: max / 1000 }
  }
}
