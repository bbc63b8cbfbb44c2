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
import { takeRows } from '../../functions/column/take.ts'
import { columnOf } from '../../functions/column/target.ts'
import type { Value } from '../../functions/expr/node.ts'
import { type DataType, isFloat } from '../../functions/types/type.ts'
import { BytesTable, WordTable } from './key-table.ts'

/** The number that stands for null in tables that have none of their own. */
const NULL = -2

export class KeyInterner {
  readonly #type: DataType
  readonly #table: ValueNumbers
  /** The number that null got when it first came. */
  #nullNumber = NULL
  /** By table number, the key's number: differs once null has taken one. */
  #size = 0
  #byTable = new Int32Array(1024).fill(NULL)
  #tableOf = new Int32Array(1024)
  readonly #dictionaries = new WeakMap<PlainColumn, Int32Array>()

  constructor(type: DataType) {
    this.#type = type
    this.#table = valueNumbers(type)
  }

  /** How many distinct keys have come. */
  get size(): number {
    return this.#size
  }

  /** Writes the number of each row's key; `positions` selects rows, all of them when undefined. */
  number(column: Column, positions: Int32Array | undefined, count: number, numbers: Int32Array): void {
    if (column.storage === 'dictionary') {
      this.#numberDictionary(column.codes, column.dictionary, column.valid, positions, count, numbers)
      return
    }
    const { valid } = column
    const find = this.#table.reader(column)
    for (let j = 0; j < count; j++) {
      const row = positions === undefined ? j : (positions[j] ?? 0)
      numbers[j] = valid !== undefined && valid[row] === 0 ? this.#null() : this.#known(find(row))
    }
  }

  /** Each entry of a dictionary is looked up once, rows only follow their codes. */
  #numberDictionary(
    codes: Int32Array,
    dictionary: PlainColumn,
    valid: Uint8Array | undefined,
    positions: Int32Array | undefined,
    count: number,
    numbers: Int32Array,
  ): void {
    let known = this.#dictionaries.get(dictionary)
    if (known === undefined) {
      known = new Int32Array(dictionary.length).fill(NULL)
      this.#dictionaries.set(dictionary, known)
    }
    const find = this.#table.reader(dictionary)
    for (let j = 0; j < count; j++) {
      const row = positions === undefined ? j : (positions[j] ?? 0)
      const code = codes[row] ?? 0
      if (valid !== undefined && valid[row] === 0) {
        numbers[j] = this.#null()
        continue
      }
      let number = known[code] ?? NULL
      if (number === NULL) {
        const isNull = dictionary.valid !== undefined && dictionary.valid[code] === 0
        number = isNull ? this.#null() : this.#known(find(code))
        known[code] = number
      }
      numbers[j] = number
    }
  }

  #null(): number {
    if (this.#nullNumber === NULL) this.#nullNumber = this.#next(NULL)
    return this.#nullNumber
  }

  #known(tableNumber: number): number {
    if (tableNumber >= this.#byTable.length) this.#byTable = grown(this.#byTable, NULL)
    let number = this.#byTable[tableNumber] ?? NULL
    if (number === NULL) {
      number = this.#next(tableNumber)
      this.#byTable[tableNumber] = number
    }
    return number
  }

  #next(tableNumber: number): number {
    if (this.#size === this.#tableOf.length) this.#tableOf = grown(this.#tableOf, 0)
    this.#tableOf[this.#size] = tableNumber
    return this.#size++
  }

  /** The keys with these numbers, as a column. */
  keys(numbers: Int32Array, count: number): PlainColumn {
    const positions = new Int32Array(count)
    const valid = this.#nullNumber === NULL ? undefined : new Uint8Array(count).fill(1)
    for (let i = 0; i < count; i++) {
      const number = numbers[i] ?? 0
      const position = this.#tableOf[number] ?? 0
      if (position === NULL && valid !== undefined) valid[i] = 0
      positions[i] = position === NULL ? 0 : position
    }
    return takeRows(this.#table.column(this.#type), positions, count, valid)
  }
}

