// The hot loops of CSV parsing, one per type, from bytes to typed arrays. Each takes the spelling that nearly all fields
// have and hands anything else, nulls too, to `exact`. Nothing here decides what is an error.

import { daysOf } from '../../../functions/cast/calendar.ts'
import type { TimestampType } from '../../../functions/types/type.ts'
import { unitsPerSecond } from '../text/temporal.ts'
import type { FieldBlock } from './tokenize.ts'

/** Rows `first` to `last` of the block; the first becomes the batch's row `to`. */
interface RowRange {
  readonly first: number
  readonly last: number
  readonly to: number
  readonly stride: number
  readonly index: number
}

/** The output buffer, seen three ways: 64-bit integers are written as two halves, low half first. */
interface OutputViews {
  readonly bytes: Uint8Array
  readonly words: Int32Array
  readonly doubles: Float64Array
}

type Exact = (start: number, end: number, row: number, to: number) => void

export type FieldLoop = (
  bytes: Uint8Array,
  block: FieldBlock,
  range: RowRange,
  output: OutputViews,
  exact: Exact,
) => void

/** For columns where any text may mean null. */
export const skipToExact: FieldLoop = (
  _bytes,
  { starts, ends },
  { first, last, to, stride, index },
  _output,
  exact,
) => {
  for (let row = first, k = first * stride + index; row < last; row++, to++, k += stride) {
    exact(starts[k] ?? 0, ends[k] ?? 0, row, to)
  }
}

const zero = 48
const minus = 45
const point = 46

/** Whole numbers of up to 15 digits. */
export const parseIntegers: FieldLoop = (
  bytes,
  { starts, ends },
  { first, last, to, stride, index },
  { words },
  exact,
) => {
  for (let row = first, k = first * stride + index; row < last; row++, to++, k += stride) {
    const start = starts[k] ?? 0
    const end = ends[k] ?? 0
    const isNegative = bytes[start] === minus
    let at = isNegative ? start + 1 : start
    const digits = end - at
    let value = 0
    let digit = 0
    if (digits < 10) {
      for (; at < end; at++) {
        digit = (bytes[at] ?? 0) - zero
        if (digit >>> 0 > 9) break
        value = (Math.imul(value, 10) + digit) | 0
      }
      if (at !== end || digits <= 0) exact(start, end, row, to)
      else {
        if (isNegative) value = -value | 0
        words[to << 1] = value
        words[(to << 1) + 1] = value >> 31
      }
      continue
    }
    if (digits <= 15) {
      for (; at < end; at++) {
        digit = (bytes[at] ?? 0) - zero
        if (digit >>> 0 > 9) break
        value = value * 10 + digit
      }
    }
    if (at !== end) exact(start, end, row, to)
    else {
      if (isNegative) value = -value
      words[to << 1] = value
      words[(to << 1) + 1] = Math.floor(value / 4294967296)
    }
  }
}

/** `true` and `false` as they are mostly written, a byte each. */
export const parseBooleans: FieldLoop = (
  bytes,
  { starts, ends },
  { first, last, to, stride, index },
  output,
  exact,
) => {
  for (let row = first, k = first * stride + index; row < last; row++, to++, k += stride) {
    const start = starts[k] ?? 0
    const end = ends[k] ?? 0
    const isTrue = end - start === 4 && wordAt(bytes, start) === true32
    if (isTrue || (end - start === 5 && wordAt(bytes, start) === fals32 && bytes[start + 4] === 101)) {
      output.bytes[to] = isTrue ? 1 : 0
    } else exact(start, end, row, to)
  }
}

const wordAt = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)
const true32 = 0x65757274
const fals32 = 0x736c6166

const powersOfTen = Float64Array.from({ length: 16 }, (_, i) => 10 ** i)

/** Decimal numbers of up to 15 digits: both they and the power of ten are exact, so their quotient is correctly rounded. */
export const parseFloats: FieldLoop = (
  bytes,
  { starts, ends },
  { first, last, to, stride, index },
  { doubles },
  exact,
) => {
  for (let row = first, k = first * stride + index; row < last; row++, to++, k += stride) {
    const start = starts[k] ?? 0
    const end = ends[k] ?? 0
    const isNegative = bytes[start] === minus
    let at = isNegative ? start + 1 : start
    const length = end - at
    if (length <= 0 || length > 16) {
      exact(start, end, row, to)
      continue
    }
    let value = 0
    let decimals = 0
    let hasPoint = false
    for (; at < end; at++) {
      const digit = (bytes[at] ?? 0) - zero
      if (digit >>> 0 <= 9) value = value * 10 + digit
      else if (!hasPoint && digit === point - zero) {
        hasPoint = true
        decimals = end - at - 1
      } else break
    }
    if (at !== end || (hasPoint ? length === 1 : length > 15)) exact(start, end, row, to)
    else {
      if (decimals > 0) value /= powersOfTen[decimals] ?? 0
      doubles[to] = isNegative ? -value : value
    }
  }
}

