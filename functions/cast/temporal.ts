// Dates, times, timestamps and durations to and from each other and integers. Ticks are cut towards zero when the unit
// gets coarser, as Arrow does; days are not.

import {
  type DataType,
  int64,
  integerRange,
  isBigInt,
  isInteger,
  isNumeric,
  isTime,
  type TimestampType,
} from '../types/type.ts'
import {
  fits64,
  floorDivide,
  floorModulo,
  floorQuotient,
  inCalendar,
  secondsPerDay,
  ticksPerSecond,
} from './calendar.ts'
import type { Conversion } from './conversion.ts'
import { numericConversion } from './numeric.ts'
import { localToUtc, type Zone, zoneOf } from './zone.ts'

/** How values of one temporal type become values of another, or of an integer; undefined when they do not. */
export function temporalCast(from: DataType, to: DataType): Conversion | undefined {
  if (isInteger(from)) return integerToTemporal(from, to)
  if (isNumeric(from))
    return to.kind === 'timestamp' || to.kind === 'duration' ? numericConversion(from, int64) : undefined
  if (isInteger(to)) return temporalToInteger(from, to)
  if (from.kind === 'timestamp') return fromTimestamp(from, to)
  if (from.kind === 'date32' && to.kind === 'timestamp') return dateToTimestamp(to)
  if (isTime(from) && isTime(to)) return rescaleTicks(from.unit, to.unit)
  if (from.kind === 'duration' && to.kind === 'duration') return rescaleTicks(from.unit, to.unit)
  if (from.kind === 'duration' && to.kind === 'interval') {
    const factor = 1_000_000_000n / ticksPerSecond[from.unit]
    return {
      convert: (value: bigint) => {
        const nanos = fits64(value * factor)
        return nanos === undefined ? undefined : { months: 0, days: 0, nanos }
      },
    }
  }
  if (isTime(from) && to.kind === 'interval') {
    const factor = 1_000_000_000n / ticksPerSecond[from.unit]
    return { convert: (value: bigint) => ({ months: 0, days: 0, nanos: value * factor }), total: true }
  }
  if (from.kind === 'interval' && to.kind === 'interval') return { convert: (value) => value, total: true }
  return undefined
}

function rescaleTicks(from: 's' | 'ms' | 'us' | 'ns', to: 's' | 'ms' | 'us' | 'ns'): Conversion {
  const [a, b] = [ticksPerSecond[from], ticksPerSecond[to]]
  if (a === b) return { convert: (value) => value, total: true }
  if (b > a) {
    const factor = b / a
    return { convert: (value: bigint) => fits64(value * factor) }
  }
  const divisor = a / b
  return { convert: (value: bigint) => value / divisor, total: true }
}

function fromTimestamp(from: TimestampType, to: DataType): Conversion | undefined {
  const perSecond = ticksPerSecond[from.unit]
  const zone = from.timezone === undefined ? undefined : zoneOf(from.timezone)
  switch (to.kind) {
    case 'timestamp': {
      const rescale = rescaleTicks(from.unit, to.unit)
      // A local time becomes the instant at which clocks of the zone show it; between zones the instant stays.
      if (from.timezone !== undefined || to.timezone === undefined) return rescale
      const target = zoneOf(to.timezone)
      const convert = rescale.convert as (value: bigint) => bigint | undefined
      return {
        convert: (value: bigint) => {
          const ticks = convert(value)
          return ticks === undefined ? undefined : fits64(localTicksToUtc(ticks, target, ticksPerSecond[to.unit]))
        },
      }
    }
    case 'date32': {
      const perDay = perSecond * BigInt(secondsPerDay)
      const toDays = (value: bigint): number => floorQuotient(toLocal(value, zone, perSecond), perDay)
      // In fine units a timestamp does not go beyond the days that 32 bits hold.
      if (from.unit === 'us' || from.unit === 'ns') return { convert: toDays, total: true }
      return {
        convert: (value: bigint) => {
          const days = toDays(value)
          return inCalendar(days) ? days : undefined
        },
      }
    }
    case 'time32':
    case 'time64': {
      const perDay = perSecond * BigInt(secondsPerDay)
      const [multiply, divide] =
        ticksPerSecond[to.unit] >= perSecond
          ? [ticksPerSecond[to.unit] / perSecond, 1n]
          : [1n, perSecond / ticksPerSecond[to.unit]]
      return {
        convert: (value: bigint) => (floorModulo(toLocal(value, zone, perSecond), perDay) * multiply) / divide,
        total: true,
      }
    }
    default:
      return undefined
  }
}

/** The ticks that a clock of the zone would show if it counted from 1970 too. */
export function toLocal(ticks: bigint, zone: Zone | undefined, perSecond: bigint): bigint {
  if (zone === undefined) return ticks
  return ticks + BigInt(zone.offsetAt(floorQuotient(ticks, perSecond))) * perSecond
}

/** The instant at which a clock of the zone shows `local`. */
export function localTicksToUtc(local: bigint, zone: Zone, perSecond: bigint): bigint {
  const seconds = floorDivide(local, perSecond)
  return BigInt(localToUtc(zone, Number(seconds))) * perSecond + (local - seconds * perSecond)
}

function dateToTimestamp(to: TimestampType): Conversion {
  const perSecond = ticksPerSecond[to.unit]
  const perDay = BigInt(secondsPerDay) * perSecond
  if (to.timezone === undefined) return { convert: (value: number) => fits64(BigInt(value) * perDay) }
  const zone = zoneOf(to.timezone)
  return { convert: (value: number) => fits64(localTicksToUtc(BigInt(value) * perDay, zone, perSecond)) }
}

/** Integers count days, or ticks of the type's unit. */
function integerToTemporal(from: DataType, to: DataType): Conversion | undefined {
  switch (to.kind) {
    case 'date32':
      return {
        convert: (value: number | bigint) => {
          const days = Number(value)
          return days >= -2_147_483_648 && days <= 2_147_483_647 ? days : undefined
        },
      }
    case 'timestamp':
    case 'duration':
      return isBigInt(from) && from.kind !== 'uint64'
        ? { convert: (value: bigint) => value, total: true }
        : { convert: (value: number | bigint) => fits64(BigInt(value)) }
    case 'time32':
    case 'time64': {
      const perDay = ticksPerSecond[to.unit] * BigInt(secondsPerDay)
      return {
        convert: (value: number | bigint) => (value >= 0n && value < perDay ? BigInt(value) : undefined),
      }
    }
    default:
      return undefined
  }
}

function temporalToInteger(from: DataType, to: DataType): Conversion | undefined {
  if (from.kind !== 'date32' && from.kind !== 'timestamp' && !isTime(from) && from.kind !== 'duration') return undefined
  const [least, most] = integerRange(to)
  if (to.kind === 'int64') return { convert: (value: number | bigint) => BigInt(value), total: true }
  const wide = isBigInt(to)
  return {
    convert: (value: number | bigint) => {
      if (value < least || value > most) return undefined
      return wide ? BigInt(value) : Number(value)
    },
  }
}
