// count, sum, avg, min and max.

import { type AggregateKernel, aggregateFunction, type GroupedKernel } from '../contract/aggregate.ts'
import type { AggregateRun } from '../contract/aggregate-run.ts'
import type { Argument, Operand } from '../contract/scalar.ts'
import { anything, exactly, quantity } from '../contract/signature.ts'
import type { Accumulator } from '../contract/udf.ts'
import { compareValues } from '../scalar/order.ts'
import {
  type DataType,
  decimal128,
  type Field,
  field,
  float64,
  int64,
  isBigInt,
  isDecimal,
  isFloat,
  isInteger,
  uint64,
} from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { SlidingExtreme } from './sliding-extreme.ts'
import { Count, ExactMean, FloatTotal, fit, IntegerTotal, Mean } from './totals.ts'

const typeOf = (args: readonly Argument[]): DataType => args[0]?.type ?? float64

/** An accumulator over one value that partial states merge into the same way rows do. */
export class Folding implements Accumulator {
  #value: Value
  readonly #step: (value: Value, next: Value) => Value
  readonly #join: (value: Value, other: Value) => Value

  constructor(initial: Value, step: (value: Value, next: Value) => Value, join = step) {
    this.#value = initial
    this.#step = step
    this.#join = join
  }
  add(next: Value = null): void {
    this.#value = this.#step(this.#value, next)
  }
  merge(others: readonly Value[]): void {
    for (const other of others) if (other !== null) this.#value = this.#join(this.#value, other)
  }
  state(): readonly Value[] {
    return [this.#value]
  }
  evaluate(): Value {
    return this.#value
  }
}

const count = aggregateFunction({
  name: 'count',
  family: 'aggregate',
  usage: 'count(*) or count(value)',
  summary: 'The number of rows, or of rows in which no argument is null',
  examples: [
    ['count(*)', '4'],
    ['count(x)', '3'],
    ['count(DISTINCT y)', '3'],
  ],
  signature: { parameters: [anything], optional: 1, variadic: true },
  returns: int64,
  nullable: false,
  state: () => [field('count', int64, false)],
  kernel: () => ({
    accumulator: () => new Count(),
    duplicates: 'counted',
    grouped: {
      slots: [{ storage: 'float64', initial: 0, adds: 'one' }],
      update: () => '',
      merge: ([n], other) => `${n} += ${other?.number};`,
      state: ([n]) => [BigInt(n as number)],
      evaluate: ([n]) => BigInt(n as number),
      ignoresArguments: true,
    },
  }),
})

function sumType(args: readonly Argument[]): DataType {
  const type = typeOf(args)
  if (isDecimal(type)) return decimal128(Math.min(38, type.precision + 10), type.scale)
  if (type.kind.startsWith('uint')) return uint64
  return type.kind === 'duration' ? type : isInteger(type) ? int64 : float64
}

const sum = aggregateFunction({
  name: 'sum',
  family: 'aggregate',
  usage: 'sum(number)',
  summary: 'The sum of the numbers or durations that are not null; null when there are none. 64-bit integers wrap',
  examples: [['sum(x)', '6']],
  signature: exactly([quantity]),
  returns: sumType,
  state: (args) => [field('sum', sumType(args))],
  kernel: (_args, returns) => (isBigInt(returns) ? integerSum(returns) : floatSum()),
})

/** Sums as doubles, with the number of values. */
function floatSum(): AggregateKernel {
  return { accumulator: () => new FloatTotal(), duplicates: 'counted', grouped: floatSumSlots }
}

const floatSumSlots: GroupedKernel = {
  slots: [
    { storage: 'float64', initial: 0, adds: 'argument' },
    { storage: 'float64', initial: 0, adds: 'one' },
  ],
  update: () => '',
  merge: ([total, n], value) => `${total} += ${value?.number}; ${n}++;`,
  state: ([total, n]) => [n === 0 ? null : (total ?? null)],
  evaluate: ([total, n]) => (n === 0 ? null : (total ?? null)),
}

/** Doubles below this hold every integer, also after one more addition of such a number. */
const exactLimit = 2 ** 52

/**
 * 64-bit sums: in a double while that is exact, spilled into a bigint before it is not. Adding bigints row by row would
 * cost many times as much.
 */
function integerSum(returns: DataType): AggregateKernel {
  const wrap = returns.kind === 'uint64' ? wrapUnsigned : wrapSigned
  if (isDecimal(returns))
    return { accumulator: () => new IntegerTotal((total) => fit(total, returns)), duplicates: 'counted' }
  const accumulator = (): Accumulator => new IntegerTotal(wrap)
  const total = ([small, large, n]: readonly Value[]): Value =>
    n === 0 ? null : wrap(BigInt(small as number) + (large as bigint))
  const step: GroupedKernel['update'] = ([small, large], value) =>
    `{ const v = ${value?.number}, t = ${small} + v;
       if (v < ${exactLimit} && v > -${exactLimit} && t < ${exactLimit} && t > -${exactLimit}) ${small} = t;
       else ${large} += BigInt(${value?.value}); }`
  return {
    accumulator,
    duplicates: 'counted',
    grouped: {
      slots: [
        { storage: 'float64', initial: 0 },
        { storage: 'int64', initial: 0n },
        { storage: 'float64', initial: 0, adds: 'one' },
      ],
      update: step,
      merge: (slots, value) => `${step(slots, value as Operand)} ${slots[2]}++;`,
      state: (slots) => [total(slots)],
      evaluate: total,
    },
  }
}

const wrapSigned = (value: bigint): bigint => BigInt.asIntN(64, value)
const wrapUnsigned = (value: bigint): bigint => BigInt.asUintN(64, value)

const avg = aggregateFunction({
  name: 'avg',
  aliases: ['mean'],
  family: 'aggregate',
  usage: 'avg(number)',
  summary: 'The mean of the numbers or durations that are not null; null when there are none',
  examples: [['avg(x)', '2.0']],
  signature: exactly([quantity]),
  returns: (args) => {
    const type = typeOf(args)
    if (type.kind === 'duration') return type
    return isDecimal(type) ? decimal128(Math.min(38, type.precision + 4), Math.min(38, type.scale + 4)) : float64
  },
  state: (args) => [field('sum', isExact(typeOf(args)) ? sumType(args) : float64), field('count', int64, false)],
  kernel: (args, returns) => (isExact(typeOf(args)) ? exactAvg(typeOf(args), sumType(args), returns) : floatAvg()),
})

/** Means of these are of their kind, and computed without doubles. */
const isExact = (type: DataType): boolean => isDecimal(type) || type.kind === 'duration'

function floatAvg(): AggregateKernel {
  return {
    accumulator: () => new Mean(),
    duplicates: 'counted',
    grouped: {
      slots: floatSumSlots.slots,
      update: () => '',
      merge: ([total, n], sums, counts) => `${total} += ${sums?.number}; ${n} += ${counts?.number};`,
      state: ([total, n]) => [n === 0 ? null : (total ?? null), BigInt(n as number)],
      evaluate: ([total, n]) => (n === 0 ? null : (total as number) / (n as number)),
    },
  }
}

function exactAvg(type: DataType, sums: DataType, returns: DataType): AggregateKernel {
  const factor = isDecimal(type) && isDecimal(returns) ? 10n ** BigInt(returns.scale - type.scale) : 1n
  return { accumulator: () => new ExactMean(factor, sums, returns), duplicates: 'counted' }
}

const extreme = (name: 'min' | 'max') =>
  aggregateFunction({
    name,
    family: 'aggregate',
    usage: `${name}(value)`,
    summary: `The ${name === 'min' ? 'least' : 'greatest'} value that is not null; null when there are none`,
    examples: [[`${name}(y)`, name === 'min' ? '1.5' : '8.5']],
    signature: exactly([anything]),
    returns: typeOf,
    state: (args): readonly Field[] => [field(name, typeOf(args))],
    kernel: (args) => extremeKernel(name === 'min' ? -1 : 1, typeOf(args)),
  })

function extremeKernel(direction: -1 | 1, type: DataType): AggregateKernel {
  const better = (best: Value, next: Value): Value =>
    best === null || compareValues(next, best, true) * direction > 0 ? next : best
  const accumulator = (): Accumulator => new Folding(null, better)
  const isBetter = (value: Value, than: Value): boolean => compareValues(value, than, true) * direction >= 0
  const sliding = (run?: AggregateRun): Accumulator => new SlidingExtreme(isBetter, run)
  const small = isFloat(type) || (isInteger(type) && !isBigInt(type)) || type.kind === 'date32'
  if (!small) {
    const step: GroupedKernel['update'] = ([best], value) => `${best} = $better(${best}, ${value?.value});`
    return {
      accumulator,
      sliding,
      duplicates: 'ignored',
      grouped: {
        slots: [{ storage: 'object', initial: null }],
        update: step,
        merge: step,
        state: ([best]) => [best ?? null],
        evaluate: ([best]) => best ?? null,
        helpers: { $better: better },
      },
    }
  }
  const step: GroupedKernel['update'] = ([best, seen], value) => {
    const v = value?.number
    // NaN is the greatest number: it never becomes the least while there is another, and always the greatest.
    const wins = direction === -1 ? `(v < ${best} || ${best} !== ${best})` : `(v > ${best} || v !== v)`
    return `{ const v = ${v}; if (${seen} === 0 || ${wins}) { ${best} = v; ${seen} = 1; } }`
  }
  const result = ([best, seen]: readonly Value[]): Value => (seen === 1 ? (best ?? null) : null)
  return {
    accumulator,
    sliding,
    duplicates: 'ignored',
    grouped: {
      slots: [
        { storage: 'float64', initial: 0 },
        { storage: 'mask', initial: 0 },
      ],
      update: step,
      merge: step,
      state: (slots) => [result(slots)],
      evaluate: result,
    },
  }
}

export const basicAggregates = [count, sum, avg, extreme('min'), extreme('max')]
