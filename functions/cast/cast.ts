// Casts: one kernel per pair of types. A cast the user writes and a coercion that is implied are the same kernel.
// Text in and out is parse.ts and format.ts.

import type { Argument, Resolution, ScalarKernel } from '../contract/scalar.ts'
import { DataError, PlanError } from '../errors.ts'
import { floatText } from '../expr/display-value.ts'
import { plainType } from '../types/coercion.ts'
import {
  type DataType,
  displayType,
  isFloat,
  isNumeric,
  type ListType,
  type StructType,
  sameType,
} from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { fits64, ticksPerSecond } from './calendar.ts'
import type { Conversion, Convert } from './conversion.ts'
import { formatter } from './format.ts'
import { fromBoolean, numericConversion } from './numeric.ts'
import { textParser } from './parse.ts'
import { temporalCast } from './temporal.ts'
import { zoneOf } from './zone.ts'

/**
 * Resolves `CAST(input AS to)`, or `TRY_CAST` when `safe`.
 *
 * @param column - The column that is cast, where it is one, for errors.
 * @returns undefined when the types are the same and nothing is to be done.
 * @throws {PlanError} `type_mismatch` when no value of one type has a form in the other.
 */
export function resolveCast(input: Argument, to: DataType, safe: boolean, column?: string): Resolution | undefined {
  const from = plainType(input.type)
  const target = plainType(to)
  checkZone(target)
  if (sameType(from, target)) return undefined
  const conversion = sqlConversion(from, target) ?? noCast(from, target)
  const givesNull = safe && conversion.total !== true
  return {
    types: [from],
    returns: target,
    nullable: input.nullable || givesNull,
    nulls: 'propagate',
    givesNull,
    volatility: 'immutable',
    kernel: () => castKernel(conversion, from, target, safe, column),
  }
}

/**
 * The kernel of a cast as Arrow defines it, without SQL's own readings.
 *
 * @throws {PlanError} `type_mismatch` when no value of one type has a form in the other.
 */
export function conversionKernel(input: DataType, to: DataType, safe: boolean): ScalarKernel {
  const [from, target] = [plainType(input), plainType(to)]
  checkZone(target)
  if (sameType(from, target)) return { row: (value: Value) => value, total: true, inline: (a) => a.value }
  return castKernel(conversionBetween(from, target) ?? noCast(from, target), from, target, safe)
}

/** A zone that there is not would otherwise pass until somebody asks what time it is there. */
function checkZone(type: DataType): void {
  if (type.kind === 'timestamp' && type.timezone !== undefined) zoneOf(type.timezone)
}

function noCast(from: DataType, to: DataType): never {
  throw new PlanError('type_mismatch', `Cannot cast ${displayType(from)} to ${displayType(to)}`, {
    details: { from: displayType(from), to: displayType(to) },
  })
}

function castKernel(
  conversion: Conversion,
  from: DataType,
  target: DataType,
  safe: boolean,
  column?: string,
): ScalarKernel {
  const { convert, total, inline, inlineIf } = conversion
  const inlined = { ...(inline === undefined ? {} : { inline }), ...(inlineIf === undefined ? {} : { inlineIf }) }
  if (total === true) return { row: convert as (value: never) => Value, total, ...inlined }
  if (safe) return { row: (value: never) => convert(value) ?? null, total: true, ...inlined }
  const row = (value: never): Value => {
    const converted = convert(value)
    if (converted === undefined) cannotCast(value, from, target, column)
    return converted
  }
  return { row, ...inlined }
}

function cannotCast(value: Value, from: DataType, target: DataType, column: string | undefined): never {
  const shown = isFloat(from) ? floatText(value as number) : shownValue(value)
  throw new DataError(
    'invalid_cast',
    `Cannot cast ${shown}${column === undefined ? '' : ` in column "${column}"`} to ${displayType(target)}: use try_cast to get null instead`,
    {
      details: { value: shown, type: displayType(target), ...(column === undefined ? {} : { column }) },
    },
  )
}

