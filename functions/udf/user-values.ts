// The values that user functions get and return, where they differ from the engine's: Dates for dates and timestamps,
// decimals as strings, 64-bit integers as numbers when asked for. Results are checked against the declared type.

import { isVector } from '../arrow/recognise.ts'
import { fits64, floorQuotient } from '../cast/calendar.ts'
import { parseDecimal } from '../cast/decimal.ts'
import type { UserFunction } from '../contract/udf.ts'
import { describeValue } from '../describe-value.ts'
import { decimalText } from '../expr/display-value.ts'
import {
  type DataType,
  type DecimalType,
  displayType,
  type Field,
  integerRange,
  isBigInt,
  isInteger,
  type TimeUnit,
} from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { notHandedOver, wrongResult } from './failure.ts'

const ticksPerMs: Record<TimeUnit, number> = { s: 0.001, ms: 1, us: 1000, ns: 1_000_000 }

/**
 * How a value of `type` is passed to a user function; undefined when it is passed as it is. What a function could write
 * into is its own copy: others see the same column.
 */
export function toUser(
  type: DataType,
  int64As: 'bigint' | 'number',
  name: string,
): ((value: Value) => unknown) | undefined {
  switch (type.kind) {
    case 'date32':
      return (value) => new Date((value as number) * 86_400_000)
    case 'timestamp': {
      if (type.unit === 'ns') return (value) => new Date(floorQuotient(value as bigint, 1_000_000n))
      const perMs = ticksPerMs[type.unit]
      return (value) => new Date(Math.floor(Number(value) / perMs))
    }
    case 'decimal128':
      return (value) => decimalText(value as bigint, type.scale)
    case 'int64':
    case 'uint64':
      return int64As === 'number' ? (value) => safeNumber(value as bigint, name) : undefined
    case 'binary':
      return (value) => (value as Uint8Array).slice()
    case 'interval':
      return (value) => ({ ...(value as Readonly<Record<string, Value>>) })
    case 'list': {
      const item = innerToUser(type.item.type, int64As, name)
      return (values) => (values as readonly Value[]).map(item)
    }
    case 'struct': {
      const fields = type.fields.map((inner) => [inner.name, innerToUser(inner.type, int64As, name)] as const)
      return (value) => {
        const record = value as Readonly<Record<string, Value>>
        return Object.fromEntries(fields.map(([key, convert]) => [key, convert(record[key] ?? null)]))
      }
    }
    case 'map': {
      const key = innerToUser(type.key.type, int64As, name)
      const item = innerToUser(type.value.type, int64As, name)
      return (entries) => (entries as readonly (readonly [Value, Value])[]).map(([k, v]) => [key(k), item(v)])
    }
    case 'dictionary':
      return toUser(type.value, int64As, name)
    default:
      return undefined
  }
}

function innerToUser(type: DataType, int64As: 'bigint' | 'number', name: string): (value: Value) => unknown {
  const convert = toUser(type, int64As, name)
  return convert === undefined ? (value) => value : (value) => (value === null ? null : convert(value))
}

function safeNumber(value: bigint, name: string): number {
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  throw notHandedOver(`Cannot pass ${value} to "${name}" as a number: declare int64As 'bigint'`, { udf: name })
}

/**
 * How a user function's result becomes a value of its declared field. Undefined counts as null, unless the function has
 * no way to return anything.
 *
 * @param fn - The function, where it is one: what has methods is told apart by them.
 * @returns A function that throws UdfError `udf_wrong_result`, naming what was expected and what was returned.
 */
export function fromUser(name: string, returns: Field, fn?: UserFunction): (result: unknown) => Value {
  const convert = resultConverter(name, returns.type)
  const wrong = (result: unknown): never => {
    const type = displayType(returns.type)
    // Nobody awaits it: unhandled, its rejection would end the worker, and whichever job it runs by then.
    if (result instanceof Promise) result.catch(() => {})
    const declared = (result ?? null) === null ? `${type}, never null` : type
    throw wrongResult(`Function "${name}" returned ${describe(result)}, its declared type is ${declared}`, {
      udf: name,
      type,
    })
  }
  const missing = (result: unknown): null => {
    if (!returns.nullable) wrong(result)
    if (result === undefined && fn !== undefined && !canReturn(fn)) throw nothingReturned(name)
    return null
  }
  return (result) => (result === null || result === undefined ? missing(result) : (convert(result) ?? wrong(result)))
}

