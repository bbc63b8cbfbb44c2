// The rows of a window in order: window partitions one after another, each sorted by the window's keys, and the runs of
// peers in them. Rows are partitioned into their partitions first, with the numbers that order them: sorting a
// partition then stays within the processor's caches.

import type { PlainColumn } from '../../../functions/column/column.ts'
import { counting } from '../../../functions/column/take.ts'
import { Grouping } from '../aggregate/grouping.ts'
import { partitionRows } from '../partition-rows.ts'
import type { Direction } from '../sort/leading-numbers.ts'
import { type RowKey, RowSorter } from '../sort/order-rows.ts'
import { rowKeysOf } from '../sort/sort.ts'
import { gathered, gatheredValues } from './gather.ts'

/** Runs of rows that are equal in all sort keys. */
interface Peers {
  /** Where each run starts, and the end of the last one. */
  readonly starts: Int32Array
  /** The run that each position belongs to. */
  readonly of: Int32Array
}

/** Positions count from 0 over all partitions. */
export class WindowOrder {
  readonly length: number
  /** Where each partition starts, and the end of the last one. */
  readonly partitions: Int32Array
  readonly #keys: readonly RowKey[]
  /** The only key's numbers, by position. */
  #numbers: Float64Array | undefined
  /** Rows stand where they came, all in one partition. */
  readonly isAsIs: boolean
  #rows: Int32Array | undefined
  readonly #columns = new Map<PlainColumn, PlainColumn>()
  readonly #masks = new Map<Uint8Array, Uint8Array>()
  #peers: Peers | undefined

  /**
   * @param partitionBy - The partition keys' columns; without any, all rows are one partition.
   * @param orderBy - The sort keys' columns; without any, all rows of a partition are peers.
   */
  constructor(
    partitionBy: readonly PlainColumn[],
    orderBy: readonly PlainColumn[],
    directions: readonly Direction[],
    length: number,
  ) {
    this.length = length
    this.#keys = rowKeysOf(orderBy, directions)
    this.isAsIs = partitionBy.length === 0 && orderBy.length === 0
    if (this.isAsIs) {
      this.partitions = Int32Array.of(0, length)
      return
    }
    const numbers = this.#keys[0]?.leading().numbers
    const partitioned =
      partitionBy.length === 0
        ? { rows: counting(length), partitions: Int32Array.of(0, length), numbers: numbers?.slice() }
        : partitionByKeys(partitionBy, numbers, length)
    this.#rows = partitioned.rows
    this.partitions = partitioned.partitions
    if (partitioned.numbers !== undefined) {
      const sorter = new RowSorter(this.#keys)
      for (let p = 0; p + 1 < partitioned.partitions.length; p++)
        sorter.sort(
          partitioned.rows,
          partitioned.numbers,
          partitioned.partitions[p] ?? 0,
          partitioned.partitions[p + 1] ?? 0,
        )
    }
    this.#numbers = this.#keys.length === 1 ? partitioned.numbers : undefined
  }

  /** The row at each position. */
  get rows(): Int32Array {
    this.#rows ??= counting(this.length)
    return this.#rows
  }

  /** A column with its values in the order of the positions. */
  column(column: PlainColumn): PlainColumn {
    if (this.isAsIs) return column
    let ordered = this.#columns.get(column)
    if (ordered === undefined) {
      ordered = gathered(column, this.rows, column.valid && this.mask(column.valid))
      this.#columns.set(column, ordered)
    }
    return ordered
  }

  /** A byte for each row in the order of the positions. */
  mask(bytes: Uint8Array): Uint8Array {
    if (this.isAsIs) return bytes
    let ordered = this.#masks.get(bytes)
    if (ordered === undefined) {
      ordered = gatheredValues(bytes, this.rows)
      this.#masks.set(bytes, ordered)
    }
    return ordered
  }

  /** Runs of peers; found when they are asked for first. */
  get peers(): Peers {
    this.#peers ??= runsOf(this.#boundaries())
    return this.#peers
  }

  /** 1 where a position is not a peer of the one before. */
  #boundaries(): Uint8Array {
    const { rows } = this
    const boundaries = new Uint8Array(rows.length)
    this.#keys.forEach(({ leading, compare }) => {
      const { numbers, exact } = leading()
      const ordered = this.#numbers
      if (ordered !== undefined) {
        for (let position = 1; position < rows.length; position++)
          if (ordered[position] !== ordered[position - 1]) boundaries[position] = 1
      } else {
        for (let position = 1; position < rows.length; position++)
          if (numbers[rows[position] ?? 0] !== numbers[rows[position - 1] ?? 0]) boundaries[position] = 1
      }
      if (exact) return
      for (let position = 1; position < rows.length; position++)
        if (boundaries[position] === 0 && compare(rows[position - 1] ?? 0, rows[position] ?? 0) !== 0)
          boundaries[position] = 1
    })
    for (let p = 0; p + 1 < this.partitions.length; p++) boundaries[this.partitions[p] ?? 0] = 1
    return boundaries
  }
}

function runsOf(boundaries: Uint8Array): Peers {
  const of = new Int32Array(boundaries.length)
  const starts = new Int32Array(boundaries.length + 1)
  let runs = 0
  for (let position = 0; position < boundaries.length; position++) {
    // Written over by the next position unless a run starts here.
    starts[runs] = position
    runs += boundaries[position] ?? 0
    of[position] = runs - 1
  }
  starts[runs] = boundaries.length
  return { of, starts: starts.subarray(0, runs + 1) }
}

/** Rows, and their numbers, by partition; within one in the order in which they came. */
function partitionByKeys(
  partitionBy: readonly PlainColumn[],
  numbers: Float64Array | undefined,
  length: number,
): { readonly rows: Int32Array; readonly partitions: Int32Array; readonly numbers: Float64Array | undefined } {
  const grouping = new Grouping(partitionBy.map((column) => column.type))
  const groups = grouping.intern(partitionBy, length)
  const partitioned = partitionRows(groups, grouping.size, length, numbers)
  return { rows: partitioned.rows, partitions: partitioned.starts, numbers: partitioned.values }
}
