// date_part: one number out of a date, time, timestamp, duration or interval.

import {
  civilFromDays,
  dayOf,
  dayOfYear,
  isoWeek,
  isoWeekday,
  isoYear,
  monthOf,
  nanosPerDay,
  secondsPerDay,
  ticksPerSecond,
  weekday,
  yearOf,
} from '../cast/calendar.ts'
import type { IntervalValue } from '../cast/interval.ts'
import { type Argument, literalText, type ScalarKernel, scalarFunction } from '../contract/scalar.ts'
import { exactly, text } from '../contract/signature.ts'
import { DataError, PlanError } from '../errors.ts'
import { mapDays, mapSeconds } from '../kernels/ticks.ts'
import { didYouMean } from '../nearest.ts'
import {
  type DataType,
  type DurationType,
  displayType,
  float64,
  int32,
  int64,
  isTime,
  nullType,
} from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { type Clock, clockOf, secondOfDay, temporal } from './clock.ts'

type Part =
  | 'year'
  | 'isoyear'
  | 'quarter'
  | 'month'
  | 'week'
  | 'day'
  | 'doy'
  | 'dow'
  | 'isodow'
  | 'hour'
  | 'minute'
  | 'second'
  | 'millisecond'
  | 'microsecond'
  | 'nanosecond'
  | 'epoch'

const spellings: Readonly<Record<Part, string>> = {
  year: 'years yr yrs y',
  isoyear: '',
  quarter: 'quarters qtr',
  month: 'months mon mons',
  week: 'weeks w',
  day: 'days d',
  doy: '',
  dow: '',
  isodow: '',
  hour: 'hours hr hrs h',
  minute: 'minutes min mins m',
  second: 'seconds sec secs s',
  millisecond: 'milliseconds millis msec msecs ms',
  microsecond: 'microseconds micros usec usecs us',
  nanosecond: 'nanoseconds nanos nsec nsecs ns',
  epoch: '',
}
const parts: ReadonlyMap<string, Part> = new Map(
  Object.entries(spellings).flatMap(([part, others]) =>
    [part, ...others.split(' ')].map((name): [string, Part] => [name, part as Part]),
  ),
)

/** The part that a text names. @throws {PlanError} `invalid_argument` with the nearest name. */
function partOf(args: readonly Argument[]): Part {
  const name = literalText('date_part', args, 0)
  const part = parts.get(name.trim().toLowerCase())
  if (part !== undefined && name !== '') return part
  const names = Object.keys(spellings)
  const hint = didYouMean(name, names, `There are ${names.join(', ')}`)
  throw new PlanError('invalid_argument', `Part "${name}" of a date is not known. ${hint}`, { details: { part: name } })
}

/** Parts of a moment, from its clock. */
function ofClock(part: Part, clock: Clock): (value: never) => number {
  const { days, seconds, nanos } = clock
  switch (part) {
    case 'year':
      return (value) => yearOf(civilFromDays(days(value)))
    case 'isoyear':
      return (value) => isoYear(days(value))
    case 'quarter':
      return (value) => Math.ceil(monthOf(civilFromDays(days(value))) / 3)
    case 'month':
      return (value) => monthOf(civilFromDays(days(value)))
    case 'week':
      return (value) => isoWeek(days(value))
    case 'day':
      return (value) => dayOf(civilFromDays(days(value)))
    case 'doy':
      return (value) => dayOfYear(days(value))
    case 'dow':
      return (value) => weekday(days(value))
    case 'isodow':
      return (value) => isoWeekday(days(value))
    case 'hour':
      return (value) => (secondOfDay(seconds(value)) / 3600) | 0
    case 'minute':
      return (value) => ((secondOfDay(seconds(value)) / 60) | 0) % 60
    case 'second':
      return (value) => secondOfDay(seconds(value)) % 60
    case 'millisecond':
      return (value) => (secondOfDay(seconds(value)) % 60) * 1000 + Math.floor(nanos(value) / 1_000_000)
    case 'microsecond':
      return (value) => (secondOfDay(seconds(value)) % 60) * 1_000_000 + Math.floor(nanos(value) / 1000)
    default:
      return (value) => (secondOfDay(seconds(value)) % 60) * 1_000_000_000 + nanos(value)
  }
}

/** Nanoseconds of each part of a duration: parts of durations are totals. */
const nanosPerPart: Partial<Record<Part, bigint>> = {
  week: 7n * nanosPerDay,
  day: nanosPerDay,
  hour: 3_600_000_000_000n,
  minute: 60_000_000_000n,
  second: 1_000_000_000n,
  millisecond: 1_000_000n,
  microsecond: 1000n,
  nanosecond: 1n,
}

/** Parts of an interval are its fields, not totals: months of a year, minutes of an hour. Hours are not days. */
function ofInterval(part: Part): ((value: IntervalValue) => number) | undefined {
  switch (part) {
    case 'year':
      return (value) => Math.trunc(value.months / 12)
    case 'month':
      return (value) => (value.months % 12) + 0
    case 'week':
      return (value) => Math.trunc(value.days / 7) + 0
    case 'day':
      return (value) => value.days
    case 'hour':
      return (value) => Number(value.nanos / nanosPerHour)
    case 'minute':
      return (value) => Number((value.nanos / nanosPerMinute) % 60n)
    case 'second':
      return (value) => Number((value.nanos % nanosPerMinute) / nanosPerSecond)
    case 'millisecond':
      return (value) => Number((value.nanos % nanosPerMinute) / 1_000_000n)
    case 'microsecond':
      return (value) => Number((value.nanos % nanosPerMinute) / 1000n)
    case 'nanosecond':
      return (value) => Number(value.nanos % nanosPerMinute)
    default:
      return undefined
  }
}

