// A sort key's values as doubles that order rows, as far as doubles can tell: integers, dates and booleans as they are,
// text by its first bytes. Nulls and NaN become infinities; descending keys change their sign.

import type { NumberArray, PlainColumn } from '../../../functions/column/column.ts'

/** How a key orders rows. */
export interface Direction {
  readonly descending: boolean
  readonly nullsFirst: boolean
}

export interface LeadingNumbers {
  /** For each row a number that is smaller only when the row comes first. Never NaN. */
  readonly numbers: Float64Array
  /** The numbers are the column's own memory, not to be written to. */
  readonly borrowed: boolean
  /** Rows of equal numbers are equal in this key. */
  readonly exact: boolean
  /** The numbers are the values, but for their sign; infinities are nulls. */
  readonly faithful: boolean
}

/** The numbers by which a column is sorted first. */
export function leadingNumbers(column: PlainColumn, direction: Direction): LeadingNumbers {
  return borrowedNumbers(column, direction) ?? leadingNumbersOf([column], direction)
}

/** Ascending doubles that are all finite are their own numbers. */
function borrowedNumbers(column: PlainColumn, { descending }: Direction): LeadingNumbers | undefined {
  const { storage, valid, length } = column
  if (descending || valid !== undefined || storage !== 'number' || !(column.values instanceof Float64Array))
    return undefined
  const { values } = column
  // Nothing times 0 is 0, but for what is not finite.
  let sum = 0
  for (let i = 0; i < length; i++) sum += (values[i] ?? 0) * 0
  return sum === 0 ? { numbers: values.subarray(0, length), exact: true, faithful: true, borrowed: true } : undefined
}

/** The numbers of columns of one type, one after another, in memory of their own. */
export function leadingNumbersOf(columns: readonly PlainColumn[], direction: Direction): LeadingNumbers {
  const all = new Float64Array(columns.reduce((sum, { length }) => sum + length, 0))
  const seen = { exact: true, infinite: false, nan: false, null: false }
  let at = 0
  for (const column of columns) {
    const numbers = all.subarray(at, at + column.length)
    at += column.length
    const { exact, infinite, nan } = writeNumbers(column, numbers, direction.descending ? -1 : 1)
    if (column.valid !== undefined) markNulls(numbers, column.valid, direction.nullsFirst ? -Infinity : Infinity)
    seen.exact &&= exact
    seen.infinite ||= infinite
    seen.nan ||= nan
    seen.null ||= column.valid !== undefined
  }
  // Two of them may have become the same infinity.
  const unclear = Number(seen.infinite) + Number(seen.nan) + Number(seen.null) > 1
  const areNumbers = columns.every(({ storage }) => storage === 'number' || storage === 'mask')
  return {
    numbers: all,
    borrowed: false,
    exact: seen.exact && !unclear,
    faithful: seen.exact && areNumbers && !seen.infinite && !seen.nan,
  }
}

function markNulls(numbers: Float64Array, valid: Uint8Array, ofNull: number): void {
  for (let i = 0; i < numbers.length; i++) if (valid[i] === 0) numbers[i] = ofNull
}

interface Written {
  /** Equal numbers mean equal values. */
  readonly exact: boolean
  readonly infinite: boolean
  readonly nan: boolean
}

const finite = { infinite: false, nan: false }

function writeNumbers(column: PlainColumn, numbers: Float64Array, sign: 1 | -1): Written {
  const { length } = numbers
  switch (column.storage) {
    case 'mask':
    case 'number':
      return writeDoubles(column.values, numbers, sign)
    case 'bigint': {
      const { buffer, byteOffset } = column.values
      const high =
        column.type.kind === 'uint64' ? new Uint32Array(buffer, byteOffset) : new Int32Array(buffer, byteOffset)
      const low = new Uint32Array(buffer, byteOffset)
      let exact = true
      for (let i = 0; i < length; i++) {
        const value = (high[2 * i + 1] ?? 0) * 4294967296 + (low[2 * i] ?? 0)
        exact &&= value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER
        numbers[i] = sign * value
      }
      return { ...finite, exact }
    }
    case 'bytes': {
      const { values, offsets } = column
      for (let i = 0; i < length; i++) numbers[i] = sign * bytesPrefix(values, offsets[i] ?? 0, offsets[i + 1] ?? 0)
      return { ...finite, exact: false }
    }
    default:
      return { ...finite, exact: false }
  }
}

function writeDoubles(values: NumberArray, numbers: Float64Array, sign: 1 | -1): Written {
  let infinite = false
  let nan = false
  if (sign === 1) numbers.set(values.subarray(0, numbers.length))
  else for (let i = 0; i < numbers.length; i++) numbers[i] = -(values[i] ?? 0)
  if (values instanceof Float64Array || values instanceof Float32Array) {
    for (let i = 0; i < numbers.length; i++) {
      const value = numbers[i] ?? 0
      if (value - value === 0) continue
      // NaN comes after infinity.
      if (Number.isNaN(value)) numbers[i] = sign * Infinity
      nan ||= Number.isNaN(value)
      infinite ||= !Number.isNaN(value)
    }
  }
  return { exact: true, infinite, nan }
}

/** The first six bytes as a number; shorter texts are filled with zeros. */
function bytesPrefix(bytes: Uint8Array, start: number, end: number): number {
  let prefix = 0
  for (let i = 0; i < 6; i++) prefix = prefix * 256 + (start + i < end ? (bytes[start + i] ?? 0) : 0)
  return prefix
}

/** A column of the type that faithful numbers were made of, with its values in the order of the numbers. */
export function columnOfNumbers(column: PlainColumn, numbers: Float64Array, { descending }: Direction): PlainColumn {
  const { type, storage } = column
  const { length } = numbers
  const valid = column.valid === undefined ? undefined : new Uint8Array(length)
  if (valid !== undefined) {
    for (let i = 0; i < length; i++) {
      const isNull = Math.abs(numbers[i] ?? 0) === Infinity
      valid[i] = isNull ? 0 : 1
      if (isNull) numbers[i] = 0
    }
  }
  if (descending) for (let i = 0; i < length; i++) numbers[i] = -(numbers[i] ?? 0)
  if (type.kind === 'float64') return { storage: 'number', type, length, valid, values: numbers }
  const values = new ((column as { values: Float64Array }).values.constructor as Float64ArrayConstructor)(length)
  values.set(numbers)
  return { storage, type, length, valid, values } as unknown as PlainColumn
}
