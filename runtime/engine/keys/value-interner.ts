// Values of one storage to ids and back: which table a type's keys are in, and how values are brought into its layout. What is equal is said in key-values.ts; columns of dictionaries and selections are not known here.

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

/** Gives the values of one storage their ids. */
export interface ValueInterner {
  readonly size: number
  readonly byteLength: number
  readonly nullId: number
  null(): number
  /** The id of each row's value. One loop per storage: a loop for all would be slow for each. */
  intern(column: PlainColumn, ids: Int32Array): void
  /** The table of keys that are runs of bytes. */
  readonly bytes?: BytesTable
  /** The id of one entry of a dictionary of strings, null included. */
  idOf?(dictionary: BytesColumn, entry: number): number
  /** All values by their id; what stands at null's id is undefined. */
  column(type: DataType): PlainColumn
}

/** The interner for values of a type, by how they are stored. */
export function valueInterner(type: DataType): ValueInterner {
  const storage = storageOf(type)
  if (storage === 'bytes') return new BytesInterner()
  if (storage === 'bigint') return new WideInterner()
  if (isFloat(type)) return new FloatInterner()
  if (storage === 'number' || storage === 'mask') return new SmallInterner()
  return new ObjectInterner()
}

class BytesInterner implements ValueInterner {
  readonly bytes = new BytesTable()

  get size(): number {
    return this.bytes.size
  }
  get byteLength(): number {
    return this.bytes.byteLength
  }
  get nullId(): number {
    return this.bytes.nullId
  }
  null(): number {
    return this.bytes.null()
  }
  intern(column: PlainColumn, ids: Int32Array): void {
    this.bytes.internRows(column as BytesColumn, undefined, column.length, ids)
  }
  idOf({ values, offsets, valid }: BytesColumn, entry: number): number {
    if (valid !== undefined && valid[entry] === 0) return this.null()
    return this.bytes.intern(values, offsets[entry] ?? 0, offsets[entry + 1] ?? 0)
  }
  column(type: DataType): PlainColumn {
    const { size, bytes, offsets } = this.bytes
    return { storage: 'bytes', type, length: size, valid: undefined, values: bytes, offsets }
  }
}

/** Values seen as pairs of 32-bit words. */
abstract class WordInterner implements ValueInterner {
  protected readonly table = new WordTable()

  get size(): number {
    return this.table.size
  }
  get byteLength(): number {
    return this.table.byteLength
  }
  get nullId(): number {
    return this.table.nullId
  }
  null(): number {
    return this.table.null()
  }
  /** The words of all rows, low first, two to a row. */
  protected abstract words(column: PlainColumn): Int32Array
  abstract column(type: DataType): PlainColumn

  intern(column: PlainColumn, ids: Int32Array): void {
    this.table.internRows(this.words(column), column.valid, ids, column.length)
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

class WideInterner extends WordInterner {
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

class FloatInterner extends WordInterner {
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
class SmallInterner extends WordInterner {
  protected override words(column: PlainColumn): Int32Array {
    if (column.storage !== 'number' && column.storage !== 'mask') return new Int32Array(column.length)
    // One kind of array: a loop that sees eight kinds is slow for all of them.
    return column.values instanceof Int32Array ? column.values : Int32Array.from(column.values)
  }
  override intern(column: PlainColumn, ids: Int32Array): void {
    this.table.internSingles(this.words(column), column.valid, ids, column.length)
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
class ObjectInterner implements ValueInterner {
  readonly #ids = new Map<string, number>()
  readonly #values: Value[] = []
  nullId = EMPTY

  get size(): number {
    return this.#values.length
  }
  get byteLength(): number {
    return 2 * OBJECT_BYTES * this.size
  }
  null(): number {
    if (this.nullId === EMPTY) this.nullId = this.#values.push(null) - 1
    return this.nullId
  }
  intern(column: PlainColumn, ids: Int32Array): void {
    for (let row = 0; row < column.length; row++) ids[row] = this.#intern(valueAt(column, row))
  }
  #intern(value: Value): number {
    if (value === null) return this.null()
    const key = valueKey(value)
    let id = this.#ids.get(key)
    if (id === undefined) {
      id = this.#values.push(value) - 1
      this.#ids.set(key, id)
    }
    return id
  }
  column(type: DataType): PlainColumn {
    return columnOf(this.#values, type)
  }
}
