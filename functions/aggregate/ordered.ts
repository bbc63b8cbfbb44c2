// Aggregates that depend on the order of rows: lists, joined texts, and values at a position. Their accumulators
// are given the rows in the order that was asked for.

import { type AggregateFunction, aggregateFunction } from '../contract/aggregate.ts'
import { AggregateRun, COLLECTION_BYTES, valueBytes } from '../contract/aggregate-run.ts'
import type { Argument } from '../contract/scalar.ts'
import { anything, exactly, integer, printable, text } from '../contract/signature.ts'
import type { Accumulator } from '../contract/udf.ts'
import { PlanError } from '../errors.ts'
import { bool, type DataType, field, list, nullType, utf8 } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { FrameAccumulator } from './frame-accumulator.ts'

const typeOf = (args: readonly Argument[]): DataType => args[0]?.type ?? nullType

class Collected implements Accumulator {
  readonly #values: Value[] = []
  readonly #run: AggregateRun
  constructor(run = new AggregateRun()) {
    this.#run = run
    run.heldBytes += COLLECTION_BYTES
  }
  add(value: Value = null): void {
    this.#values.push(value)
    this.#run.heldBytes += valueBytes(value)
  }
  /** The first rows are the first to leave. */
  retract(values: readonly Value[]): void {
    this.#values.splice(0, values.length)
    for (const value of values) this.#run.heldBytes -= valueBytes(value)
  }
  merge(others: readonly Value[]): void {
    for (const other of others) if (other !== null) for (const value of other as readonly Value[]) this.add(value)
  }
  state(): readonly Value[] {
    return [this.#values.length === 0 ? null : [...this.#values]]
  }
  evaluate(): Value {
    return this.#values.length === 0 ? null : [...this.#values]
  }
}

class Joined implements Accumulator {
  #text: string | null = null
  readonly #delimiter: string
  readonly #run: AggregateRun
  constructor(delimiter: string, run = new AggregateRun()) {
    this.#delimiter = delimiter
    this.#run = run
  }
  add(value: Value = null): void {
    if (value === null) return
    this.#text = this.#text === null ? (value as string) : this.#text + this.#delimiter + value
    this.#run.heldBytes += valueBytes(value) + this.#delimiter.length
  }
  merge(others: readonly Value[]): void {
    for (const other of others) this.add(other)
  }
  state(): readonly Value[] {
    return [this.#text]
  }
  evaluate(): Value {
    return this.#text
  }
}

/** The texts of a frame: those that leave are cut off in front. */
class SlidingText extends FrameAccumulator {
  #text = ''
  #count = 0
  readonly #delimiter: string
  readonly #run: AggregateRun
  constructor(delimiter: string, run = new AggregateRun()) {
    super()
    this.#delimiter = delimiter
    this.#run = run
  }
  add(value: Value = null): void {
    if (value === null) return
    this.#text = this.#count++ === 0 ? (value as string) : this.#text + this.#delimiter + value
    this.#run.heldBytes += valueBytes(value) + this.#delimiter.length
  }
  retract(values: readonly Value[]): void {
    for (const value of values) {
      if (value === null) continue
      this.#text = --this.#count === 0 ? '' : this.#text.slice((value as string).length + this.#delimiter.length)
      this.#run.heldBytes -= valueBytes(value) + this.#delimiter.length
    }
  }
  evaluate(): Value {
    return this.#count === 0 ? null : this.#text
  }
}

/** The first value, or the last; partial states merge in the order of their rows. */
class AtEnd implements Accumulator {
  #value: Value = null
  #seen = false
  readonly #last: boolean
  readonly #run: AggregateRun
  constructor(last: boolean, run = new AggregateRun()) {
    this.#last = last
    this.#run = run
  }
  add(value: Value = null): void {
    if (this.#seen && !this.#last) return
    this.#run.heldBytes += valueBytes(value) - valueBytes(this.#value)
    this.#value = value
    this.#seen = true
  }
  merge(values: readonly Value[], seen: readonly Value[]): void {
    values.forEach((value, i) => {
      if (seen[i] === true) this.add(value)
    })
  }
  state(): readonly Value[] {
    return [this.#value, this.#seen]
  }
  evaluate(): Value {
    return this.#value
  }
}

/** The nth value; keeps as many as it takes to know it, from the start or (for negative n) from the end. */
class NthValue implements Accumulator {
  #kept: Value[] = []
  readonly #n: number
  readonly #run: AggregateRun
  constructor(n: number, run = new AggregateRun()) {
    this.#n = n
    this.#run = run
    run.heldBytes += COLLECTION_BYTES
  }
  add(value: Value = null): void {
    if (this.#n > 0 && this.#kept.length >= this.#n) return
    this.#kept.push(value)
    this.#run.heldBytes += valueBytes(value)
    if (this.#n < 0 && this.#kept.length > -this.#n) this.#run.heldBytes -= valueBytes(this.#kept.shift() ?? null)
  }
  merge(others: readonly Value[]): void {
    for (const other of others) for (const value of (other ?? []) as readonly Value[]) this.add(value)
  }
  state(): readonly Value[] {
    return [[...this.#kept]]
  }
  evaluate(): Value {
    if (this.#n < 0) return this.#kept.length === -this.#n ? (this.#kept[0] ?? null) : null
    return this.#kept[this.#n - 1] ?? null
  }
}

const endValue = (name: 'first_value' | 'last_value', summary: string): AggregateFunction =>
  aggregateFunction({
    name,
    ordered: true,
    takesNullTreatment: true,
    family: 'aggregate',
    usage: `${name}(value [ORDER BY key])`,
    summary,
    examples: [[`${name}(name ORDER BY y)`, name === 'first_value' ? "'a'" : 'NULL']],
    signature: exactly([anything]),
    returns: typeOf,
    nulls: 'call',
    state: (args) => [field(name, typeOf(args)), field('seen', bool, false)],
    kernel: () => ({ accumulator: (run) => new AtEnd(name === 'last_value', run) }),
  })

const anyValue = aggregateFunction({
  name: 'any_value',
  family: 'aggregate',
  usage: 'any_value(value)',
  summary: 'A value that is not null, at present the first; null when there are none',
  examples: [['any_value(name)', "'a'"]],
  signature: exactly([anything]),
  returns: typeOf,
  state: (args) => [field('value', typeOf(args)), field('seen', bool, false)],
  kernel: () => ({ accumulator: (run) => new AtEnd(false, run) }),
})

/** A constant that fixes what an aggregate does. */
export function constantOf(name: string, args: readonly Argument[], index: number, what: string): Value {
  const value = args[index]?.literal
  if (value !== undefined && value !== null) return value
  throw new PlanError('type_mismatch', `Function "${name}" takes ${what} literal as argument ${index + 1}`, {
    details: { function: name, argument: index + 1 },
  })
}

function positionArgument(args: readonly Argument[]): number {
  const n = Number(constantOf('nth_value', args, 1, 'an integer'))
  if (n !== 0) return n
  throw new PlanError('invalid_argument', 'Cannot take value 0: nth_value counts from 1, from the end when negative')
}

export const orderedAggregates = [
  aggregateFunction({
    name: 'array_agg',
    ordered: true,
    takesNullTreatment: true,
    family: 'aggregate',
    usage: 'array_agg(value [ORDER BY key])',
    summary: 'The values as a list, nulls included; null when there are no rows',
    examples: [['array_agg(name ORDER BY y DESC, name)', "[NULL, 'a', 'a', 'b']"]],
    signature: exactly([anything]),
    returns: (args) => list(typeOf(args)),
    nulls: 'call',
    state: (args) => [field('values', list(typeOf(args)))],
    kernel: () => ({ accumulator: (run) => new Collected(run) }),
  }),
  aggregateFunction({
    name: 'string_agg',
    ordered: true,
    aliases: ['listagg'],
    family: 'aggregate',
    usage: 'string_agg(text, delimiter [ORDER BY key])',
    summary: 'The texts that are not null joined by a delimiter; null when there are none',
    examples: [["string_agg(name, '+' ORDER BY x)", "'a+b+a'"]],
    signature: exactly([printable, text]),
    returns: utf8,
    nulls: 'call',
    state: () => [field('text', utf8)],
    kernel: (args) => {
      const delimiter = args[1]?.literal === null ? '' : String(constantOf('string_agg', args, 1, 'a string'))
      return {
        accumulator: (run) => new Joined(delimiter, run),
        sliding: (run) => new SlidingText(delimiter, run),
      }
    },
  }),
  endValue('first_value', 'The value of the first row'),
  endValue('last_value', 'The value of the last row'),
  anyValue,
  aggregateFunction({
    name: 'nth_value',
    ordered: true,
    family: 'aggregate',
    usage: 'nth_value(value, n [ORDER BY key])',
    summary: 'The value of the nth row, from the end when n is negative; null when there are fewer rows',
    examples: [['nth_value(x, 2 ORDER BY y DESC)', '3']],
    signature: exactly([anything, integer]),
    returns: (args) => {
      positionArgument(args)
      return typeOf(args)
    },
    nulls: 'call',
    state: (args) => [field('values', list(typeOf(args)), false)],
    kernel: (args) => {
      const n = positionArgument(args)
      return { accumulator: (run) => new NthValue(n, run) }
    },
  }),
]
