// The JSON encoding of values, the same everywhere: 64-bit integers as numbers up to 2^53 and strings beyond, decimals
// as strings, floats that JSON cannot write as strings, dates and times as ISO 8601 with the unit's digits, durations
// and intervals likewise, bytes as base64, maps as pairs. Reading also takes JavaScript's own values.

import { floorDivide, floorModulo, ticksPerSecond } from '../../functions/cast/calendar.ts'
import { formatter } from '../../functions/cast/format.ts'
import { textParser } from '../../functions/cast/parse.ts'
import { isoDurationText, timestampText } from '../../functions/cast/temporal-text.ts'
import { plainType } from '../../functions/types/coercion.ts'
import { type DataType, field, isFloat, isInteger, type TimeUnit } from '../../functions/types/type.ts'
import type { Value } from '../../functions/types/value.ts'
import { fromUser } from '../../functions/udf/user-values.ts'
import { parseDuration } from '../source/text/temporal.ts'

/** Values of a type in their JSON encoding; nulls are the caller's. */
export function jsonWriter(fieldType: DataType): (value: Value) => unknown {
  const type = plainType(fieldType)
  switch (type.kind) {
    case 'int64':
    case 'uint64':
      return (value) => (Number.isSafeInteger(Number(value)) ? Number(value) : String(value))
    case 'binary':
      return (value) => Buffer.from(value as Uint8Array).toString('base64')
    case 'timestamp': {
      const end = type.timezone === undefined ? '' : 'Z'
      return (value) => isoTimestamp(value as bigint, type.unit) + end
    }
    case 'interval':
      return (value) => isoInterval(value as unknown as IntervalValue)
    case 'list': {
      const item = orNull(jsonWriter(type.item.type))
      return (values) => (values as readonly Value[]).map(item)
    }
    case 'struct': {
      const writers = type.fields.map(({ name, type: inner }) => [name, orNull(jsonWriter(inner))] as const)
      return (value) => {
        const record = value as Readonly<Record<string, Value>>
        return Object.fromEntries(writers.map(([name, write]) => [name, write(record[name] ?? null)]))
      }
    }
    case 'map': {
      const [key, item] = [jsonWriter(type.key.type), orNull(jsonWriter(type.value.type))]
      return (entries) => (entries as readonly (readonly [Value, Value])[]).map(([k, v]) => [key(k), item(v)])
    }
    case 'decimal128':
    case 'date32':
    case 'time32':
    case 'time64': {
      const format = formatter(type) as ((value: Value) => string) | undefined
      return (value) => format?.(value)
    }
    case 'duration':
      return (value) => isoDurationText(value as bigint, type.unit)
    default:
      if (isFloat(type)) return (value) => (Number.isFinite(value) ? value : infinityText(value as number))
      return (value) => value
  }
}

const orNull =
  (write: (value: Value) => unknown) =>
  (value: Value): unknown =>
    value === null ? null : write(value)

