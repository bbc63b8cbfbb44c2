// The distinct rows of arguments that each group has seen, in key tables: whether a row is new costs one look-up, or two
// with groups, and nothing is boxed.

import type { Column, PlainColumn } from '../../../functions/column/column.ts'
import type { DataType } from '../../../functions/types/type.ts'
import { WordTable } from '../keys/word-table.ts'
import type { Selection } from '../prepared-batch.ts'
import { Grouping } from './grouping.ts'

export class DistinctRows {
  readonly #values: Grouping
  /** Interns pairs of (group, id of the values); without groups the ids of values say it all. */
  readonly #pairs: WordTable | undefined
  #ids = new Int32Array(0)
  #fresh = new Int32Array(0)
  #seen = 0

  constructor(types: readonly DataType[], grouped: boolean) {
    this.#values = new Grouping(types)
    this.#pairs = grouped ? new WordTable() : undefined
  }

  get byteLength(): number {
    const own = this.#ids.byteLength + this.#fresh.byteLength
    return own + this.#values.byteLength + (this.#pairs?.byteLength ?? 0)
  }

  /**
   * Which of `count` rows are the first of their group with their values.
   *
   * @param groups - The group of each row; undefined when there is but one.
   * @returns Their places among these rows, valid until the next call.
   */
  add(columns: readonly Column[], count: number, groups: Int32Array | undefined, selection?: Selection): Int32Array {
    let ids = this.#values.intern(columns, count, selection)
    if (this.#fresh.length < count) this.#fresh = new Int32Array(count)
    if (this.#pairs !== undefined && groups !== undefined) {
      if (this.#ids.length < count) this.#ids = new Int32Array(count)
      this.#pairs.internPairs(groups, ids, this.#ids, count)
      ids = this.#ids
    }
    // Ids are given in order of appearance: the first row with the next id is new.
    const fresh = this.#fresh
    let seen = this.#seen
    let found = 0
    for (let j = 0; j < count; j++) {
      if (ids[j] !== seen) continue
      seen++
      fresh[found++] = j
    }
    this.#seen = seen
    return fresh.subarray(0, found)
  }

  /** The columns of the distinct values of all groups, by their ids. */
  values(): readonly PlainColumn[] {
    return this.#values.keys()
  }

  /**
   * The ids of each group's values, in order of appearance, one group after the other.
   *
   * @param keeps - Which values are wanted, by their id.
   */
  byGroup(size: number, keeps: (value: number) => boolean): { offsets: Int32Array; ids: Int32Array } {
    const { low, high } = this.#pairs ?? {}
    const offsets = new Int32Array(size + 1)
    const wanted = (i: number): boolean => keeps(high?.[i] ?? i)
    for (let i = 0; i < this.#seen; i++) {
      if (!wanted(i)) continue
      const group = low?.[i] ?? 0
      offsets[group + 1] = (offsets[group + 1] ?? 0) + 1
    }
    for (let group = 0; group < size; group++) offsets[group + 1] = (offsets[group + 1] ?? 0) + (offsets[group] ?? 0)
    const ids = new Int32Array(offsets[size] ?? 0)
    const next = offsets.slice()
    for (let i = 0; i < this.#seen; i++) {
      if (!wanted(i)) continue
      const group = low?.[i] ?? 0
      const at = next[group] ?? 0
      ids[at] = high?.[i] ?? i
      next[group] = at + 1
    }
    return { offsets, ids }
  }
}
