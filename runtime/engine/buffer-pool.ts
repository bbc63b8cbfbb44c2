// Memory for the columns that a projection computes, used again once a batch has been written. Fresh memory costs more
// than most computing on it. Ownership is strict: what is acquired belongs to one batch until that batch is released.

import type { Batch } from '../../functions/column/column.ts'
import { allocateBuffer, type OutputBuffer } from '../../functions/column/output-buffer.ts'
import type { DataType } from '../../functions/types/type.ts'

interface Acquired {
  readonly key: string
  /** The memory as it was made; a batch may use its beginning only. */
  readonly whole: OutputBuffer
}

/** Kept for later batches, of one type. More would be memory that nobody uses. */
const MAX_FREE = 4

export class BufferPool {
  readonly #free = new Map<string, OutputBuffer[]>()
  readonly #acquired = new WeakMap<Batch, readonly Acquired[]>()

  /** A buffer for a column of `length` rows; `own` says which batch it belongs to. */
  acquire(
    type: DataType,
    length: number,
    nullable: boolean,
  ): { readonly buffer: OutputBuffer; readonly acquired: Acquired | undefined } {
    const key = `${type.kind}${nullable ? '?' : ''}`
    const free = this.#free.get(key)
    const found = free?.findIndex(({ v }) => v.length >= length) ?? -1
    const whole = found === -1 ? allocateBuffer(type, length, nullable) : free?.splice(found, 1)[0]
    if (whole === undefined || Array.isArray(whole.v))
      return { buffer: whole ?? allocateBuffer(type, length, nullable), acquired: undefined }
    const buffer = { v: whole.v.subarray(0, length), m: whole.m?.subarray(0, length) }
    return { buffer, acquired: { key, whole } }
  }

  own(batch: Batch, acquired: readonly Acquired[]): void {
    if (acquired.length > 0) this.#acquired.set(batch, acquired)
  }

  /** Takes back the memory of a batch that nobody reads any more; of other batches nothing. */
  release(batch: Batch): void {
    for (const { key, whole } of this.#acquired.get(batch) ?? []) {
      const free = this.#free.get(key) ?? []
      if (free.length < MAX_FREE) free.push(whole)
      this.#free.set(key, free)
    }
    this.#acquired.delete(batch)
  }
}
