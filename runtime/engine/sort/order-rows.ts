// The order of rows by several keys: the leading numbers of the first key are sorted with the rows' positions, rows that
// are equal in them by what follows. Stable.

import type { LeadingNumbers } from './leading-numbers.ts'
import { NumberSorter } from './order-numbers.ts'

/** One key that rows are ordered by. */
export interface RowKey {
  /** Its numbers, of all rows; asked for when they are needed first. */
  readonly leading: () => LeadingNumbers
  /** Compares two rows in this key alone. */
  readonly compare: (a: number, b: number) => number
}

/** Rows, and their numbers in the first key, by position. */
export interface NumberedRows {
  readonly rows: Int32Array
  readonly numbers: Float64Array
}

/** Ties of up to this many rows are compared with each other; longer ones are sorted by the next key's numbers. */
const SHORT = 24

export class RowSorter {
  readonly #keys: readonly RowKey[]
  readonly #numbers = new NumberSorter()

  /** @param keys - At least one. */
  constructor(keys: readonly RowKey[]) {
    this.#keys = keys
  }

  /**
   * Puts the rows at positions `start` to `end` in order.
   *
   * @param numbers - The rows' leading numbers in the first key, by position. They are sorted with the rows; where rows are
   * equal in the first of several keys, something else stands there afterwards.
   * @param wanted - Places from here on may be left in any order.
   */
  sort(rows: Int32Array, numbers: Float64Array, start: number, end: number, wanted = end): void {
    this.#sortFrom(0, { rows, numbers }, start, end, wanted)
  }

  #sortFrom(k: number, numbered: NumberedRows, start: number, end: number, wanted: number): void {
    const { rows, numbers } = numbered
    this.#numbers.sort(numbers, rows, start, end, wanted)
    const exact = this.#keys[k]?.leading().exact === true
    const next = exact ? k + 1 : k
    if (next === this.#keys.length) return
    for (let from = start; from < end && from < wanted; ) {
      const number = numbers[from] ?? 0
      let to = from + 1
      while (to < end && numbers[to] === number) to++
      if (to - from > SHORT && exact) {
        const following = this.#keys[next]?.leading().numbers
        for (let position = from; position < to; position++) numbers[position] = following?.[rows[position] ?? 0] ?? 0
        this.#sortFrom(next, numbered, from, to, wanted)
      } else if (to - from > 1) this.#compareFrom(next, rows, from, to)
      from = to
    }
  }

  /** Orders rows that are equal in all keys before `k` by comparing them. */
  #compareFrom(k: number, rows: Int32Array, start: number, end: number): void {
    if (end - start > SHORT) {
      rows.subarray(start, end).sort((a, b) => this.#compare(k, a, b))
      return
    }
    for (let position = start + 1; position < end; position++) {
      const row = rows[position] ?? 0
      let before = position - 1
      for (; before >= start && this.#compare(k, rows[before] ?? 0, row) > 0; before--)
        rows[before + 1] = rows[before] ?? 0
      rows[before + 1] = row
    }
  }

  #compare(k: number, a: number, b: number): number {
    for (let at = k; at < this.#keys.length; at++) {
      const result = this.#keys[at]?.compare(a, b) ?? 0
      if (result !== 0) return result
    }
    return 0
  }
}
