// date_trunc and date_bin: points in time brought down to the start of a unit or a stretch.

import {
  addMonths,
  civilFromDays,
  daysFromCivil,
  floorDivide,
  floorModulo,
  floorQuotient,
  isoWeekday,
  monthOf,
  nanosPerDay,
  secondsPerDay,
  ticksPerSecond,
  yearOf,
} from '../cast/calendar.ts'
import type { IntervalValue } from '../cast/interval.ts'
import { localTicksToUtc, toLocal } from '../cast/temporal.ts'
import { zoneOf } from '../cast/zone.ts'
import { type Argument, literalText, type ScalarKernel, scalarFunction } from '../contract/scalar.ts'
import { exactly, type Parameter, text } from '../contract/signature.ts'
import { DataError, PlanError } from '../errors.ts'
import { floorTicks } from '../kernels/ticks.ts'
import { didYouMean } from '../nearest.ts'
import { type DataType, displayType, interval, isTime, type TimestampType, timestamp } from '../types/type.ts'
import { moment } from './clock.ts'
import { within64 } from './temporal-range.ts'

/** Units of a fixed length, in nanoseconds. */
const fixed: Readonly<Record<string, bigint>> = {
  nanosecond: 1n,
  microsecond: 1000n,
  millisecond: 1_000_000n,
  second: 1_000_000_000n,
  minute: 60_000_000_000n,
  hour: 3_600_000_000_000n,
}

/** The first day of the unit that a day is in. */
const starts: Readonly<Record<string, (days: number) => number>> = {
  day: (days) => days,
  week: (days) => days + 1 - isoWeekday(days),
  month: (days) => {
    const civil = civilFromDays(days)
    return daysFromCivil(yearOf(civil), monthOf(civil), 1)
  },
  quarter: (days) => {
    const civil = civilFromDays(days)
    return daysFromCivil(yearOf(civil), 3 * Math.floor((monthOf(civil) - 1) / 3) + 1, 1)
  },
  year: (days) => daysFromCivil(yearOf(civilFromDays(days)), 1, 1),
}

function unitOf(args: readonly Argument[]): string {
  const name = literalText('date_trunc', args, 0).toLowerCase()
  if (Object.hasOwn(fixed, name) || Object.hasOwn(starts, name)) return name
  const names = [...Object.keys(starts).reverse(), ...Object.keys(fixed).reverse()]
  const hint = didYouMean(name, names, `There are ${names.join(', ')}`)
  throw new PlanError('invalid_argument', `Unit "${name}" is not known to date_trunc. ${hint}`, {
    details: { unit: name },
  })
}

function truncKernel(args: readonly Argument[], type: DataType): ScalarKernel {
  const unit = unitOf(args)
  const size = fixed[unit]
  if (isTime(type)) {
    if (size === undefined)
      throw new PlanError('type_mismatch', `Cannot truncate ${displayType(type)} to "${unit}": a time has no date`)
    const ticks = maxBigInt(1n, (size * ticksPerSecond[type.unit]) / 1_000_000_000n)
    return { total: true, row: (_unit: string, value: bigint) => value - (value % ticks) }
  }
  return truncTimestamp(unit, size, type as TimestampType)
}

const maxBigInt = (a: bigint, b: bigint): bigint => (a > b ? a : b)

function truncTimestamp(unit: string, size: bigint | undefined, type: TimestampType): ScalarKernel {
  const perSecond = ticksPerSecond[type.unit]
  const zone = type.timezone === undefined ? undefined : zoneOf(type.timezone)
  if (size !== undefined) {
    const ticks = maxBigInt(1n, (size * perSecond) / 1_000_000_000n)
    if (zone === undefined || size < 3_600_000_000_000n)
      return {
        total: true,
        row: (_unit: string, value: bigint) => value - floorModulo(value, ticks),
        columns: (args, length) => floorTicks(args[1], length, type, Number(ticks)),
      }
    // Local hours may start at other instants than UTC's.
    return {
      total: true,
      row: (_unit: string, value: bigint) => value - floorModulo(toLocal(value, zone, perSecond), ticks),
    }
  }
  const start = starts[unit] ?? ((days: number) => days)
  const perDay = perSecond * BigInt(secondsPerDay)
  return {
    row: (_unit: string, value: bigint) => {
      const days = floorQuotient(toLocal(value, zone, perSecond), perDay)
      const local = BigInt(start(days)) * perDay
      return within64(zone === undefined ? local : localTicksToUtc(local, zone, perSecond), type)
    },
  }
}

