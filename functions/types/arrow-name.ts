// Types in Arrow's words, as `arrow_cast` takes them and `arrow_typeof` gives them: `Timestamp(ms, "UTC")`, `List(Int64)`,
// `Dictionary(Int32, Utf8)`. Words that are not here mean what they mean in jobs.

import { PlanError } from '../errors.ts'
import { jobWords } from './job-words.ts'
import { TextCursor } from './text-cursor.ts'
import {
  binary,
  type DataType,
  dictionary,
  duration,
  type Field,
  field,
  interval,
  list,
  map,
  struct,
  type TimeUnit,
  time32,
  time64,
  timestamp,
  utf8,
} from './type.ts'
import { type ArrowCursor, parseTypeName, plain, type TypeRule, type TypeWord } from './type-grammar.ts'

const units: ReadonlyMap<string, TimeUnit> = new Map<string, TimeUnit>([
  ['s', 's'],
  ['second', 's'],
  ['ms', 'ms'],
  ['millisecond', 'ms'],
  ['us', 'us'],
  ['µs', 'us'],
  ['μs', 'us'],
  ['microsecond', 'us'],
  ['ns', 'ns'],
  ['nanosecond', 'ns'],
])
const intervals = new Map([
  ['yearmonth', interval('year_month')],
  ['daytime', interval('day_time')],
  ['monthdaynano', interval('month_day_nano')],
])

type ArrowRule = TypeRule<ArrowCursor>

/** What a word takes in round brackets; in other brackets, or none, it means what it means in jobs. */
const inBrackets =
  (rule: ArrowRule): ArrowRule =>
  (cursor, word) => {
    const type = cursor.at('(') ? rule(cursor, word) : jobWords.get(word.key)?.(cursor, word)
    if (type === undefined) throw cursor.unknown(word)
    return type
  }

/** A word that takes a unit, and perhaps something else. */
const withUnit = (make: (unit: string, second: string) => DataType | undefined): ArrowRule =>
  inBrackets((cursor, word) => {
    const [unit = '', second = ''] = cursor.parameters(word) ?? []
    const type = make(unit.toLowerCase(), second)
    if (type === undefined) throw cursor.unknown(word)
    return type
  })

/** A word that takes types; parameters after those that `parse` consumes say nothing that Volley keeps. */
const withTypes = (parse: (cursor: ArrowCursor, word: TypeWord) => DataType): ArrowRule =>
  inBrackets((cursor, word) => {
    cursor.accept('(')
    const type = cursor.nested(() => parse(cursor, word))
    while (cursor.accept(',')) cursor.skipParameter()
    cursor.close(')', word)
    return type
  })

/** Seconds and milliseconds are times of 32 bits, whichever of the two words stands before them. */
const parseTime = withUnit((name) => {
  const unit = units.get(name)
  if (unit === undefined) return undefined
  return unit === 's' || unit === 'ms' ? time32(unit) : time64(unit)
})

const parseList = withTypes(parseItem)

const parseFixedSizeList = withTypes((cursor) => {
  cursor.size()
  return parseItem(cursor)
})

function parseItem(cursor: ArrowCursor): DataType {
  const item = parseField(cursor, 'item')
  if (!cursor.accept(',')) return list(item)
  const name = cursor.itemName()
  if (name !== undefined) return list({ ...item, name })
  cursor.skipParameter()
  return list(item)
}

/** `Map(Utf8, Int64)` is ours, `Map("entries": Struct("key": …, "value": …), unsorted)` Arrow's. */
const parseMap = withTypes((cursor, word) => {
  if (!cursor.at('"')) return map(...parsePair(cursor, word))
  const entries = parseNamedField(cursor).type
  const [key, value] = entries.kind === 'struct' ? entries.fields : []
  if (key === undefined || value === undefined) throw cursor.unknown(word)
  return Object.freeze({ kind: 'map', key, value })
})

const parseDictionary = withTypes((cursor, word) => {
  const [index, value] = parsePair(cursor, word)
  return dictionary(value, index)
})

const parseStruct = withTypes((cursor) => {
  if (cursor.at(')')) return struct([])
  const fields = [parseNamedField(cursor)]
  while (cursor.accept(',')) fields.push(parseNamedField(cursor))
  return struct(fields)
})

function parsePair(cursor: ArrowCursor, word: TypeWord): readonly [DataType, DataType] {
  const { type: first } = parseField(cursor, 'first')
  if (!cursor.accept(',')) throw cursor.unknown(word)
  return [first, parseField(cursor, 'second').type]
}

function parseNamedField(cursor: ArrowCursor): Field {
  const name = cursor.quotedName()
  if (name !== undefined) return parseField(cursor, name)
  const text = cursor.skipParameter()
  throw new PlanError('unknown_type', `Cannot read the struct field ${text}: write it like "name": Int64`, {
    details: { type: text },
  })
}

function parseField(cursor: ArrowCursor, name: string): Field {
  const nullable = !cursor.accept('non-null')
  return field(name, parseTypeName(cursor), nullable)
}

export const arrowWords = new Map<string, ArrowRule>([
  ...jobWords,
  ['largeutf8', plain(utf8)],
  ['utf8view', plain(utf8)],
  ['largebinary', plain(binary)],
  ['binaryview', plain(binary)],
  ['date64', plain(timestamp('ms'))],
  [
    'timestamp',
    withUnit((name, zone) => {
      const unit = units.get(name)
      return unit && timestamp(unit, zoneName(zone))
    }),
  ],
  ['time64', parseTime],
  ['time32', parseTime],
  [
    'duration',
    withUnit((name) => {
      const unit = units.get(name)
      return unit && duration(unit)
    }),
  ],
  ['interval', withUnit((name) => intervals.get(name.replaceAll('_', '')))],
  ['list', parseList],
  ['largelist', parseList],
  ['fixedsizelist', parseFixedSizeList],
  ['struct', parseStruct],
  ['map', parseMap],
  ['dictionary', parseDictionary],
])

/**
 * The type that a text names in Arrow's words, or in those of jobs.
 *
 * @throws {PlanError} `unknown_type` with the nearest name.
 */
export function parseArrowType(text: string): DataType {
  return parseField(new TextCursor(text, arrowWords), 'type').type
}

function zoneName(text: string): string | undefined {
  const zone = text.replace(/^Some\((.*)\)$/, '$1').replace(/^"(.*)"$/, '$1')
  return zone === '' || zone === 'None' ? undefined : zone
}
