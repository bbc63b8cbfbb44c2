// Reads types in Arrow's words, as `arrow_cast` takes them and `arrow_typeof` gives them: `Timestamp(ms, "UTC")`,
// `List(Int64)`, `Dictionary(Int32, Utf8)`. The spelling of JSON jobs is read by parseType in type.ts.

import { PlanError } from '../errors.ts'
import { parseType } from './parse-type.ts'
import { splitParameters } from './split-parameters.ts'
import {
  binary,
  bool,
  type DataType,
  decimal128,
  dictionary,
  duration,
  type Field,
  field,
  interval,
  list,
  map,
  struct,
  type TimeUnit,
  time64,
  timestamp,
  utf8,
} from './type.ts'

const sameTypes: ReadonlyMap<string, DataType> = new Map<string, DataType>([
  ['largeutf8', utf8],
  ['utf8view', utf8],
  ['largebinary', binary],
  ['binaryview', binary],
  ['boolean', bool],
  ['date64', timestamp('ms')],
])
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
const intervals = { yearmonth: 'year_month', daytime: 'day_time', monthdaynano: 'month_day_nano' } as const

/**
 * The type that a text names in Arrow's words; what it does not know goes to `parseType`.
 *
 * @throws {PlanError} `unknown_type` with the nearest name.
 */
export function parseArrowType(text: string): DataType {
  const trimmed = text.trim().replace(/^non-null\s+/, '')
  const same = sameTypes.get(trimmed.toLowerCase())
  if (same !== undefined) return same
  const call = /^(\w+)\s*\((.*)\)$/s.exec(trimmed)
  const parameters = call === null ? [] : splitParameters(call[2] ?? '')
  const [first = '', second = ''] = parameters
  const unit = units.get(first.toLowerCase())
  switch (call?.[1]?.toLowerCase()) {
    case 'decimal128':
      return decimal128(Number(first), Number(second))
    case 'timestamp':
      return unit === undefined ? parseType(trimmed) : timestamp(unit, zoneName(second))
    case 'time64':
    case 'time32':
      return time64(unit === 'us' || unit === 'ns' ? unit : 'us')
    case 'duration':
      return unit === undefined ? parseType(trimmed) : duration(unit)
    case 'interval': {
      const name = intervals[first.toLowerCase() as keyof typeof intervals]
      return name === undefined ? parseType(trimmed) : interval(name)
    }
    case 'list':
    case 'largelist':
    case 'fixedsizelist':
      return list(parseField('item', first))
    case 'struct':
      return struct(parameters.map(parseNamedField))
    case 'map':
      return parseMap(parameters)
    case 'dictionary':
      return dictionary(parseArrowType(second), parseArrowType(first))
    default:
      return parseType(trimmed)
  }
}

function zoneName(text: string): string | undefined {
  const zone = text.replace(/^Some\((.*)\)$/, '$1').replace(/^"(.*)"$/, '$1')
  return zone === '' || zone === 'None' ? undefined : zone
}

const parseField = (name: string, text: string): Field =>
  field(name, parseArrowType(text), !text.trim().startsWith('non-null'))

function parseNamedField(text: string): Field {
  const match = /^"((?:[^"\\]|\\.)*)"\s*:\s*(.*)$/s.exec(text.trim())
  if (match === null)
    throw new PlanError('unknown_type', `Cannot read the struct field ${text}: write it like "name": Int64`, {
      details: { type: text },
    })
  return parseField(match[1] ?? '', match[2] ?? '')
}

/** `Map(Utf8, Int64)` is ours, `Map("entries": Struct("key": …, "value": …), unsorted)` Arrow's. */
function parseMap([first = '', second = '']: readonly string[]): DataType {
  if (!first.trimStart().startsWith('"')) return map(parseArrowType(first), parseArrowType(second))
  const entries = parseNamedField(first).type
  const [key, value] = entries.kind === 'struct' ? entries.fields : []
  if (key === undefined || value === undefined) return parseType(`Map(${first})`)
  return map(key.type, value.type)
}
