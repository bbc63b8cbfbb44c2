// The operators + - * / % and unary minus, by the types they are resolved for. Integers wrap at their width, division
// truncates and refuses zero, decimals refuse overflow: DataFusion's rules (semantics: "Types and coercion").

import type { Argument, Resolution, ScalarKernel } from '../contract/scalar.ts'
import { InternalError, PlanError } from '../errors.ts'
import type { ArithmeticOperator } from '../expr/node.ts'
import { arithmeticTypes, plainType } from '../types/coercion.ts'
import {
  type DataType,
  displayType,
  int64,
  isBigInt,
  isDecimal,
  isFloat,
  isInteger,
  isNumeric,
  isTemporal,
} from '../types/type.ts'
import { decimalKernel, divisionByZero, overflow } from './decimal-arithmetic.ts'
import { negateDuration, negateInterval, temporalOperation } from './temporal-arithmetic.ts'
import { wrapNumber, wrapText } from './wrap.ts'

/**
 * Resolves `left op right`.
 *
 * @throws {PlanError} `type_mismatch` when the operator has no meaning for the types.
 */
export function resolveArithmetic(op: ArithmeticOperator, left: Argument, right: Argument): Resolution {
  const types = arithmeticTypes(op, left.type, right.type)
  if (types === undefined) {
    const temporal = temporalOperation(op, plainType(left.type), plainType(right.type))
    if (temporal !== undefined) return operation(temporal.types, temporal.returns, left, right, temporal.kernel)
    throw new PlanError(
      'type_mismatch',
      `Cannot apply "${op}" to ${displayType(left.type)} and ${displayType(right.type)}: ${wayOut(left.type, right.type)}`,
      { details: { operator: op, left: displayType(left.type), right: displayType(right.type) } },
    )
  }
  return operation([types.left, types.right], types.result, left, right, () =>
    arithmeticKernel(op, types.left, types.right, types.result),
  )
}

const operation = (
  types: readonly [DataType, DataType],
  returns: DataType,
  left: Argument,
  right: Argument,
  kernel: () => ScalarKernel,
): Resolution => ({
  types,
  returns,
  nullable: left.nullable || right.nullable,
  nulls: 'propagate',
  givesNull: false,
  volatility: 'immutable',
  kernel,
})

/** What to do about operands that do not go together. */
function wayOut(left: DataType, right: DataType): string {
  const temporal = [plainType(left), plainType(right)].some((type) => isTemporal(type) || type.kind === 'interval')
  return temporal ? 'dates and times take + and - with intervals' : 'cast one of them to a number'
}

/** Resolves `-input`; unsigned integers have no negative. */
export function resolveNegation(input: Argument): Resolution {
  const plain = plainType(input.type)
  const type = plain.kind === 'null' ? int64 : plain
  if (type.kind === 'interval') return negation(input, type, { row: negateInterval })
  if (type.kind === 'duration') return negation(input, type, { row: negateDuration(type) })
  if (!isNumeric(type) || type.kind.startsWith('uint')) {
    throw new PlanError('type_mismatch', `Cannot negate ${displayType(type)}: only signed numbers have a negative`, {
      details: { type: displayType(type) },
    })
  }
  const negate: ScalarKernel = isDecimal(type)
    ? { total: true, row: (a: bigint) => -a }
    : isFloat(type)
      ? { total: true, row: (a: number) => -a, inline: (a) => `(-${a.value})` }
      : isBigInt(type)
        ? { total: true, row: (a: bigint) => BigInt.asIntN(64, -a), inline: (a) => `BigInt.asIntN(64, -${a.value})` }
        : { total: true, row: wrapped(type, (a: number) => -a), inline: (a) => wrapText(type, `-${a.value}`) }
  return negation(input, type, negate)
}

const negation = (input: Argument, type: DataType, kernel: ScalarKernel): Resolution => ({
  types: [type],
  returns: type,
  nullable: input.nullable,
  nulls: 'propagate',
  givesNull: false,
  volatility: 'immutable',
  kernel: () => kernel,
})

