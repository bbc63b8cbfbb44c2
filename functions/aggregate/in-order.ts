// ORDER BY inside any aggregate: the partial state is the list of rows seen, arguments and sort keys, which merges across
// partitions; the aggregate itself sees them in order, at the end.

import type { Value } from '../expr/node.ts'
import { compareValues } from '../scalar/order.ts'
import { type DataType, type Field, field, list, struct } from '../types/type.ts'
import type { Accumulator } from '../udf/definition.ts'
import type { AggregateKernel } from './contract.ts'

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
  return { accumulator: () => new InOrder(inner, args, keys, skipsNulls) }
}

class InOrder implements Accumulator {
  readonly #rows: (readonly Value[])[] = []
  readonly #inner: AggregateKernel
  readonly #args: number
  readonly #keys: readonly InnerSortKey[]
  readonly #skipsNulls: boolean

  constructor(inner: AggregateKernel, args: number, keys: readonly InnerSortKey[], skipsNulls: boolean) {
    this.#inner = inner
    this.#args = args
    this.#keys = keys
    this.#skipsNulls = skipsNulls
  }

  add(...row: readonly Value[]): void {
    if (this.#skipsNulls && row.indexOf(null) !== -1 && row.slice(0, this.#args).includes(null)) return
    this.#rows.push(row)
  }

  merge(lists: readonly Value[]): void {
    for (const rows of lists) {
      for (const row of (rows ?? []) as readonly Readonly<Record<string, Value>>[]) this.#rows.push(Object.values(row))
    }
  }

  state(): readonly Value[] {
    const name = (i: number): string => (i < this.#args ? `a${i}` : `k${i - this.#args}`)
    return [this.#rows.map((row) => Object.fromEntries(row.map((value, i) => [name(i), value])))]
  }

  evaluate(): unknown {
    const accumulator = this.#inner.accumulator()
    // Sorting is stable: rows of equal keys stay in the order of the input.
    for (const row of this.#rows.toSorted((a, b) => this.#compare(a, b))) {
      const args = row.slice(0, this.#args)
      if (accumulator.add !== undefined) accumulator.add(...args)
      else accumulator.update?.(...args.map((value) => [value]))
    }
    return accumulator.evaluate()
  }

  #compare(a: readonly Value[], b: readonly Value[]): number {
    for (const [i, { descending, nullsFirst }] of this.#keys.entries()) {
      const [x = null, y = null] = [a[this.#args + i], b[this.#args + i]]
      if (x === null || y === null) {
        if (x !== y) return (x === null) === nullsFirst ? -1 : 1
        continue
      }
      const order = compareValues(x, y)
      if (order !== 0) return descending ? -order : order
    }
    return 0
  }
}
