// + and - with dates, times, timestamps, durations and intervals. Months and days of an interval move the calendar, on
// zoned timestamps the local one; nanoseconds move the instant.

import { addMonths, fits64, floorDivide, nanosPerDay, secondsPerDay, ticksPerSecond } from '../cast/calendar.ts'
import type { IntervalValue } from '../cast/interval.ts'
import { localTicksToUtc, toLocal } from '../cast/temporal.ts'
import { zoneOf } from '../cast/zone.ts'
import type { ScalarKernel } from '../contract/scalar.ts'
import { DataError } from '../errors.ts'
import { coarserUnit, commonTemporal } from '../types/coercion.ts'
import {
  type DataType,
  date32,
  displayType,
  duration,
  int64,
  interval,
  isInteger,
  type TimestampType,
} from '../types/type.ts'
import type { Value } from '../types/value.ts'

export interface TemporalOperation {
  readonly types: readonly [DataType, DataType]
  readonly returns: DataType
  readonly kernel: () => ScalarKernel
}

/** Resolves `left op right` where a side is temporal; undefined when it has no meaning. */
export function temporalOperation(op: string, left: DataType, right: DataType): TemporalOperation | undefined {
  if (op !== '+' && op !== '-') return undefined
  if (op === '-') return difference(left, right) ?? shift(left, right, -1)
  return shift(left, right, 1) ?? swapped(shift(right, left, 1))
}

function swapped(operation: TemporalOperation | undefined): TemporalOperation | undefined {
  if (operation === undefined) return undefined
  const [left, right] = operation.types
  return {
    ...operation,
    types: [right, left],
    kernel: () => {
      const row = operation.kernel().row as (a: Value, b: Value) => Value
      return { row: (a: Value, b: Value) => row(b, a) }
    },
  }
}

function outOfRange(type: DataType): never {
  throw new DataError('overflow', `Cannot hold the result in ${displayType(type)}: it is out of range`)
}

const within64 = (value: bigint, type: DataType): bigint => fits64(value) ?? outOfRange(type)

/** Two points in time: dates give whole days, timestamps and times a duration. */
function difference(left: DataType, right: DataType): TemporalOperation | undefined {
  if (left.kind === 'date32' && right.kind === 'date32') {
    return {
      types: [left, right],
      returns: int64,
      kernel: () => ({ total: true, row: (a: number, b: number) => BigInt(a - b) }),
    }
  }
  if (left.kind === 'time64' && right.kind === 'time64') {
    const unit = left.unit === 'us' || right.unit === 'us' ? 'us' : 'ns'
    const type: DataType = { kind: 'time64', unit }
    return ticksDifference(type, duration(unit))
  }
  const isInstant = (type: DataType): boolean => type.kind === 'timestamp' || type.kind === 'date32'
  if (!isInstant(left) || !isInstant(right)) return undefined
  const common = commonTemporal(left, right)
  return common?.kind === 'timestamp' ? ticksDifference(common, duration(common.unit)) : undefined
}

const ticksDifference = (type: DataType, returns: DataType): TemporalOperation => ({
  types: [type, type],
  returns,
  kernel: () => ({ row: (a: bigint, b: bigint) => within64(a - b, returns) }),
})

/** A point in time, or a stretch of it, moved by a stretch. */
function shift(left: DataType, right: DataType, sign: 1 | -1): TemporalOperation | undefined {
  const months = interval('month_day_nano')
  switch (left.kind) {
    case 'date32':
      if (isInteger(right)) return shiftDays(sign)
      if (right.kind === 'interval' || right.kind === 'null') return shiftDate(months, sign)
      return undefined
    case 'timestamp':
      if (right.kind === 'interval' || right.kind === 'null') return shiftTimestamp(left, months, sign)
      if (right.kind === 'duration') return addTicks(left, duration(left.unit), left, sign)
      return undefined
    case 'duration':
      if (right.kind !== 'duration') return undefined
      return addTicks(
        duration(coarserUnit(left.unit, right.unit)),
        duration(coarserUnit(left.unit, right.unit)),
        duration(coarserUnit(left.unit, right.unit)),
        sign,
      )
    case 'interval':
    case 'time64':
      return right.kind === 'interval' ? addIntervals(months, sign) : undefined
    default:
      return undefined
  }
}

const shiftDays = (sign: 1 | -1): TemporalOperation => ({
  types: [date32, int64],
  returns: date32,
  kernel: () => ({ row: (days: number, count: bigint) => inDays(days + sign * Number(count)) }),
})

const inDays = (days: number): number => (days >= -2_147_483_648 && days <= 2_147_483_647 ? days : outOfRange(date32))

const shiftDate = (right: DataType, sign: 1 | -1): TemporalOperation => ({
  types: [date32, right],
  returns: date32,
  kernel: () => ({
    row: (days: number, by: IntervalValue) => {
      const moved = by.months === 0 ? days : addMonths(days, sign * by.months)
      return inDays(moved + sign * (by.days + (by.nanos === 0n ? 0 : Number(by.nanos / nanosPerDay))))
    },
  }),
})

function shiftTimestamp(left: TimestampType, right: DataType, sign: 1 | -1): TemporalOperation {
  const perSecond = ticksPerSecond[left.unit]
  const perDay = perSecond * BigInt(secondsPerDay)
  const nanosPerTick = 1_000_000_000n / perSecond
  return {
    types: [left, right],
    returns: left,
    kernel: () => {
      const zone = left.timezone === undefined ? undefined : zoneOf(left.timezone)
      return {
        row: (ticks: bigint, by: IntervalValue) => {
          let moved = ticks
          if (by.months !== 0 || by.days !== 0) {
            const local = toLocal(ticks, zone, perSecond)
            const day = floorDivide(local, perDay)
            const target = addMonths(Number(day), sign * by.months) + sign * by.days
            moved = local + (BigInt(target) - day) * perDay
            if (zone !== undefined) moved = localTicksToUtc(moved, zone, perSecond)
          }
          return within64(moved + BigInt(sign) * (by.nanos / nanosPerTick), left)
        },
      }
    },
  }
}

function addTicks(left: DataType, right: DataType, returns: DataType, sign: 1 | -1): TemporalOperation {
  return {
    types: [left, right],
    returns,
    kernel: () => ({
      row:
        sign === 1
          ? (a: bigint, b: bigint) => within64(a + b, returns)
          : (a: bigint, b: bigint) => within64(a - b, returns),
    }),
  }
}

const addIntervals = (type: DataType, sign: 1 | -1): TemporalOperation => ({
  types: [type, type],
  returns: type,
  kernel: () => ({
    row: (a: IntervalValue, b: IntervalValue) => ({
      months: a.months + sign * b.months,
      days: a.days + sign * b.days,
      nanos: within64(a.nanos + BigInt(sign) * b.nanos, type),
    }),
  }),
})
