// Rounding: to whole numbers or to digits after the point; floats in their own precision, decimals exactly.

import { rescale, roundHalfAway } from '../cast/decimal.ts'
import { type Argument, type ScalarFunction, type ScalarKernel, scalarFunction } from '../contract/scalar.ts'
import { count, exactly, float, type Parameter } from '../contract/signature.ts'
import { DataError } from '../errors.ts'
import { decimalText } from '../expr/display-value.ts'
import { type DataType, type DecimalType, decimal128, displayType, float64, isDecimal } from '../types/type.ts'
import type { Value } from '../types/value.ts'

/** A number; integers become Float64, decimals stay. */
const decimalOrFloat: Parameter = {
  describe: 'a number',
  coerce: (type) => (isDecimal(type) ? type : float.coerce(type)),
}

const typeOf = (args: readonly Argument[]): DataType => args[0]?.type ?? float64

/** How many digits are asked for, when that is constant. */
function digitsOf(args: readonly Argument[]): number | undefined {
  if (args.length === 1) return 0
  const digits = args[1]?.literal
  return typeof digits === 'number' ? digits : undefined
}

const fit = (value: bigint, type: DecimalType, name: string): bigint => {
  const limit = 10n ** BigInt(type.precision)
  if (value < limit && value > -limit) return value
  throw new DataError(
    'overflow',
    `Cannot hold ${name} ${decimalText(value, type.scale)} in ${displayType(type)}: cast it to more digits`,
  )
}

const ceil = (a: number): number => Math.ceil(a)
const floor = (a: number): number => Math.floor(a)

const toWhole = (
  name: 'ceil' | 'floor',
  summary: string,
  example: readonly [string, string],
  aliases: readonly string[] = [],
): ScalarFunction =>
  scalarFunction({
    name,
    aliases,
    family: 'math',
    usage: `${name}(number)`,
    summary,
    examples: [example],
    signature: exactly([decimalOrFloat]),
    returns: typeOf,
    kernel: (_args, type) => {
      if (!isDecimal(type))
        return { total: true, row: name === 'ceil' ? ceil : floor, inline: (a) => `Math.${name}(${a.number})` }
      const one = 10n ** BigInt(Math.max(0, type.scale))
      return {
        row: (value: bigint) => {
          const rest = value % one
          const whole = value - rest
          if (rest === 0n) return value
          if (name === 'ceil') return fit(rest > 0n ? whole + one : whole, type, name)
          return fit(rest < 0n ? whole - one : whole, type, name)
        },
      }
    },
  })

/** A decimal keeps as many digits after the point as are asked for. */
function roundType(args: readonly Argument[]): DataType {
  const type = typeOf(args)
  if (!isDecimal(type)) return type
  const digits = digitsOf(args)
  return digits === undefined ? type : decimal128(type.precision, Math.max(0, Math.min(type.scale, digits)))
}

function roundKernel(args: readonly Argument[], returns: DataType): ScalarKernel {
  const type = typeOf(args)
  if (isDecimal(type) && isDecimal(returns)) {
    const constant = digitsOf(args)
    return {
      row: (value: bigint, given: number) => {
        // Beyond all digits that a decimal has nothing changes any more.
        const digits = Math.max(-40, Math.min(constant ?? given ?? 0, type.scale))
        return fit(rescale(rescale(value, type.scale, digits), digits, returns.scale), returns, 'round')
      },
    }
  }
  if (args.length === 1) {
    return type.kind === 'float32'
      ? { total: true, row: roundHalfAway }
      : { total: true, row: roundHalfAway, inline: (a) => roundText(a.number) }
  }
  if (type.kind === 'float32') return { total: true, row: roundTo.float32 }
  const digits = digitsOf(args)
  if (digits !== undefined && Math.abs(digits) < 300) {
    const factor = 10 ** Math.abs(digits)
    return {
      total: true,
      row: (digits < 0
        ? (value: number) => roundHalfAway(value / factor) * factor
        : (value: number) => unlessInfinite(roundHalfAway(value * factor) / factor, value)) as (value: number) => Value,
    }
  }
  return { total: true, row: roundTo.float64 }
}

/** Math.round of the absolute value, with the sign put back. */
const roundText = (a: string): string => `(${a} < 0 ? -Math.round(-(${a})) : Math.round(${a}))`

const unlessInfinite = (rounded: number, value: number): number => (Number.isFinite(rounded) ? rounded : value)

type ToDigits = (value: number, digits: number) => number

const double = (value: number): number => value

/** `toWhole` at that many digits after the point; every step is computed in the type whose numbers `narrow` gives. */
const atDigits =
  (toWhole: (value: number) => number, narrow: (value: number) => number): ToDigits =>
  (value, digits) => {
    const factor = narrow(10 ** Math.abs(digits))
    return digits < 0
      ? narrow(toWhole(narrow(value / factor)) * factor)
      : unlessInfinite(narrow(toWhole(narrow(value * factor)) / factor), value)
  }

const roundTo = { float32: atDigits(roundHalfAway, Math.fround), float64: atDigits(roundHalfAway, double) }
const truncateTo = { float32: atDigits(Math.trunc, Math.fround), float64: atDigits(Math.trunc, double) }

export const roundingFunctions = [
  toWhole('ceil', 'The least whole number that is not less than the number', ['ceil(1.2)', '2.0']),
  toWhole('floor', 'The greatest whole number that is not greater than the number', ['floor(1.8)', '1.0']),
  scalarFunction({
    name: 'round',
    family: 'math',
    usage: 'round(number[, digits])',
    summary: 'The number rounded, halves away from zero, to a whole number or to that many digits after the point',
    examples: [
      ['round(2.5)', '3.0'],
      ['round(3.14159, 2)', '3.14'],
    ],
    signature: exactly([decimalOrFloat, count], 1),
    returns: roundType,
    kernel: roundKernel,
  }),
  scalarFunction({
    name: 'trunc',
    family: 'math',
    usage: 'trunc(number[, digits])',
    summary: 'The number truncated towards zero, to a whole number or to that many digits after the point',
    examples: [
      ['trunc(-2.7)', '-2.0'],
      ['trunc(3.14159, 2)', '3.14'],
    ],
    signature: exactly([float, count], 1),
    returns: typeOf,
    kernel: (args) =>
      args.length === 1
        ? {
            total: true,
            row: (value: number) => (value === 0 ? 0 : Math.trunc(value)),
            inline: (a) => `(${a.number} === 0 ? 0 : Math.trunc(${a.number}))`,
          }
        : { total: true, row: typeOf(args).kind === 'float32' ? truncateTo.float32 : truncateTo.float64 },
  }),
]