/** Two digits at `at`, or something outside 0 to 99. */
function two(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - zero
  const ones = (bytes[at + 1] ?? 0) - zero
  return tens >>> 0 > 9 || ones >>> 0 > 9 ? -1000 : tens * 10 + ones
}

/** `2024-01-31` as days, or -2^31. */
function civilAt(bytes: Uint8Array, at: number): number {
  const year = two(bytes, at) * 100 + two(bytes, at + 2)
  const month = two(bytes, at + 5)
  const day = two(bytes, at + 8)
  const isDate = year >= 0 && bytes[at + 4] === minus && bytes[at + 7] === minus
  return (isDate ? daysOf(year, month, day) : undefined) ?? notCivil
}
const notCivil = -2147483648

export const parseDates: FieldLoop = (
  bytes,
  { starts, ends },
  { first, last, to, stride, index },
  { words },
  exact,
) => {
  for (let row = first, k = first * stride + index; row < last; row++, to++, k += stride) {
    const start = starts[k] ?? 0
    const end = ends[k] ?? 0
    const days = end - start === 10 ? civilAt(bytes, start) : notCivil
    if (days === notCivil) exact(start, end, row, to)
    else words[to] = days
  }
}

/** `2024-01-31T12:34:56`, a fraction of at most the unit's digits, a `Z` if the type has a zone. */
export function parseTimestamps({ unit, timezone }: TimestampType): FieldLoop {
  const perSecond = unitsPerSecond[unit]
  const zulu = timezone === undefined ? -1 : 90
  return (bytes, { starts, ends }, { first, last, to, stride, index }, { words }, exact) => {
    for (let row = first, k = first * stride + index; row < last; row++, to++, k += stride) {
      const start = starts[k] ?? 0
      const end = ends[k] ?? 0
      const textEnd = bytes[end - 1] === zulu ? end - 1 : end
      const seconds = textEnd - start >= 19 ? secondsAt(bytes, start) : Number.NaN
      const fraction = fractionAt(bytes, start + 19, textEnd, perSecond)
      if (Number.isNaN(seconds) || fraction < 0) {
        exact(start, end, row, to)
        continue
      }
      // seconds * perSecond may pass 2^53: multiply the halves. Both products stay below 2^63, exactly.
      const high = Math.floor(seconds / 65536)
      const lowPart = (seconds - high * 65536) * perSecond + fraction
      const highPart = high * perSecond
      const carry = Math.floor(lowPart / 65536)
      const upper = highPart + carry // in units of 2^16
      const highWord = Math.floor(upper / 65536)
      if (highWord !== (highWord | 0)) {
        exact(start, end, row, to)
        continue
      }
      words[to << 1] = ((upper - highWord * 65536) * 65536 + (lowPart - carry * 65536)) | 0
      words[(to << 1) + 1] = highWord
    }
  }
}

/** Seconds since 1970-01-01 of `2024-01-31T12:34:56`, or NaN. */
function secondsAt(bytes: Uint8Array, at: number): number {
  const days = civilAt(bytes, at)
  const separator = bytes[at + 10]
  const [hours, minutes, seconds] = [two(bytes, at + 11), two(bytes, at + 14), two(bytes, at + 17)]
  const isTime =
    (separator === 84 || separator === 32) &&
    bytes[at + 13] === 58 &&
    bytes[at + 16] === 58 &&
    hours >>> 0 < 24 &&
    minutes >>> 0 < 60 &&
    seconds >>> 0 < 60
  return days !== notCivil && isTime ? days * 86400 + hours * 3600 + minutes * 60 + seconds : Number.NaN
}

/** The fraction that starts at `at` in units, 0 when there is none, or -1. */
function fractionAt(bytes: Uint8Array, at: number, end: number, perSecond: number): number {
  if (at >= end) return 0
  if (bytes[at] !== point || at + 1 === end) return -1
  let value = 0
  let scale = perSecond
  for (let i = at + 1; i < end; i++) {
    const digit = (bytes[i] ?? 0) - zero
    if (digit >>> 0 > 9 || scale < 10) return -1
    scale /= 10
    value += digit * scale
  }
  return value
}
