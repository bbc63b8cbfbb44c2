// Texts and numbers to dates, times and timestamps: to_timestamp and its kin, with formats or without.

import { fits64, ticksPerSecond } from '../cast/calendar.ts'
import { conversionKernel } from '../cast/cast.ts'
import { parseTime, parseTimestamp } from '../cast/temporal-text.ts'
import { type Argument, type ScalarFunction, type ScalarKernel, scalarFunction } from '../contract/scalar.ts'
import { coerceAll, type Signature } from '../contract/signature.ts'
import { DataError } from '../errors.ts'
import {
  type DataType,
  date32,
  displayType,
  int64,
  isDecimal,
  isFloat,
  isInteger,
  isNumeric,
  isTime,
  type TimeUnit,
  time64,
  timestamp,
  utf8,
} from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { compileParser, type Parsed } from './strftime.ts'
import { outOfRange, within64 } from './temporal-range.ts'

/** A value, and formats when it is a text. */
const withFormats = (describe: string, accepts: (type: DataType) => DataType | undefined): Signature =>
  coerceAll(describe, 1, Number.POSITIVE_INFINITY, (types) => {
    const [first, ...formats] = types
    const value = first === undefined ? undefined : accepts(first)
    if (value === undefined || formats.some((type) => type.kind !== 'utf8' && type.kind !== 'null')) return undefined
    if (formats.length > 0 && value.kind !== 'utf8') return undefined
    return [value, ...formats.map(() => utf8)]
  })

const typeOf = (args: readonly Argument[]): DataType => args[0]?.type ?? utf8

/** Parses a text in the first format that fits; formats are compiled once. `%+` is any RFC 3339 text. */
function formatParser(args: readonly Argument[]): (text: string, formats: readonly string[]) => Parsed | undefined {
  const compiled = new Map<string, (text: string) => Parsed | undefined>()
  for (const arg of args.slice(1)) {
    if (typeof arg.literal === 'string') compiled.set(arg.literal, parserOf(arg.literal))
  }
  return (text, formats) => {
    for (const format of formats) {
      let parse = compiled.get(format)
      if (parse === undefined) {
        if (compiled.size > 100) compiled.clear()
        parse = parserOf(format)
        compiled.set(format, parse)
      }
      const parsed = parse(text)
      if (parsed !== undefined) return parsed
    }
    return undefined
  }
}

const parserOf = (format: string): ((text: string) => Parsed | undefined) =>
  format === '%+' ? parseIso : compileParser(format)

function parseIso(text: string): Parsed | undefined {
  const seconds = parseTimestamp(text, 's')
  if (seconds === undefined) return undefined
  const fraction = /\.(\d{1,9})/.exec(text)?.[1] ?? ''
  return { seconds: Number(seconds), nanos: Number(fraction.padEnd(9, '0')) }
}

function unreadable(text: string, type: DataType): never {
  throw new DataError('invalid_cast', `Cannot read ${JSON.stringify(text)} as ${displayType(type)}`, {
    details: { value: text, type: displayType(type) },
  })
}

const ticksOf = ({ seconds, nanos }: Parsed, unit: TimeUnit): bigint | undefined => {
  const perSecond = ticksPerSecond[unit]
  return fits64(BigInt(seconds) * perSecond + (BigInt(nanos) * perSecond) / 1_000_000_000n)
}

/** Texts in formats, or whatever the cast of the type does. */
function parsingKernel(
  args: readonly Argument[],
  returns: DataType,
  of: (parsed: Parsed) => Value | undefined,
): ScalarKernel {
  if (args.length === 1) return conversionKernel(typeOf(args), returns, false)
  const parse = formatParser(args)
  return {
    row: (text: string, ...formats: string[]) => {
      const parsed = parse(text, formats)
      return (parsed === undefined ? undefined : of(parsed)) ?? unreadable(text, returns)
    },
  }
}

/** Numbers count seconds for to_timestamp, units for the others. */
function timestampKernel(args: readonly Argument[], unit: TimeUnit, inSeconds: boolean): ScalarKernel {
  const from = typeOf(args)
  const type = timestamp(unit)
  const perUnit = inSeconds ? ticksPerSecond[unit] : 1n
  const within = (value: bigint): bigint => within64(value, type)
  if (isInteger(from)) return { row: (value: bigint | number) => within(BigInt(value) * perUnit) }
  if (isFloat(from)) {
    return {
      row: (value: number) => {
        const ticks = Math.trunc(value * Number(perUnit))
        return Number.isFinite(ticks) ? within(BigInt(ticks)) : outOfRange(type)
      },
    }
  }
  if (isDecimal(from)) {
    const scale = 10n ** BigInt(from.scale)
    return { row: (value: bigint) => within((value * perUnit) / scale) }
  }
  return parsingKernel(args, type, (parsed) => ticksOf(parsed, unit))
}

