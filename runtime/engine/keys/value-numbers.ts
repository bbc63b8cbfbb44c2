// Values of one storage to the numbers of keys and back: which table a type's keys are in, and how values are brought
// into its form. What is equal is said in key-values.ts; columns of dictionaries and selections are not known here.

import {
  type BytesColumn,
  bigintArray,
  numberArray,
  type PlainColumn,
  storageOf,
  valueAt,
} from '../../../functions/column/column.ts'
import { columnOf } from '../../../functions/column/output-buffer.ts'
import { type DataType, isFloat } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import { OBJECT_BYTES } from '../memory-budget.ts'
import { BytesTable } from './bytes-table.ts'
import { EMPTY } from './key-slots.ts'
import { floatWords, valueKey } from './key-values.ts'
import { WordTable } from './word-table.ts'

/** Numbers for the values of one storage. */
export interface ValueNumbers {
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

export function valueNumbers(type: DataType): ValueNumbers {
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
    this.table.numberSingles(this.words(column), column.valid, numbers, column.length)
  }
  override column(type: DataType): PlainColumn {
    const { size, low } = this.table
    const values = storageOf(type) === 'mask' ? new Uint8Array(size) : numberArray(type, size)
    values.set(low.subarray(0, size))
    const storage = storageOf(type) === 'mask' ? 'mask' : 'number'
    return { storage, type, length: size, valid: undefined, values } as PlainColumn
  }
}

/** Values that have no flat form: decimals, lists, structs. */
class ObjectNumbers implements ValueNumbers {
  readonly #numbers = new Map<string, number>()
  readonly #values: Value[] = []
  nullNumber = EMPTY

  get size(): number {
    return this.#values.length
  }
  get byteLength(): number {
    return 2 * OBJECT_BYTES * this.size
  }
  null(): number {
    if (this.nullNumber === EMPTY) this.nullNumber = this.#values.push(null) - 1
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
