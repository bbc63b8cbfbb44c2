// Series as lists: of whole numbers, and of dates and timestamps by intervals.

import type { IntervalValue } from '../cast/interval.ts'
import { type Argument, type ScalarFunction, type ScalarKernel, scalarFunction } from '../contract/scalar.ts'
import { coerceAll } from '../contract/signature.ts'
import { DataError, InternalError } from '../errors.ts'
import { type DataType, date32, int64, interval, isInteger, list, timestamp } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { checkLength, typeAt } from './list-contract.ts'
import { temporalOperation } from './temporal-arithmetic.ts'

const stepOfZero = (): never => {
  throw new DataError('invalid_value', 'Cannot make a series with steps of 0')
}

/** From `start` by steps to `end`, which belongs to the series when `closed`. */
function numbers(start: bigint, end: bigint, step: bigint, closed: boolean): bigint[] {
  if (step === 0n) stepOfZero()
  const last = closed ? end : end - (step > 0n ? 1n : -1n)
  const count = (last - start) / step + 1n
  if ((step > 0n && start > last) || (step < 0n && start < last)) return []
  checkLength(Number(count))
  return Array.from({ length: Number(count) }, (_, i) => start + BigInt(i) * step)
}

/** Each moment is the one before moved by the step: after a short month the days stay early. */
function moments(type: DataType, closed: boolean): ScalarKernel {
  const operation = temporalOperation('+', type, interval())
  if (operation === undefined) throw new InternalError(`A series of ${type.kind} was resolved`)
  const next = operation.kernel().row as (at: Value, by: IntervalValue) => number | bigint
  return {
    row: (start: number | bigint, end: number | bigint, step: IntervalValue) => {
      const forward = isForward(step, type)
      const series: Value[] = []
      const isWithin = (at: number | bigint): boolean => (forward ? at < end : at > end) || (closed && at === end)
      for (let at = start; isWithin(at); at = next(at, step)) {
        checkLength(series.length + 1)
        series.push(at)
      }
      return series
    },
  }
}

/** The direction of a step, which is that of its greatest part. */
export function isForward({ months, days, nanos }: IntervalValue, type: DataType): boolean {
  if (type.kind === 'date32' && months === 0 && days === 0)
    throw new DataError('invalid_value', 'Cannot make a series of dates with steps of less than a day')
  if (months !== 0) return months > 0
  if (days !== 0) return days > 0
  return nanos === 0n ? stepOfZero() : nanos > 0n
}

const isNull = (type: DataType | undefined): boolean => type?.kind === 'null'

/** Whole numbers, or two dates or timestamps and an interval. */
function seriesTypes(types: readonly DataType[]): readonly DataType[] | undefined {
  if (types.every((type) => isInteger(type) || isNull(type))) return types.map(() => int64)
  const [start, end, step] = types
  if (step === undefined || !(step.kind === 'interval' || isNull(step))) return undefined
  const given = isNull(start) ? end : start
  if (![start, end].every((type) => isNull(type) || type?.kind === given?.kind)) return undefined
  const moment = given?.kind === 'timestamp' ? timestamp('ns', given.timezone) : date32
  if (given?.kind !== moment.kind) return undefined
  return [moment, moment, interval()]
}

const isMoments = (args: readonly Argument[]): boolean => typeAt(args, 0).kind !== 'int64'

const seriesOf = (name: 'range' | 'generate_series', closed: boolean): ScalarFunction =>
  scalarFunction({
    name,
    family: 'array',
    usage: `${name}([start, ]end[, step])`,
    summary: `The whole numbers from start (0 unless given) to end, ${closed ? 'inclusive' : 'exclusive'}; or dates or timestamps, stepping by an interval`,
    examples: [
      [`${name}(1, 7, 2)`, closed ? '[1, 3, 5, 7]' : '[1, 3, 5]'],
      [
        `${name}(date '2024-01-01', date '2024-03-01', interval '1 month')`,
        closed ? "[date '2024-01-01', date '2024-02-01', date '2024-03-01']" : "[date '2024-01-01', date '2024-02-01']",
      ],
    ],
    signature: coerceAll('1 to 3 integers, or two dates or timestamps and an interval', 1, 3, seriesTypes),
    returns: (args) => list(isMoments(args) ? typeAt(args, 0) : int64),
    costly: true,
    kernel: (args) =>
      isMoments(args)
        ? moments(typeAt(args, 0), closed)
        : {
            row: (first: bigint, second?: bigint, step = 1n) =>
              second === undefined ? numbers(0n, first, 1n, closed) : numbers(first, second, step, closed),
          },
  })

export const seriesFunctions = [seriesOf('range', false), seriesOf('generate_series', true)]
