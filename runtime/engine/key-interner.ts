// One grouping key: values of a column to numbers 0, 1, 2 … (null is a key like any other), and numbers back to a
// column. Equality is SQL's for grouping: NaN equals NaN, -0 equals 0, null equals null.

import {
  type BytesColumn,
  bigintArray,
  type Column,
  numberArray,
  type PlainColumn,
  storageOf,
  valueAt,
} from '../../functions/column/column.ts'
import { resolveDictionary, takeRows } from '../../functions/column/take.ts'
import { columnOf } from '../../functions/column/target.ts'
import type { Value } from '../../functions/expr/node.ts'
import { type DataType, isFloat } from '../../functions/types/type.ts'
import { BytesTable, WordTable } from './key-table.ts'
import { OBJECT_BYTES } from './memory-budget.ts'
import { type Selection, selectRows } from './prepared-batch.ts'

const UNKNOWN = -1

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
      known = new Int32Array(dictionary.length).fill(UNKNOWN)
      this.#dictionaries.set(dictionary, known)
    }
    for (let row = 0; row < length; row++) {
      if (valid !== undefined && valid[row] === 0) {
        numbers[row] = this.#numbers.null()
        continue
      }
      const code = codes[row] ?? 0
      let number = known[code] ?? UNKNOWN
      if (number === UNKNOWN) {
        number = this.#numbers.numberOf?.(dictionary, code) ?? UNKNOWN
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
    if (nullNumber !== UNKNOWN) {
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

/** Numbers for the values of one storage. */
interface ValueNumbers {
  readonly size: number
  readonly byteLength: number
  readonly nullNumber: number
  null(): number
  /** The number of each row's value. One loop per storage: a loop for all would be slow for each. */
  number(column: PlainColumn, numbers: Int32Array): void
  /** The table of keys that are runs of bytes. */
  readonly bytes?: BytesTable
  /** The number of one entry of a dictionary of strings, null included. */
  numberOf?(dictionary: BytesColumn, entry: number): number
  /** All values by their number; null's place holds anything. */
  column(type: DataType): PlainColumn
}

function valueNumbers(type: DataType): ValueNumbers {
  const storage = storageOf(type)
  if (storage === 'bytes') return new BytesNumbers()
  if (storage === 'bigint') return new WideNumbers()
  if (isFloat(type)) return new FloatNumbers()
  if (storage === 'number' || storage === 'mask') return new SmallNumbers()
  return new ObjectNumbers()
}

class BytesNumbers implements ValueNumbers {
  readonly bytes = new BytesTable()

  get size(): number {
    return this.bytes.size
  }
  get byteLength(): number {
    return this.bytes.byteLength
  }
  get nullNumber(): number {
    return this.bytes.nullNumber
  }
  null(): number {
    return this.bytes.null()
  }
  number(column: PlainColumn, numbers: Int32Array): void {
    this.bytes.numberRows(column as BytesColumn, undefined, column.length, numbers)
  }
  numberOf({ values, offsets, valid }: BytesColumn, entry: number): number {
    if (valid !== undefined && valid[entry] === 0) return this.null()
    return this.bytes.number(values, offsets[entry] ?? 0, offsets[entry + 1] ?? 0)
  }
  column(type: DataType): PlainColumn {
    const { size, bytes, offsets } = this.bytes
    return { storage: 'bytes', type, length: size, valid: undefined, values: bytes, offsets }
  }
}

/** Values seen as pairs of 32-bit words. */
abstract class WordNumbers implements ValueNumbers {
  protected readonly table = new WordTable()

  get size(): number {
    return this.table.size
  }
  get byteLength(): number {
    return this.table.byteLength
  }
  get nullNumber(): number {
    return this.table.nullNumber
  }
  null(): number {
    return this.table.null()
  }
  /** The words of all rows, low first, two to a row. */
  protected abstract words(column: PlainColumn): Int32Array
  abstract column(type: DataType): PlainColumn

  number(column: PlainColumn, numbers: Int32Array): void {
    this.table.numberRows(this.words(column), column.valid, numbers, column.length)
  }
  /** The keys' words, low first, two to a key. */
  protected keyWords(): Int32Array {
    const { size, low, high } = this.table
    const words = new Int32Array(2 * size)
    for (let i = 0; i < size; i++) {
      words[2 * i] = low[i] ?? 0
      words[2 * i + 1] = high[i] ?? 0
    }
    return words
  }
}

class WideNumbers extends WordNumbers {
  protected override words(column: PlainColumn): Int32Array {
    if (column.storage !== 'bigint') return new Int32Array(2 * column.length)
    return new Int32Array(column.values.buffer, column.values.byteOffset, 2 * column.length)
  }
  override column(type: DataType): PlainColumn {
    const values = bigintArray(type, this.size)
    new Int32Array(values.buffer).set(this.keyWords())
    return { storage: 'bigint', type, length: this.size, valid: undefined, values }
  }
}

class FloatNumbers extends WordNumbers {
  protected override words(column: PlainColumn): Int32Array {
    return floatWords(column)
  }
  override column(type: DataType): PlainColumn {
    const values = numberArray(type, this.size)
    values.set(new Float64Array(this.keyWords().buffer))
    return { storage: 'number', type, length: this.size, valid: undefined, values }
  }
}

/** Integers of up to 32 bits, dates and booleans. */
class SmallNumbers extends WordNumbers {
  protected override words(column: PlainColumn): Int32Array {
    if (column.storage !== 'number' && column.storage !== 'mask') return new Int32Array(column.length)
    // One kind of array: a loop that sees eight kinds is slow for all of them.
    return column.values instanceof Int32Array ? column.values : Int32Array.from(column.values)
  }
  override number(column: PlainColumn, numbers: Int32Array): void {
    const words = this.words(column)
    const { valid, length } = column
    const { table } = this
    for (let row = 0; row < length; row++) {
      numbers[row] = valid !== undefined && valid[row] === 0 ? table.null() : table.number(words[row] ?? 0, 0)
    }
  }
  override column(type: DataType): PlainColumn {
    const { size, low } = this.table
    const values = storageOf(type) === 'mask' ? new Uint8Array(size) : numberArray(type, size)
    values.set(low.subarray(0, size))
    const storage = storageOf(type) === 'mask' ? 'mask' : 'number'
    return { storage, type, length: size, valid: undefined, values } as PlainColumn
  }
}

/** Doubles as words, low first, two to a row; numbers that are equal keys have equal words. */
export function floatWords(column: PlainColumn): Int32Array {
  const doubles = new Float64Array(column.length)
  if (column.storage === 'number') {
    const { values } = column
    // One bit pattern for all NaNs; adding 0 makes -0 into 0.
    for (let i = 0; i < doubles.length; i++) doubles[i] = (values[i] ?? 0) + 0
  }
  const words = new Int32Array(doubles.buffer)
  for (let i = 0; i < doubles.length; i++) {
    if (!Number.isNaN(doubles[i])) continue
    words[2 * i] = 0
    words[2 * i + 1] = 0x7ff80000
  }
  return words
}

/** Values that have no flat form: decimals, lists, structs. */
class ObjectNumbers implements ValueNumbers {
  readonly #numbers = new Map<string, number>()
  readonly #values: Value[] = []
  nullNumber = UNKNOWN

  get size(): number {
    return this.#values.length
  }
  get byteLength(): number {
    return 2 * OBJECT_BYTES * this.size
  }
  null(): number {
    if (this.nullNumber === UNKNOWN) this.nullNumber = this.#values.push(null) - 1
    return this.nullNumber
  }
  number(column: PlainColumn, numbers: Int32Array): void {
    for (let row = 0; row < column.length; row++) numbers[row] = this.#number(valueAt(column, row))
  }
  #number(value: Value): number {
    if (value === null) return this.null()
    const key = valueKey(value)
    let number = this.#numbers.get(key)
    if (number === undefined) {
      number = this.#values.push(value) - 1
      this.#numbers.set(key, number)
    }
    return number
  }
  column(type: DataType): PlainColumn {
    return columnOf(this.#values, type)
  }
}

/** A text that two values share exactly when they are equal keys. */
export const valueKey = (value: Value): string => JSON.stringify(value, tagged)

/** JSON that keeps apart what plain JSON would not. */
const tagged = (_key: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'string') return `"${value}`
  return typeof value === 'number' && !Number.isFinite(value) ? `${value}` : value
}
