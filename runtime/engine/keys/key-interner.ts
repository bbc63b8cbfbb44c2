// One grouping key: values of a column to ids 0, 1, 2 … (null is a key like any other), and ids back to a
// column. Selections and dictionaries are seen to here; equality and tables are those of the values.

import type { BytesColumn, Column, PlainColumn } from '../../../functions/column/column.ts'
import { resolveDictionary, takeRows } from '../../../functions/column/take.ts'
import type { DataType } from '../../../functions/types/type.ts'
import { type Selection, selectRows } from '../prepared-batch.ts'
import { EMPTY } from './key-slots.ts'
import { type ValueInterner, valueInterner } from './value-interner.ts'

export class KeyInterner {
  readonly #type: DataType
  readonly #values: ValueInterner
  readonly #dictionaries = new WeakMap<PlainColumn, Int32Array>()

  constructor(type: DataType) {
    this.#type = type
    this.#values = valueInterner(type)
  }

  /** How many distinct keys have come. */
  get size(): number {
    return this.#values.size
  }

  get byteLength(): number {
    return this.#values.byteLength
  }

  /** Writes the id of each row's key; of the selected rows, when there is a selection. */
  intern(column: Column, ids: Int32Array, selection?: Selection): void {
    const { bytes } = this.#values
    if (column.storage === 'bytes' && bytes !== undefined) {
      // Texts are read where they stand: gathering them would copy every byte.
      bytes.internRows(column, selection?.positions, selection?.count ?? column.length, ids)
      return
    }
    const rows = selection === undefined ? column : selectRows(column, selection)
    if (rows.storage === 'dictionary' && rows.dictionary.storage === 'bytes') {
      this.#internByCode(rows.codes, rows.dictionary, rows.valid, rows.length, ids)
    } else {
      this.#values.intern(resolveDictionary(rows), ids)
    }
  }

  /** Each entry of a dictionary is looked up once, when a row first uses it; rows only follow their codes. */
  #internByCode(
    codes: Int32Array,
    dictionary: BytesColumn,
    valid: Uint8Array | undefined,
    length: number,
    ids: Int32Array,
  ): void {
    let known = this.#dictionaries.get(dictionary)
    if (known === undefined) {
      known = new Int32Array(dictionary.length).fill(EMPTY)
      this.#dictionaries.set(dictionary, known)
    }
    for (let row = 0; row < length; row++) {
      if (valid !== undefined && valid[row] === 0) {
        ids[row] = this.#values.null()
        continue
      }
      const code = codes[row] ?? 0
      let id = known[code] ?? EMPTY
      if (id === EMPTY) {
        id = this.#values.idOf?.(dictionary, code) ?? EMPTY
        known[code] = id
      }
      ids[row] = id
    }
  }

  /** The keys with these ids, as a column. */
  keys(ids: Int32Array): PlainColumn {
    const { nullId } = this.#values
    const all = this.#values.column(this.#type)
    let valid: Uint8Array | undefined
    if (nullId !== EMPTY) {
      valid = new Uint8Array(ids.length)
      for (let i = 0; i < ids.length; i++) valid[i] = ids[i] === nullId ? 0 : 1
    }
    return isCounting(ids, all.length) ? { ...all, valid } : takeRows(all, ids, ids.length, valid)
  }
}

/** Whether these are all ids in order: a single key's groups. */
function isCounting(ids: Int32Array, length: number): boolean {
  if (ids.length !== length) return false
  for (let i = 0; i < length; i++) if (ids[i] !== i) return false
  return true
}
