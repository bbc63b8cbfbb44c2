// Literal tokens to literal nodes: numbers, strings, bytes, and the typed ones (DATE '…', TIMESTAMP '…', TIME '…',
// INTERVAL '…'), whose text is checked here so that the error points at it.

import { literal } from '../expr/literal.ts'
import type { ExprNode, LiteralNode } from '../expr/node.ts'
import { type DataType, date32, float64, int64, interval, time64, timestamp, uint64, utf8 } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import type { Token } from './lexer.ts'
import type { Reader } from './reader.ts'
import { quote } from './syntax-error.ts'
import { isIntervalUnit, parseDate, parseInterval, parseTime, parseTimestamp } from './temporal.ts'

/** Whole numbers are Int64, beyond UInt64, beyond Float64; with `.` or `e` Float64. */
export function numberLiteral(reader: Reader, token: Token, negative = false): LiteralNode {
  const text = negative ? `-${token.text}` : token.text
  if (/^-?\d{1,40}$/.test(text)) {
    const value = BigInt(text)
    if (BigInt.asIntN(64, value) === value) return reader.node(literal(value, int64))
    if (BigInt.asUintN(64, value) === value) return reader.node(literal(value, uint64))
  }
  return reader.node(literal(Number(text), float64))
}

export function textLiteral(reader: Reader, text: string): LiteralNode {
  return reader.node(literal(text, utf8))
}

export function integerLiteral(reader: Reader, value: bigint): LiteralNode {
  return reader.node(literal(value, int64))
}

export function bytesLiteral(reader: Reader, token: Token): LiteralNode {
  const bytes = new Uint8Array(token.value.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(token.value.slice(2 * i, 2 * i + 2), 16)
  return reader.node(literal(bytes))
}

/** Reads a typed literal when one comes next: a type's word and a string (an INTERVAL takes a number too). */
export function acceptTypedLiteral(reader: Reader): ExprNode | undefined {
  switch (reader.peek().keyword) {
    case 'DATE':
      return atText(reader, 1) ? dateLiteral(reader) : undefined
    case 'TIME':
      return atText(reader, 1) ? timeLiteral(reader) : undefined
    case 'TIMESTAMP':
    case 'TIMESTAMPTZ':
      return acceptTimestamp(reader)
    case 'INTERVAL':
      return acceptInterval(reader)
    default:
      return undefined
  }
}

const atText = (reader: Reader, ahead: number): boolean => reader.peek(ahead).kind === 'string'

/** No date or interval is longer; the patterns that read them need not be linear. */
const maxTemporalLength = 200

/** The string after a type's word. */
function nextText(reader: Reader): Token {
  const token = reader.next()
  if (token.value.length > maxTemporalLength)
    throw reader.fail(`${quote(token.value)} is too long for a date, time or interval`, token.start)
  return token
}

function dateLiteral(reader: Reader): ExprNode {
  reader.next()
  const token = nextText(reader)
  const days = parseDate(token.value)
  if (days === undefined) throw badText(reader, token, 'a date, write it like 2024-01-31')
  return reader.node(literal(days, date32))
}

function timeLiteral(reader: Reader): ExprNode {
  reader.next()
  const token = nextText(reader)
  const nanos = parseTime(token.value)
  if (nanos === undefined) throw badText(reader, token, 'a time of day, write it like 12:34:56')
  return reader.node(literal(nanos, time64('ns')))
}

function acceptTimestamp(reader: Reader): ExprNode | undefined {
  const start = reader.index
  const short = reader.next().keyword === 'TIMESTAMPTZ'
  const zoned = reader.acceptWords('WITH', 'TIME', 'ZONE') || short
  if (!zoned) reader.acceptWords('WITHOUT', 'TIME', 'ZONE')
  if (!atText(reader, 0)) {
    reader.rewind(start)
    return undefined
  }
  const token = nextText(reader)
  const type = zoned ? timestamp('ns', '+00:00') : timestamp('ns')
  const nanos = parseTimestamp(token.value)
  if (nanos === undefined) throw badText(reader, token, 'a timestamp, write it like 2024-01-31 12:34:56')
  // The name of a zone is left to the conversion of strings, which knows the zones.
  if (nanos === 'zone')
    return reader.node({ kind: 'cast', input: textLiteral(reader, token.value), to: type, safe: false })
  return reader.node(literal(nanos, type))
}

function acceptInterval(reader: Reader): ExprNode | undefined {
  const isNumber = reader.peek(1).kind === 'number'
  if (!atText(reader, 1) && !isNumber) return undefined
  reader.next()
  const token = nextText(reader)
  const takesUnit = isNumber || /^\s*[+-]?[\d.]+\s*$/.test(token.value)
  const unit = takesUnit && isIntervalUnit(reader.peek().keyword) ? reader.next().keyword : undefined
  if (isNumber && unit === undefined) throw reader.expected('a unit of time', ['day', 'hour', 'month'])
  if (reader.atWord('TO')) throw reader.notImplemented("intervals are written in one string, like '1 day 2 hours'")
  const value = parseInterval(token.value, unit)
  if (value === undefined) throw badText(reader, token, 'an interval, write it like 1 day 2 hours')
  return reader.node(typedLiteral(interval('month_day_nano'), value))
}

const typedLiteral = (type: DataType, value: Value): LiteralNode => ({ kind: 'literal', type, value })

const badText = (reader: Reader, token: Token, what: string) =>
  reader.fail(`${quote(token.value)} is not ${what}`, token.start)
