// Type names, as JSON jobs and error details spell them, to types.

import { PlanError } from '../errors.ts'
import { didYouMean } from '../nearest.ts'
import { splitParameters } from './split-parameters.ts'
import {
  bool,
  type DataType,
  date32,
  decimal128,
  dictionary,
  displayNames,
  duration,
  field,
  type IntervalUnit,
  interval,
  list,
  map,
  type SimpleType,
  struct,
  type TimeUnit,
  time64,
  timestamp,
  utf8,
} from './type.ts'

const timeUnits = new Set<string>(['s', 'ms', 'us', 'ns'])
const intervalUnits = new Set<string>(['year_month', 'day_time', 'month_day_nano'])

const simpleByName: ReadonlyMap<string, DataType> = new Map<string, DataType>([
  ...Object.keys(displayNames).map((kind): [string, DataType] => [
    kind,
    Object.freeze({ kind: kind as SimpleType['kind'] }),
  ]),
  ['boolean', bool],
  ['string', utf8],
  ['date', date32],
])

/**
 * Reads a type's name as JSON jobs spell it: `int64`, `decimal128(10,2)`, `timestamp(ms,Europe/Rome)`, `list<utf8>`,
 * `struct<x:int64,"a, b":utf8>`.
 *
 * @throws {PlanError} `unknown_type` with the nearest name.
 */
export function parseType(text: string): DataType {
  const trimmed = text.trim()
  const simpleType = simpleByName.get(trimmed.toLowerCase())
  if (simpleType !== undefined) return simpleType
  const call = /^(\w+)\s*\((.*)\)$/s.exec(trimmed)
  if (call !== null) return parseParameterised(trimmed, call[1]?.toLowerCase() ?? '', splitParameters(call[2] ?? ''))
  const generic = /^(\w+)\s*<(.*)>$/s.exec(trimmed)
  if (generic !== null) return parseNested(trimmed, generic[1]?.toLowerCase() ?? '', splitParameters(generic[2] ?? ''))
  const bare = ({ timestamp: timestamp(), time64: time64(), duration: duration(), interval: interval() } as const)[
    trimmed.toLowerCase()
  ]
  if (bare !== undefined) return bare
  throw unknownType(trimmed)
}

function parseParameterised(text: string, name: string, parameters: readonly string[]): DataType {
  const [first = '', second] = parameters
  if (name === 'decimal128' || name === 'decimal')
    return decimal128(Number(first), second === undefined ? 0 : Number(second))
  if (name === 'timestamp' && isTimeUnit(first)) return timestamp(first, second)
  if (name === 'time64' && (first === 'us' || first === 'ns')) return time64(first)
  if (name === 'duration' && isTimeUnit(first)) return duration(first)
  if (name === 'interval' && intervalUnits.has(first)) return interval(first as IntervalUnit)
  throw unknownType(text)
}

function parseNested(text: string, name: string, parameters: readonly string[]): DataType {
  const [first, second] = parameters
  if (name === 'list' && first !== undefined && parameters.length === 1) return list(parseType(first))
  if (name === 'map' && first !== undefined && second !== undefined) return map(parseType(first), parseType(second))
  if (name === 'dictionary' && first !== undefined && second !== undefined)
    return dictionary(parseType(second), parseType(first))
  if (name === 'struct') {
    return struct(
      parameters.map((part) => {
        const [, quoted, plain, type] = /^(?:("(?:[^"\\]|\\.)*")|([^":][^:]*)):(.*)$/s.exec(part) ?? []
        if (type === undefined) throw unknownType(text)
        return field(quoted === undefined ? (plain ?? '').trim() : unquoted(quoted, text), parseType(type))
      }),
    )
  }
  throw unknownType(text)
}

function unquoted(quoted: string, text: string): string {
  try {
    return String(JSON.parse(quoted))
  } catch {
    throw unknownType(text)
  }
}

const isTimeUnit = (text: string): text is TimeUnit => timeUnits.has(text)

function unknownType(text: string): PlanError {
  const names = [
    ...simpleByName.keys(),
    'decimal128',
    'timestamp',
    'time64',
    'duration',
    'interval',
    'list',
    'struct',
    'map',
    'dictionary',
  ]
  const hint = didYouMean(text, names, `Types are named like ${names.slice(1, 12).join(', ')}`)
  return new PlanError('unknown_type', `Type "${text}" is not known. ${hint}`, { details: { type: text } })
}
