// DISTINCT for any aggregate: the partial state is the list of distinct rows seen, which merges across partitions; the
// aggregate itself sees each of them once, when it comes first.

import type { Value } from '../expr/node.ts'
import { type DataType, type Field, field, list, struct } from '../types/type.ts'
import type { Accumulator } from '../udf/definition.ts'
import type { AggregateKernel } from './contract.ts'
import { AggregateRun, COLLECTION_BYTES, valueBytes } from './run.ts'

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
    ofDistinct: inner,
  }
}

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
    // The row as a value, its entry in the map, and its key where that is a text of its own.
    this.#run.heldBytes += valueBytes(row) + 48 + (key === row[0] ? 0 : valueBytes(String(key)))
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
