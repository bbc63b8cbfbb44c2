// Booleans and bits over rows: bool_and, bool_or, bit_and, bit_or, bit_xor.

import { type AggregateFunction, aggregateFunction, type GroupedKernel } from '../contract/aggregate.ts'
import { boolean, exactly, type Parameter } from '../contract/signature.ts'
import { bool, type DataType, field, int64, isBigInt, isInteger } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { Folding } from './basic.ts'

const overBooleans = (name: 'bool_and' | 'bool_or', aliases: readonly string[], summary: string): AggregateFunction => {
  const decisive = name === 'bool_or'
  const step = (value: Value, next: Value): Value => (value === decisive || next === decisive ? decisive : next)
  const update: GroupedKernel['update'] = ([seen, found], value) =>
    `${seen} = 1; if (${value?.value} === ${decisive}) ${found} = 1;`
  const result = ([seen, found]: readonly Value[]): Value => (seen !== 1 ? null : found === 1 ? decisive : !decisive)
  return aggregateFunction({
    name,
    aliases,
    family: 'aggregate',
    usage: `${name}(boolean)`,
    summary,
    examples: [[`${name}(paid)`, String(decisive)]],
    signature: exactly([boolean]),
    returns: bool,
    state: () => [field(name, bool)],
    kernel: () => ({
      accumulator: () => new Folding(null, step),
      grouped: {
        slots: [
          { storage: 'mask', initial: 0 },
          { storage: 'mask', initial: 0 },
        ],
        update,
        merge: update,
        state: (slots) => [result(slots)],
        evaluate: result,
      },
    }),
  })
}

const anyInteger: Parameter = {
  describe: 'an integer',
  coerce: (type) => (isInteger(type) ? type : type.kind === 'null' ? int64 : undefined),
}

const operators = {
  bit_and: ['&', (a: bigint, b: bigint) => a & b, (a: number, b: number) => a & b],
  bit_or: ['|', (a: bigint, b: bigint) => a | b, (a: number, b: number) => a | b],
  bit_xor: ['^', (a: bigint, b: bigint) => a ^ b, (a: number, b: number) => a ^ b],
} as const

const overBits = (name: keyof typeof operators, summary: string): AggregateFunction => {
  const [, bigints, numbers] = operators[name]
  const typeOf = (type: DataType | undefined): DataType => type ?? int64
  return aggregateFunction({
    name,
    family: 'aggregate',
    usage: `${name}(integer)`,
    summary,
    examples: [[`${name}(x)`, { bit_and: '0', bit_or: '3', bit_xor: '0' }[name]]],
    signature: exactly([anyInteger]),
    returns: (args) => typeOf(args[0]?.type),
    state: (args) => [field(name, typeOf(args[0]?.type))],
    kernel: (_args, returns) => {
      const join = isBigInt(returns)
        ? (a: Value, b: Value) => bigints(a as bigint, b as bigint)
        : returns.kind === 'uint32'
          ? (a: Value, b: Value) => numbers(a as number, b as number) >>> 0
          : (a: Value, b: Value) => numbers(a as number, b as number)
      return { accumulator: () => new Folding(null, (value, next) => (value === null ? next : join(value, next))) }
    },
  })
}

export const logicAggregates = [
  overBooleans('bool_and', ['every'], 'Whether all values are true; null when there are none'),
  overBooleans('bool_or', [], 'Whether any value is true; null when there are none'),
  overBits('bit_and', 'The bits that are set in all values; null when there are none'),
  overBits('bit_or', 'The bits that are set in any value; null when there are none'),
  overBits('bit_xor', 'The bits that are set in an odd number of values; null when there are none'),
]
