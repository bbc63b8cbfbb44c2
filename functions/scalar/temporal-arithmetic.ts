// + and - with dates, times, timestamps, durations and intervals. Months and days of an interval move the calendar, on
// zoned timestamps the local one; nanoseconds move the instant.

import {
  addMonths,
  floorDivide,
  floorModulo,
  inCalendar,
  nanosPerDay,
  secondsPerDay,
  ticksInCalendar,
  ticksPerSecond,
} from '../cast/calendar.ts'
import type { IntervalValue } from '../cast/interval.ts'
import { localTicksToUtc, toLocal } from '../cast/temporal.ts'
import { zoneOf } from '../cast/zone.ts'
import type { ScalarKernel } from '../contract/scalar.ts'
import { commonTemporal } from '../types/coercion.ts'
import {
  type DataType,
  date32,
  duration,
  int64,
  interval,
  isInteger,
  isTime,
  type TimestampType,
  type TimeType,
  time64,
  timestamp,
} from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { outOfRange, within64 } from './temporal-range.ts'

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

const within32 = (value: number, type: DataType): number =>
  value >= -2_147_483_648 && value <= 2_147_483_647 ? value : outOfRange(type)

const withinCalendar = (ticks: bigint, type: TimestampType): bigint =>
  ticksInCalendar(ticks, type.unit) ? ticks : outOfRange(type)

/** Two points in time: dates give whole days, timestamps a duration, times an interval. */
function difference(left: DataType, right: DataType): TemporalOperation | undefined {
  if (left.kind === 'date32' && right.kind === 'date32') {
    return {
      types: [left, right],
      returns: int64,
      kernel: () => ({ total: true, row: (a: number, b: number) => BigInt(a - b) }),
    }
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
  const byInterval = right.kind === 'interval' || right.kind === 'null'
  switch (left.kind) {
    case 'date32':
      if (isInteger(right)) return shiftDays(sign)
      if (isTime(right)) return dateAndTime(sign)
      return byInterval ? shiftDate(sign) : undefined
    case 'timestamp':
      if (byInterval) return shiftTimestamp(left, sign)
      return right.kind === 'duration' ? addTicks(left, duration(left.unit), left, sign) : undefined
    case 'duration': {
      if (right.kind === 'interval') return addIntervals(sign)
      if (right.kind === 'null') return addTicks(left, left, left, sign)
      if (right.kind !== 'duration') return undefined
      // The calendar's own stretches hold what one unit of ticks may not.
      return left.unit === right.unit ? addTicks(left, left, left, sign) : addIntervals(sign)
    }
    case 'interval':
      return byInterval || right.kind === 'duration' || (isTime(right) && sign === -1) ? addIntervals(sign) : undefined
    case 'time32':
    case 'time64':
      if (right.kind === 'interval') return shiftTime(left, sign)
      return isTime(right) || right.kind === 'null' ? addIntervals(sign) : undefined
    default:
      return undefined
  }
}

const shiftDays = (sign: 1 | -1): TemporalOperation => ({
  types: [date32, int64],
  returns: date32,
  kernel: () => ({ row: (days: number, count: bigint) => inDays(days + sign * Number(count)) }),
})

const inDays = (days: number): number => (inCalendar(days) ? days : outOfRange(date32))

const shiftDate = (sign: 1 | -1): TemporalOperation => ({
  types: [date32, interval()],
  returns: date32,
  kernel: () => ({
    row: (days: number, by: IntervalValue) => {
      const moved = by.months === 0 ? days : addMonths(days, sign * by.months)
      return inDays(moved + sign * (by.days + (by.nanos === 0n ? 0 : Number(by.nanos / nanosPerDay))))
    },
  }),
})

/** The moment at which a clock shows the time on the day, or so long before the day. */
function dateAndTime(sign: 1 | -1): TemporalOperation {
  const returns = timestamp('ns')
  return {
    types: [date32, time64('ns')],
    returns,
    kernel: () => ({
      row: (days: number, time: bigint) => within64(BigInt(days) * nanosPerDay + BigInt(sign) * time, returns),
    }),
  }
}

/** Clocks go round: only the time of an interval moves them. */
function shiftTime(left: TimeType, sign: 1 | -1): TemporalOperation {
  const nanosPerTick = 1_000_000_000n / ticksPerSecond[left.unit]
  return {
    types: [left, interval()],
    returns: left,
    kernel: () => ({
      total: true,
      row: (ticks: bigint, by: IntervalValue) =>
        floorModulo(ticks * nanosPerTick + BigInt(sign) * by.nanos, nanosPerDay) / nanosPerTick,
    }),
  }
}

function shiftTimestamp(left: TimestampType, sign: 1 | -1): TemporalOperation {
  const perSecond = ticksPerSecond[left.unit]
  const perDay = perSecond * BigInt(secondsPerDay)
  const nanosPerTick = 1_000_000_000n / perSecond
  return {
    types: [left, interval()],
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
            if (!inCalendar(target)) outOfRange(left)
            moved = local + (BigInt(target) - day) * perDay
            if (zone !== undefined) moved = localTicksToUtc(moved, zone, perSecond)
          }
          return withinCalendar(moved + floorDivide(BigInt(sign) * by.nanos, nanosPerTick), left)
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

function addIntervals(sign: 1 | -1): TemporalOperation {
  const type = interval()
  return {
    types: [type, type],
    returns: type,
    kernel: () => ({
      row: (a: IntervalValue, b: IntervalValue) => ({
        months: within32(a.months + sign * b.months, type),
        days: within32(a.days + sign * b.days, type),
        nanos: within64(a.nanos + BigInt(sign) * b.nanos, type),
      }),
    }),
  }
}

/** The stretch in the other direction. */
export const negateInterval = ({ months, days, nanos }: IntervalValue): IntervalValue => ({
  months: within32(-months + 0, interval()),
  days: within32(-days + 0, interval()),
  nanos: within64(-nanos, interval()),
})

export const negateDuration =
  (type: DataType) =>
  (ticks: bigint): bigint =>
    within64(-ticks, type)
