// Accumulators of counts, sums and means. All of them can retract, so that frames slide over them: integers and decimals
// exactly, doubles with their rounding errors kept apart and what is not finite counted instead of added.

import type { Accumulator } from '../contract/udf.ts'
import { DataError } from '../errors.ts'
import { decimalText } from '../expr/display-value.ts'
import { type DataType, displayType, isDecimal } from '../types/type.ts'
import type { Value } from '../types/value.ts'

/** Counts rows. */
export class Count implements Accumulator {
  #count = 0
  add(): void {
    this.#count++
  }
  retract(values?: readonly Value[]): void {
    // Without arguments a call stands for one row.
    this.#count -= values?.length ?? 1
  }
  merge(counts: readonly Value[]): void {
    for (const count of counts) this.#count += Number(count ?? 0n)
  }
  state(): readonly Value[] {
    return [BigInt(this.#count)]
  }
  evaluate(): Value {
    return BigInt(this.#count)
  }
}

/** A sum of doubles: the plain one, as groups have it, until something is taken back; then by Neumaier's method. */
class FloatSum {
  count = 0
  #slides = false
  #total = 0
  #error = 0
  #nans = 0
  #infinities = 0
  #negativeInfinities = 0

  /** @param times - 1 adds, -1 takes back. */
  add(value: number, times: 1 | -1): void {
    this.count += times
    this.#slides ||= times < 0
    if (this.count === 0) {
      this.#total = this.#error = this.#nans = this.#infinities = this.#negativeInfinities = 0
    } else if (Number.isFinite(value)) {
      const next = times * value
      const total = this.#total + next
      this.#error += Math.abs(this.#total) >= Math.abs(next) ? this.#total - total + next : next - total + this.#total
      this.#total = total
    } else if (Number.isNaN(value)) this.#nans += times
    else if (value > 0) this.#infinities += times
    else this.#negativeInfinities += times
  }

  get total(): number {
    if (this.#nans > 0 || (this.#infinities > 0 && this.#negativeInfinities > 0)) return Number.NaN
    if (this.#infinities > 0) return Number.POSITIVE_INFINITY
    if (this.#negativeInfinities > 0) return Number.NEGATIVE_INFINITY
    return this.#slides && Number.isFinite(this.#total) ? this.#total + this.#error : this.#total
  }
}

/** Sums doubles; null when there are none. */
export class FloatTotal implements Accumulator {
  readonly #sum = new FloatSum()
  add(value: Value = null): void {
    this.#sum.add(Number(value), 1)
  }
  retract(values: readonly Value[]): void {
    for (const value of values) this.#sum.add(Number(value), -1)
  }
  merge(others: readonly Value[]): void {
    for (const other of others) if (other !== null) this.add(other)
  }
  state(): readonly Value[] {
    return [this.evaluate()]
  }
  evaluate(): Value {
    return this.#sum.count === 0 ? null : this.#sum.total
  }
}

/** Sums 64-bit integers, which wrap, and decimals, whose sum may be of any size while it grows. */
export class IntegerTotal implements Accumulator {
  #total = 0n
  #count = 0
  readonly #finish: (total: bigint) => bigint
  /** @param finish - What makes the exact sum a value of its type. */
  constructor(finish: (total: bigint) => bigint) {
    this.#finish = finish
  }
  add(value: Value = null): void {
    this.#total += BigInt(value as bigint | number)
    this.#count++
  }
  retract(values: readonly Value[]): void {
    for (const value of values) this.#total -= BigInt(value as bigint | number)
    this.#count -= values.length
  }
  merge(others: readonly Value[]): void {
    for (const other of others) if (other !== null) this.add(other)
  }
  state(): readonly Value[] {
    return [this.evaluate()]
  }
  evaluate(): Value {
    return this.#count === 0 ? null : this.#finish(this.#total)
  }
}

/** The mean of doubles. */
export class Mean implements Accumulator {
  readonly #sum = new FloatSum()
  #count = 0n
  add(value: Value = null): void {
    this.#sum.add(Number(value), 1)
    this.#count++
  }
  retract(values: readonly Value[]): void {
    for (const value of values) this.#sum.add(Number(value), -1)
    this.#count -= BigInt(values.length)
  }
  merge(sums: readonly Value[], counts: readonly Value[]): void {
    sums.forEach((sum, i) => {
      if (sum !== null) this.#sum.add(Number(sum), 1)
      this.#count += counts[i] as bigint
    })
  }
  state(): readonly Value[] {
    return [this.#count === 0n ? null : this.#sum.total, this.#count]
  }
  evaluate(): Value {
    return this.#count === 0n ? null : this.#sum.total / Number(this.#count)
  }
}

/** The mean of decimals, with more digits behind the point than they have, and of durations, in their unit. */
export class ExactMean implements Accumulator {
  #sum = 0n
  #count = 0n
  readonly #factor: bigint
  readonly #sums: DataType
  readonly #returns: DataType
  constructor(factor: bigint, sums: DataType, returns: DataType) {
    this.#factor = factor
    this.#sums = sums
    this.#returns = returns
  }
  add(value: Value = null): void {
    this.#sum += value as bigint
    this.#count++
  }
  retract(values: readonly Value[]): void {
    for (const value of values) this.#sum -= value as bigint
    this.#count -= BigInt(values.length)
  }
  merge(sums: readonly Value[], counts: readonly Value[]): void {
    sums.forEach((sum, i) => {
      this.#sum += (sum as bigint | null) ?? 0n
      this.#count += counts[i] as bigint
    })
  }
  state(): readonly Value[] {
    return [this.#count === 0n ? null : fit(this.#sum, this.#sums), this.#count]
  }
  evaluate(): Value {
    return this.#count === 0n ? null : fit((this.#sum * this.#factor) / this.#count, this.#returns)
  }
}

/**
 * The value in 64 bits, or in the digits of a decimal.
 *
 * @throws {DataError} `overflow` for a decimal of more digits than its type has.
 */
export function fit(value: bigint, type: DataType): bigint {
  if (!isDecimal(type)) return BigInt.asIntN(64, value)
  const limit = 10n ** BigInt(type.precision)
  if (value < limit && value > -limit) return value
  throw new DataError('overflow', `Cannot hold ${decimalText(value, type.scale)} in ${displayType(type)}`)
}
