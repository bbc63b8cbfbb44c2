// Dates, times, timestamps, durations and intervals to text and back: ISO 8601, fractions in threes, as Arrow writes
// them.

import type { DataType, TimeUnit } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import {
  civilFromDays,
  dayOf,
  daysOf,
  fits64,
  floorDivide,
  monthOf,
  secondsPerDay,
  ticksPerSecond,
  yearOf,
} from './calendar.ts'
import { formatInterval, type IntervalValue, parseInterval } from './interval.ts'
import { findZone, localToUtc, parseOffset, type Zone, zoneOf } from './zone.ts'

/** Writes values of a temporal type; undefined for other types. */
export function temporalFormatter(type: DataType): ((value: never) => string) | undefined {
  switch (type.kind) {
    case 'date32':
      return (value: number) => dateText(value)
    case 'timestamp': {
      const { unit, timezone } = type
      if (timezone === undefined) return (value: bigint) => timestampText(value, unit)
      const zone = zoneOf(timezone)
      return (value: bigint) => zonedText(value, unit, zone)
    }
    case 'time32':
    case 'time64':
      return (value: bigint) => timeText(value, type.unit)
    case 'duration':
      return (value: bigint) => prettyDurationText(value, type.unit)
    case 'interval':
      return (value: Value) => formatInterval(value as IntervalValue)
    default:
      return undefined
  }
}

export const two = (value: number): string => (value < 10 ? `0${value}` : String(value))

/** Days since 1970-01-01 as ISO 8601; years beyond four digits have a sign. */
export function dateText(days: number): string {
  const civil = civilFromDays(days)
  return `${yearText(yearOf(civil))}-${two(monthOf(civil))}-${two(dayOf(civil))}`
}

function yearText(year: number): string {
  if (year >= 0 && year <= 9999) return String(year).padStart(4, '0')
  return `${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(4, '0')}`
}

/** `12:34:56`, from seconds since midnight. */
export const clockText = (seconds: number): string =>
  `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`

/** Nothing, or a point with as many threes of digits as it takes. */
export function fractionText(nanos: number): string {
  if (nanos === 0) return ''
  const digits = String(nanos).padStart(9, '0')
  if (nanos % 1_000_000 === 0) return `.${digits.slice(0, 3)}`
  return `.${nanos % 1000 === 0 ? digits.slice(0, 6) : digits}`
}

/** Local seconds since 1970 and nanoseconds of a second as `2024-01-31T12:34:56.5`. */
function localText(seconds: number, nanos: number): string {
  const days = Math.floor(seconds / secondsPerDay)
  return `${dateText(days)}T${clockText(seconds - days * secondsPerDay)}${fractionText(nanos)}`
}

const nanosPerTick: Readonly<Record<TimeUnit, number>> = { s: 1_000_000_000, ms: 1_000_000, us: 1000, ns: 1 }

/** Ticks since 1970-01-01 as ISO 8601 without a zone. */
export function timestampText(ticks: bigint, unit: TimeUnit): string {
  const seconds = floorDivide(ticks, ticksPerSecond[unit])
  return localText(Number(seconds), Number(ticks - seconds * ticksPerSecond[unit]) * nanosPerTick[unit])
}

function zonedText(ticks: bigint, unit: TimeUnit, zone: Zone): string {
  const seconds = floorDivide(ticks, ticksPerSecond[unit])
  const offset = zone.offsetAt(Number(seconds))
  const text = localText(Number(seconds) + offset, Number(ticks - seconds * ticksPerSecond[unit]) * nanosPerTick[unit])
  return text + (offset === 0 ? 'Z' : offsetText(offset))
}

/** `+02:00`. */
export function offsetText(seconds: number, separator = ':'): string {
  const minutes = Math.floor(Math.abs(seconds) / 60)
  return `${seconds < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${separator}${two(minutes % 60)}`
}

function timeText(ticks: bigint, unit: TimeUnit): string {
  const seconds = Number(ticks / ticksPerSecond[unit])
  return clockText(seconds) + fractionText(Number(ticks % ticksPerSecond[unit]) * nanosPerTick[unit])
}

const fractionDigits: Readonly<Record<TimeUnit, number>> = { s: 0, ms: 3, us: 6, ns: 9 }

