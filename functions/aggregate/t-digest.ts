// A t-digest: a sketch of a distribution in about a hundred weighted means, finest at both ends. It is exact while there
// are fewer values than that, and sketches merge.

import { COLLECTION_BYTES } from '../contract/aggregate-run.ts'

/** Where a quantile falls on the scale on which every mean may span 1. */
const scaleOf = (quantile: number, compression: number): number =>
  (compression / (2 * Math.PI)) * Math.asin(2 * Math.min(1, Math.max(0, quantile)) - 1)

export class TDigest {
  #means: number[] = []
  #weights: number[] = []
  #total = 0
  #least = Number.POSITIVE_INFINITY
  #greatest = Number.NEGATIVE_INFINITY
  /** How many of the last means came since the others were put in order and merged. */
  #fresh = 0
  readonly #compression: number

  constructor(compression = 100) {
    this.#compression = compression
  }

  /** What it takes, about. */
  get byteLength(): number {
    return 2 * COLLECTION_BYTES + 16 * this.#means.length
  }

  get total(): number {
    return this.#total
  }

  add(value: number, weight = 1): void {
    this.#means.push(value)
    this.#weights.push(weight)
    this.#total += weight
    if (value < this.#least) this.#least = value
    if (value > this.#greatest) this.#greatest = value
    if (++this.#fresh > 8 * this.#compression) this.#compress()
  }

  /** The means and weights, in order. */
  parts(): { readonly means: readonly number[]; readonly weights: readonly number[] } {
    this.#compress()
    return { means: this.#means, weights: this.#weights }
  }

  bounds(): readonly [least: number, greatest: number] {
    return [this.#least, this.#greatest]
  }

  /** Takes in another sketch. */
  merge(means: readonly number[], weights: readonly number[], least: number, greatest: number): void {
    means.forEach((mean, i) => {
      this.add(mean, weights[i] ?? 1)
    })
    this.#least = Math.min(this.#least, least)
    this.#greatest = Math.max(this.#greatest, greatest)
  }

  /** The value below which that fraction of the values lies, interpolated between means. NaN counts as greatest. */
  quantile(fraction: number): number {
    this.#compress()
    const [means, weights] = [this.#means, this.#weights]
    const last = means.length - 1
    // Means stand in the middle of their weight; single values stand for themselves.
    const rank = fraction * (this.#total - 1)
    let before = 0
    let [previousRank, previousMean] = [0, this.#least]
    for (let i = 0; i <= last; i++) {
      const weight = weights[i] ?? 0
      const mean = means[i] ?? 0
      const middle = before + (weight - 1) / 2
      if (rank <= middle) {
        if (middle === previousRank) return mean
        return previousMean + ((mean - previousMean) * (rank - previousRank)) / (middle - previousRank)
      }
      ;[previousRank, previousMean] = [middle, mean]
      before += weight
    }
    const end = this.#total - 1
    if (end <= previousRank) return this.#greatest
    return previousMean + ((this.#greatest - previousMean) * (rank - previousRank)) / (end - previousRank)
  }

  #compress(): void {
    if (this.#fresh === 0) return
    this.#fresh = 0
    const order = Array.from(this.#means.keys()).sort((a, b) => byNumber(this.#means[a] ?? 0, this.#means[b] ?? 0))
    const means: number[] = []
    const weights: number[] = []
    let before = 0
    let limit = scaleOf(0, this.#compression) + 1
    // Fewer values than the sketch has room for are kept as they are.
    const keep = this.#means.length <= this.#compression
    for (const i of order) {
      const [mean, weight] = [this.#means[i] ?? 0, this.#weights[i] ?? 0]
      const at = means.length - 1
      const lastWeight = weights[at] ?? 0
      const reached = (before + lastWeight + weight) / this.#total
      if (!keep && at >= 0 && scaleOf(reached, this.#compression) <= limit) {
        const joined = lastWeight + weight
        means[at] = (means[at] ?? 0) + ((mean - (means[at] ?? 0)) * weight) / joined
        weights[at] = joined
      } else {
        if (at >= 0) before += lastWeight
        limit = scaleOf(before / this.#total, this.#compression) + 1
        means.push(mean)
        weights.push(weight)
      }
    }
    this.#means = means
    this.#weights = weights
  }
}

const byNumber = (a: number, b: number): number => {
  if (a < b) return -1
  if (a > b) return 1
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
}