function arithmeticKernel(op: ArithmeticOperator, left: DataType, right: DataType, result: DataType): ScalarKernel {
  if (isDecimal(result)) {
    if (isDecimal(left) && isDecimal(right)) return decimalKernel(op, left, right, result)
    throw new InternalError(`Decimal arithmetic on ${displayType(left)} and ${displayType(right)}`)
  }
  if (result.kind === 'float64') return floatKernel(op, (a) => a)
  if (result.kind === 'float32') return floatKernel(op, Math.fround, 'Math.fround')
  if (isBigInt(result)) return bigintKernel(op, result)
  if (isInteger(result)) return integerKernel(op, result)
  throw new InternalError(`Arithmetic on ${displayType(result)}`)
}

function floatKernel(op: ArithmeticOperator, round: (value: number) => number, roundText = ''): ScalarKernel {
  const rows = {
    '+': (a: number, b: number) => round(a + b),
    '-': (a: number, b: number) => round(a - b),
    '*': (a: number, b: number) => round(a * b),
    '/': (a: number, b: number) => round(a / b),
    '%': (a: number, b: number) => round(a % b),
  }
  return { total: true, row: rows[op], inline: (a, b) => `${roundText}(${a.number} ${op} ${b.number})` }
}

function wrapped<Args extends number[]>(type: DataType, compute: (...args: Args) => number): (...args: Args) => number {
  const wrap = wrapNumber(type)
  return (...args) => wrap(compute(...args))
}

function integerKernel(op: ArithmeticOperator, type: DataType): ScalarKernel {
  const smallest = { int8: -128, int16: -32768, int32: -2147483648 }[type.kind as string]
  const whole = (text: string): string => (type.kind === 'uint32' ? `((${text}) >>> 0)` : `((${text}) | 0)`)
  switch (op) {
    case '+':
      return {
        total: true,
        row: wrapped(type, (a, b) => a + b),
        inline: (a, b) => wrapText(type, `${a.value} + ${b.value}`),
      }
    case '-':
      return {
        total: true,
        row: wrapped(type, (a, b) => a - b),
        inline: (a, b) => wrapText(type, `${a.value} - ${b.value}`),
      }
    case '*':
      return {
        total: true,
        row: wrapped(type, Math.imul),
        inline: (a, b) => wrapText(type, `Math.imul(${a.value}, ${b.value})`),
      }
    case '/':
      return {
        row: (a: number, b: number) => {
          if (b === 0) divisionByZero()
          if (b === -1 && a === smallest) overflow(`${a} / -1`, type)
          return Math.trunc(a / b) + 0
        },
        inline: (a, b) => whole(`${a.value} / ${b.value}`),
        inlineIf: (_, b) => `${b.value} !== 0 && ${b.value} !== -1`,
      }
    case '%':
      return {
        row: (a: number, b: number) => {
          if (b === 0) divisionByZero()
          return (a % b) + 0
        },
        inline: (a, b) => whole(`${a.value} % ${b.value}`),
        inlineIf: (_, b) => `${b.value} !== 0`,
      }
  }
}

function bigintKernel(op: ArithmeticOperator, type: DataType): ScalarKernel {
  const wrapName = type.kind === 'uint64' ? 'BigInt.asUintN' : 'BigInt.asIntN'
  const wrap = type.kind === 'uint64' ? BigInt.asUintN : BigInt.asIntN
  switch (op) {
    case '+':
      return {
        total: true,
        row: (a: bigint, b: bigint) => wrap(64, a + b),
        inline: (a, b) => `${wrapName}(64, ${a.value} + ${b.value})`,
      }
    case '-':
      return {
        total: true,
        row: (a: bigint, b: bigint) => wrap(64, a - b),
        inline: (a, b) => `${wrapName}(64, ${a.value} - ${b.value})`,
      }
    case '*':
      return {
        total: true,
        row: (a: bigint, b: bigint) => wrap(64, a * b),
        inline: (a, b) => `${wrapName}(64, ${a.value} * ${b.value})`,
      }
    case '/':
      return {
        row: (a: bigint, b: bigint) => {
          if (b === 0n) divisionByZero()
          const quotient = a / b
          if (wrap(64, quotient) !== quotient) overflow(`${a} / ${b}`, type)
          return quotient
        },
        inline: (a, b) => `${wrapName}(64, ${a.value} / ${b.value})`,
        inlineIf: (_, b) => `${b.value} !== 0n && ${b.value} !== -1n`,
      }
    case '%':
      return {
        row: (a: bigint, b: bigint) => {
          if (b === 0n) divisionByZero()
          return a % b
        },
      }
  }
}
