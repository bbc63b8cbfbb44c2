// Dates, times and timestamps to and from each other and text.

import type { Value } from '../expr/node.ts'
import type { DataType, TimeUnit } from '../types/type.ts'
import type { Conversion } from './conversion.ts'

const ticksPerSecond: Record<TimeUnit, bigint> = { s: 1n, ms: 1000n, us: 1_000_000n, ns: 1_000_000_000n }
const digits: Record<TimeUnit, number> = { s: 0, ms: 3, us: 6, ns: 9 }
const secondsPerDay = 86_400n

/** Divides rounding towards minus infinity, so that times before 1970 fall on the right day. */
const floorDivide = (a: bigint, b: bigint): bigint => (a >= 0n || a % b === 0n ? a / b : a / b - 1n)

/** How values of one temporal type become values of another; undefined when they do not. */
export function temporalCast(from: DataType, to: DataType): Conversion | undefined {
  if (from.kind === 'timestamp' && to.kind === 'timestamp') {
    const [a, b] = [ticksPerSecond[from.unit], ticksPerSecond[to.unit]]
    if (b >= a) return { convert: (value: bigint) => fits64(value * (b / a)) }
    return { convert: (value: bigint) => floorDivide(value, a / b), total: true }
  }
  if (from.kind === 'date32' && to.kind === 'timestamp') {
    const perDay = secondsPerDay * ticksPerSecond[to.unit]
    return { convert: (value: number) => fits64(BigInt(value) * perDay) }
  }
  if (from.kind === 'timestamp' && to.kind === 'date32') {
    const perDay = secondsPerDay * ticksPerSecond[from.unit]
    return { convert: (value: bigint) => Number(floorDivide(value, perDay)), total: true }
  }
  return undefined
}

const fits64 = (value: bigint): bigint | undefined => (BigInt.asIntN(64, value) === value ? value : undefined)

/** Writes values of a temporal type as ISO 8601 text. */
export function temporalFormatter(type: DataType): ((value: never) => string) | undefined {
  if (type.kind === 'date32') return (value: number) => dateText(value)
  if (type.kind === 'timestamp') {
    const suffix = type.timezone === undefined ? '' : 'Z'
    return (value: bigint) => timestampText(value, type.unit) + suffix
  }
  return undefined
}

export function dateText(days: number): string {
  return new Date(days * 86_400_000).toISOString().replace(/T.*/, '')
}

export function timestampText(ticks: bigint, unit: TimeUnit): string {
  const perSecond = ticksPerSecond[unit]
  const seconds = floorDivide(ticks, perSecond)
  const fraction = ticks - seconds * perSecond
  const whole = new Date(Number(seconds) * 1000).toISOString().replace(/\.\d+Z$/, '')
  return fraction === 0n ? whole : `${whole}.${String(fraction).padStart(digits[unit], '0')}`
}

/** Reads ISO 8601 dates and timestamps; undefined for text that is none. */
export function temporalParser(type: DataType): ((text: string) => Value | undefined) | undefined {
  if (type.kind === 'date32') return parseDate
  if (type.kind === 'timestamp') return (text) => parseTimestamp(text, type.unit)
  return undefined
}

export function parseDate(text: string): number | undefined {
  const match = /^([+-]?\d{4,6})-(\d{1,2})-(\d{1,2})(?:[T ].*)?$/.exec(text)
  if (match === null) return undefined
  return daysOf(Number(match[1]), Number(match[2]), Number(match[3]))
}

function daysOf(year: number, month: number, day: number): number | undefined {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() / 86_400_000 : undefined
}

const timestampPattern =
  /^(\d{4,6})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?$/

export function parseTimestamp(text: string, unit: TimeUnit): bigint | undefined {
  const match = timestampPattern.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] = match
  const days = daysOf(Number(year), Number(month), Number(day))
  if (days === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  const seconds =
    BigInt(days) * secondsPerDay +
    BigInt(Number(hour) * 3600 + Number(minute) * 60 + Number(second) - zoneSeconds(zone))
  const nanos = BigInt(fraction.padEnd(9, '0'))
  return fits64(seconds * ticksPerSecond[unit] + floorDivide(nanos * ticksPerSecond[unit], 1_000_000_000n))
}

function zoneSeconds(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', '') || '0')]
  return (zone.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60)
}
