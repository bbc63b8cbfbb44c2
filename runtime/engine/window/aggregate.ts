// Aggregates over frames. Frames only move forward, so rows enter and leave: an accumulator that can retract follows
// them; others keep partial states of the rows at hand, merged where small states make that cheap, and see a frame's rows
// anew where they do not. Equal frames are evaluated once.

import type { AggregateKernel } from '../../../functions/contract/aggregate.ts'
import { AggregateRun, valueBytes } from '../../../functions/contract/aggregate-run.ts'
import type { Accumulator } from '../../../functions/contract/udf.ts'
import type { Value } from '../../../functions/types/value.ts'
import type { BoundFrame } from '../../../functions/window/frame.ts'
import type { MemoryBudget } from '../memory-budget.ts'
import type { Frames } from './frame.ts'
import type { WindowOrder } from './order.ts'

/** The budget is asked once for so many bytes. */
const HOLD_STEP = 1 << 18

/** An aggregate and the rows it sees, by position. */
export interface FrameAggregate {
  readonly name: string
  readonly kernel: AggregateKernel
  readonly smallState: boolean
  /** The arguments at a position; undefined when the aggregate does not see the row. */
  readonly argumentsAt: (position: number) => readonly Value[] | undefined
}

/**
 * Hands every position's result to `write`. What accumulators keep counts while their window partition is computed, results
 * that are texts or lists count from then on.
 *
 * @throws {ResourceError} `memory_limit` when that is too much.
 */
export function aggregateFrames(
  aggregate: FrameAggregate,
  order: WindowOrder,
  frames: Frames,
  write: (position: number, value: Value) => void,
  budget: MemoryBudget,
): void {
  let results = 0
  let held = 0
  for (let p = 0; p + 1 < order.partitions.length; p++) {
    const start = order.partitions[p] ?? 0
    const end = order.partitions[p + 1] ?? 0
    const run = new AggregateRun()
    const view = viewOf(tracked(aggregate, order, run), frames.bound, start, run)
    let previous: Value = null
    for (let position = start; position < end; position++) {
      const from = frames.starts[position] ?? 0
      const to = frames.ends[position] ?? 0
      const isSame = position > start && from === frames.starts[position - 1] && to === frames.ends[position - 1]
      if (!isSame) {
        run.resultRow = order.rows[position]
        previous = view.evaluate(from, to)
        if (typeof previous === 'string' || (typeof previous === 'object' && previous !== null))
          results += valueBytes(previous)
        const bytes = results + run.heldBytes
        if (bytes - held >= HOLD_STEP) {
          budget.change(bytes - held, `the values of ${aggregate.name} over frames`)
          held = bytes
        }
      }
      write(position, previous)
    }
  }
  budget.change(results - held, `the results of ${aggregate.name}`)
}

/** The aggregate, which says which row it looks at when errors are to name it. */
function tracked(aggregate: FrameAggregate, { rows }: WindowOrder, run: AggregateRun): FrameAggregate {
  if (aggregate.kernel.tracksRows !== true) return aggregate
  return {
    ...aggregate,
    argumentsAt: (position) => {
      run.row = rows[position]
      return aggregate.argumentsAt(position)
    },
  }
}

/** The aggregate of a frame that never moves back. */
interface FrameView {
  evaluate(from: number, to: number): Value
}

/** @param run - Counts what the view's accumulators hold. */
function viewOf(aggregate: FrameAggregate, frame: BoundFrame, start: number, run: AggregateRun): FrameView {
  const { accumulator, sliding } = aggregate.kernel
  if (frame.start.kind === 'unbounded') {
    // Results of what keeps its values are made of all of them, row by row; kept for frames, they are made at once.
    const often = frame.end.kind !== 'unbounded' && !aggregate.smallState
    return new GrowingView(aggregate, ((often && sliding) || accumulator)(run), start)
  }
  if (sliding !== undefined) return new SlidingView(aggregate, sliding, start, run)
  if (accumulator().retract !== undefined) return new SlidingView(aggregate, accumulator, start, run)
  return aggregate.smallState ? new MergingView(aggregate, start) : new FreshView(aggregate, run)
}

function enter(accumulator: Accumulator, row: readonly Value[] | undefined): void {
  if (row === undefined) return
  if (accumulator.add !== undefined) accumulator.add(...row)
  else accumulator.update?.(...row.map((value) => [value]))
}

const resultOf = (accumulator: Accumulator): Value => (accumulator.evaluate() ?? null) as Value

