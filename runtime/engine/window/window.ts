// Window functions: the columns they need are gathered, each distinct window puts the rows in order once, and every call adds a column.
// The rows come out in the order in which they came in.

import type { Bound } from '../../../functions/bind/bound.ts'
import type { BoundWindow } from '../../../functions/bind/window.ts'
import type { Batch, Column, PlainColumn } from '../../../functions/column/column.ts'
import { concatBatches } from '../../../functions/column/concat.ts'
import { sliceBatch } from '../../../functions/column/slice.ts'
import { resolveDictionary } from '../../../functions/column/take.ts'
import { InternalError } from '../../../functions/errors.ts'
import type { Schema } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import { inStep } from '../in-step.ts'
import { batchBytes, type MemoryBudget } from '../memory-budget.ts'
import type { Operator } from '../operators.ts'
import { PreparedBatch } from '../prepared-batch.ts'
import { Projection } from '../projection.ts'
import { valueReader } from '../value-reader.ts'
import { aggregateFrames } from './aggregate.ts'
import { runColumns } from './columns.ts'
import { runEvaluator } from './evaluator.ts'
import { type Frames, framesOf } from './frame.ts'
import { runGatherKernel } from './gather-values.ts'
import { runRowKernel } from './kernels.ts'
import { WindowOrder } from './order.ts'
import { ResultColumn } from './result.ts'

/** What a row costs besides its columns: its position, the numbers it is ordered by, its peers, its frame, a value. */
const BYTES_PER_ROW = 48

/** Window calls compiled once: all expressions in them are one projection. */
export class CompiledWindows {
  readonly schema: Schema
  readonly windows: readonly BoundWindow[]
  readonly #inputs: readonly Bound[]
  readonly #projection: Projection

  /** @param schema - The columns that come in. */
  constructor(schema: Schema, windows: readonly BoundWindow[]) {
    this.schema = schema
    this.windows = windows
    this.#inputs = [...new Map(windows.flatMap(inputsOf).map((bound) => [bound.id, bound])).values()]
    this.#projection = new Projection(this.#inputs)
  }

  /** The columns that the calls give for the rows of all batches. */
  run(batches: readonly Batch[], length: number, budget: MemoryBudget): readonly PlainColumn[] {
    const all = new PreparedBatch(length, (index) => this.#gathered(batches, index))
    const columns = this.#projection.run(all, undefined).columns
    const byId = new Map(
      this.#inputs.map((bound, i) => {
        const column = columns[i]
        if (column === undefined) throw new InternalError('A window has an input that was not computed')
        return [bound.id, resolveDictionary(column)] as const
      }),
    )
    const columnOf = (bound: Bound): PlainColumn => {
      const column = byId.get(bound.id)
      if (column === undefined) throw new InternalError('A window has an input that was not computed')
      return column
    }
    const orders = new Map<string, WindowOrder>()
    const knownFrames = new Map<string, Frames>()
    return this.windows.map((window) => {
      const { partitionBy, orderBy } = window
      const key = orderKey(window)
      const order = madeOnce(orders, key, () => {
        const sortColumns = orderBy.map(({ expression }) => columnOf(expression))
        return new WindowOrder(partitionBy.map(columnOf), sortColumns, orderBy, length)
      })
      let own: Frames | undefined
      const frames = (): Frames => {
        own ??= madeOnce(knownFrames, key + frameKey(window), () => framesFor(window, order, columnOf))
        return own
      }
      return runWindow(window, order, frames, columnOf, budget)
    })
  }

  /** One column of all batches. */
  #gathered(batches: readonly Batch[], index: number): Column | undefined {
    const own = batches.flatMap(({ length, columns }): readonly Batch[] => {
      const column = columns[index]
      return column === undefined ? [] : [{ length, columns: [column] }]
    })
    return concatBatches(
      own,
      this.schema.slice(index, index + 1).map(({ type }) => type),
    ).columns[0]
  }
}

function madeOnce<Made>(known: Map<string, Made>, key: string, make: () => Made): Made {
  let made = known.get(key)
  if (made === undefined) {
    made = make()
    known.set(key, made)
  }
  return made
}

const inputsOf = ({ args, filter, partitionBy, orderBy, computation }: BoundWindow): readonly Bound[] => [
  ...args,
  ...(filter === undefined ? [] : [filter]),
  ...(computation.kind === 'kernel' && computation.otherwise !== undefined ? [computation.otherwise] : []),
  ...partitionBy,
  ...orderBy.map(({ expression }) => expression),
]

