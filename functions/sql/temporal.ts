// The texts of DATE, TIME, TIMESTAMP and INTERVAL literals to values. Every function gives undefined for a text that is
// none; the caller says where it stands.

/** The value of a literal of type `interval(month_day_nano)`. */
export type IntervalValue = { readonly months: number; readonly days: number; readonly nanos: bigint }

const dayNanos = 86_400_000_000_000n
const second = 1_000_000_000n

/** Days since 1970-01-01 of `2024-01-31`. */
export function parseDate(text: string): number | undefined {
  const match = /^\s*([+-]?\d{4,6})-(\d{1,2})-(\d{1,2})\s*$/.exec(text)
  if (match === null) return undefined
  return daysOf(Number(match[1]), Number(match[2]), Number(match[3]))
}

/** Nanoseconds since midnight of `12:34`, `12:34:56` or `12:34:56.123456789`. */
export function parseTime(text: string): bigint | undefined {
  const match = /^\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*$/.exec(text)
  if (match === null) return undefined
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)]
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined
  const nanos = BigInt((match[4] ?? '').padEnd(9, '0'))
  return BigInt((hours * 60 + minutes) * 60 + seconds) * second + nanos
}

/**
 * Nanoseconds since 1970-01-01 of `2024-01-31`, `2024-01-31 12:34:56.5` or `2024-01-31T12:34:56+02:00`; an offset is
 * applied, so that the result is UTC.
 *
 * @returns `zone` for a text that ends in the name of a time zone, which takes a zone database to read.
 */
export function parseTimestamp(text: string): bigint | 'zone' | undefined {
  const match = /^\s*([+-]?\d{4,6}-\d{1,2}-\d{1,2})(?:[T ]\s*([\d:.]+)\s*(.*?))?\s*$/s.exec(text)
  if (match === null) return undefined
  const days = parseDate(match[1] ?? '')
  const time = match[2] === undefined ? 0n : parseTime(match[2])
  if (days === undefined || time === undefined) return undefined
  const zone = match[3] ?? ''
  if (/^[A-Za-z]+(?:[/_+-][A-Za-z0-9_+-]+)*$/.test(zone) && !/^(?:z|utc)$/i.test(zone)) return 'zone'
  const offset = parseOffset(zone)
  if (offset === undefined) return undefined
  const nanos = BigInt(days) * dayNanos + time - offset
  return BigInt.asIntN(64, nanos) === nanos ? nanos : undefined
}

function parseOffset(zone: string): bigint | undefined {
  if (zone === '' || /^(?:z|utc)$/i.test(zone)) return 0n
  const match = /^([+-])(\d{2})(?::?(\d{2}))?$/.exec(zone)
  if (match === null) return undefined
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0)
  return BigInt(match[1] === '-' ? -minutes : minutes) * 60n * second
}

function daysOf(year: number, month: number, day: number): number | undefined {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  const exact = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return exact ? date.getTime() / 86_400_000 : undefined
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

const amount = String.raw`([+-]?)(\d{1,18}(?:\.\d*)?|\.\d+)`
const intervalPart = new RegExp(
  String.raw`\s*(?:([+-]?)(\d{1,9}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?|${amount}\s*([a-zA-Z]*))(?=$|[\s+-]|(?<=[a-zA-Z])\d)\s*`,
  'y',
)

/**
 * `1 year 2 months`, `90 minutes`, `1.5 days`, `1 day 02:03:04`; a number without a unit counts `unit`, seconds unless
 * given. Fractions of months become days of 1/30 month, fractions of days become time, as in DataFusion.
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
    rest = (rest % second) * dayNanos
  }
  sums.nanos += rest / second
}

/** `1.5` as 1,500,000,000. */
function billionths(digits: string): bigint {
  const [whole = '', fraction = ''] = digits.split('.')
  return BigInt(whole || 0) * second + BigInt(fraction.slice(0, 9).padEnd(9, '0'))
}
