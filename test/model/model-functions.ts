// The functions that the model's tests send: a scalar, an aggregate and a window function, and one with a closure.

import { field, int64, udaf, udf, udwf } from 'volley'

/** Doubles; null becomes 0, as in the model. */
export const double = udf((value: bigint | null) => (value ?? 0n) * 2n, [int64], int64, {
  name: 'double',
  nulls: 'call',
  volatility: 'immutable',
})

const multiplier = 7n

/** A function that is nothing without what it captured. */
export const timesSeven = udf((value: bigint | null) => (value ?? 0n) * multiplier, [int64], int64, {
  name: 'times_seven',
  nulls: 'call',
  volatility: 'immutable',
})

class Count {
  #count = 0n

  update(values: readonly unknown[]): void {
    this.#count += BigInt(values.length)
  }

  merge(counts: readonly bigint[]): void {
    for (const count of counts) this.#count += count
  }

  state(): readonly bigint[] {
    return [this.#count]
  }

  evaluate(): bigint {
    return this.#count
  }
}

/** How many rows there are, nulls too. */
export const countAll = udaf(Count, [int64], int64, [field('count', int64, false)], {
  name: 'count_all',
  volatility: 'immutable',
})

class CountUp {
  evaluateAll(_columns: readonly unknown[], rows: number): readonly bigint[] {
    return Array.from({ length: rows }, (_, i) => BigInt(i))
  }
}

/** The position of a row in its window partition, from 0. */
export const countUp = udwf(CountUp, [int64], int64, { name: 'count_up', volatility: 'immutable' })
