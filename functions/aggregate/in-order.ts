// ORDER BY inside any aggregate: the partial state is the list of rows seen, arguments and sort keys, which merges across
// partitions; the aggregate itself sees them in order, at the end.

import type { AggregateKernel } from '../contract/aggregate.ts'
import { AggregateRun, COLLECTION_BYTES, valueBytes } from '../contract/aggregate-run.ts'
import type { Accumulator } from '../contract/udf.ts'
import { compareValues } from '../scalar/order.ts'
import { type DataType, type Field, field, list, struct } from '../types/type.ts'
import type { Value } from '../types/value.ts'

/** One sort key of the rows inside an aggregate. */
export interface InnerSortKey {
  readonly descending: boolean
  readonly nullsFirst: boolean
}

/** The state of an ordered aggregate: a list of rows, arguments `a0 …` and keys `k0 …`. */
export function orderedState(args: readonly DataType[], keys: readonly DataType[]): readonly Field[] {
  const fields = [...args.map((type, i) => field(`a${i}`, type)), ...keys.map((type, i) => field(`k${i}`, type))]
  return [field('ordered', list(struct(fields)))]
}

/**
 * Wraps an aggregate's kernel so that it sees rows in order. Its rows are the arguments followed by the sort keys.
 *
 * @param skipsNulls - Rows with a null argument are not seen.
 */
export function orderedKernel(
  inner: AggregateKernel,
  args: number,
  keys: readonly InnerSortKey[],
  skipsNulls: boolean,
): AggregateKernel {
  const order: Order = { inner, args, keys, skipsNulls }
  return { accumulator: (run) => new InOrder(order, run) }
}

/** What all groups of an ordered aggregate share; see `orderedKernel`. */
interface Order {
  readonly inner: AggregateKernel
  readonly args: number
  readonly keys: readonly InnerSortKey[]
  readonly skipsNulls: boolean
}

class InOrder implements Accumulator {
  readonly #rows: (readonly Value[])[] = []
  readonly #order: Order
  readonly #run: AggregateRun

  constructor(order: Order, run = new AggregateRun()) {
    this.#order = order
    this.#run = run
    run.heldBytes += COLLECTION_BYTES
  }

  add(...row: readonly Value[]): void {
    const { args, skipsNulls } = this.#order
    if (skipsNulls && row.indexOf(null) !== -1 && row.slice(0, args).includes(null)) return
    this.#keep(row)
  }

  #keep(row: readonly Value[]): void {
    this.#rows.push(row)
    this.#run.heldBytes += valueBytes(row)
  }

  merge(lists: readonly Value[]): void {
    for (const rows of lists) {
      for (const row of (rows ?? []) as readonly Readonly<Record<string, Value>>[]) this.#keep(Object.values(row))
    }
  }

  state(): readonly Value[] {
    const { args } = this.#order
    const name = (i: number): string => (i < args ? `a${i}` : `k${i - args}`)
    return [this.#rows.map((row) => Object.fromEntries(row.map((value, i) => [name(i), value])))]
  }

  evaluate(): unknown {
    const { inner, args } = this.#order
    const accumulator = inner.accumulator()
    // Sorting is stable: rows of equal keys stay in the order of the input.
    for (const row of this.#rows.toSorted((a, b) => this.#compare(a, b))) {
      const values = row.slice(0, args)
      if (accumulator.add !== undefined) accumulator.add(...values)
      else accumulator.update?.(...values.map((value) => [value]))
    }
    return accumulator.evaluate()
  }

  #compare(a: readonly Value[], b: readonly Value[]): number {
    const { args, keys } = this.#order
    for (const [i, { descending, nullsFirst }] of keys.entries()) {
      const [x = null, y = null] = [a[args + i], b[args + i]]
      if (x === null || y === null) {
        if (x !== y) return (x === null) === nullsFirst ? -1 : 1
        continue
      }
      const order = compareValues(x, y, nullsFirst === descending)
      if (order !== 0) return descending ? -order : order
    }
    return 0
  }
}
