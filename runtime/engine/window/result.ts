// A result column that is filled in any order of rows.

import { type PlainColumn, storageOf } from '../../../functions/column/column.ts'
import { allocateBuffer, finishBuffer, type OutputBuffer } from '../../../functions/column/output-buffer.ts'
import type { DataType } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'

export class ResultColumn {
  readonly #type: DataType
  readonly #length: number
  readonly #buffer: OutputBuffer
  readonly #empty: Value
  readonly #isMask: boolean

  /** @param nullable - Whether rows may be set to null. */
  constructor(type: DataType, length: number, nullable: boolean) {
    this.#type = type
    this.#length = length
    this.#buffer = allocateBuffer(type, length, nullable)
    const storage = storageOf(type)
    this.#isMask = storage === 'mask'
    const isBig = storage === 'bigint' || storage === 'decimal'
    this.#empty = type.kind === 'utf8' ? '' : isBig ? 0n : storage === 'number' || storage === 'mask' ? 0 : null
  }

  set(row: number, value: Value): void {
    const { v, m } = this.#buffer
    const values = v as Value[]
    if (value === null) values[row] = this.#empty
    else {
      values[row] = this.#isMask ? Number(value) : value
      if (m !== undefined) m[row] = 1
    }
  }

  /** Sets the rows at positions from `start` on. */
  setAll(rows: Int32Array, start: number, values: readonly Value[]): void {
    const { v, m } = this.#buffer
    if (!(v instanceof Float64Array) || m === undefined) {
      for (let i = 0; i < values.length; i++) this.set(rows[start + i] ?? 0, values[i] ?? null)
      return
    }
    for (let i = 0; i < values.length; i++) {
      const value = values[i]
      if (typeof value !== 'number') continue
      const row = rows[start + i] ?? 0
      v[row] = value
      m[row] = 1
    }
  }

  finish(): PlainColumn {
    return finishBuffer(this.#buffer, this.#type, this.#length)
  }
}
