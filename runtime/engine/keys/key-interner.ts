// One grouping key: values of a column to numbers 0, 1, 2 … (null is a key like any other), and numbers back to a
// column. Selections and dictionaries are seen to here; equality and tables are those of the values.

import type { BytesColumn, Column, PlainColumn } from '../../../functions/column/column.ts'
import { resolveDictionary, takeRows } from '../../../functions/column/take.ts'
import type { DataType } from '../../../functions/types/type.ts'
import { type Selection, selectRows } from '../prepared-batch.ts'
import { EMPTY } from './key-slots.ts'
import { type ValueNumbers, valueNumbers } from './value-numbers.ts'

export class KeyInterner {
  readonly #type: DataType
  readonly #numbers: ValueNumbers
  readonly #dictionaries = new WeakMap<PlainColumn, Int32Array>()

  constructor(type: DataType) {
    this.#type = type
    this.#numbers = valueNumbers(type)
  }

  /** How many distinct keys have come. */
  get size(): number {
    return this.#numbers.size
  }

  get byteLength(): number {
    return this.#numbers.byteLength
  }

  /** Writes the number of each row's key; of the selected rows, when there is a selection. */
  number(column: Column, numbers: Int32Array, selection?: Selection): void {
    const { bytes } = this.#numbers
    if (column.storage === 'bytes' && bytes !== undefined) {
      // Texts are read where they stand: gathering them would copy every byte.
      bytes.numberRows(column, selection?.positions, selection?.count ?? column.length, numbers)
      return
    }
    const rows = selection === undefined ? column : selectRows(column, selection)
    if (rows.storage === 'dictionary' && rows.dictionary.storage === 'bytes') {
      this.#numberByCode(rows.codes, rows.dictionary, rows.valid, rows.length, numbers)
    } else {
      this.#numbers.number(resolveDictionary(rows), numbers)
    }
  }

  /** Each entry of a dictionary is looked up once, when a row first uses it; rows only follow their codes. */
  #numberByCode(
    codes: Int32Array,
    dictionary: BytesColumn,
    valid: Uint8Array | undefined,
    length: number,
    numbers: Int32Array,
  ): void {
    let known = this.#dictionaries.get(dictionary)
    if (known === undefined) {
      known = new Int32Array(dictionary.length).fill(EMPTY)
      this.#dictionaries.set(dictionary, known)
    }
    for (let row = 0; row < length; row++) {
      if (valid !== undefined && valid[row] === 0) {
        numbers[row] = this.#numbers.null()
        continue
      }
      const code = codes[row] ?? 0
      let number = known[code] ?? EMPTY
      if (number === EMPTY) {
        number = this.#numbers.numberOf?.(dictionary, code) ?? EMPTY
        known[code] = number
      }
      numbers[row] = number
    }
  }

  /** The keys with these numbers, as a column. */
  keys(numbers: Int32Array): PlainColumn {
    const { nullNumber } = this.#numbers
    const all = this.#numbers.column(this.#type)
    let valid: Uint8Array | undefined
    if (nullNumber !== EMPTY) {
      valid = new Uint8Array(numbers.length)
      for (let i = 0; i < numbers.length; i++) valid[i] = numbers[i] === nullNumber ? 0 : 1
    }
    return isCounting(numbers, all.length) ? { ...all, valid } : takeRows(all, numbers, numbers.length, valid)
  }
}

/** Whether these are all numbers in order: a single key's groups. */
function isCounting(numbers: Int32Array, length: number): boolean {
  if (numbers.length !== length) return false
  for (let i = 0; i < length; i++) if (numbers[i] !== i) return false
  return true
}