/** Rows enter and never leave. */
class GrowingView implements FrameView {
  readonly #aggregate: FrameAggregate
  readonly #accumulator: Accumulator
  #to: number

  constructor(aggregate: FrameAggregate, accumulator: Accumulator, start: number) {
    this.#aggregate = aggregate
    this.#accumulator = accumulator
    this.#to = start
  }

  evaluate(_from: number, to: number): Value {
    while (this.#to < to) enter(this.#accumulator, this.#aggregate.argumentsAt(this.#to++))
    return resultOf(this.#accumulator)
  }
}

/** Rows enter, and leave by `retract`. */
class SlidingView implements FrameView {
  readonly #aggregate: FrameAggregate
  readonly #make: (run: AggregateRun) => Accumulator
  readonly #run: AggregateRun
  #accumulator: Accumulator
  #from: number
  #to: number

  constructor(aggregate: FrameAggregate, make: (run: AggregateRun) => Accumulator, start: number, run: AggregateRun) {
    this.#aggregate = aggregate
    this.#make = make
    this.#run = run
    this.#accumulator = make(run)
    this.#from = start
    this.#to = start
  }

  evaluate(from: number, to: number): Value {
    if (from >= this.#to) {
      // Nothing stays: a fresh start also drops what rounding has left behind.
      if (this.#to > this.#from) {
        this.#run.heldBytes = 0
        this.#accumulator = this.#make(this.#run)
      }
      this.#from = this.#to = from
    }
    for (; this.#from < from; this.#from++) {
      const row = this.#aggregate.argumentsAt(this.#from)
      if (row !== undefined) this.#accumulator.retract?.(...row.map((value) => [value]))
    }
    while (this.#to < to) enter(this.#accumulator, this.#aggregate.argumentsAt(this.#to++))
    return resultOf(this.#accumulator)
  }
}

/**
 * Two runs of rows: of the older one there is a state for each of its ends, of the newer one a single state. When the
 * older run has left, the newer one takes its position. Each row is merged a constant number of times.
 */
class MergingView implements FrameView {
  readonly #aggregate: FrameAggregate
  /** States of positions `i` to `#middle`, the nearest to the middle first. */
  #older: (readonly Value[])[] = []
  #newer: Accumulator
  #middle: number
  #to: number

  constructor(aggregate: FrameAggregate, start: number) {
    this.#aggregate = aggregate
    this.#newer = aggregate.kernel.accumulator()
    this.#middle = start
    this.#to = start
  }

  evaluate(from: number, to: number): Value {
    if (from >= this.#to) this.#restart(from)
    while (this.#to < to) enter(this.#newer, this.#aggregate.argumentsAt(this.#to++))
    if (from > this.#middle) this.#turn(from)
    const older = this.#older[this.#middle - from - 1]
    if (older === undefined) return resultOf(this.#newer)
    const result = this.#aggregate.kernel.accumulator()
    merge(result, older)
    merge(result, this.#newer.state())
    return resultOf(result)
  }

  #restart(from: number): void {
    this.#older = []
    this.#newer = this.#aggregate.kernel.accumulator()
    this.#middle = this.#to = from
  }

  /** Makes the rows from `from` on the older run. */
  #turn(from: number): void {
    const states: (readonly Value[])[] = []
    let following: readonly Value[] | undefined
    for (let position = this.#to - 1; position >= from; position--) {
      const accumulator = this.#aggregate.kernel.accumulator()
      enter(accumulator, this.#aggregate.argumentsAt(position))
      if (following !== undefined) merge(accumulator, following)
      following = accumulator.state()
      states.push(following)
    }
    this.#older = states
    this.#newer = this.#aggregate.kernel.accumulator()
    this.#middle = this.#to
  }
}

function merge(accumulator: Accumulator, state: readonly Value[]): void {
  accumulator.merge(...state.map((value) => [value]))
}

/** Every frame by itself. */
class FreshView implements FrameView {
  readonly #aggregate: FrameAggregate
  readonly #run: AggregateRun

  constructor(aggregate: FrameAggregate, run: AggregateRun) {
    this.#aggregate = aggregate
    this.#run = run
  }

  evaluate(from: number, to: number): Value {
    this.#run.heldBytes = 0
    const accumulator = this.#aggregate.kernel.accumulator(this.#run)
    for (let position = from; position < to; position++) enter(accumulator, this.#aggregate.argumentsAt(position))
    return resultOf(accumulator)
  }
}
