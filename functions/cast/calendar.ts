// The proleptic Gregorian calendar on whole days since 1970-01-01, for any year. A date's parts travel packed in one
// number, so that taking a date apart allocates nothing.

import type { TimeUnit } from '../types/type.ts'

export const ticksPerSecond: Readonly<Record<TimeUnit, bigint>> = {
  s: 1n,
  ms: 1000n,
  us: 1_000_000n,
  ns: 1_000_000_000n,
}
export const secondsPerDay = 86_400
export const nanosPerDay = 86_400_000_000_000n

/** Divides rounding towards minus infinity, so that times before 1970 fall on the right day. */
export const floorDivide = (a: bigint, b: bigint): bigint => (a >= 0n || a % b === 0n ? a / b : a / b - 1n)

/** What is left after `floorDivide`: never negative. */
export const floorModulo = (a: bigint, b: bigint): bigint => {
  const rest = a % b
  return rest < 0n ? rest + b : rest
}

/** Below this a quotient of doubles is never rounded up to the next whole number. */
const exact = 2 ** 52

/**
 * `floorDivide` to a number, for ticks to seconds or days. Doubles divide far faster than bigints, and hold all ticks but
 * those of nanoseconds exactly.
 */
export function floorQuotient(ticks: bigint, divisor: bigint): number {
  const double = Number(ticks)
  if (double <= exact && double >= -exact) return Math.floor(double / Number(divisor))
  return Number(floorDivide(ticks, divisor))
}

/** The days of the years -262143 to 262142, which is as far as the calendar of DataFusion goes. */
const [firstDay, lastDay] = [-96_465_292, 95_026_236]

export const inCalendar = (days: number): boolean => days >= firstDay && days <= lastDay

/** Whether ticks of a unit are a moment of the calendar; those of nanoseconds always are. */
export function ticksInCalendar(ticks: bigint, unit: TimeUnit): boolean {
  if (unit === 'ns') return fits64(ticks) !== undefined
  const [first, end] = calendarTicks[unit]
  return ticks >= first && ticks < end
}

const ticksOfCalendar = (perSecond: bigint): readonly [bigint, bigint] => [
  BigInt(firstDay) * 86_400n * perSecond,
  BigInt(lastDay + 1) * 86_400n * perSecond,
]

const calendarTicks = {
  s: ticksOfCalendar(ticksPerSecond.s),
  ms: ticksOfCalendar(ticksPerSecond.ms),
  us: ticksOfCalendar(ticksPerSecond.us),
} as const

/** The value when it fits in 64 bits. */
export const fits64 = (value: bigint): bigint | undefined => (BigInt.asIntN(64, value) === value ? value : undefined)

/** Days since 1970-01-01 of a date whose parts are in range; `month` counts from 1. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** Rows that follow each other often share their day. */
let lastDays = Number.NaN
let lastCivil = 0

/** Year, month and day of a day, packed; take them out with `yearOf`, `monthOf` and `dayOf`. */
export function civilFromDays(days: number): number {
  if (days !== lastDays) {
    lastCivil = computeCivil(days)
    lastDays = days
  }
  return lastCivil
}

function computeCivil(days: number): number {
  const z = days + 719_468
  const era = Math.floor(z / 146_097)
  // From here on all numbers are small and not negative: `| 0` keeps them integers, whose division is fast.
  const dayOfEra = (z - era * 146_097) | 0
  const leapless = dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36_524) | 0) - ((dayOfEra / 146_096) | 0)
  const yearOfEra = (leapless / 365) | 0
  const dayOfYear = (dayOfEra - (365 * yearOfEra + (yearOfEra >> 2) - ((yearOfEra / 100) | 0))) | 0
  const shifted = ((5 * dayOfYear + 2) / 153) | 0
  const day = dayOfYear - (((153 * shifted + 2) / 5) | 0) + 1
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0)) * 512 + month * 32 + day
}

export const yearOf = (civil: number): number => Math.floor(civil / 512)
export const monthOf = (civil: number): number => (civil >> 5) & 15
export const dayOf = (civil: number): number => civil & 31

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const daysInMonth = (year: number, month: number): number =>
  month === 2 && isLeap(year) ? 29 : (monthLengths[month - 1] ?? 0)

/** Days since 1970-01-01; undefined when there is no such date. */
export function daysOf(year: number, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined
  return daysFromCivil(year, month, day)
}

/** Moves a day by months; where the month is too short, to its last day: Jan 31 and one month give Feb 28 or 29. */
export function addMonths(days: number, months: number): number {
  const civil = civilFromDays(days)
  const total = yearOf(civil) * 12 + monthOf(civil) - 1 + months
  const year = Math.floor(total / 12)
  const month = total - year * 12 + 1
  return daysFromCivil(year, month, Math.min(dayOf(civil), daysInMonth(year, month)))
}

/** Sunday is 0. */
export const weekday = (days: number): number => (((days + 4) % 7) + 7) % 7

/** Monday is 1, Sunday 7. */
export const isoWeekday = (days: number): number => weekday(days) || 7

/** Counted from 1. */
export const dayOfYear = (days: number): number => days - daysFromCivil(yearOf(civilFromDays(days)), 1, 1) + 1

/** The year that the ISO week of a day belongs to. */
export const isoYear = (days: number): number => yearOf(civilFromDays(days + 4 - isoWeekday(days)))

/** The ISO week of a day, counted from 1. */
export const isoWeek = (days: number): number => Math.floor((dayOfYear(days + 4 - isoWeekday(days)) - 1) / 7) + 1
