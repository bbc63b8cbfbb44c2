// DISTINCT for any aggregate: the partial state is the list of distinct rows seen, which merges across partitions; the
// aggregate itself sees each of them once, when it comes first.

import type { AggregateKernel } from '../contract/aggregate.ts'
import { AggregateRun, COLLECTION_BYTES, valueBytes } from '../contract/aggregate-run.ts'
import type { Accumulator } from '../contract/udf.ts'
import { type DataType, type Field, field, list, struct } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { FrameAccumulator } from './frame-accumulator.ts'

/** The state of a distinct aggregate: a list of its argument's values, or of structs of its arguments' values. */
export function distinctState(types: readonly DataType[]): readonly Field[] {
  const [only, ...others] = types
  const item = only !== undefined && others.length === 0 ? only : struct(types.map((type, i) => field(`a${i}`, type)))
  return [field('distinct', list(item))]
}

/** A distinct row as an item of the state. */
export const itemOfRow = (row: readonly Value[]): Value =>
  row.length === 1 ? (row[0] ?? null) : Object.fromEntries(row.map((value, i) => [`a${i}`, value]))

/** The distinct row that is an item of the state. */
export const rowOfItem = (item: Value, width: number): readonly Value[] =>
  width === 1 ? [item] : Object.values(item as Readonly<Record<string, Value>>)

/**
 * Wraps an aggregate's kernel so that it sees each distinct row of arguments once.
 *
 * @param width - How many arguments there are.
 */
export function distinctKernel(inner: AggregateKernel, width: number): AggregateKernel {
  return {
    accumulator: (run) => new DistinctAccumulator(inner.accumulator(run), width, run),
    ...slidingOf(inner),
    ...(inner.tracksRows === undefined ? {} : { tracksRows: true }),
    ofDistinct: inner,
  }
}

/** Over frames that slide: distinct rows leave when the last of their equals does, so not in the order they came. */
function slidingOf({ duplicates, accumulator, sliding }: AggregateKernel): Pick<AggregateKernel, 'sliding'> {
  if (duplicates === 'ignored' && sliding !== undefined) return { sliding }
  if (duplicates !== 'counted') return {}
  return { sliding: (run) => new CountedRows((sliding ?? accumulator)(run), run) }
}

/** An entry of a map, without what its key takes. */
const ENTRY_BYTES = 48

/** Counts equal rows; an accumulator sees the first of them come and the last of them leave. */
export class CountedRows extends FrameAccumulator {
  readonly #counts = new Map<unknown, number>()
  readonly #inner: Accumulator
  readonly #run: AggregateRun

  constructor(inner: Accumulator, run = new AggregateRun()) {
    super()
    this.#inner = inner
    this.#run = run
    run.heldBytes += COLLECTION_BYTES
  }

  add(...row: readonly Value[]): void {
    const key = rowKey(row)
    const count = this.#counts.get(key) ?? 0
    this.#counts.set(key, count + 1)
    if (count > 0) return
    this.#run.heldBytes += ENTRY_BYTES + keyBytes(key)
    this.#inner.add?.(...row)
  }

  retract(...columns: readonly (readonly Value[])[]): void {
    for (let i = 0; i < (columns[0]?.length ?? 0); i++) {
      const row = columns.map((column) => column[i] ?? null)
      const key = rowKey(row)
      const count = this.#counts.get(key) ?? 0
      if (count > 1) {
        this.#counts.set(key, count - 1)
        continue
      }
      this.#counts.delete(key)
      this.#run.heldBytes -= ENTRY_BYTES + keyBytes(key)
      this.#inner.retract?.(...row.map((value) => [value]))
    }
  }

  evaluate(): Value {
    return (this.#inner.evaluate() ?? null) as Value
  }
}

const keyBytes = (key: unknown): number => (typeof key === 'string' ? valueBytes(key) : 16)

class DistinctAccumulator implements Accumulator {
  readonly #rows = new Map<unknown, readonly Value[]>()
  readonly #inner: Accumulator
  readonly #width: number
  readonly #run: AggregateRun

  constructor(inner: Accumulator, width: number, run = new AggregateRun()) {
    this.#inner = inner
    this.#width = width
    this.#run = run
    run.heldBytes += COLLECTION_BYTES
  }

  add(...row: readonly Value[]): void {
    const key = rowKey(row)
    if (this.#rows.has(key)) return
    this.#rows.set(key, row)
    this.#run.heldBytes += ENTRY_BYTES + valueBytes(row) + (key === row[0] ? 0 : keyBytes(key))
    this.#inner.add?.(...row)
  }

  merge(lists: readonly Value[]): void {
    for (const items of lists) {
      for (const item of (items ?? []) as readonly Value[]) this.add(...rowOfItem(item, this.#width))
    }
  }

  state(): readonly Value[] {
    return [Array.from(this.#rows.values(), itemOfRow)]
  }

  evaluate(): unknown {
    return this.#inner.evaluate()
  }
}

/** Equal rows have the same key; a single number, bigint, boolean or string is its own (Map takes NaN as NaN, -0 as 0). */
function rowKey(row: readonly Value[]): unknown {
  const [first = null] = row
  if (row.length === 1 && (typeof first !== 'object' || first === null)) return first
  return JSON.stringify(row, (_, value: unknown) =>
    typeof value === 'bigint'
      ? `${value}n`
      : typeof value === 'string'
        ? `"${value}`
        : typeof value === 'number'
          ? String(value)
          : value,
  )
}
