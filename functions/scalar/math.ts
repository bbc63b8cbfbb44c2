// Mathematical functions.

import { roundHalfAway } from '../cast/decimal.ts'
import { DataError } from '../errors.ts'
import { double, exactly, float, integer, number } from '../signature/signature.ts'
import { type DataType, displayType, float64, isDecimal, isFloat } from '../types/type.ts'
import { type ScalarFunction, scalarFunction } from './contract.ts'

const sameAsFirst = (args: readonly { readonly type: DataType }[]): DataType => args[0]?.type ?? float64

/** A function of one float that JavaScript's Math has; Float32 stays Float32. */
const ofFloat = (
  name: string,
  js: keyof Math & string,
  summary: string,
  example: readonly [string, string],
): ScalarFunction => {
  const fn = Math[js] as unknown as (value: number) => number
  return scalarFunction({
    name,
    family: 'math',
    usage: `${name}(number)`,
    summary,
    examples: [example],
    signature: exactly([float]),
    returns: sameAsFirst,
    kernel: { total: true, row: (a: number) => fn(a), inline: (a) => `Math.${js}(${a.number})` },
  })
}

export const mathFunctions = [
  scalarFunction({
    name: 'abs',
    family: 'math',
    usage: 'abs(number)',
    summary: 'The absolute value',
    examples: [['abs(-5)', '5']],
    signature: exactly([number]),
    returns: sameAsFirst,
    kernel: (_args, type) => {
      if (isFloat(type)) return { total: true, row: (a: number) => Math.abs(a), inline: (a) => `Math.abs(${a.number})` }
      if (isDecimal(type)) return { total: true, row: (a: bigint) => (a < 0n ? -a : a) }
      const least = { int8: -128, int16: -32768, int32: -2147483648, int64: -9223372036854775808n }[type.kind as string]
      return {
        row: (a: number | bigint) => {
          if (a === least)
            throw new DataError('overflow', `Cannot hold abs(${a}) in ${displayType(type)}: cast it to a wider type`)
          return a < 0 ? -a : a
        },
      }
    },
  }),
  ofFloat('sqrt', 'sqrt', 'The square root; NaN for negative numbers', ['sqrt(16.0)', '4.0']),
  ofFloat('exp', 'exp', 'e to the power of the number', ['exp(0.0)', '1.0']),
  ofFloat('ln', 'log', 'The natural logarithm', ['ln(1.0)', '0.0']),
  ofFloat('log10', 'log10', 'The logarithm to base 10', ['log10(1000.0)', '3.0']),
  ofFloat('log2', 'log2', 'The logarithm to base 2', ['log2(8.0)', '3.0']),
  ofFloat('ceil', 'ceil', 'The least whole number that is not less', ['ceil(1.2)', '2.0']),
  ofFloat('floor', 'floor', 'The greatest whole number that is not greater', ['floor(1.8)', '1.0']),
  scalarFunction({
    name: 'power',
    aliases: ['pow'],
    family: 'math',
    usage: 'power(base, exponent)',
    summary: 'The base to the power of the exponent',
    examples: [['power(2.0, 10)', '1024.0']],
    signature: exactly([double, double]),
    returns: float64,
    kernel: {
      total: true,
      row: (a: number, b: number) => a ** b,
      inline: (a, b) => `((${a.number}) ** (${b.number}))`,
    },
  }),
  scalarFunction({
    name: 'round',
    family: 'math',
    usage: 'round(number[, digits])',
    summary: 'The number rounded half away from zero, to whole numbers or to digits after the point',
    examples: [
      ['round(2.5)', '3.0'],
      ['round(3.14159, 2)', '3.14'],
    ],
    signature: exactly([float, integer], 1),
    returns: sameAsFirst,
    kernel: (args) => {
      if (args.length === 1) return { total: true, row: roundHalfAway }
      return {
        total: true,
        row: (value: number, digits: bigint) => {
          const factor = 10 ** Number(digits)
          const scaled = value * factor
          return Number.isFinite(scaled) ? roundHalfAway(scaled) / factor : value
        },
      }
    },
  }),
]