/** `0 days 1 hours 1 mins 1.500 secs`, with the digits of the unit; every part has the sign. */
export function prettyDurationText(ticks: bigint, unit: TimeUnit): string {
  const perSecond = ticksPerSecond[unit]
  const seconds = ticks / perSecond
  const rest = ticks < 0n ? -ticks : ticks
  const fraction = unit === 's' ? '' : `.${String(rest % perSecond).padStart(fractionDigits[unit], '0')}`
  const second = String((rest / perSecond) % 60n) + fraction
  const sign = ticks < 0n && ticks % (60n * perSecond) !== 0n ? '-' : ''
  return `${seconds / 86_400n} days ${(seconds / 3600n) % 24n} hours ${(seconds / 60n) % 60n} mins ${sign}${second} secs`
}

/** ISO 8601 as Arrow writes it: seconds only, `PT3661.5S`. */
export function isoDurationText(ticks: bigint, unit: TimeUnit): string {
  const perSecond = ticksPerSecond[unit]
  const absolute = ticks < 0n ? -ticks : ticks
  const fraction = String(Number(absolute % perSecond) * nanosPerTick[unit])
    .padStart(9, '0')
    .replace(/0+$/, '')
  return `${ticks < 0n ? '-' : ''}PT${absolute / perSecond}${fraction === '' ? '' : `.${fraction}`}S`
}

/** Reads text as a value of a temporal type; undefined for text that is not one. */
export function temporalParser(type: DataType): ((text: string) => Value | undefined) | undefined {
  switch (type.kind) {
    case 'date32':
      return parseDate
    case 'timestamp': {
      const zone = type.timezone === undefined ? undefined : zoneOf(type.timezone)
      return (text) => parseTimestamp(text, type.unit, zone)
    }
    case 'time32':
    case 'time64': {
      const nanosPerUnit = 1_000_000_000n / ticksPerSecond[type.unit]
      return (text) => {
        const nanos = parseTime(text)
        return nanos === undefined ? undefined : nanos / nanosPerUnit
      }
    }
    case 'interval':
      // A literal counts seconds where it has no unit, a cast months.
      return (text) => parseInterval(text, 'month')
    default:
      return undefined
  }
}

/** Days since 1970-01-01 of a date, or of a timestamp's; undefined for what is neither. */
export function parseDate(text: string): number | undefined {
  const match = /^([+-]?\d{4,6})-(\d{1,2})-(\d{1,2})(?:[T ](.*))?$/s.exec(text)
  if (match === null) return undefined
  // A timestamp is a date too, in its own offset's days.
  if (match[4] !== undefined && parseTimestamp(text, 's') === undefined) return undefined
  return daysOf(Number(match[1]), Number(match[2]), Number(match[3]))
}

const clockPattern = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9})\d*)?)?$/

/** Nanoseconds since midnight. */
export function parseTime(text: string): bigint | undefined {
  const match = clockPattern.exec(text)
  if (match === null) return undefined
  const [, hour, minute, second = '0', fraction = ''] = match
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second)
  return BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'))
}

const timestampPattern =
  /^([+-]?\d{4,6})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9})\d*)?)?\s*([A-Za-z+-][\w/+:-]*)?)?$/

/**
 * Ticks since 1970 of a text; local times are times of `zone`, UTC unless given.
 *
 * @returns undefined for text that is not a timestamp, or out of the unit's range.
 */
export function parseTimestamp(text: string, unit: TimeUnit, zone?: Zone): bigint | undefined {
  const match = timestampPattern.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', suffix] = match
  const days = daysOf(Number(year), Number(month), Number(day))
  if (days === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  const local = days * secondsPerDay + Number(hour) * 3600 + Number(minute) * 60 + Number(second)
  const seconds = toUtc(local, suffix, zone)
  if (seconds === undefined) return undefined
  const nanos = fraction === '' ? 0n : BigInt(fraction.padEnd(9, '0'))
  return fits64(BigInt(seconds) * ticksPerSecond[unit] + (nanos * ticksPerSecond[unit]) / 1_000_000_000n)
}

function toUtc(local: number, suffix: string | undefined, zone: Zone | undefined): number | undefined {
  if (suffix === undefined) return zone === undefined ? local : localToUtc(zone, local)
  const offset = parseOffset(suffix)
  if (offset !== undefined) return local - offset
  const named = findZone(suffix)
  return named === undefined ? undefined : localToUtc(named, local)
}
