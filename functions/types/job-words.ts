// The words for types in JSON jobs and error details: `decimal128(10,2)`, `list<utf8>`. The other spellings know them too.

import { PlanError } from '../errors.ts'
import { didYouMean } from '../nearest.ts'
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
  time32,
  time64,
  timestamp,
  utf8,
} from './type.ts'
import { parseNested, parseTypeName, plain, type TypeRule, type TypeWords } from './type-grammar.ts'

const timeUnits = new Set<string>(['s', 'ms', 'us', 'ns'])
const intervalUnits = new Set<string>(['year_month', 'day_time', 'month_day_nano'])

const simpleTypes = Object.keys(displayNames).map((kind): [string, DataType] => [
  kind,
  Object.freeze({ kind: kind as SimpleType['kind'] }),
])

/** A word that means `bare` without parameters, and with them what `make` makes, if it can. */
const withParameters =
  (bare: DataType | undefined, make: (first: string, second?: string) => DataType | undefined): TypeRule =>
  (cursor, word) => {
    const parameters = cursor.parameters(word)
    const [first = '', second] = parameters ?? []
    const type = parameters === undefined ? bare : make(first, second)
    if (type === undefined) throw cursor.unknown(word)
    return type
  }

/** A word that takes so many types in angle brackets. */
const withTypes =
  (count: number, make: (first: DataType, second: DataType) => DataType): TypeRule =>
  (cursor, word) => {
    if (!cursor.accept('<')) throw cursor.unknown(word)
    const types = parseNested(cursor, () => parseTypeName(cursor))
    cursor.close('>', word)
    const [first, second = first] = types
    if (first === undefined || second === undefined || types.length !== count) throw cursor.wrongCount(word, count)
    return make(first, second)
  }

const parseStruct: TypeRule = (cursor, word) => {
  if (!cursor.accept('<')) throw cursor.unknown(word)
  if (cursor.accept('>')) return struct([])
  const fields = parseNested(cursor, () => field(cursor.fieldName(word), parseTypeName(cursor)))
  cursor.close('>', word)
  return struct(fields)
}

const parseDecimal = withParameters(undefined, (precision, scale) => decimal128(Number(precision), Number(scale ?? 0)))

export const jobWords = new Map<string, TypeRule>([
  ...simpleTypes.map(([name, type]) => [name, plain(type)] as const),
  ['boolean', plain(bool)],
  ['string', plain(utf8)],
  ['date', plain(date32)],
  ['decimal128', parseDecimal],
  ['decimal', parseDecimal],
  ['timestamp', withParameters(timestamp(), (unit, zone) => (isTimeUnit(unit) ? timestamp(unit, zone) : undefined))],
  ['time64', withParameters(time64(), (unit) => (unit === 'us' || unit === 'ns' ? time64(unit) : undefined))],
  ['time32', withParameters(time32(), (unit) => (unit === 's' || unit === 'ms' ? time32(unit) : undefined))],
  ['duration', withParameters(duration(), (unit) => (isTimeUnit(unit) ? duration(unit) : undefined))],
  ['interval', withParameters(interval(), (unit) => (isIntervalUnit(unit) ? interval(unit) : undefined))],
  ['list', withTypes(1, list)],
  ['map', withTypes(2, map)],
  ['dictionary', withTypes(2, (index, value) => dictionary(value, index))],
  ['struct', parseStruct],
]) satisfies TypeWords

function isTimeUnit(text: string): text is TimeUnit {
  return timeUnits.has(text)
}
function isIntervalUnit(text: string): text is IntervalUnit {
  return intervalUnits.has(text)
}

/** The error for a name of no type, with the nearest name. */
export function unknownType(name: string): PlanError {
  const text = name.length > 200 ? `${name.slice(0, 199)}…` : name
  // Whoever wrote `decimal` without digits is not helped by the word.
  const names = [...jobWords.keys()].filter((word) => word !== 'decimal')
  const hint = didYouMean(text, names, `Types are named like ${names.slice(1, 12).join(', ')}`)
  return new PlanError('unknown_type', `Type "${text}" is not known. ${hint}`, { details: { type: text } })
}
