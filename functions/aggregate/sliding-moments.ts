// Variances, covariances and all that follows from them over frames that slide. Nothing is taken back: that would leave
// the rounding of rows that have left, which after a large value is larger than the spread of those that stay. There are
// two runs of rows instead: of the older one the moments from each of its rows to its end, of the newer one those of all
// its rows. When the older run has left, the rows at hand become the older run. Each row is added twice.

import { AggregateRun } from '../contract/aggregate-run.ts'
import type { Value } from '../types/value.ts'
import { FrameAccumulator } from './frame-accumulator.ts'

/** Counts, means, and sums of squared differences and of their products. */
export interface Moments {
  readonly count: number
  readonly meanX: number
  readonly meanY: number
  readonly xx: number
  readonly yy: number
  readonly xy: number
}

/** A mean as a double and what rounding has left of it: of large numbers near each other no digit is lost. */
class PreciseMean {
  high = 0
  low = 0

  differenceTo(value: number): number {
    return value - this.high - this.low
  }

  add(part: number): void {
    const sum = this.high + part
    const rest = sum - this.high
    this.low += this.high - (sum - rest) + (part - rest)
    this.high = sum
  }

  get value(): number {
    return Number.isNaN(this.low) ? this.high : this.high + this.low
  }
}

/** The moments of a run of rows. */
class Run {
  count = 0
  readonly meanX = new PreciseMean()
  readonly meanY = new PreciseMean()
  xx = 0
  yy = 0
  xy = 0

  /** Takes one pair in, by Welford's method. */
  add(x: number, y: number): void {
    const count = ++this.count
    const dx = this.meanX.differenceTo(x)
    const dy = this.meanY.differenceTo(y)
    this.meanX.add(dx / count)
    this.meanY.add(dy / count)
    const ry = this.meanY.differenceTo(y)
    this.xx += dx * this.meanX.differenceTo(x)
    this.yy += dy * ry
    this.xy += dx * ry
  }
}

/** Numbers kept of the moments from one row to the end of its run; their count follows from the place. */
const WIDTH = 7
/** A row of the frame: its two numbers, and room for moments. */
const ROW_BYTES = 8 * (2 + WIDTH)

export class SlidingMoments extends FrameAccumulator {
  readonly #finish: (moments: Moments) => Value
  readonly #run: AggregateRun
  /** The rows of the frame, two numbers each: those from `#first` up to `#end`; the newer run starts at `#middle`. */
  #rows = new Float64Array(2 * 16)
  #older = new Float64Array(0)
  #newer = new Run()
  #first = 0
  #middle = 0
  #end = 0

  constructor(finish: (moments: Moments) => Value, run = new AggregateRun()) {
    super()
    this.#finish = finish
    this.#run = run
  }

  /** SQL gives the dependent variable first. */
  add(first: Value = null, second: Value = 0): void {
    if (2 * this.#end === this.#rows.length) this.#makeRoom()
    this.#rows[2 * this.#end] = second as number
    this.#rows[2 * this.#end + 1] = first as number
    this.#end++
    this.#newer.add(second as number, first as number)
  }

  retract(leaving: readonly Value[]): void {
    this.#first += leaving.length
    if (this.#first > this.#middle) this.#turn()
  }

  evaluate(): Value {
    const { count, meanX, meanY, xx, yy, xy } = this.#newer
    const n = this.#middle - this.#first
    if (n === 0) return this.#finish({ count, meanX: meanX.value, meanY: meanY.value, xx, yy, xy })
    // The older run's moments are added by the method of Chan and others.
    const older = this.#older
    const at = WIDTH * this.#first
    const dx = (older[at] ?? 0) - meanX.high + ((older[at + 1] ?? 0) - meanX.low)
    const dy = (older[at + 2] ?? 0) - meanY.high + ((older[at + 3] ?? 0) - meanY.low)
    const fraction = n / (count + n)
    const weight = count * fraction
    return this.#finish({
      count: count + n,
      meanX: meanX.value + dx * fraction,
      meanY: meanY.value + dy * fraction,
      xx: xx + (older[at + 4] ?? 0) + dx * dx * weight,
      yy: yy + (older[at + 5] ?? 0) + dy * dy * weight,
      xy: xy + (older[at + 6] ?? 0) + dx * dy * weight,
    })
  }

  /** The rows at hand become the older run, and stand at the start. */
  #turn(): void {
    const rows = this.#rows
    rows.copyWithin(0, 2 * this.#first, 2 * this.#end)
    this.#end -= this.#first
    this.#middle = this.#end
    this.#first = 0
    if (this.#older.length < WIDTH * this.#end) this.#older = new Float64Array((WIDTH * rows.length) / 2)
    const older = this.#older
    const run = new Run()
    for (let i = this.#end - 1; i >= 0; i--) {
      run.add(rows[2 * i] ?? 0, rows[2 * i + 1] ?? 0)
      const at = WIDTH * i
      older[at] = run.meanX.high
      older[at + 1] = run.meanX.low
      older[at + 2] = run.meanY.high
      older[at + 3] = run.meanY.low
      older[at + 4] = run.xx
      older[at + 5] = run.yy
      older[at + 6] = run.xy
    }
    this.#newer = new Run()
  }

  #makeRoom(): void {
    const longer = new Float64Array(2 * this.#rows.length)
    longer.set(this.#rows)
    this.#rows = longer
    this.#run.heldBytes += (ROW_BYTES * longer.length) / 4
  }
}