const toTimestamp = (
  name: string,
  unit: TimeUnit,
  summary: string,
  example: readonly [string, string],
): ScalarFunction =>
  scalarFunction({
    name,
    family: 'datetime',
    usage: `${name}(value[, format, ...])`,
    summary,
    examples: [example],
    signature: withFormats('a timestamp, a number, or a string with formats', (type) => {
      if (type.kind === 'timestamp') return type
      if (type.kind === 'utf8' || type.kind === 'null') return utf8
      return isNumeric(type) ? type : undefined
    }),
    returns: timestamp(unit),
    kernel: (args) => timestampKernel(args, unit, name === 'to_timestamp'),
  })

export const toTimestampFunctions = [
  toTimestamp(
    'to_timestamp',
    'ns',
    'A timestamp in nanoseconds, from a text (ISO 8601, or in the first of the formats that fits) or a number of seconds since 1970',
    ["to_timestamp('2024-02-29T12:34:56')", "timestamp '2024-02-29 12:34:56'"],
  ),
  toTimestamp('to_timestamp_seconds', 's', 'A timestamp in seconds, from a text or a number of seconds since 1970', [
    'arrow_typeof(to_timestamp_seconds(1))',
    "'Timestamp(s)'",
  ]),
  toTimestamp(
    'to_timestamp_millis',
    'ms',
    'A timestamp in milliseconds, from a text or a number of milliseconds since 1970',
    ['arrow_typeof(to_timestamp_millis(1))', "'Timestamp(ms)'"],
  ),
  toTimestamp(
    'to_timestamp_micros',
    'us',
    'A timestamp in microseconds, from a text or a number of microseconds since 1970',
    ['arrow_typeof(to_timestamp_micros(1))', "'Timestamp(µs)'"],
  ),
  toTimestamp(
    'to_timestamp_nanos',
    'ns',
    'A timestamp in nanoseconds, from a text or a number of nanoseconds since 1970',
    ['to_timestamp_nanos(1000000000)', "timestamp '1970-01-01 00:00:01'"],
  ),
  scalarFunction({
    name: 'to_date',
    family: 'datetime',
    usage: 'to_date(value[, format, ...])',
    summary:
      'A date from a text (ISO 8601, or in the first of the formats that fits), a timestamp, or a number of days since 1970',
    examples: [["to_date('29/02/2024', '%d/%m/%Y')", "date '2024-02-29'"]],
    signature: withFormats('a date, a timestamp, days, or a string with formats', (type) => {
      if (type.kind === 'timestamp' || type.kind === 'date32') return type
      if (type.kind === 'utf8' || type.kind === 'null') return utf8
      if (isInteger(type)) return type
      return isNumeric(type) ? int64 : undefined
    }),
    returns: date32,
    kernel: (args, returns) => parsingKernel(args, returns, ({ seconds }) => Math.floor(seconds / 86_400)),
  }),
  scalarFunction({
    name: 'to_time',
    family: 'datetime',
    usage: 'to_time(value[, format, ...])',
    summary: 'A time of day from a text (ISO 8601, or in the first of the formats that fits) or a timestamp',
    examples: [["to_time('12:34:56')", "time '12:34:56'"]],
    signature: withFormats('a time, a timestamp, or a string with formats', (type) => {
      if (type.kind === 'timestamp' || isTime(type)) return type
      return type.kind === 'utf8' || type.kind === 'null' ? utf8 : undefined
    }),
    returns: time64('ns'),
    kernel: (args, returns) => {
      if (args.length === 1 && typeOf(args).kind === 'utf8')
        return { row: (text: string) => parseTime(text) ?? unreadable(text, returns) }
      return parsingKernel(
        args,
        returns,
        ({ seconds, nanos }) => BigInt(((seconds % 86_400) + 86_400) % 86_400) * 1_000_000_000n + BigInt(nanos),
      )
    },
  }),
  scalarFunction({
    name: 'to_unixtime',
    family: 'datetime',
    usage: 'to_unixtime(value[, format, ...])',
    summary:
      'The whole seconds since 1970 of a date, a timestamp, or a text (ISO 8601, or in the first of the formats that fits)',
    examples: [["to_unixtime('1970-01-01T00:01:00')", '60']],
    signature: withFormats('a date, a timestamp, a number, or a string with formats', (type) => {
      if (type.kind === 'timestamp') return timestamp('s', type.timezone)
      if (type.kind === 'date32') return timestamp('s')
      if (type.kind === 'utf8' || type.kind === 'null') return utf8
      return isNumeric(type) ? int64 : undefined
    }),
    returns: int64,
    kernel: (args) => {
      if (typeOf(args).kind !== 'utf8') return { total: true, row: (value: bigint) => value }
      if (args.length > 1) return parsingKernel(args, int64, ({ seconds }) => BigInt(seconds))
      return { row: (text: string) => parseTimestamp(text, 's') ?? unreadable(text, timestamp('s')) }
    },
  }),
]
