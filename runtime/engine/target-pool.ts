// Memory for the columns that a projection computes, used again once a batch has been written. Fresh memory costs more
// than most computing on it. Ownership is strict: what is lent belongs to one batch until that batch is given back.

import type { Batch } from '../../functions/column/column.ts'
import { makeTarget, type Target } from '../../functions/column/target.ts'
import type { DataType } from '../../functions/types/type.ts'

interface Loan {
  readonly key: string
  /** The memory as it was made; a batch may use its beginning only. */
  readonly whole: Target
}

/** Kept for later batches, of one type. More would be memory that nobody uses. */
const MAX_FREE = 4

export class TargetPool {
  readonly #free = new Map<string, Target[]>()
  readonly #loans = new WeakMap<Batch, readonly Loan[]>()

  /** A target for a column of `length` rows; `lend` says which batch it belongs to. */
  take(
    type: DataType,
    length: number,
    nullable: boolean,
  ): { readonly target: Target; readonly loan: Loan | undefined } {
    const key = `${type.kind}${nullable ? '?' : ''}`
    const free = this.#free.get(key)
    const found = free?.findIndex(({ v }) => v.length >= length) ?? -1
    const whole = found === -1 ? makeTarget(type, length, nullable) : free?.splice(found, 1)[0]
    if (whole === undefined || Array.isArray(whole.v))
      return { target: whole ?? makeTarget(type, length, nullable), loan: undefined }
    const target = { v: whole.v.subarray(0, length), m: whole.m?.subarray(0, length) }
    return { target, loan: { key, whole } }
  }

  lend(batch: Batch, loans: readonly Loan[]): void {
    if (loans.length > 0) this.#loans.set(batch, loans)
  }

  /** Takes back the memory of a batch that nobody reads any more; of other batches nothing. */
  giveBack(batch: Batch): void {
    for (const { key, whole } of this.#loans.get(batch) ?? []) {
      const free = this.#free.get(key) ?? []
      if (free.length < MAX_FREE) free.push(whole)
      this.#free.set(key, free)
    }
    this.#loans.delete(batch)
  }
}
