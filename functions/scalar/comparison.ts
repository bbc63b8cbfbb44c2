// The comparison operators, IS DISTINCT FROM and IN over constants, by the type both sides are compared in.

import type { Argument, ColumnArgument, Operand, Resolution, ScalarKernel } from '../contract/scalar.ts'
import { PlanError } from '../errors.ts'
import type { ComparisonOperator } from '../expr/node.ts'
import { compareColumn } from '../kernels/match.ts'
import { comparisonType } from '../types/coercion.ts'
import { bool, type DataType, displayType, isFloat, nullType } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { elementKey } from './list-contract.ts'
import { compareBytes, compareNumbers, compareText, compareValues } from './order.ts'

/**
 * Resolves `left op right`.
 *
 * @throws {PlanError} `type_mismatch` when the two cannot be compared.
 */
export function resolveComparison(op: ComparisonOperator, left: Argument, right: Argument): Resolution {
  const type = comparedType(left.type, right.type, op)
  const distinct = op === 'IS DISTINCT FROM' || op === 'IS NOT DISTINCT FROM'
  return {
    types: [type, type],
    returns: bool,
    nullable: !distinct && (left.nullable || right.nullable),
    nulls: distinct ? 'call' : 'propagate',
    givesNull: false,
    volatility: 'immutable',
    kernel: () => (distinct ? distinctKernel(op, type) : comparisonKernel(op, type, left, right)),
  }
}

/** The type both sides are compared in. */
export function comparedType(left: DataType, right: DataType, op: string): DataType {
  const type = comparisonType(left, right)
  if (type !== undefined) return type.kind === 'null' ? nullType : type
  throw new PlanError(
    'type_mismatch',
    `Cannot compare ${displayType(left)} and ${displayType(right)} with "${op}": cast one of them`,
    { details: { operator: op, left: displayType(left), right: displayType(right) } },
  )
}

/** Whether a three-way comparison makes the operator true. */
export const signs = {
  '=': (order: number) => order === 0,
  '<>': (order: number) => order !== 0,
  '<': (order: number) => order < 0,
  '<=': (order: number) => order <= 0,
  '>': (order: number) => order > 0,
  '>=': (order: number) => order >= 0,
} as const

/** The three-way comparison of a type's values. */
function orderOf(type: DataType): (a: never, b: never) => number {
  if (type.kind === 'utf8') return compareText
  if (type.kind === 'binary') return compareBytes
  if (isFloat(type)) return compareNumbers
  return compareValues
}

function comparisonKernel(op: keyof typeof signs, type: DataType, left: Argument, right: Argument): ScalarKernel {
  const order = orderOf(type)
  const sign = signs[op]
  const row = (a: never, b: never): boolean => sign(order(a, b))
  if (isFloat(type)) return { total: true, row, inline: floatComparison(op, isPlainNumber(left), isPlainNumber(right)) }
  const js = op === '=' ? '===' : op === '<>' ? '!==' : op
  if (type.kind === 'utf8') return textKernel(op, left, row)
  if (['binary', 'list', 'struct', 'map', 'interval'].includes(type.kind)) return { total: true, row }
  return { total: true, row, inline: (a, b) => `(${a.value} ${js} ${b.value})` }
}

/** Texts: a column against a constant is compared on bytes, whichever side the constant is on. */
function textKernel(op: keyof typeof signs, left: Argument, row: (a: never, b: never) => boolean): ScalarKernel {
  const swapped = left.literal !== undefined
  const kernel = compareColumn[swapped ? flipped[op] : op]
  const columns: ScalarKernel['columns'] = swapped ? ([a, b], length) => kernel(pair(b, a), length) : kernel
  if (op === '=') return { total: true, row, columns, inline: (a, b) => `(${a.value} === ${b.value})` }
  if (op === '<>') return { total: true, row, columns, inline: (a, b) => `(${a.value} !== ${b.value})` }
  return { total: true, row, columns }
}

const pair = (...args: readonly (ColumnArgument | undefined)[]): readonly ColumnArgument[] =>
  args.map((arg) => arg ?? { constant: null })

/** The operator that says the same with its sides swapped. */
const flipped = { '=': '=', '<>': '<>', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const

/** A literal that is a number and not NaN: then JavaScript's own comparisons nearly do. */
const isPlainNumber = (arg: Argument): boolean =>
  arg.literal !== undefined && arg.literal !== null && !Number.isNaN(Number(arg.literal))

/** JavaScript for float comparisons in which NaN equals NaN and is greatest. */
function floatComparison(
  op: keyof typeof signs,
  leftPlain: boolean,
  rightPlain: boolean,
): (a: Operand, b: Operand) => string {
  if (leftPlain && !rightPlain) {
    const inner = floatComparison(flipped[op], false, true)
    return (a, b) => inner(b, a)
  }
  const both = leftPlain || rightPlain
  switch (op) {
    case '=':
      return both ? (a, b) => `(${a.number} === ${b.number})` : (a, b) => equalText(a.number, b.number)
    case '<>':
      return both ? (a, b) => `(${a.number} !== ${b.number})` : (a, b) => `!${equalText(a.number, b.number)}`
    case '<':
      return both ? (a, b) => `(${a.number} < ${b.number})` : (a, b) => lessText(a.number, b.number)
    case '>=':
      return both ? (a, b) => `!(${a.number} < ${b.number})` : (a, b) => `!${lessText(a.number, b.number)}`
    case '>':
      return both ? (a, b) => `!(${a.number} <= ${b.number})` : (a, b) => lessText(b.number, a.number)
    case '<=':
      return both ? (a, b) => `(${a.number} <= ${b.number})` : (a, b) => `!${lessText(b.number, a.number)}`
  }
}

const equalText = (a: string, b: string): string => `(${a} === ${b} || (${a} !== ${a} && ${b} !== ${b}))`
const lessText = (a: string, b: string): string => `(${a} < ${b} || (${b} !== ${b} && ${a} === ${a}))`

function distinctKernel(op: ComparisonOperator, type: DataType): ScalarKernel {
  const order = orderOf(type)
  const wanted = op === 'IS NOT DISTINCT FROM'
  return {
    total: true,
    row: (a: Value, b: Value) => (a === null || b === null ? a === b : order(a as never, b as never) === 0) === wanted,
  }
}

/** Resolves `input IN (constants)`: true when found, else null when a constant is null, else false; `negated` inverts. */
export function resolveMembership(
  input: Argument,
  type: DataType,
  constants: readonly Value[],
  negated: boolean,
): Resolution {
  const withNull = constants.includes(null)
  return {
    types: [type],
    returns: bool,
    nullable: input.nullable || withNull,
    nulls: 'propagate',
    givesNull: withNull,
    volatility: 'immutable',
    kernel: () => {
      const keyed = membershipKey(type)
      const members = new Set(constants.filter((value) => value !== null).map(keyed))
      const missing = withNull ? null : negated
      return { total: true, row: (value: Value) => (members.has(keyed(value)) ? !negated : missing) }
    },
  }
}

/** A form of the value in which equal values are the same to a Set (which already takes NaN as NaN and -0 as 0). */
function membershipKey(type: DataType): (value: Value) => unknown {
  if (type.kind === 'binary') return (value) => String(value)
  if (type.kind === 'list' || type.kind === 'struct') return elementKey
  return (value) => value
}