const [nanosPerSecond, nanosPerMinute, nanosPerHour] = [1_000_000_000n, 60_000_000_000n, 3_600_000_000_000n]

function epochOf(type: DataType): ((value: never) => number) | undefined {
  switch (type.kind) {
    case 'date32':
      return (value: number) => value * secondsPerDay
    case 'timestamp':
    case 'time32':
    case 'time64':
    case 'duration': {
      const perSecond = Number(ticksPerSecond[type.unit])
      return (value: bigint) => Number(value) / perSecond
    }
    case 'interval':
      return (value: IntervalValue) =>
        (value.months * 30 + value.days) * secondsPerDay + Number(value.nanos) / 1_000_000_000
    default:
      return undefined
  }
}

function extractor(part: Part, type: DataType): ((value: never) => number) | undefined {
  if (part === 'epoch') return epochOf(type)
  if (type.kind === 'duration') return nanosPerPart[part] === undefined ? undefined : Number
  if (type.kind === 'interval') return ofInterval(part)
  const clock = clockOf(type)
  const calendar = ['year', 'isoyear', 'quarter', 'month', 'week', 'day', 'doy', 'dow', 'isodow']
  return clock === undefined || (isTime(type) && calendar.includes(part)) ? undefined : ofClock(part, clock)
}

function partKernel(args: readonly Argument[]): ScalarKernel {
  const part = partOf(args)
  const type = args[1]?.type ?? nullType
  const extract = extractor(part, type)
  if (extract === undefined)
    throw new PlanError('type_mismatch', `Cannot take the part "${part}" of ${displayType(type)}: it has none`)
  if (type.kind === 'duration' && part !== 'epoch') return ofWholeDuration(part, type)
  if (part === 'nanosecond') return { total: true, row: (_part: string, value: never): Value => BigInt(extract(value)) }
  if (leavesCalendar(part, type)) {
    const row = (_part: string, value: never): Value => {
      const year = extract(value)
      return Math.abs(year) <= 262_143 ? year : null
    }
    return { total: true, row, ...columnsOf(part, type) }
  }
  return { total: true, row: (_part: string, value: never) => extract(value), ...columnsOf(part, type) }
}

/** Seconds count years that no date has, and that 32 bits do not hold: they are null, as in DataFusion. */
const leavesCalendar = (part: Part, type: DataType): boolean =>
  type.kind === 'timestamp' && type.unit === 's' && (part === 'year' || part === 'isoyear')

/** Totals of a duration in 32 bits; of nanoseconds in 64. */
function ofWholeDuration(part: Part, type: DurationType): ScalarKernel {
  const nanosPerTick = 1_000_000_000n / ticksPerSecond[type.unit]
  const size = nanosPerPart[part] ?? 1n
  const bits = part === 'nanosecond' ? 64 : 32
  return {
    row: (_part: string, value: bigint): Value => {
      const total = (value * nanosPerTick) / size
      if (BigInt.asIntN(bits, total) !== total)
        throw new DataError('overflow', `Cannot hold ${total} ${part}s in ${bits} bits: take a coarser part`)
      return bits === 64 ? total : Number(total)
    },
  }
}

/** Seconds since 1970 as a clock reads them. */
const ofSeconds: Clock = {
  seconds: (seconds: number) => seconds,
  nanos: () => 0,
  days: (seconds: number) => Math.floor(seconds / secondsPerDay),
  offset: () => undefined,
  zone: undefined,
}

/** Whole columns of dates and timestamps, for parts of at least a second. */
function columnsOf(part: Part, type: DataType): Pick<ScalarKernel, 'columns'> {
  if (part === 'epoch' || part === 'millisecond' || part === 'microsecond') return {}
  if (type.kind === 'date32') {
    const extract = extractor(part, type) as ((days: number) => number) | undefined
    return extract === undefined ? {} : { columns: (args, length) => mapDays(args[1], length, extract) }
  }
  if (type.kind !== 'timestamp') return {}
  const extract = ofClock(part, ofSeconds) as (seconds: number) => number
  return { columns: (args, length) => mapSeconds(args[1], length, type, extract) }
}

export const datePartFunctions = [
  scalarFunction({
    name: 'date_part',
    aliases: ['datepart'],
    family: 'datetime',
    usage: 'date_part(part, value)',
    summary:
      'A part of a date, time, timestamp, duration or interval: year, quarter, month, week, day, doy, dow (Sunday is 0), isodow (Monday is 1), hour, minute, second, millisecond, microsecond, nanosecond, epoch',
    examples: [
      ["date_part('year', date '2024-02-29')", 'cast(2024 as int)'],
      ["extract(hour from timestamp '2024-02-29 12:34:56')", 'cast(12 as int)'],
    ],
    signature: exactly([text, temporal]),
    returns: (args) => {
      const part = partOf(args)
      partKernel(args)
      return part === 'epoch' ? float64 : part === 'nanosecond' ? int64 : int32
    },
    givesNull: (args) => leavesCalendar(partOf(args), args[1]?.type ?? nullType),
    kernel: partKernel,
  }),
]
