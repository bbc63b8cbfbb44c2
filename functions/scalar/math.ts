// Mathematical functions of one or two floats.

import { type ScalarFunction, type ScalarKernel, scalarFunction } from '../contract/scalar.ts'
import { coerceAll, double, exactly, float, number } from '../contract/signature.ts'
import { DataError } from '../errors.ts'
import {
  bool,
  type DataType,
  displayType,
  float32,
  float64,
  isBigInt,
  isDecimal,
  isFloat,
  isNumeric,
} from '../types/type.ts'

const sameAsFirst = (args: readonly { readonly type: DataType }[]): DataType => args[0]?.type ?? float64

/** A function of one float that JavaScript's Math has; Float32 stays Float32. */
export const ofFloat = (
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
    kernel: (_args, type) =>
      type.kind === 'float32'
        ? {
            total: true,
            row: (a: number) => Math.fround(fn(a)),
            inline: (a) => `Math.fround(Math.${js}(${a.number}))`,
          }
        : { total: true, row: fn, inline: (a) => `Math.${js}(${a.number})` },
  })
}

/** A function of one float that JavaScript's Math does not have; `inline` is its text. */
export const computed = (
  name: string,
  row: (value: number) => number,
  inline: (operand: string) => string,
  summary: string,
  example: readonly [string, string],
): ScalarFunction =>
  scalarFunction({
    name,
    family: 'math',
    usage: `${name}(number)`,
    summary,
    examples: [example],
    signature: exactly([float]),
    returns: sameAsFirst,
    kernel: (_args, type) =>
      type.kind === 'float32'
        ? { total: true, row: (a: number) => Math.fround(row(a)), inline: (a) => `Math.fround(${inline(a.number)})` }
        : { total: true, row, inline: (a) => inline(a.number) },
  })

/** The angle of a point, in Float32 when both of its places are. */
export const atan2 = scalarFunction({
  name: 'atan2',
  family: 'math',
  usage: 'atan2(y, x)',
  summary: 'The angle in radians of the point (x, y)',
  examples: [['atan2(0.0, 1.0)', '0.0']],
  signature: coerceAll('two numbers', 2, 2, oneFloatType),
  returns: sameAsFirst,
  kernel: (_args, type) => floatKernel(type, Math.atan2, (y, x) => `Math.atan2(${y}, ${x})`),
})

/** Float32 when all are, else Float64. */
function oneFloatType(types: readonly DataType[]): readonly DataType[] | undefined {
  if (!types.every((type) => isNumeric(type) || type.kind === 'null')) return undefined
  const type = types.every((t) => t.kind === 'float32') ? float32 : float64
  return types.map(() => type)
}

/** JavaScript's sign of -0 is -0; SQL's is 0. */
const sign = (value: number): number => (value === 0 ? 0 : Math.sign(value))

/** A function of floats that computes in doubles; a Float32 is the nearest one to what comes out. */
function floatKernel(
  type: DataType,
  row: (a: number, b: number) => number,
  inline: (a: string, b: string) => string,
): ScalarKernel {
  return type.kind === 'float32'
    ? {
        total: true,
        row: (a: number, b: number) => Math.fround(row(a, b)),
        inline: (a, b) => `Math.fround(${inline(a.number, b?.number ?? '')})`,
      }
    : { total: true, row, inline: (a, b) => inline(a.number, b?.number ?? '') }
}

const log = scalarFunction({
  name: 'log',
  family: 'math',
  usage: 'log([base, ]number)',
  summary: 'The logarithm to a base, 10 unless given',
  examples: [
    ['log(100.0)', '2.0'],
    ['log(2, 8.0)', '3.0'],
  ],
  signature: exactly([float, float], 1),
  returns: (args) => args.at(-1)?.type ?? float64,
  kernel: (args, type) => {
    if (args.length === 1) return floatKernel(type, Math.log10, (a) => `Math.log10(${a})`)
    if (args[0]?.literal === 2)
      return floatKernel(
        type,
        (_base, a) => Math.log2(a),
        (_base, a) => `Math.log2(${a})`,
      )
    return floatKernel(
      type,
      (base, a) => Math.log(a) / Math.log(base),
      (base, a) => `(Math.log(${a}) / Math.log(${base}))`,
    )
  },
})