const infinityText = (value: number): string => (Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity')

const fractionDigits: Readonly<Record<TimeUnit, number>> = { s: 0, ms: 3, us: 6, ns: 9 }

function isoTimestamp(ticks: bigint, unit: TimeUnit): string {
  const perSecond = ticksPerSecond[unit]
  const seconds = timestampText(floorDivide(ticks, perSecond), 's')
  if (unit === 's') return seconds
  return `${seconds}.${String(floorModulo(ticks, perSecond)).padStart(fractionDigits[unit], '0')}`
}

interface IntervalValue {
  readonly months: number
  readonly days: number
  readonly nanos: bigint
}

function isoInterval({ months, days, nanos }: IntervalValue): string {
  const date = `${months === 0 ? '' : `${months}M`}${days === 0 ? '' : `${days}D`}`
  if (nanos === 0n) return date === '' ? 'PT0S' : `P${date}`
  const size = nanos < 0n ? -nanos : nanos
  const fraction = String(size % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '')
  return `P${date}T${nanos < 0n ? '-' : ''}${size / 1_000_000_000n}${fraction === '' ? '' : `.${fraction}`}S`
}

/** Reads a JavaScript value or its JSON encoding, which is not null; undefined when it is not a value of the type. */
export function valueReader(fieldType: DataType): (value: unknown) => Value | undefined {
  const type = plainType(fieldType)
  switch (type.kind) {
    case 'list': {
      const item = itemReader(type.item.type)
      return (value) => (isList(value) ? readAll(Array.from(value, item)) : undefined)
    }
    case 'struct': {
      const fields = type.fields.map(({ name, type: inner }) => [name, itemReader(inner)] as const)
      return (value) => {
        if (!isRecord(value)) return undefined
        const read = readAll(fields.map(([name, item]) => item(ownValue(value, name))))
        return read === undefined ? undefined : Object.fromEntries(fields.map(([name], i) => [name, read[i] ?? null]))
      }
    }
    case 'map': {
      const [key, item] = [itemReader(type.key.type), itemReader(type.value.type)]
      return (value) => {
        const entries = entriesOf(value)?.map(([k, v]) => readAll([key(k), item(v)]))
        return entries === undefined || entries.some((entry) => entry === undefined || entry[0] === null)
          ? undefined
          : (entries as unknown as Value)
      }
    }
    case 'binary':
      return (value) =>
        value instanceof Uint8Array ? value : typeof value === 'string' ? fromBase64(value) : undefined
    case 'interval':
      return (value) =>
        typeof value === 'string' ? parseInterval(value) : isRecord(value) ? (value as Value) : undefined
    case 'utf8':
      return (value) => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined)
    default:
      return plainReader(type)
  }
}

function plainReader(type: DataType): (value: unknown) => Value | undefined {
  const convert = fromUser('value', field('value', type))
  const parse = type.kind === 'duration' ? (text: string) => parseDuration(text, type.unit) : textParser(type)
  return (value) => {
    if (typeof value === 'string') return parse?.(value)
    if (typeof value === 'bigint' && isInteger(type)) return parse?.(String(value))
    try {
      return convert(value)
    } catch {
      return undefined
    }
  }
}

const itemReader = (type: DataType): ((value: unknown) => Value | undefined) => {
  const read = valueReader(type)
  return (value) => (value === null || value === undefined ? null : read(value))
}

/** All of them, unless one could not be read. */
const readAll = (values: readonly (Value | undefined)[]): readonly Value[] | undefined =>
  values.includes(undefined) ? undefined : (values as readonly Value[])

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/
const fromBase64 = (text: string): Uint8Array | undefined =>
  base64.test(text) ? new Uint8Array(Buffer.from(text, 'base64')) : undefined

const intervalPattern =
  /^P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)W)?(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?)(\d+)(?:\.(\d{1,9}))?S)?)?$/

function parseInterval(text: string): Value | undefined {
  const match = intervalPattern.exec(text)
  if (match === null || text.endsWith('P') || text.endsWith('T')) return undefined
  const [, years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, sign, seconds = 0, fraction = ''] = match
  const size = BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'))
  const nanos = (BigInt(hours) * 3600n + BigInt(minutes) * 60n) * 1_000_000_000n + (sign === '-' ? -size : size)
  return { months: Number(years) * 12 + Number(months), days: Number(weeks) * 7 + Number(days), nanos }
}

/** Arrays and typed arrays; bytes are a value of their own. */
export const isList = (value: unknown): value is Iterable<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof Uint8Array) && !(value instanceof DataView))

/** Plain objects. */
export function isRecord(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** A property of the object itself: what every object inherits is not data. */
export const ownValue = (record: object, name: string): unknown =>
  Object.hasOwn(record, name) ? (record as Readonly<Record<string, unknown>>)[name] : undefined

/** A map as pairs: pairs, a Map, or an object. */
function entriesOf(value: unknown): readonly (readonly [unknown, unknown])[] | undefined {
  if (value instanceof Map) return [...value]
  if (isRecord(value)) return Object.entries(value)
  const pairs = Array.isArray(value) && value.every((entry) => Array.isArray(entry) && entry.length === 2)
  return pairs ? (value as [unknown, unknown][]) : undefined
}
