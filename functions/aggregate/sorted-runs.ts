// Values in order, of which any can be taken out again: runs of a few hundred, so that neither a position among the runs
// nor a position in one is far. For medians and percentiles over frames.

import { AggregateRun, COLLECTION_BYTES, valueBytes } from '../contract/aggregate-run.ts'
import type { Value } from '../types/value.ts'
import { FrameAccumulator } from './frame-accumulator.ts'

/** Longer runs are split in two. */
const LONGEST = 512

/** Numbers, or the bigints of decimals. */
export type Measure = number | bigint

/** Gives a result from how many values there are and the one at each position in their order. */
export type Quantile = (count: number, at: (position: number) => Measure | undefined) => Value

export class SortedRuns {
  size = 0
  readonly #runs: Measure[][] = []
  readonly #compare: (a: Measure, b: Measure) => number

  constructor(compare: (a: Measure, b: Measure) => number) {
    this.#compare = compare
  }

  add(value: Measure): void {
    this.size++
    const at = Math.min(this.#runOf(value), this.#runs.length - 1)
    const run = this.#runs[at]
    if (run === undefined) {
      this.#runs.push([value])
      return
    }
    run.push(value)
    const position = this.#positionIn(run, value, run.length - 1)
    for (let i = run.length - 1; i > position; i--) run[i] = run[i - 1] as Measure
    run[position] = value
    if (run.length > LONGEST) this.#runs.splice(at + 1, 0, run.splice(LONGEST >> 1))
  }

  /** Takes out one of the values that equal this one. */
  remove(value: Measure): void {
    const at = this.#runOf(value)
    const run = this.#runs[at]
    if (run === undefined) return
    this.size--
    for (let i = this.#positionIn(run, value, run.length); i + 1 < run.length; i++) run[i] = run[i + 1] as Measure
    run.pop()
    if (run.length === 0) this.#runs.splice(at, 1)
  }

  at(position: number): Measure | undefined {
    let before = 0
    for (const run of this.#runs) {
      if (position < before + run.length) return run[position - before]
      before += run.length
    }
    return undefined
  }

  /** The first run whose last value is not less. */
  #runOf(value: Measure): number {
    let [low, high] = [0, this.#runs.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#compare(this.#runs[middle]?.at(-1) as Measure, value) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The first of the positions up to `end` whose value is not less. */
  #positionIn(run: readonly Measure[], value: Measure, end: number): number {
    let [low, high] = [0, end]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#compare(run[middle] as Measure, value) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** What is taken from the values of a frame in order. */
export class SlidingSorted extends FrameAccumulator {
  readonly #values: SortedRuns
  readonly #quantile: Quantile
  readonly #run: AggregateRun

  constructor(quantile: Quantile, compare: (a: Measure, b: Measure) => number, run = new AggregateRun()) {
    super()
    this.#values = new SortedRuns(compare)
    this.#quantile = quantile
    this.#run = run
    run.heldBytes += COLLECTION_BYTES
  }

  add(value: Value = null): void {
    this.#values.add(value as Measure)
    this.#run.heldBytes += valueBytes(value)
  }

  retract(values: readonly Value[]): void {
    for (const value of values) {
      this.#values.remove(value as Measure)
      this.#run.heldBytes -= valueBytes(value)
    }
  }

  evaluate(): Value {
    const { size } = this.#values
    return size === 0 ? null : this.#quantile(size, (position) => this.#values.at(position))
  }
}
