// The remaining functions of dates and times: writing them, making them of parts, moving between zones, and now.

import { daysOf, fits64, ticksPerSecond } from '../cast/calendar.ts'
import { toLocal } from '../cast/temporal.ts'
import { isoDurationText, prettyDurationText, temporalFormatter } from '../cast/temporal-text.ts'
import { zoneOf } from '../cast/zone.ts'
import {
  type Argument,
  literalText,
  type ScalarFunction,
  type ScalarKernel,
  scalarFunction,
} from '../contract/scalar.ts'
import { count, exactly, integer, text } from '../contract/signature.ts'
import { DataError } from '../errors.ts'
import { type DataType, date32, type TimestampType, time32, time64, timestamp, utf8 } from '../types/type.ts'
import { clockOf, moment, secondOfDay, temporal } from './clock.ts'
import { compileFormat, type Moment } from './strftime.ts'

const typeOf = (args: readonly Argument[]): DataType => args[0]?.type ?? timestamp('ns')

/** Writes a value in a format; constant formats are compiled once. */
function charKernel(args: readonly Argument[]): ScalarKernel {
  const type = typeOf(args)
  if (type.kind === 'duration') return durationKernel(type)
  const clock = clockOf(type)
  if (clock === undefined) {
    const write = temporalFormatter(type) ?? String
    return { total: true, row: (value: never, _format: string) => write(value) }
  }
  const { days, seconds, nanos, offset, zone } = clock
  const at = (value: never): Moment => ({
    days: days(value),
    seconds: secondOfDay(seconds(value)),
    nanos: nanos(value),
    offset: offset(value),
    zone: zone?.name,
  })
  const constant = args[1]?.literal
  const writeConstant = typeof constant === 'string' ? compileIfKnown(constant) : undefined
  if (writeConstant !== undefined)
    return { total: true, row: (value: never, _format: string) => writeConstant(at(value)) }
  let lastFormat: string | undefined
  let write = compileFormat('')
  return {
    row: (value: never, format: string) => {
      if (format !== lastFormat) {
        write = compileFormat(format)
        lastFormat = format
      }
      return write(at(value))
    },
  }
}

/** A format that is not known fails in the first row that is written, not before. */
function compileIfKnown(format: string): ((at: Moment) => string) | undefined {
  try {
    return compileFormat(format)
  } catch {
    return undefined
  }
}

/** Durations know two formats: `pretty` and `iso8601`. */
function durationKernel(type: DataType & { kind: 'duration' }): ScalarKernel {
  return {
    row: (value: bigint, format: string) => {
      if (format.toLowerCase() === 'iso8601') return isoDurationText(value, type.unit)
      if (format.toLowerCase() === 'pretty') return prettyDurationText(value, type.unit)
      throw new DataError(
        'invalid_value',
        `Cannot write a duration as ${JSON.stringify(format)}: it takes pretty or iso8601`,
      )
    },
  }
}

function beyondRange(): never {
  throw new DataError('overflow', 'Cannot hold the local time in 64 bits: it is out of range')
}

function makeDate(year: number, month: number, day: number): number {
  const days = daysOf(year, month, day)
  if (days !== undefined && year >= -262_143 && year <= 262_142) return days
  throw new DataError('invalid_value', `Cannot make a date of ${year}, ${month}, ${day}: there is no such day`)
}

function makeTime(hour: number, minute: number, second: number): bigint {
  if (hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second <= 59)
    return BigInt(hour * 3600 + minute * 60 + second)
  throw new DataError('invalid_value', `Cannot make a time of ${hour}, ${minute}, ${second}: there is no such time`)
}

/** A function of the time at which the expression was planned for a job; constant within it. */
const current = (
  name: string,
  aliases: readonly string[],
  summary: string,
  returns: DataType,
  value: (ms: number) => number | bigint,
): ScalarFunction =>
  scalarFunction({
    name,
    aliases,
    family: 'datetime',
    usage: `${name}()`,
    summary,
    examples: [[`${name}() = ${name}()`, 'true']],
    signature: exactly([]),
    returns,
    volatility: 'stable',
    valueAt: value,
    kernel: () => {
      const constant = value(Date.now())
      return { total: true, row: () => constant }
    },
  })

const zoneArgument = (args: readonly Argument[]): string | undefined => {
  if (args.length < 2) return undefined
  const name = literalText('from_unixtime', args, 1)
  zoneOf(name)
  return name
}

export const datetimeFunctions = [
  scalarFunction({
    name: 'to_char',
    aliases: ['date_format'],
    family: 'datetime',
    usage: 'to_char(value, format)',
    summary: 'A date, time or timestamp written in a strftime format; a duration as pretty or iso8601',
    examples: [["to_char(date '2024-02-29', '%d.%m.%Y')", "'29.02.2024'"]],
    signature: exactly([temporal, text]),
    returns: utf8,
    kernel: charKernel,
  }),
  scalarFunction({
    name: 'make_date',
    family: 'datetime',
    usage: 'make_date(year, month, day)',
    summary: 'The date of a year, month and day',
    examples: [['make_date(2024, 2, 29)', "date '2024-02-29'"]],
    signature: exactly([count, count, count]),
    returns: date32,
    kernel: { row: makeDate },
  }),
  scalarFunction({
    name: 'make_time',
    family: 'datetime',
    usage: 'make_time(hour, minute, second)',
    summary: 'The time of an hour, minute and second',
    examples: [['make_time(12, 34, 56)', "arrow_cast('12:34:56', 'Time32(s)')"]],
    signature: exactly([count, count, count]),
    returns: time32('s'),
    kernel: { row: makeTime },
  }),
  scalarFunction({
    name: 'from_unixtime',
    family: 'datetime',
    usage: 'from_unixtime(seconds[, zone])',
    summary: 'The timestamp of a number of seconds since 1970, in a time zone if one is given',
    examples: [["to_char(from_unixtime(60), '%F %T')", "'1970-01-01 00:01:00'"]],
    signature: exactly([integer, text], 1),
    returns: (args) => timestamp('s', zoneArgument(args)),
    kernel: { total: true, row: (seconds: bigint) => seconds, inline: (a) => a.value },
  }),
  scalarFunction({
    name: 'to_local_time',
    family: 'datetime',
    usage: 'to_local_time(timestamp)',
    summary: 'The local time in the time zone of a timestamp, as a timestamp without a zone',
    examples: [["to_local_time(timestamp '2024-02-29 12:00:00')", "timestamp '2024-02-29 12:00:00'"]],
    signature: exactly([moment]),
    returns: (args) => timestamp((typeOf(args) as TimestampType).unit),
    kernel: (args) => {
      const { unit, timezone } = typeOf(args) as TimestampType
      if (timezone === undefined) return { total: true, row: (value: bigint) => value, inline: (a) => a.value }
      const zone = zoneOf(timezone)
      const perSecond = ticksPerSecond[unit]
      return { row: (value: bigint) => fits64(toLocal(value, zone, perSecond)) ?? beyondRange() }
    },
  }),
  current(
    'now',
    ['current_timestamp'],
    'The time at which the job was submitted, in nanoseconds',
    timestamp('ns'),
    (ms) => BigInt(ms) * 1_000_000n,
  ),
  current('current_date', ['today'], 'The date on which the job was submitted, in UTC', date32, (ms) =>
    Math.floor(ms / 86_400_000),
  ),
  current(
    'current_time',
    [],
    'The time of day at which the job was submitted, in UTC',
    time64('ns'),
    (ms) => BigInt(ms % 86_400_000) * 1_000_000n,
  ),
]
