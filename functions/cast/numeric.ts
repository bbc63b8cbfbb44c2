// Numbers and booleans to numbers: integers are checked for range, floats are cut, decimals rounded.

import { type DataType, integerRange, isBigInt, isDecimal, isFloat } from '../types/type.ts'
import type { Conversion } from './conversion.ts'
import { decimalFromFloat, rescale } from './decimal.ts'

/** True to 1 and false to 0, of a numeric type. */
export function fromBoolean(to: DataType): Conversion {
  if (isDecimal(to)) return { convert: (value: boolean) => (value ? 10n ** BigInt(to.scale) : 0n), total: true }
  return isBigInt(to)
    ? { convert: (value: boolean) => (value ? 1n : 0n), total: true }
    : { convert: (value: boolean) => (value ? 1 : 0), total: true }
}

/** The conversion between two numeric types, which knows whether each value has one. */
export function numericConversion(from: DataType, to: DataType): Conversion {
  if (isFloat(to)) return toFloat(from, to)
  if (isDecimal(to)) return toDecimal(from, to)
  if (isFloat(from)) return floatToInteger(to)
  if (isDecimal(from)) {
    const scale = 10n ** BigInt(Math.max(0, from.scale))
    return toIntegerWithin(to, (value: bigint) => value / scale)
  }
  return integerToInteger(from, to)
}

function toFloat(from: DataType, to: DataType): Conversion {
  if (isDecimal(from)) {
    const scale = 10 ** from.scale
    return to.kind === 'float32'
      ? { convert: (value: bigint) => Math.fround(Number(value) / scale), total: true }
      : { convert: (value: bigint) => Number(value) / scale, total: true }
  }
  if (to.kind === 'float64')
    return { convert: (value: number | bigint) => Number(value), total: true, inline: (a) => a.number }
  return {
    convert: (value: number | bigint) => Math.fround(Number(value)),
    total: true,
    inline: (a) => `Math.fround(${a.number})`,
  }
}

function toDecimal(from: DataType, to: DataType & { kind: 'decimal128' }): Conversion {
  const limit = 10n ** BigInt(to.precision)
  const fit = (value: bigint | undefined): bigint | undefined =>
    value === undefined || value >= limit || value <= -limit ? undefined : value
  if (isFloat(from)) return { convert: (value: number) => fit(decimalFromFloat(value, to.scale)) }
  const fromScale = isDecimal(from) ? from.scale : 0
  return { convert: (value: bigint | number) => fit(rescale(BigInt(value), fromScale, to.scale)) }
}

function floatToInteger(to: DataType): Conversion {
  const [least, most] = integerRange(to)
  const [low, high] = [Number(least) - 1, Number(most) + 1]
  if (!isBigInt(to)) {
    return {
      convert: (value: number) => (value > low && value < high ? Math.trunc(value) + 0 : undefined),
      inline: (a) => (to.kind === 'uint32' ? `(${a.number} >>> 0)` : `(${a.number} | 0)`),
      inlineIf: (a) => `${a.number} > ${low} && ${a.number} < ${high}`,
    }
  }
  return {
    convert: (value: number) => {
      if (!Number.isFinite(value)) return undefined
      const whole = BigInt(Math.trunc(value))
      return whole >= least && whole <= most ? whole : undefined
    },
  }
}

function toIntegerWithin(to: DataType, whole: (value: bigint) => bigint): Conversion {
  const [least, most] = integerRange(to)
  const asBigInt = isBigInt(to)
  return {
    convert: (value: bigint) => {
      const result = whole(value)
      if (result < least || result > most) return undefined
      return asBigInt ? result : Number(result)
    },
  }
}

function integerToInteger(from: DataType, to: DataType): Conversion {
  const [fromLeast, fromMost] = integerRange(from)
  const [least, most] = integerRange(to)
  const total = fromLeast >= least && fromMost <= most
  if (isBigInt(from)) {
    if (total) return { convert: (value: bigint) => value, total }
    return toIntegerWithin(to, (value) => value)
  }
  if (isBigInt(to)) {
    return total
      ? { convert: (value: number) => BigInt(value), total, inline: (a) => `BigInt(${a.value})` }
      : { convert: (value: number) => (value < 0 ? undefined : BigInt(value)) }
  }
  if (total) return { convert: (value: number) => value, total, inline: (a) => a.value }
  const [low, high] = [Number(least), Number(most)]
  return { convert: (value: number) => (value >= low && value <= high ? value : undefined) }
}
