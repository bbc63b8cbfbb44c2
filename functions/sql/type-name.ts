// Types as SQL writes them (`bigint unsigned`, `decimal(10, 2)`, `timestamp with time zone`, `int[]`) and as the rest of
// Volley does (`int64`, `list<utf8>`, `timestamp(ms, UTC)`). Where both have a name, Volley's meaning holds: int8 is 8 bits.

import { isVolleyError } from '../errors.ts'
import { parseType } from '../types/parse-type.ts'
import {
  binary,
  bool,
  type DataType,
  date32,
  decimal128,
  dictionary,
  field,
  float32,
  float64,
  int8,
  int16,
  int32,
  int64,
  interval,
  list,
  map,
  struct,
  type TimeUnit,
  time64,
  timestamp,
  uint8,
  uint16,
  uint32,
  uint64,
  utf8,
} from '../types/type.ts'
import type { Token } from './lexer.ts'
import type { Parser } from './parser.ts'

const named: Readonly<Record<string, DataType>> = {
  INT2: int16,
  INT4: int32,
  REAL: float32,
  FLOAT4: float32,
  FLOAT8: float64,
  VARCHAR: utf8,
  NVARCHAR: utf8,
  CHAR: utf8,
  CHARACTER: utf8,
  TEXT: utf8,
  BYTEA: binary,
  BLOB: binary,
  VARBINARY: binary,
  DATE: date32,
  BOOL: bool,
  TIMESTAMPTZ: timestamp('ns', '+00:00'),
}
const integers: Readonly<Record<string, readonly [signed: DataType, unsigned: DataType]>> = {
  TINYINT: [int8, uint8],
  SMALLINT: [int16, uint16],
  INT: [int32, uint32],
  INTEGER: [int32, uint32],
  BIGINT: [int64, uint64],
}
const secondDigits: Readonly<Record<number, TimeUnit>> = { 0: 's', 3: 'ms', 6: 'us', 9: 'ns' }

/** Parses a type. @throws {PlanError} `unknown_type` with the nearest name, at its position. */
export function parseSqlType(parser: Parser): DataType {
  const type = parseElementType(parser)
  return parseArrayMarks(parser, type)
}

/** Parses `[]` after `[]`: each makes a list of what is before it, one level deeper. */
function parseArrayMarks(parser: Parser, element: DataType): DataType {
  if (!parser.atOperator('[') || !parser.atOperator(']', 1)) return element
  parser.next()
  parser.next()
  return parser.nested(() => parseArrayMarks(parser, list(element)))
}

function parseElementType(parser: Parser): DataType {
  if (!parser.atName()) throw parser.expected('a type')
  const token = parser.next()
  const integer = integers[token.keyword]
  if (integer !== undefined) return parser.acceptWords('UNSIGNED') ? integer[1] : integer[0]
  switch (token.keyword) {
    case 'DOUBLE':
      parser.acceptWords('PRECISION')
      return float64
    case 'FLOAT':
      return (parseNumbers(parser)[0] ?? 0) > 24 ? float64 : float32
    case 'DECIMAL':
    case 'NUMERIC':
    case 'DEC':
      return parseDecimal(parser, token)
    case 'TIMESTAMP':
      return parseTimestamp(parser, token)
    case 'TIME':
      parser.acceptWords('WITHOUT', 'TIME', 'ZONE')
      return time64('ns')
    case 'INTERVAL':
      if (!parser.atOperator('(')) return interval('month_day_nano')
      break
    case 'LIST':
    case 'ARRAY':
    case 'MAP':
    case 'STRUCT':
    case 'DICTIONARY':
      if (parser.acceptOperator('<')) return parseNested(parser, token)
      break
    case 'CHARACTER':
    case 'CHAR':
      parser.acceptWords('VARYING')
      break
  }
  const known = named[token.keyword]
  if (known === undefined) return parseVolleyType(parser, token)
  parseNumbers(parser)
  return known
}

/** Parses `(10, 2)`, when it comes next and holds whole numbers. */
function parseNumbers(parser: Parser): readonly number[] {
  if (!parser.atOperator('(')) return []
  const opening = parser.next()
  const numbers = parser.list(() => {
    const negative = parser.acceptOperator('-')
    const token = parser.peek()
    if (token.kind !== 'number' || !/^\d{1,9}$/.test(token.text)) throw parser.expected('a whole number')
    return Number(parser.next().text) * (negative ? -1 : 1)
  })
  parser.expectClosing(')', opening)
  return numbers
}

function parseDecimal(parser: Parser, token: Token): DataType {
  const [precision, scale] = parseNumbers(parser)
  return atType(parser, token, () => (precision === undefined ? decimal128(38, 10) : decimal128(precision, scale ?? 0)))
}

function parseTimestamp(parser: Parser, token: Token): DataType {
  if (parser.atOperator('(') && parser.peek(1).kind === 'word') return parseVolleyType(parser, token)
  const digits = parseNumbers(parser)[0] ?? 9
  const unit = secondDigits[digits]
  if (unit === undefined)
    throw parser.fail(`timestamps have 0, 3, 6 or 9 digits of seconds, not ${digits}`, token.start)
  if (parser.acceptWords('WITH', 'TIME', 'ZONE')) return timestamp(unit, '+00:00')
  parser.acceptWords('WITHOUT', 'TIME', 'ZONE')
  return timestamp(unit)
}

function parseNested(parser: Parser, token: Token): DataType {
  const close = (): void => {
    if (!parser.acceptAngle()) throw parser.expected(`">" to close ${token.text}<`, ['>'])
  }
  if (token.keyword === 'STRUCT') {
    const fields = parser.list(() => {
      if (!parser.atName()) throw parser.expected("a field's name")
      const name = parser.next().value
      parser.acceptOperator(':')
      return field(
        name,
        parser.nested(() => parseSqlType(parser)),
      )
    })
    close()
    return struct(fields)
  }
  const [first, second, ...others] = parser.list(() => parser.nested(() => parseSqlType(parser)))
  close()
  const wanted = token.keyword === 'LIST' || token.keyword === 'ARRAY' ? 1 : 2
  if (first === undefined || (wanted === 2) !== (second !== undefined) || others.length > 0)
    throw parser.fail(`${token.text}<…> takes ${wanted} ${wanted === 1 ? 'type' : 'types'}`, token.start)
  if (second === undefined) return list(first)
  return token.keyword === 'MAP' ? map(first, second) : dictionary(second, first)
}

/** A name of `parseType`, with whatever stands in its parentheses. */
function parseVolleyType(parser: Parser, token: Token): DataType {
  let end = token.end
  if (parser.atOperator('(')) {
    const opening = parser.next()
    while (!parser.atOperator(')') && parser.peek().kind !== 'end') parser.next()
    end = parser.peek().end
    parser.expectClosing(')', opening)
  }
  if (end - token.start > 200) throw parser.fail('no type has a name this long', token.start, { code: 'unknown_type' })
  const text = parser.text.slice(token.start, end).replace(/['"]/g, '')
  return atType(parser, token, () => parseType(text))
}

/** Adds the position to what is wrong with a type. */
function atType(parser: Parser, token: Token, make: () => DataType): DataType {
  try {
    return make()
  } catch (error) {
    if (!isVolleyError(error)) throw error
    throw parser.errorAt(token, error.message, { code: error.code, details: error.details, cause: error })
  }
}