const stretch: Parameter = {
  describe: 'an interval',
  coerce: (type) => (['interval', 'utf8', 'duration', 'null'].includes(type.kind) ? interval() : undefined),
}

/** The start of the bin that a value is in. Bins count from the origin; a stretch is of months or of time, not both. */
function bin(by: IntervalValue, value: bigint, origin: bigint, type: TimestampType): bigint {
  const perSecond = ticksPerSecond[type.unit]
  if (by.months !== 0) {
    if (by.days !== 0 || by.nanos !== 0n)
      throw new DataError('invalid_value', 'Cannot bin by months and days together: give one of them')
    return binMonths(by.months, value, origin, type)
  }
  const nanos = BigInt(by.days) * nanosPerDay + by.nanos
  const ticks = (nanos * perSecond) / 1_000_000_000n
  if (nanos <= 0n) throw new DataError('invalid_value', 'Cannot bin by a stretch that is not positive')
  if (ticks === 0n) return value
  return within64(value - floorModulo(within64(value - origin, type), ticks), type)
}

function binMonths(months: number, value: bigint, origin: bigint, type: TimestampType): bigint {
  if (months < 0) throw new DataError('invalid_value', 'Cannot bin by a stretch that is not positive')
  const perDay = ticksPerSecond[type.unit] * BigInt(secondsPerDay)
  const originDay = floorDivide(origin, perDay)
  const first = civilFromDays(Number(originDay))
  const at = civilFromDays(floorQuotient(value, perDay))
  const apart = (yearOf(at) - yearOf(first)) * 12 + monthOf(at) - monthOf(first)
  let steps = Math.floor(apart / months) * months
  const startOf = (step: number): bigint =>
    BigInt(addMonths(Number(originDay), step)) * perDay + (origin - originDay * perDay)
  if (startOf(steps) > value) steps -= months
  return within64(startOf(steps), type)
}

const typeOf = (args: readonly Argument[], index: number): DataType => args[index]?.type ?? timestamp('ns')

export const dateTruncFunctions = [
  scalarFunction({
    name: 'date_trunc',
    aliases: ['datetrunc'],
    family: 'datetime',
    usage: 'date_trunc(unit, value)',
    summary:
      'The start of the year, quarter, month, week (Monday), day, hour, minute, second, millisecond or microsecond that a timestamp is in, in its time zone',
    examples: [["date_trunc('month', timestamp '2024-02-29 12:34:56')", "timestamp '2024-02-01 00:00:00'"]],
    signature: exactly([
      text,
      {
        describe: 'a date, time or timestamp',
        coerce: (type) => (isTime(type) ? type : moment.coerce(type)),
      },
    ]),
    returns: (args) => {
      truncKernel(args, typeOf(args, 1))
      return typeOf(args, 1)
    },
    kernel: truncKernel,
  }),
  scalarFunction({
    name: 'date_bin',
    family: 'datetime',
    usage: 'date_bin(stretch, value[, origin])',
    summary:
      'The start of the interval that a timestamp falls into; intervals are counted from the origin, by default 1970-01-01',
    examples: [["date_bin(interval '15 minutes', timestamp '2024-02-29 12:34:56')", "timestamp '2024-02-29 12:30:00'"]],
    signature: exactly([stretch, moment, moment], 1),
    returns: (args) => typeOf(args, 1),
    kernel: (args, returns) => {
      const type = returns as TimestampType
      const unit = args[2]?.type.kind === 'timestamp' ? args[2].type.unit : type.unit
      const [multiply, divide] = [ticksPerSecond[type.unit], ticksPerSecond[unit]]
      return {
        row: (by: IntervalValue, value: bigint, origin = 0n) => bin(by, value, (origin * multiply) / divide, type),
      }
    },
  }),
]