function grown(array: Int32Array, filler: number): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(array.length * 2).fill(filler)
  longer.set(array)
  return longer
}

/** Numbers for values that are not null. */
interface ValueNumbers {
  reader(column: PlainColumn): (row: number) => number
  column(type: DataType): PlainColumn
}

function valueNumbers(type: DataType): ValueNumbers {
  const storage = storageOf(type)
  if (storage === 'bytes') return bytesNumbers()
  if (storage === 'bigint') return bigintNumbers()
  if (isFloat(type)) return floatNumbers()
  if (storage === 'number' || storage === 'mask') return integerNumbers()
  return objectNumbers()
}

function bytesNumbers(): ValueNumbers {
  const table = new BytesTable()
  return {
    reader: (column) => {
      const { values, offsets } = column as BytesColumn
      return (row) => table.number(values, offsets[row] ?? 0, offsets[row + 1] ?? 0)
    },
    column: (type) => {
      const { size, bytes, offsets } = table
      return { storage: 'bytes', type, length: size, valid: undefined, values: bytes, offsets }
    },
  }
}

function bigintNumbers(): ValueNumbers {
  const table = new WordTable()
  return {
    reader: (column) => {
      const { buffer, byteOffset, length } = column.storage === 'bigint' ? column.values : new BigInt64Array(0)
      const words = new Int32Array(buffer, byteOffset, length * 2)
      return (row) => table.number(words[2 * row] ?? 0, words[2 * row + 1] ?? 0)
    },
    column: (type) => {
      const values = bigintArray(type, table.size)
      const words = new Int32Array(values.buffer)
      for (let i = 0; i < table.size; i++) {
        words[2 * i] = table.low[i] ?? 0
        words[2 * i + 1] = table.high[i] ?? 0
      }
      return { storage: 'bigint', type, length: table.size, valid: undefined, values }
    },
  }
}

function floatNumbers(): ValueNumbers {
  const table = new WordTable()
  const one = new Float64Array(1)
  const words = new Int32Array(one.buffer)
  return {
    reader: (column) => {
      const values = column.storage === 'number' ? column.values : new Float64Array(0)
      return (row) => {
        const value = values[row] ?? 0
        // One bit pattern for all NaNs, and + 0 makes -0 into 0.
        one[0] = Number.isNaN(value) ? Number.NaN : value + 0
        return table.number(words[0] ?? 0, words[1] ?? 0)
      }
    },
    column: (type) => {
      const values = numberArray(type, table.size)
      for (let i = 0; i < table.size; i++) {
        words[0] = table.low[i] ?? 0
        words[1] = table.high[i] ?? 0
        values[i] = one[0] ?? 0
      }
      return { storage: 'number', type, length: table.size, valid: undefined, values }
    },
  }
}

function integerNumbers(): ValueNumbers {
  const table = new WordTable()
  return {
    reader: (column) => {
      const values = column.storage === 'number' || column.storage === 'mask' ? column.values : new Int32Array(0)
      return (row) => table.number(values[row] ?? 0, 0)
    },
    column: (type) => {
      const { size, low } = table
      if (storageOf(type) === 'mask') {
        return { storage: 'mask', type, length: size, valid: undefined, values: Uint8Array.from(low.subarray(0, size)) }
      }
      const values = numberArray(type, size)
      values.set(low.subarray(0, size))
      return { storage: 'number', type, length: size, valid: undefined, values }
    },
  }
}

function objectNumbers(): ValueNumbers {
  const numbers = new Map<string, number>()
  const values: Value[] = []
  return {
    reader: (column) => (row) => {
      const value = valueAt(column, row)
      const key = JSON.stringify(value, tagged)
      let number = numbers.get(key)
      if (number === undefined) {
        number = values.push(value) - 1
        numbers.set(key, number)
      }
      return number
    },
    column: (type) => columnOf(values, type),
  }
}

/** JSON that keeps apart what plain JSON would not. */
const tagged = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? `${value}n` : typeof value === 'number' && !Number.isFinite(value) ? `${value}` : value