/** Whether a function has an expression for its body, or a `return` somewhere; what is native may return anything. */
function canReturn(fn: UserFunction): boolean {
  const source = Function.prototype.toString.call(fn)
  return /\breturn\b|\[native code\]/.test(source) || !source.endsWith('}') || /^[^{]*=>\s*[^{\s]/.test(source)
}

const nothingReturned = (name: string): Error =>
  wrongResult(`Function "${name}" returned undefined: its body has no return; return the value, or null for null`, {
    udf: name,
  })

type Converter = (result: unknown) => Value | undefined

/** Converts a user's result to a value of `type`; undefined when it is not one. */
function resultConverter(name: string, type: DataType): Converter {
  if (type.kind === 'float64') return (r) => (typeof r === 'number' ? r : typeof r === 'bigint' ? Number(r) : undefined)
  if (type.kind === 'float32') return (r) => (typeof r === 'number' ? Math.fround(r) : undefined)
  if (isInteger(type)) return integerConverter(type)
  switch (type.kind) {
    case 'bool':
      return (r) => (typeof r === 'boolean' ? r : undefined)
    case 'utf8':
      return (r) => (typeof r === 'string' ? r : undefined)
    case 'binary':
      return (r) => (r instanceof Uint8Array ? r : undefined)
    case 'date32':
      return (r) => (r instanceof Date && !Number.isNaN(r.getTime()) ? Math.floor(r.getTime() / 86_400_000) : undefined)
    case 'timestamp':
      return timestampConverter(type.unit)
    case 'time32':
    case 'time64':
    case 'duration':
      return (r) => (typeof r === 'bigint' ? fits64(r) : undefined)
    case 'interval':
      return intervalOf
    case 'decimal128':
      return decimalConverter(type)
    case 'list': {
      const item = fromUser(name, type.item)
      return (r) => (isListOf(r) ? Array.from(r, item) : undefined)
    }
    case 'struct': {
      const fields = type.fields.map((field) => [field.name, fromUser(name, field)] as const)
      return (r) =>
        isRecord(r) ? Object.fromEntries(fields.map(([key, convert]) => [key, convert(r[key])])) : undefined
    }
    case 'map':
      return mapConverter(fromUser(name, { ...type.key, nullable: false }), fromUser(name, type.value))
    case 'dictionary':
      return resultConverter(name, type.value)
    default:
      return () => undefined
  }
}

/** Arrow gives the items of a list as a vector. */
const isListOf = (value: unknown): value is Iterable<unknown> =>
  Array.isArray(value) || ArrayBuffer.isView(value) || isVector(value)

function timestampConverter(unit: TimeUnit): Converter {
  const perMs = ticksPerMs[unit]
  return (r) => {
    if (typeof r === 'bigint') return fits64(r)
    if (!(r instanceof Date) || Number.isNaN(r.getTime())) return undefined
    return perMs < 1 ? BigInt(Math.floor(r.getTime() / 1000)) : fits64(BigInt(r.getTime()) * BigInt(perMs))
  }
}

function decimalConverter({ precision, scale }: DecimalType): Converter {
  const limit = 10n ** BigInt(precision)
  return (r) => {
    if (typeof r !== 'string' && typeof r !== 'number' && typeof r !== 'bigint') return undefined
    const value = parseDecimal(String(r), scale)
    return value !== undefined && value < limit && value > -limit ? value : undefined
  }
}

/** `{ months, days, nanos }`. */
function intervalOf(result: unknown): Value | undefined {
  if (!isRecord(result)) return undefined
  const { months, days, nanos } = result
  const isValue = isInt32(months) && isInt32(days) && typeof nanos === 'bigint' && fits64(nanos) !== undefined
  return isValue ? { months, days, nanos } : undefined
}

const isInt32 = (value: unknown): value is number => typeof value === 'number' && (value | 0) === value

/** A Map, or an array of pairs. */
function mapConverter(key: (value: unknown) => Value, item: (value: unknown) => Value): Converter {
  return (r) => {
    if (!Array.isArray(r) && !(r instanceof Map)) return undefined
    const entries: unknown[] = [...r]
    if (!entries.every((entry) => Array.isArray(entry) && entry.length === 2)) return undefined
    return (entries as [unknown, unknown][]).map(([k, v]) => [key(k), item(v)])
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function integerConverter(type: DataType): Converter {
  const [least, most] = integerRange(type)
  const [low, high] = [Number(least), Number(most)]
  if (!isBigInt(type))
    return (r) => (typeof r === 'number' && Number.isInteger(r) && r >= low && r <= high ? r + 0 : undefined)
  return (r) => {
    if (typeof r === 'bigint') return r >= least && r <= most ? r : undefined
    return typeof r === 'number' && Number.isSafeInteger(r) && r >= low ? BigInt(r) : undefined
  }
}

/** What came in place of a value; the row of an async function is lost in any case. */
const describe = (value: unknown): string =>
  value instanceof Promise ? 'a Promise (async functions are not scalar functions)' : describeValue(value)
