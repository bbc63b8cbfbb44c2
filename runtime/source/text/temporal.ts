// Dates, times and timestamps as text (ISO 8601) into counts of their unit. Exact to the last digit or an error.
// Knows one text at a time, nothing of files.

import { daysOf } from '../../../functions/cast/calendar.ts'
import type { TimestampType, TimeUnit } from '../../../functions/types/type.ts'

export const unitsPerSecond: Record<TimeUnit, number> = { s: 1, ms: 1e3, us: 1e6, ns: 1e9 }
const fractionDigits: Record<TimeUnit, number> = { s: 0, ms: 3, us: 6, ns: 9 }

const datePattern = /^([+-]?\d{4,6})-(\d\d)-(\d\d)$/
const timePattern = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?$/
const timestampPattern = /^([+-]?\d{4,6}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d(?::?\d\d)?)?$/

/** `2024-01-31` as days since 1970-01-01; undefined if it is not a date. */
export function parseDate(text: string): number | undefined {
  const match = datePattern.exec(text)
  if (match === null) return undefined
  return daysOf(Number(match[1]), Number(match[2]), Number(match[3]))
}

/** `12:34:56.789` in units since midnight; undefined if it is not a time or has more digits than the unit holds. */
export function parseTime(text: string, unit: TimeUnit): bigint | undefined {
  const match = timePattern.exec(text)
  if (match === null) return undefined
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)]
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined
  const digits = (match[4] ?? '').padEnd(9, '0')
  const kept = fractionDigits[unit]
  if (/[1-9]/.test(digits.slice(kept))) return undefined
  return (
    BigInt(hours * 3600 + minutes * 60 + seconds) * BigInt(unitsPerSecond[unit]) + BigInt(digits.slice(0, kept) || '0')
  )
}

/**
 * `2024-01-31T12:34:56.789` in the type's unit; a `T` or a space may stand between, and a date alone is its midnight.
 * With a zone in the type, an offset in the text counts and no offset means UTC; without one, an offset is an error.
 */
export function parseTimestamp(text: string, { unit, timezone }: TimestampType): bigint | undefined {
  const perSecond = BigInt(unitsPerSecond[unit])
  const match = timestampPattern.exec(text)
  const days = parseDate(match?.[1] ?? text)
  if (days === undefined) return undefined
  const midnight = BigInt(days) * 86_400n * perSecond
  if (match === null) return midnight
  const time = parseTime(match[2] ?? '', unit)
  if (time === undefined || (match[3] !== undefined && timezone === undefined)) return undefined
  return midnight + time - BigInt(offsetSeconds(match[3] ?? 'Z')) * perSecond
}

function offsetSeconds(zone: string): number {
  if (zone === 'Z') return 0
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0')
  const seconds = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2)) * 60
  return zone.startsWith('-') ? -seconds : seconds
}

/** The type that a timestamp's text shows, its unit by the digits of its fraction; undefined if it is not one. */
export function inferTimestamp(text: string): { unit: TimeUnit; zoned: boolean } | undefined {
  const match = timestampPattern.exec(text)
  if (match === null || parseTimestamp(text, { kind: 'timestamp', unit: 'ns', timezone: 'UTC' }) === undefined)
    return undefined
  const digits = match[2]?.split('.')[1]?.length ?? 0
  const unit = digits === 0 ? 's' : digits <= 3 ? 'ms' : digits <= 6 ? 'us' : 'ns'
  return { unit, zoned: match[3] !== undefined }
}

const durationPattern = /^(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,9}))?S)?)?$/

/** `PT1M2.5S` or `P1DT2H` in units; undefined if it is not a duration of days and smaller. */
export function parseDuration(text: string, unit: TimeUnit): bigint | undefined {
  const match = durationPattern.exec(text)
  if (match === null || match.slice(2).every((part) => part === undefined)) return undefined
  const whole = (index: number) => BigInt(match[index] ?? '0')
  const seconds = whole(2) * 86_400n + whole(3) * 3600n + whole(4) * 60n + whole(5)
  const digits = (match[6] ?? '').padEnd(9, '0')
  const kept = fractionDigits[unit]
  if (/[1-9]/.test(digits.slice(kept))) return undefined
  const count = seconds * BigInt(unitsPerSecond[unit]) + BigInt(digits.slice(0, kept) || '0')
  return match[1] === '-' ? -count : count
}
