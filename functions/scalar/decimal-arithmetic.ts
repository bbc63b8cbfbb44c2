// + - * / % on unscaled decimals, which refuse overflow; and the errors of arithmetic.

import type { ScalarKernel } from '../contract/scalar.ts'
import { DataError } from '../errors.ts'
import { decimalText } from '../expr/display-value.ts'
import type { ArithmeticOperator } from '../expr/node.ts'
import { type DataType, type DecimalType, displayType } from '../types/type.ts'

export function divisionByZero(): never {
  throw new DataError('division_by_zero', 'Cannot divide by zero: guard the divisor with CASE or nullif')
}

export function overflow(text: string, type: DataType): never {
  throw new DataError('overflow', `Cannot hold ${text} in ${displayType(type)}: cast the operands to a wider type`)
}

/** `10 ** exponent` as a bigint. */
const power10 = (exponent: number): bigint => 10n ** BigInt(exponent)

/** One of the operators over decimals. What is beyond the precision of the result is `overflow`. */
export function decimalKernel(
  op: ArithmeticOperator,
  left: DecimalType,
  right: DecimalType,
  result: DecimalType,
): ScalarKernel {
  const limit = power10(result.precision)
  const fit = (value: bigint): bigint => {
    if (value >= limit || value <= -limit) overflow(decimalText(value, result.scale), result)
    return value
  }
  const scale = Math.max(left.scale, right.scale)
  const [leftFactor, rightFactor] = [power10(scale - left.scale), power10(scale - right.scale)]
  switch (op) {
    case '+':
      return { row: (a: bigint, b: bigint) => fit(a * leftFactor + b * rightFactor) }
    case '-':
      return { row: (a: bigint, b: bigint) => fit(a * leftFactor - b * rightFactor) }
    case '*': {
      const drop = power10(left.scale + right.scale - result.scale)
      return { row: (a: bigint, b: bigint) => fit((a * b) / drop) }
    }
    case '/': {
      const shift = power10(Math.max(0, result.scale - left.scale + right.scale))
      return {
        row: (a: bigint, b: bigint) => {
          if (b === 0n) divisionByZero()
          return fit((a * shift) / b)
        },
      }
    }
    case '%':
      return {
        row: (a: bigint, b: bigint) => {
          if (b === 0n) divisionByZero()
          return fit((a * leftFactor) % (b * rightFactor))
        },
      }
  }
}