function conversionBetween(from: DataType, to: DataType): Conversion | undefined {
  if (from.kind === 'null') return { convert: () => null, total: true }
  if (to.kind === 'list' && from.kind !== 'list') return listOfOne(from, to)
  if (to.kind === 'utf8') {
    if (from.kind === 'binary') return { convert: decodeText }
    const format = formatter(from)
    return format === undefined ? undefined : { convert: format as Convert, total: true }
  }
  if (from.kind === 'utf8') {
    const parse = textParser(to)
    return parse === undefined ? undefined : { convert: parse as Convert }
  }
  if (isNumeric(from) && isNumeric(to)) return numericConversion(from, to)
  if (from.kind === 'bool' && isNumeric(to)) return fromBoolean(to)
  if (isNumeric(from) && to.kind === 'bool')
    return { convert: (value: number | bigint) => Boolean(value) || Number.isNaN(value), total: true }
  if (from.kind === 'binary' || to.kind === 'binary') return undefined
  return temporalCast(from, to) ?? nestedConversion(from, to)
}

function shownValue(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (!(value instanceof Uint8Array)) return String(value)
  const start = Array.from(value.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0'))
  return `the bytes 0x${start.join('')}${value.length > 16 ? '…' : ''}`
}

/** As in SQL, an integer cast to a timestamp counts seconds; `arrow_cast` takes it as nanoseconds. */
function sqlConversion(from: DataType, to: DataType): Conversion | undefined {
  if (from.kind === 'int64' && to.kind === 'timestamp' && to.unit === 'ns')
    return { convert: (value: bigint) => fits64(value * ticksPerSecond.ns) }
  return conversionBetween(from, to)
}

const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes are text only when they are UTF-8. */
function decodeText(value: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(value)
  } catch {
    return undefined
  }
}

/** Lists convert element by element; an element that cannot be converted fails the list. */
function nestedConversion(from: DataType, to: DataType): Conversion | undefined {
  if (from.kind === 'struct' && to.kind === 'struct') return structConversion(from, to)
  if (from.kind !== 'list' || to.kind !== 'list') return undefined
  if (sameType(from.item.type, to.item.type)) return { convert: (value: Value) => value, total: true }
  const item = conversionBetween(from.item.type, to.item.type)
  if (item === undefined) return undefined
  return {
    convert: (values: readonly Value[]) => {
      const converted: Value[] = []
      for (const value of values) {
        const result = value === null ? null : item.convert(value as never)
        if (result === undefined) return undefined
        converted.push(result)
      }
      return converted
    },
  }
}

/** What is no list becomes the only element of one. */
function listOfOne(from: DataType, to: ListType): Conversion | undefined {
  const item = sameType(from, to.item.type) ? asIs : conversionBetween(from, to.item.type)
  if (item === undefined) return undefined
  return {
    convert: (value: Value) => {
      const converted = item.convert(value as never)
      return converted === undefined ? undefined : [converted]
    },
    total: item.total === true,
  }
}

/** Structs convert field by field, in order; the fields take the names of the target. */
function structConversion(from: StructType, to: StructType): Conversion | undefined {
  if (from.fields.length !== to.fields.length) return undefined
  const fields = from.fields.map((source, i) => {
    const target = to.fields[i] ?? source
    const same = sameType(source.type, target.type)
    return { from: source.name, to: target.name, conversion: same ? asIs : conversionBetween(source.type, target.type) }
  })
  if (fields.some((field) => field.conversion === undefined)) return undefined
  return {
    convert: (record: Readonly<Record<string, Value>>) => {
      const converted: Record<string, Value> = {}
      for (const { from: source, to: target, conversion } of fields) {
        const value = record[source] ?? null
        const result = value === null ? null : conversion?.convert(value as never)
        if (result === undefined) return undefined
        converted[target] = result
      }
      return converted
    },
  }
}

const asIs: Conversion = { convert: (value) => value, total: true }
