// JavaScript values to literal nodes, and back to the values users expect.

import { describeValue } from '../describe-value.ts'
import { PlanError } from '../errors.ts'
import {
  binary,
  bool,
  type DataType,
  type DecimalType,
  displayType,
  float64,
  int32,
  int64,
  integerRange,
  isBigInt,
  isFloat,
  isInteger,
  nullType,
  timestamp,
  typeName,
  utf8,
} from '../types/type.ts'
import type { Value } from '../types/value.ts'
import type { LiteralNode } from './node.ts'

/**
 * What `lit()` and every operand accept besides expressions. A string is a constant: columns are named with `col`.
 *
 * @see DataFusion `Literal`
 */
export type LiteralValue = null | boolean | number | bigint | string | Date | Uint8Array

/**
 * Makes a literal node of a JavaScript value.
 *
 * Whole numbers are Int64, other numbers Float64 (also -0 and whole numbers beyond 2^53), bigints Int64, strings Utf8,
 * Dates Timestamp(ms).
 *
 * @throws {PlanError} `invalid_argument` for values that have no literal, or a bigint beyond 64 bits.
 */
export function literal(value: LiteralValue, type?: DataType): LiteralNode {
  if (type !== undefined) return Object.freeze({ kind: 'literal', type, value: valueAs(value, type) })
  const inferred = inferType(value)
  return Object.freeze({ kind: 'literal', type: inferred, value: valueAs(value, inferred) })
}

function inferType(value: LiteralValue): DataType {
  if (value === null) return nullType
  switch (typeof value) {
    case 'boolean':
      return bool
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? int64 : float64
    case 'bigint':
      if (BigInt.asIntN(64, value) === value) return int64
      throw new PlanError(
        'invalid_argument',
        `Cannot make a literal of ${value}n: it does not fit in 64 bits, cast a string`,
      )
    case 'string':
      return utf8
    default:
      if (value instanceof Date) return timestamp('ms')
      if (value instanceof Uint8Array) return binary
      throw new PlanError('invalid_argument', `Cannot make a literal of ${describeValue(value)}: ${hintFor(value)}`)
  }
}

/** Converts a JavaScript value to the form that values of `type` have in the engine. */
function valueAs(value: LiteralValue, type: DataType): Value {
  if (value === null) return null
  if (value instanceof Date && type.kind === 'timestamp') {
    const ms = value.getTime()
    if (Number.isNaN(ms)) throw new PlanError('invalid_argument', 'Cannot make a literal of an invalid Date')
    const perMs = { s: 0n, ms: 1n, us: 1000n, ns: 1_000_000n }[type.unit]
    return perMs === 0n ? BigInt(Math.floor(ms / 1000)) : BigInt(ms) * perMs
  }
  if (value instanceof Date && type.kind === 'date32') return Math.floor(value.getTime() / 86_400_000)
  if (isFloat(type) && typeof value === 'bigint') return Number(value)
  if (isFloat(type) && typeof value === 'number') return type.kind === 'float32' ? Math.fround(value) : value
  if (isInteger(type) && (typeof value === 'number' || typeof value === 'bigint')) return integerAs(value, type)
  if (type.kind === 'decimal128') return decimalAs(value, type)
  if (isBigInt(type) && (typeof value === 'number' || typeof value === 'bigint')) return integerAs(value, type)
  if (type.kind === 'bool' && typeof value === 'boolean') return value
  if (type.kind === 'utf8' && typeof value === 'string') return value
  if (type.kind === 'binary' && value instanceof Uint8Array) return value
  if (type.kind === 'date32' && typeof value === 'number') return integerAs(value, type)
  throw new PlanError('invalid_argument', `Cannot make a literal ${displayType(type)} of ${describeValue(value)}`)
}

/** @throws {PlanError} `invalid_argument` for a fraction, or a number that the type does not reach. */
function integerAs(value: number | bigint, type: DataType): Value {
  const [least, most] = integerRange(isInteger(type) ? type : type.kind === 'date32' ? int32 : int64)
  const isWhole = typeof value === 'bigint' || Number.isSafeInteger(value)
  if (isWhole && value >= least && value <= most) return isBigInt(type) ? BigInt(value) : Number(value)
  const why = isWhole ? `it reaches from ${least} to ${most}` : 'it holds whole numbers'
  throw new PlanError(
    'invalid_argument',
    `Cannot make a literal ${displayType(type)} of ${describeValue(value)}: ${why}`,
  )
}

/** A whole number as an unscaled decimal. @throws {PlanError} `invalid_argument` for anything else, or too many digits. */
function decimalAs(value: LiteralValue, type: DecimalType): Value {
  const { precision, scale } = type
  const whole = typeof value === 'bigint' || Number.isSafeInteger(value) ? BigInt(value as number | bigint) : undefined
  const unscaled =
    whole === undefined ? undefined : scale < 0 ? whole / 10n ** BigInt(-scale) : whole * 10n ** BigInt(scale)
  const limit = 10n ** BigInt(precision)
  if (unscaled !== undefined && unscaled < limit && unscaled > -limit) return unscaled
  const hint = `only whole numbers that fit stand for decimals. Cast a string: lit('1.5').cast('${typeName(type)}')`
  const message = `Cannot make a literal ${displayType(type)} of ${describeValue(value)}: ${hint}`
  throw new PlanError('invalid_argument', message)
}

/** What to write in place of a value that has no literal. */
function hintFor(value: unknown): string {
  if (value === undefined) return 'an argument is missing; null is written null'
  if (Array.isArray(value)) return 'for several values there are isIn([…]) and functions.makeArray(…)'
  if (typeof value === 'function') {
    return 'definition' in value
      ? "call it with its arguments, as in fn(col('a'))"
      : "a function of values becomes one of columns with udf(), and is called with them: fn(col('a'))"
  }
  return 'literals are null, booleans, numbers, bigints, strings, Dates and Uint8Arrays'
}
