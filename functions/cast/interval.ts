// Intervals: months, days and nanoseconds that do not turn into each other. Their text is read as PostgreSQL and DataFusion
// read it and written as Arrow writes it: `1 mons 2 days 3 hours`.

import { nanosPerDay } from './calendar.ts'

/** The value of a literal of type `interval(month_day_nano)`. */
export type IntervalValue = { readonly months: number; readonly days: number; readonly nanos: bigint }

const second = 1_000_000_000n

/** An interval as a cast to text gives it: `1 mons 2 days 3 hours`. */
export function formatInterval({ months, days, nanos }: IntervalValue): string {
  const parts: string[] = []
  if (months !== 0) parts.push(`${months} mons`)
  if (days !== 0) parts.push(`${days} days`)
  const seconds = nanos / 1_000_000_000n
  const minutes = seconds / 60n
  const hours = minutes / 60n
  if (hours !== 0n) parts.push(`${hours} hours`)
  if (minutes % 60n !== 0n) parts.push(`${minutes % 60n} mins`)
  const fraction = nanos % 1_000_000_000n
  if (seconds % 60n !== 0n || fraction !== 0n) {
    const digits = String(fraction < 0n ? -fraction : fraction).padStart(9, '0')
    const whole = seconds % 60n
    parts.push(`${nanos < 0n ? '-' : ''}${whole < 0n ? -whole : whole}.${digits} secs`)
  }
  return parts.length === 0 ? '0 secs' : parts.join(' ')
}

type Unit = { readonly of: 'months' | 'days' | 'nanos'; readonly size: bigint }

const units = new Map<string, Unit>()
const defineUnit = (of: Unit['of'], size: bigint, names: string): void => {
  for (const name of names.split(' ')) units.set(name, { of, size })
}
defineUnit('months', 12_000n, 'millennium millennia millenniums')
defineUnit('months', 1200n, 'century centuries cent c')
defineUnit('months', 120n, 'decade decades dec decs')
defineUnit('months', 12n, 'year years yr yrs y')
defineUnit('months', 3n, 'quarter quarters')
defineUnit('months', 1n, 'month months mon mons')
defineUnit('days', 7n, 'week weeks w')
defineUnit('days', 1n, 'day days d')
defineUnit('nanos', 3600n * second, 'hour hours hr hrs h')
defineUnit('nanos', 60n * second, 'minute minutes min mins m')
defineUnit('nanos', second, 'second seconds sec secs s')
defineUnit('nanos', 1_000_000n, 'millisecond milliseconds millis ms')
defineUnit('nanos', 1000n, 'microsecond microseconds micros us')
defineUnit('nanos', 1n, 'nanosecond nanoseconds nanos ns')

export const isIntervalUnit = (word: string): boolean => units.has(word.toLowerCase())

const amount = String.raw`([+-]?)(\d{1,19}(?:\.\d*)?|\.\d+)`
const intervalPart = new RegExp(
  String.raw`\s*(?:([+-]?)(\d{1,9}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?|${amount}\s*([a-zA-Z]*))(?=$|\s|(?<=[a-zA-Z])[\d+-])\s*`,
  'y',
)

/**
 * `1 year 2 months`, `90 minutes`, `1.5 days`, `1 day 02:03:04`; the last number may have no unit and counts `unit`,
 * seconds unless given. Fractions of months become days of 1/30 month, fractions of days become time, as in DataFusion.
 */
export function parseInterval(text: string, unit = 'second'): IntervalValue | undefined {
  const sums = { months: 0n, days: 0n, nanos: 0n }
  intervalPart.lastIndex = 0
  let at = 0
  while (at < text.length) {
    const part = intervalPart.exec(text)
    if (part === null) return undefined
    at = intervalPart.lastIndex
    const [, clockSign, hours, minutes, seconds, fraction, sign, digits, name] = part
    if (hours !== undefined) {
      const nanos =
        (BigInt(hours) * 3600n + BigInt(minutes ?? 0) * 60n + BigInt(seconds ?? 0)) * second +
        BigInt((fraction ?? '').padEnd(9, '0'))
      sums.nanos += clockSign === '-' ? -nanos : nanos
      continue
    }
    if (name === '' && at < text.length) return undefined
    const named = units.get((name || unit).toLowerCase())
    if (named === undefined) return undefined
    addPart(sums, named, billionths(digits ?? '') * (sign === '-' ? -1n : 1n))
  }
  if (text.trim() === '') return undefined
  const fits =
    BigInt.asIntN(32, sums.months) === sums.months &&
    BigInt.asIntN(32, sums.days) === sums.days &&
    BigInt.asIntN(64, sums.nanos) === sums.nanos
  if (!fits) return undefined
  return Object.freeze({ months: Number(sums.months), days: Number(sums.days), nanos: sums.nanos })
}

function addPart(sums: { months: bigint; days: bigint; nanos: bigint }, unit: Unit, count: bigint): void {
  let rest = count * unit.size
  if (unit.of === 'months') {
    sums.months += rest / second
    rest = (rest % second) * 30n
  }
  if (unit.of !== 'nanos') {
    sums.days += rest / second
    rest = (rest % second) * nanosPerDay
  }
  sums.nanos += rest / second
}

/** `1.5` as 1,500,000,000. */
function billionths(digits: string): bigint {
  const [whole = '', fraction = ''] = digits.split('.')
  return BigInt(whole || 0) * second + BigInt(fraction.slice(0, 9).padEnd(9, '0'))
}