const abs = scalarFunction({
  name: 'abs',
  family: 'math',
  usage: 'abs(number)',
  summary: 'The absolute value',
  examples: [['abs(-5)', '5']],
  signature: exactly([number]),
  returns: sameAsFirst,
  kernel: (_args, type) => {
    if (isFloat(type)) return { total: true, row: Math.abs, inline: (a) => `Math.abs(${a.number})` }
    if (isDecimal(type)) return { total: true, row: (a: bigint) => (a < 0n ? -a : a) }
    const least = { int8: -128, int16: -32768, int32: -2147483648, int64: -9223372036854775808n }[type.kind as string]
    if (least === undefined) return { total: true, row: (a: number | bigint) => a, inline: (a) => a.value }
    return {
      row: (a: number | bigint) => {
        if (a === least)
          throw new DataError('overflow', `Cannot hold abs(${a}) in ${displayType(type)}: cast it to a wider type`)
        return a < 0 ? -a : a
      },
    }
  },
})

const nanvl = scalarFunction({
  name: 'nanvl',
  family: 'math',
  usage: 'nanvl(number, other)',
  summary: 'The first number, or the second when the first is NaN',
  examples: [["nanvl(cast('NaN' as double), 1.0)", '1.0']],
  signature: coerceAll('two numbers', 2, 2, oneFloatType),
  returns: sameAsFirst,
  // A null in place of the second says nothing of the first.
  nulls: 'call',
  kernel: { total: true, row: (a: number | null, b: number | null) => (Number.isNaN(a) ? b : a) },
})

const isNotANumber = scalarFunction({
  name: 'isnan',
  family: 'math',
  usage: 'isnan(number)',
  summary: 'Whether a number is NaN',
  examples: [["isnan(cast('NaN' as double))", 'true']],
  signature: exactly([number]),
  returns: bool,
  kernel: (args) =>
    isFloat(args[0]?.type ?? float64)
      ? { total: true, row: Number.isNaN, inline: (a) => `(${a.number} !== ${a.number})` }
      : { total: true, row: () => false, inline: () => 'false' },
})

const isZero = scalarFunction({
  name: 'iszero',
  family: 'math',
  usage: 'iszero(number)',
  summary: 'Whether a number is zero',
  examples: [['iszero(0.0)', 'true']],
  signature: exactly([number]),
  returns: bool,
  kernel: (args) =>
    isBigInt(args[0]?.type ?? float64)
      ? { total: true, row: (a: bigint) => a === 0n, inline: (a) => `(${a.value} === 0n)` }
      : { total: true, row: (a: number) => a === 0, inline: (a) => `(${a.number} === 0)` },
})

export const mathFunctions = [
  abs,
  ofFloat('sqrt', 'sqrt', 'The square root; NaN for negative numbers', ['sqrt(16.0)', '4.0']),
  ofFloat('cbrt', 'cbrt', 'The cube root', ['cbrt(27.0)', '3.0']),
  ofFloat('exp', 'exp', 'e to the power of the number', ['exp(0.0)', '1.0']),
  ofFloat('ln', 'log', 'The natural logarithm', ['ln(1.0)', '0.0']),
  ofFloat('log10', 'log10', 'The logarithm to base 10', ['log10(1000.0)', '3.0']),
  ofFloat('log2', 'log2', 'The logarithm to base 2', ['log2(8.0)', '3.0']),
  log,
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
      row: (base: number, exponent: number) => base ** exponent,
      inline: (base, exponent) => `((${base.number}) ** (${exponent.number}))`,
    },
  }),
  computed('signum', sign, (a) => `(Math.sign(${a}) || (${a} === 0 ? 0 : NaN))`, 'The sign: -1, 0 or 1', [
    'signum(-3.5)',
    '-1.0',
  ]),
  scalarFunction({
    name: 'pi',
    family: 'math',
    usage: 'pi()',
    summary: 'The number π',
    examples: [['pi()', '3.141592653589793']],
    signature: exactly([]),
    returns: float64,
    kernel: { total: true, row: () => Math.PI, inline: () => 'Math.PI' },
  }),
  nanvl,
  isNotANumber,
  isZero,
]
