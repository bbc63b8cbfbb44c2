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
import type { Reader } from './reader.ts'

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

/** Reads a type. @throws {PlanError} `unknown_type` with the nearest name, at its position. */
export function readType(reader: Reader): DataType {
  const type = readElementType(reader)
  return readArrayMarks(reader, type)
}

/** Reads `[]` after `[]`: each makes a list of what is before it, one level deeper. */
function readArrayMarks(reader: Reader, element: DataType): DataType {
  if (!reader.atOperator('[') || !reader.atOperator(']', 1)) return element
  reader.next()
  reader.next()
  return reader.nested(() => readArrayMarks(reader, list(element)))
}

function readElementType(reader: Reader): DataType {
  if (!reader.atName()) throw reader.expected('a type')
  const token = reader.next()
  const integer = integers[token.keyword]
  if (integer !== undefined) return reader.acceptWords('UNSIGNED') ? integer[1] : integer[0]
  switch (token.keyword) {
    case 'DOUBLE':
      reader.acceptWords('PRECISION')
      return float64
    case 'FLOAT':
      return (readNumbers(reader)[0] ?? 0) > 24 ? float64 : float32
    case 'DECIMAL':
    case 'NUMERIC':
    case 'DEC':
      return readDecimal(reader, token)
    case 'TIMESTAMP':
      return readTimestamp(reader, token)
    case 'TIME':
      reader.acceptWords('WITHOUT', 'TIME', 'ZONE')
      return time64('ns')
    case 'INTERVAL':
      if (!reader.atOperator('(')) return interval('month_day_nano')
      break
    case 'LIST':
    case 'ARRAY':
    case 'MAP':
    case 'STRUCT':
    case 'DICTIONARY':
      if (reader.acceptOperator('<')) return readNested(reader, token)
      break
    case 'CHARACTER':
    case 'CHAR':
      reader.acceptWords('VARYING')
      break
  }
  const known = named[token.keyword]
  if (known === undefined) return readVolleyType(reader, token)
  readNumbers(reader)
  return known
}

/** Reads `(10, 2)`, when it comes next and holds whole numbers. */
function readNumbers(reader: Reader): readonly number[] {
  if (!reader.atOperator('(')) return []
  const opening = reader.next()
  const numbers = reader.list(() => {
    const negative = reader.acceptOperator('-')
    const token = reader.peek()
    if (token.kind !== 'number' || !/^\d{1,9}$/.test(token.text)) throw reader.expected('a whole number')
    return Number(reader.next().text) * (negative ? -1 : 1)
  })
  reader.expectClosing(')', opening)
  return numbers
}

function readDecimal(reader: Reader, token: Token): DataType {
  const [precision, scale] = readNumbers(reader)
  return atType(reader, token, () => (precision === undefined ? decimal128(38, 10) : decimal128(precision, scale ?? 0)))
}

function readTimestamp(reader: Reader, token: Token): DataType {
  if (reader.atOperator('(') && reader.peek(1).kind === 'word') return readVolleyType(reader, token)
  const digits = readNumbers(reader)[0] ?? 9
  const unit = secondDigits[digits]
  if (unit === undefined)
    throw reader.fail(`timestamps have 0, 3, 6 or 9 digits of seconds, not ${digits}`, token.start)
  if (reader.acceptWords('WITH', 'TIME', 'ZONE')) return timestamp(unit, '+00:00')
  reader.acceptWords('WITHOUT', 'TIME', 'ZONE')
  return timestamp(unit)
}

function readNested(reader: Reader, token: Token): DataType {
  const close = (): void => {
    if (!reader.acceptAngle()) throw reader.expected(`">" to close ${token.text}<`, ['>'])
  }
  if (token.keyword === 'STRUCT') {
    const fields = reader.list(() => {
      if (!reader.atName()) throw reader.expected("a field's name")
      const name = reader.next().value
      reader.acceptOperator(':')
      return field(
        name,
        reader.nested(() => readType(reader)),
      )
    })
    close()
    return struct(fields)
  }
  const [first, second, ...others] = reader.list(() => reader.nested(() => readType(reader)))
  close()
  const wanted = token.keyword === 'LIST' || token.keyword === 'ARRAY' ? 1 : 2
  if (first === undefined || (wanted === 2) !== (second !== undefined) || others.length > 0)
    throw reader.fail(`${token.text}<…> takes ${wanted} ${wanted === 1 ? 'type' : 'types'}`, token.start)
  if (second === undefined) return list(first)
  return token.keyword === 'MAP' ? map(first, second) : dictionary(second, first)
}

/** A name of `parseType`, with whatever stands in its parentheses. */
function readVolleyType(reader: Reader, token: Token): DataType {
  let end = token.end
  if (reader.atOperator('(')) {
    const opening = reader.next()
    while (!reader.atOperator(')') && reader.peek().kind !== 'end') reader.next()
    end = reader.peek().end
    reader.expectClosing(')', opening)
  }
  if (end - token.start > 200) throw reader.fail('no type has a name this long', token.start, { code: 'unknown_type' })
  const text = reader.text.slice(token.start, end).replace(/['"]/g, '')
  return atType(reader, token, () => parseType(text))
}

/** Adds the position to what is wrong with a type. */
function atType(reader: Reader, token: Token, make: () => DataType): DataType {
  try {
    return make()
  } catch (error) {
    if (!isVolleyError(error)) throw error
    throw reader.errorAt(token, error.message, { code: error.code, details: error.details, cause: error })
  }
}
