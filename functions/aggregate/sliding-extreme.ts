// min and max over frames that slide: only rows that can still become the extreme are kept, best first. Each row enters
// and leaves once.

import { AggregateRun } from '../contract/aggregate-run.ts'
import type { Value } from '../types/value.ts'
import { FrameAccumulator } from './frame-accumulator.ts'

/** A candidate and its number. The values themselves are held by the window's rows. */
const CANDIDATE_BYTES = 16

export class SlidingExtreme extends FrameAccumulator {
  readonly #isBetter: (value: Value, than: Value) => boolean
  /** Candidates from `#first` on, and the number of the row that each came with. */
  #values: Value[] = []
  #numbers: number[] = []
  #first = 0
  #entered = 0
  #left = 0
  readonly #run: AggregateRun

  constructor(isBetter: (value: Value, than: Value) => boolean, run = new AggregateRun()) {
    super()
    this.#isBetter = isBetter
    this.#run = run
  }

  add(value: Value = null): void {
    while (this.#values.length > this.#first && this.#isBetter(value, this.#values.at(-1) ?? null)) {
      this.#values.pop()
      this.#numbers.pop()
      this.#run.heldBytes -= CANDIDATE_BYTES
    }
    this.#values.push(value)
    this.#numbers.push(this.#entered++)
    this.#run.heldBytes += CANDIDATE_BYTES
  }

  retract(values: readonly Value[]): void {
    this.#left += values.length
    while (this.#first < this.#numbers.length && (this.#numbers[this.#first] ?? 0) < this.#left) this.#first++
    if (this.#first < 1024) return
    this.#run.heldBytes -= CANDIDATE_BYTES * this.#first
    this.#values = this.#values.slice(this.#first)
    this.#numbers = this.#numbers.slice(this.#first)
    this.#first = 0
  }

  evaluate(): Value {
    return this.#values[this.#first] ?? null
  }
}