/** The same for windows that put the rows in the same order. */
const orderKey = ({ partitionBy, orderBy }: BoundWindow): string =>
  JSON.stringify([
    partitionBy.map(({ id }) => id),
    orderBy.map(({ expression, descending, nullsFirst }) => [expression.id, descending, nullsFirst]),
  ])

/** The same for frames of the same rows, given the order. Distances are functions: only their own window knows them. */
const frameKey = ({ name, frame }: BoundWindow): string => {
  const isDistance = frame.start.kind === 'distance' || frame.end.kind === 'distance'
  return isDistance ? name : JSON.stringify(frame)
}

function runWindow(
  window: BoundWindow,
  order: WindowOrder,
  frames: () => Frames,
  columnOf: (bound: Bound) => PlainColumn,
  budget: MemoryBudget,
): PlainColumn {
  const { computation, returns } = window
  if (computation.kind === 'evaluator') return runEvaluator(window, computation.evaluation(), order, frames, columnOf)
  if (computation.kind === 'aggregate')
    return runColumns(window, order, frames, columnOf) ?? runAggregate(window, order, frames(), columnOf, budget)
  const { kernel, ignoreNulls, otherwise } = computation
  if (kernel.kind === 'position') return runRowKernel(kernel, order, returns.type)
  const [value] = window.args
  if (value === undefined) throw new InternalError(`Window function ${window.name} has no argument`)
  const values = columnOf(value)
  const defaults = otherwise === undefined ? undefined : columnOf(otherwise)
  return runGatherKernel(kernel, order, { values, otherwise: defaults, ignoreNulls, frames })
}

function framesFor(
  { frame, orderBy }: BoundWindow,
  order: WindowOrder,
  columnOf: (bound: Bound) => PlainColumn,
): Frames {
  const [key] = orderBy
  const isDistance = frame.start.kind === 'distance' || frame.end.kind === 'distance'
  const distanceKey =
    isDistance && key !== undefined
      ? { read: valueReader(columnOf(key.expression)), descending: key.descending }
      : undefined
  return framesOf(frame, order, distanceKey)
}

function runAggregate(
  { name, args, filter, returns, computation }: BoundWindow,
  order: WindowOrder,
  frames: Frames,
  columnOf: (bound: Bound) => PlainColumn,
  budget: MemoryBudget,
): PlainColumn {
  if (computation.kind !== 'aggregate') throw new InternalError('An aggregate was expected')
  const { nulls, smallState } = computation
  const kernel = computation.kernel()
  const { rows } = order
  const readers = args.map((arg) => valueReader(columnOf(arg)))
  const passes = filter === undefined ? undefined : valueReader(columnOf(filter))
  const argumentsAt = (position: number) => {
    const row = rows[position] ?? 0
    if (passes !== undefined && passes(row) !== true) return undefined
    const values = readers.map((read) => read(row))
    return nulls === 'skip' && values.includes(null) ? undefined : values
  }
  const result = new ResultColumn(returns.type, rows.length, true)
  const write = (position: number, value: Value): void => result.set(rows[position] ?? 0, value)
  aggregateFrames({ name, kernel, smallState, argumentsAt }, order, frames, write, budget)
  return result.finish()
}

/** Adds the windows' columns once all rows have come. Columns that no window looks at are handed on as they are. */
export class WindowOperator implements Operator {
  readonly done = false
  readonly #compiled: CompiledWindows
  readonly #budget: MemoryBudget
  readonly #batches: Batch[] = []
  #rows = 0

  constructor(compiled: CompiledWindows, budget: MemoryBudget) {
    this.#compiled = compiled
    this.#budget = budget
  }

  push(batch: Batch): undefined {
    this.#batches.push(batch)
    this.#rows += batch.length
    this.#budget.change(batchBytes(batch) + BYTES_PER_ROW * batch.length, `${this.#rows} rows of windows`)
  }

  /** The batches as they came, each with its rows of the new columns. */
  *finish(): Generator<Batch> {
    if (this.#rows === 0) return
    const columns = inStep('window', () => this.#compiled.run(this.#batches, this.#rows, this.#budget))
    const added = { length: this.#rows, columns }
    let start = 0
    for (const { length, columns } of this.#batches) {
      yield { length, columns: [...columns, ...sliceBatch(added, start, start + length).columns] }
      start += length
    }
  }
}
