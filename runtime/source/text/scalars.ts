// How each type of fixed size is written from a JavaScript value or its text: ranges are checked, digits are never lost.
// Knows one value at a time, nothing of columns or files.

import type { DataType, TimeUnit } from '../../../functions/types/type.ts'
import { parseDate, parseDuration, parseTime, parseTimestamp } from './temporal.ts'

/** Writes `value` at byte `at`; false when it does not fit. */
type WriteFixed = (view: DataView, at: number, value: unknown) => boolean

interface FixedType {
  readonly width: number
  readonly write: WriteFixed
}

const integerRanges = {
  int8: [-128, 127],
  int16: [-32_768, 32_767],
  int32: [-2_147_483_648, 2_147_483_647],
  uint8: [0, 255],
  uint16: [0, 65_535],
  uint32: [0, 4_294_967_295],
} as const

/** How values of `type` are stored; booleans take a byte here. */
export function fixedTypeOf(type: DataType): FixedType {
  switch (type.kind) {
    case 'null':
      return { width: 1, write: () => false }
    case 'bool':
      return { width: 1, write: writeBool }
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
    case 'uint16':
    case 'uint32':
      return smallInteger(integerRanges[type.kind])
    case 'int64':
      return { width: 8, write: writeInt64 }
    case 'uint64':
      return big((value) => integer(value, 0n, 2n ** 64n - 1n))
    case 'float32':
      return { width: 4, write: writeFloat32 }
    case 'float64':
      return { width: 8, write: writeFloat64 }
    case 'date32':
      return { width: 4, write: writeDate }
    case 'timestamp':
      return big((value) => {
        if (value instanceof Date) return parseTimestamp(value.toISOString(), { ...type, timezone: 'UTC' })
        return typeof value === 'string' ? parseTimestamp(value, type) : undefined
      })
    case 'time32':
      return { width: 4, write: (view, at, value) => writeTime32(view, at, value, type.unit) }
    case 'time64':
      return big((value) => (typeof value === 'string' ? parseTime(value, type.unit) : undefined))
    case 'duration':
      return big((value) => (typeof value === 'string' ? parseDuration(value, type.unit) : undefined))
    case 'decimal128':
      return { width: 16, write: (view, at, value) => writeDecimal(view, at, value, type.precision, type.scale) }
    default:
      return { width: 16, write: () => false }
  }
}

function writeBool(view: DataView, at: number, value: unknown): boolean {
  const truth = typeof value === 'string' ? parseBool(value) : value
  if (typeof truth !== 'boolean') return false
  view.setUint8(at, truth ? 1 : 0)
  return true
}

export function parseBool(text: string): boolean | undefined {
  const lower = text.toLowerCase()
  return lower === 'true' ? true : lower === 'false' ? false : undefined
}

/** No type holds more digits. */
const wholeNumber = /^[+-]?0*\d{1,20}$/

/** The value as an integer within the range; undefined when it is not one. */
export function integer(value: unknown, min: bigint, max: bigint): bigint | undefined {
  const isText = typeof value === 'string' && wholeNumber.test(value)
  const isWhole = typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))
  if (!isText && !isWhole) return undefined
  const whole = BigInt(isText ? value.replace(/^\+/, '') : (value as number | bigint))
  return whole >= min && whole <= max ? whole : undefined
}

function smallInteger([min, max]: readonly [number, number]): FixedType {
  const width = max <= 255 ? 1 : max <= 65_535 ? 2 : 4
  return {
    width,
    write(view, at, value) {
      const whole = integer(value, BigInt(min), BigInt(max))
      if (whole === undefined) return false
      if (width === 1) view.setUint8(at, Number(whole))
      else if (width === 2) view.setUint16(at, Number(whole), true)
      else view.setUint32(at, Number(whole), true)
      return true
    },
  }
}

const exactInt64 = big((value) => integer(value, -(2n ** 63n), 2n ** 63n - 1n))

function writeInt64(view: DataView, at: number, value: unknown): boolean {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return exactInt64.write(view, at, value)
  view.setInt32(at, value, true)
  view.setInt32(at + 4, Math.floor(value / 4294967296), true)
  return true
}

function big(read: (value: unknown) => bigint | undefined): FixedType {
  return {
    width: 8,
    write(view, at, value) {
      const whole = read(value)
      if (whole === undefined || BigInt.asIntN(64, whole) !== BigInt.asIntN(64, BigInt.asUintN(64, whole))) return false
      if (whole < -(2n ** 63n) || whole >= 2n ** 64n) return false
      view.setBigInt64(at, BigInt.asIntN(64, whole), true)
      return true
    },
  }
}

const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const words: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '+inf': Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  '+infinity': Number.POSITIVE_INFINITY,
  '-infinity': Number.NEGATIVE_INFINITY,
}

/** A number's text as a float, `NaN` and infinities in any case; undefined when it is not one. */
export function parseFloat64(text: string): number | undefined {
  return number.test(text) ? Number(text) : words[text.toLowerCase()]
}

/** The value as a float; undefined when it is not one. */
function float(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'string') return parseFloat64(value)
  return typeof value === 'bigint' ? Number(value) : undefined
}

function writeFloat64(view: DataView, at: number, value: unknown): boolean {
  const x = float(value)
  if (x === undefined) return false
  view.setFloat64(at, x, true)
  return true
}

function writeFloat32(view: DataView, at: number, value: unknown): boolean {
  const x = float(value)
  if (x === undefined) return false
  view.setFloat32(at, x, true)
  return true
}

function writeDate(view: DataView, at: number, value: unknown): boolean {
  const text = value instanceof Date ? value.toISOString().slice(0, 10) : value
  const days = typeof text === 'string' ? parseDate(text) : undefined
  if (days === undefined) return false
  view.setInt32(at, days, true)
  return true
}

function writeTime32(view: DataView, at: number, value: unknown, unit: TimeUnit): boolean {
  const ticks = typeof value === 'string' ? parseTime(value, unit) : undefined
  if (ticks === undefined) return false
  view.setInt32(at, Number(ticks), true)
  return true
}

const decimalText = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/

/** The text of a decimal as its digits without the point; undefined when digits would be lost or are too many. */
function parseDecimal(text: string, precision: number, scale: number): bigint | undefined {
  const match = decimalText.exec(text)
  if (match === null) return undefined
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  if (whole === '' && fraction === '') return undefined
  const shift = scale - fraction.length + Number(exponent)
  if (Math.abs(shift) > 100) return /^0*$/.test(whole + fraction) ? 0n : undefined
  const digits = BigInt(whole + fraction)
  const unscaled = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift)
  if (shift < 0 && unscaled * 10n ** BigInt(-shift) !== digits) return undefined
  if (unscaled >= 10n ** BigInt(precision)) return undefined
  return sign === '-' ? -unscaled : unscaled
}

function writeDecimal(view: DataView, at: number, value: unknown, precision: number, scale: number): boolean {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return false
  const unscaled = parseDecimal(String(value), precision, scale)
  if (unscaled === undefined) return false
  view.setBigInt64(at, BigInt.asIntN(64, unscaled), true)
  view.setBigInt64(at + 8, BigInt.asIntN(64, unscaled >> 64n), true)
  return true
}
