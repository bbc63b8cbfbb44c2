// Group ids: each row's group, from the keys' ids. Several keys combine pairwise, so any types go together.

import type { Column, PlainColumn } from '../../../functions/column/column.ts'
import { counting } from '../../../functions/column/take.ts'
import type { DataType } from '../../../functions/types/type.ts'
import { KeyInterner } from '../keys/key-interner.ts'
import { WordTable } from '../keys/word-table.ts'
import type { Selection } from '../prepared-batch.ts'

export class Grouping {
  readonly #interners: readonly KeyInterner[]
  /** Table k interns pairs of (group by the keys before, id of key k + 1). */
  readonly #pairs: readonly WordTable[]
  #ids = new Int32Array(0)
  #scratch = new Int32Array(0)

  constructor(types: readonly DataType[]) {
    this.#interners = types.map((type) => new KeyInterner(type))
    this.#pairs = types.slice(1).map(() => new WordTable())
  }

  /** How many groups there are. */
  get size(): number {
    return this.#pairs.at(-1)?.size ?? this.#interners[0]?.size ?? 0
  }

  get byteLength(): number {
    const tables = [...this.#interners, ...this.#pairs]
    return tables.reduce((sum, table) => sum + table.byteLength, this.#ids.byteLength + this.#scratch.byteLength)
  }

  /** The group of each row, or of each selected row; valid until the next call. */
  intern(keys: readonly Column[], count: number, selection?: Selection): Int32Array {
    if (this.#ids.length < count) {
      this.#ids = new Int32Array(count)
      this.#scratch = new Int32Array(count)
    }
    const ids = this.#ids
    const next = this.#scratch
    keys.forEach((column, k) => {
      this.#interners[k]?.intern(column, k === 0 ? ids : next, selection)
      const table = this.#pairs[k - 1]
      table?.internPairs(ids, next, ids, count)
    })
    return ids
  }

  /** The key columns of all groups, in group order. */
  keys(): readonly PlainColumn[] {
    const { size } = this
    let groups: Int32Array = counting(size)
    const columns: PlainColumn[] = []
    for (let k = this.#interners.length - 1; k >= 0; k--) {
      const pairs = this.#pairs[k - 1]
      const own = pairs === undefined ? groups : groups.map((group) => pairs.high[group] ?? 0)
      const interner = this.#interners[k]
      if (interner !== undefined) columns.unshift(interner.keys(own))
      if (pairs !== undefined) groups = groups.map((group) => pairs.low[group] ?? 0)
    }
    return columns
  }
}
